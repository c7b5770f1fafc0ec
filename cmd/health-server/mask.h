/*
 * Messages tell where files are; who reads them over the network need not know
 * how this machine is laid out.
 */
#ifndef HEALTH_SERVER_MASK_H
#define HEALTH_SERVER_MASK_H

#include "util/json.h"

/*
 * The text with every absolute path of two names or more cut to its last:
 * "cannot write /srv/vault/logs/sync.log" is "cannot write …/sync.log". URLs,
 * and paths of the two APIs ("/v1/…", "/rest/…"), stay. Allocated; NULL stays
 * NULL.
 */
char *mask_paths(const char *text);
/* The same text; what is not UTF-8 in it, or NUL, is U+FFFD. Allocated. */
char *mend_text(const char *text, size_t len);
/* mask_paths() in obj[key], and in each element of an array there. */
void mask_member(json *obj, const char *key);

#endif
