/*
 * The file .env: NAME=value lines that are used where the environment has no
 * value.
 */
#ifndef UTIL_ENV_FILE_H
#define UTIL_ENV_FILE_H

#include <stddef.h>

#include "util/error.h"

struct env_file {
	char *path; /* NULL: none was read */
	char **names, **values;
	size_t n, cap;
};

/*
 * Reads `path`; RC_CONFIG with "path:line: reason" for a line that is not
 * NAME=value, blank or a comment, and with the command that fixes it for a file
 * that belongs neither to this user nor to root, or that others may write to,
 * because the file decides what runs. A file that others may read gets a
 * warning. A byte order mark at its start is skipped.
 */
int env_file_load(struct env_file *f, const char *path, struct error *e);
/* Wipes the values. */
void env_file_fini(struct env_file *f);
/*
 * The environment's value, else that of the last line with this name in the
 * file, else NULL. An empty value counts as set: it wins over the places that
 * are looked at after it, and is returned as NULL too.
 */
const char *env_lookup(const struct env_file *f, const char *name);

/* Where .env is looked for, allocated; NULL where there is none:
 * settings/settings.h. */
char *env_file_find(void);
/*
 * The folder above that of the running program, allocated, or NULL; also NULL
 * where another folder is worked in, which VAULTSYNC_HOME names then.
 */
char *env_file_home(void);
/*
 * A path that .env gives, or that is meant where it gives none: one that isn't
 * absolute begins in the folder of a .env that was found beside the programs,
 * wherever the program was started; else in the current folder. Allocated.
 */
char *env_file_in_place(const struct env_file *f, const char *path);

#endif
