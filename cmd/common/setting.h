/*
 * Single settings, as settings.c takes them together: what each must be, and
 * the words for what it is not.
 */
#ifndef COMMON_SETTING_H
#define COMMON_SETTING_H

#include <stdbool.h>

#include "env_file.h"

/*
 * The value of one setting, or its default; checked. *value is NULL where it
 * is unset, has no default and isn't needed; it belongs to f or the
 * environment.
 */
int setting_take(const struct env_file *f, const char *name, bool needed,
	const char **value, struct error *e);

/* Whether a legacy key names the project that the URL leads to. */
int setting_check_project(const char *url, const char *key, struct error *e);

#endif
