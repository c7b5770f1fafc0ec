/* Where fields.json is, and the settings beside it. */
#include "settings/field_names.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings/setting.h"
#include "util/alloc.h"
#include "util/file.h"

#define FILE_MAX 65536

static int load_file(struct field_names *n, bool set, struct error *e)
{
	struct buf text = BUF_INIT(FILE_MAX);
	const char *at;
	int rc;

	if (file_read(n->file, &text, e) < 0) {
		buf_fini(&text);
		e->code = RC_CONFIG;
		return set ? fail_at(e, "SYNC_FIELDS") : -1;
	}
	/* Some editors write a byte order mark first, which no editor shows. */
	at = buf_str(&text);
	if (strncmp(at, "\xEF\xBB\xBF", 3) == 0)
		at += 3;
	rc = field_names_parse(
		n, n->file, at, text.len - (size_t)(at - buf_str(&text)), e);
	buf_fini(&text);
	return rc;
}

/* Beside .env, else where .env is looked for. */
static char *find_file(const struct env_file *f)
{
	const char *slash = f->path ? strrchr(f->path, '/') : NULL;
	char *home = NULL, *path;

	if (slash)
		home = xstrndup(f->path, (size_t)(slash - f->path));
	else if (!f->path)
		home = env_file_home();
	path = home ? path_join(home, FIELDS_FILE) : xstrdup(FIELDS_FILE);
	free(home);
	if (access(path, F_OK) == 0)
		return path;
	free(path);
	if (!f->path && access(FIELDS_FILE, F_OK) == 0)
		return xstrdup(FIELDS_FILE);
	return NULL;
}

/* --- the settings beside it ----------------------------------------------- */

/* Its property is one of its own, too. */
static int check_apart(const struct field_names *n, const char *setting,
	const char *name, struct error *e)
{
	static const char *const usual[PROPERTY_NAMES] = { "Decision", "Type",
		"Date", "Checksum", "Synced" };

	for (size_t i = 0; i < PROPERTY_NAMES; i++)
		if (strcmp(property_name(n, usual[i]), name) == 0)
			return fail(e, RC_CONFIG,
				"%s names the property \"%.100s\", which is "
				"that of %s: give it a property of its own",
				setting, name, usual[i]);
	return 0;
}

static int take(
	const struct env_file *f, const char *name, char **out, struct error *e)
{
	const char *value;

	if (setting_take(f, name, false, &value, e) < 0)
		return -1;
	*out = value ? xstrdup(value) : NULL;
	return 0;
}

static int load_settings(
	struct field_names *n, const struct env_file *f, struct error *e)
{
	bool given;

	if (take(f, "SYNC_PAUSED_PROPERTY", &n->paused, e) < 0 ||
		take(f, "SYNC_LINK_PROPERTY", &n->link, e) < 0 ||
		take(f, "SYNC_LINK_TEMPLATE", &n->link_template, e) < 0)
		return -1;
	if (n->paused &&
		check_apart(n, "SYNC_PAUSED_PROPERTY", n->paused, e) < 0)
		return -1;
	if (n->link && check_apart(n, "SYNC_LINK_PROPERTY", n->link, e) < 0)
		return -1;
	if (n->link && paused_property(n, &given) &&
		strcmp(paused_property(n, &given), n->link) == 0)
		return fail(e, RC_CONFIG,
			"SYNC_LINK_PROPERTY and SYNC_PAUSED_PROPERTY both name "
			"the property \"%.100s\": give each one of its own",
			n->link);
	if (n->link_template && !n->link)
		return fail(e, RC_CONFIG,
			"SYNC_LINK_TEMPLATE needs SYNC_LINK_PROPERTY: the name "
			"of the url or text property that shows the link");
	return 0;
}

int field_names_load(
	struct field_names *n, const struct env_file *f, struct error *e)
{
	const char *set = env_lookup(f, "SYNC_FIELDS");

	*n = (struct field_names){ 0 };
	if (set)
		n->file = getenv("SYNC_FIELDS") ? xstrdup(set)
						: env_file_in_place(f, set);
	else
		n->file = find_file(f);
	if ((!n->file || load_file(n, set != NULL, e) == 0) &&
		load_settings(n, f, e) == 0)
		return 0;
	field_names_fini(n);
	return -1;
}
