/*
 * The file .env: NAME=value lines that stand in for the environment.
 */
#ifndef UTIL_ENV_FILE_H
#define UTIL_ENV_FILE_H

#include <stddef.h>

#include "util/error.h"

struct env_file {
	char **names, **values;
	size_t n, cap;
};

/*
 * Reads `path`; RC_CONFIG with "path:line: reason" for a line that is not
 * NAME=value, blank or a comment, and with the command that fixes it for a file
 * that is neither this user's nor root's, or that others may write: it decides
 * what runs. One that others may read gets a warning. A byte order mark in
 * front is passed over.
 */
int env_file_load(struct env_file *f, const char *path, struct error *e);
/* Wipes the values. */
void env_file_fini(struct env_file *f);
/*
 * The environment's value, else that of the file's last line of this name, else
 * NULL. An empty value is one: it wins over those behind it, and is NULL too.
 */
const char *env_lookup(const struct env_file *f, const char *name);

/* Where .env is looked for, allocated; NULL where there is none:
 * settings/settings.h. */
char *env_file_find(void);

#endif
