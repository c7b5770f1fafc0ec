/*
 * Single settings, which settings/settings.c puts together: the value that each
 * must have, and the messages for values that are wrong.
 */
#ifndef SETTINGS_SETTING_H
#define SETTINGS_SETTING_H

#include <stdbool.h>

#include "util/env_file.h"

/*
 * The checked value of one setting, or its default. *value is NULL where the
 * setting is unset, has no default and isn't needed; it belongs to f or to the
 * environment.
 */
int setting_take(const struct env_file *f, const char *name, bool needed,
	const char **value, struct error *e);

/*
 * The URL that requests go to: without the "/" at the end, and without the
 * "/rest/v1" that is often copied with it; the path of a proxy is kept.
 */
char *setting_url_base(const char *url);

/*
 * settings/setting_url.c: a URL of https or of this machine, and a project's
 * URL.
 */
int setting_check_url(const char *name, const char *url, struct error *e);
int setting_check_supabase_url(
	const char *name, const char *url, struct error *e);
/* The key crosses the network unencrypted: the user must have allowed it. */
int setting_check_plain(const struct env_file *f, const char *name,
	const char *url, struct error *e);

/* Whether a legacy key names the project that the URL leads to. */
int setting_check_project(const char *url, const char *key, struct error *e);

#endif
