/*
 * Single settings, as settings/settings.c takes them together: what each must
 * be, and the words for what it is not.
 */
#ifndef SETTINGS_SETTING_H
#define SETTINGS_SETTING_H

#include <stdbool.h>

#include "util/env_file.h"

/*
 * The value of one setting, or its default; checked. *value is NULL where it
 * is unset, has no default and isn't needed; it belongs to f or the
 * environment.
 */
int setting_take(const struct env_file *f, const char *name, bool needed,
	const char **value, struct error *e);

/*
 * The URL that requests go to: without the last "/", and without the "/rest/v1"
 * that is often copied with it; the path of a proxy in front of it is kept.
 */
char *setting_url_base(const char *url);

/* settings/setting_url.c: of https, or of this machine; and a project's. */
int setting_check_url(const char *name, const char *url, struct error *e);
int setting_check_supabase_url(
	const char *name, const char *url, struct error *e);
/* The key crosses the network in the clear: somebody must have said so. */
int setting_check_plain(const struct env_file *f, const char *name,
	const char *url, struct error *e);

/* Whether a legacy key names the project that the URL leads to. */
int setting_check_project(const char *url, const char *key, struct error *e);

#endif
