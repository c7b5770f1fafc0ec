/*
 * Messages contain paths of files; those who read them over the network needn't
 * know how this machine is laid out.
 */
#ifndef HEALTH_SERVER_MASK_H
#define HEALTH_SERVER_MASK_H

#include "util/json.h"

/*
 * The text with every absolute path of two or more names cut to the last one:
 * "cannot write /srv/vault/logs/sync.log" is "cannot write …/sync.log". URLs,
 * and paths of the two APIs ("/v1/…", "/rest/…"), stay. Allocated; NULL stays
 * NULL.
 */
char *mask_paths(const char *text);
/*
 * Folders that may have blanks in their paths, at which a path in a text ends
 * otherwise: "/home/a user/logs/x" is "…/x". To be called once, before any
 * thread; the texts stay the caller's. What is relative, or no folder, is left
 * out.
 */
void mask_folders(const char *const *folders, size_t n);
/*
 * The same text with U+FFFD for NUL and for bytes that are not UTF-8.
 * Allocated.
 */
char *repair_text(const char *text, size_t len);
/* mask_paths() in obj[key], and in each element of an array there. */
void mask_member(json *obj, const char *key);

#endif
