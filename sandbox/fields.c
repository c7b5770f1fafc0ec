#include "sandbox/fields.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/control/routes.h"
#include "sandbox/notion/schema.h"
#include "sandbox/notion/source.h"
#include "util/file.h"

struct key {
	const char *key, *what; /* a column's usual name, a property's id */
};

static const struct key columns[] = { { "id", "id" },
	{ "decision", "decision" }, { "type", "type" }, { "date", "date" },
	{ "link", "notion_page_id" }, { "checksum", "checksum" },
	{ "synced", "notion_synced" }, { "created", "created_at" },
	{ "updated", "updated_at" }, { "deleted", "deleted_at" },
	{ NULL, NULL } };

static const struct key properties[] = { { "decision", "title" },
	{ "type", "\\kxk" }, { "date", "sw~V" }, { "checksum", "CWCZ" },
	{ "synced", "Ur]X" }, { NULL, NULL } };

static const char *find(const struct key *keys, const char *key)
{
	while (keys->key && strcmp(keys->key, key) != 0)
		keys++;
	return keys->what;
}

/* Each of the names, by what it is the name of. */
static int names_of(
	const json *half, const struct key *keys, json *out, struct error *e)
{
	for (const json *v = json_first(half); v; v = json_next(v)) {
		const char *what = find(keys, json_key(v));

		if (!what || !json_text(v))
			return fail(e, RC_CONFIG,
				"no such key, or not a text: %.60s",
				json_key(v));
		json_put_str(out, what, json_text(v));
	}
	return 0;
}

static void rename_properties(struct world *w, const json *names)
{
	struct source s;

	source_load(w, DATA_SOURCE_ID, &s);
	for (const json *v = json_first(names); v; v = json_next(v)) {
		json *p = property_find(s.properties, json_key(v));

		if (p)
			json_put_str(p, "name", json_text(v));
	}
	source_save(w, &s);
	source_fini(&s);
}

static int take(struct world *w, const json *all, struct error *e)
{
	json *change = json_object(), *names = json_object();
	json *called = json_put(change, "columns", json_object());
	int rc = names_of(json_get(all, "supabase"), columns, called, e);

	if (rc == 0)
		rc = names_of(json_get(all, "notion"), properties, names, e);
	if (rc == 0)
		rc = control_set_config(w, change, e);
	if (rc == 0)
		rename_properties(w, names);
	json_free(change);
	json_free(names);
	return rc;
}

int fields_take(struct world *w, const char *file, struct error *e)
{
	struct buf text = BUF_INIT(65536);
	json *all = NULL;
	int rc = file_read(file, &text, e);

	if (rc == 0) {
		all = json_parse(buf_str(&text), text.len, JSON_STRICT, e);
		rc = all ? take(w, all, e) : -1;
		if (rc < 0)
			fail_at(e, "--fields %s", file);
	}
	if (rc < 0)
		e->code = RC_CONFIG;
	json_free(all);
	buf_fini(&text);
	return rc;
}
