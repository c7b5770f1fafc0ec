/*
 * The form of what is kept in files, and who wrote it: "v" in the head of a
 * stream, in a record and in a line that is appended says which form it has,
 * and "by" (in a record "version") which vaultsync wrote it. A later one than
 * ours is refused by whoever reads it; what has no "v" was written before there
 * was one.
 */
#ifndef UTIL_FORMAT_H
#define UTIL_FORMAT_H

#include <stdbool.h>

#include "util/json.h"

#define FORMAT 1
#define FORMAT_TEXT_SIZE 300

/* Puts "v" and "by". */
void format_put(json *head);
/* It says that it has a later form than this version reads. */
bool format_is_later(const json *head);
/*
 * "has format 2, written by vaultsync 0.9.0, and this is vaultsync 0.1.0 (…),
 * which reads format 1"; out.
 */
const char *format_text(const json *head, char out[FORMAT_TEXT_SIZE]);

#endif
