#include "settings/field_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"

#define PROPERTY_NAME_MAX 500
#define PAUSED "Paused"

struct field_key {
	const char *key, *usual;
};

static const struct field_key columns[COLUMN_NAMES] = {
	{ "id", "id" },
	{ "decision", "decision" },
	{ "type", "type" },
	{ "date", "date" },
	{ "created", "created_at" },
	{ "updated", "updated_at" },
	{ "link", "notion_page_id" },
	{ "synced", "notion_synced" },
	{ "checksum", "checksum" },
	{ "deleted", "deleted_at" },
};

static const struct field_key properties[PROPERTY_NAMES] = {
	{ "decision", "Decision" },
	{ "type", "Type" },
	{ "date", "Date" },
	{ "checksum", "Checksum" },
	{ "synced", "Synced" },
};

/* One half of the file. */
struct half {
	const char *name; /* the key of its object */
	const struct field_key *keys;
	char **names; /* that were read */
	size_t n;
	int (*check)(const char *name, const char *at, struct error *e);
};

/* --- a name --------------------------------------------------------------- */

/*
 * As a table's name, so that no request needs quotes. What PostgREST itself
 * takes from a query can't be a filter:
 * https://docs.postgrest.org/en/stable/references/api/url_grammar.html
 */
static int check_column(const char *name, const char *at, struct error *e)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	static const char *const reserved[] = { "select", "order", "limit",
		"offset", "columns", "on_conflict", "and", "or", "not",
		"apikey" };

	if (strlen(name) > COLUMN_NAME_MAX)
		return fail(e, RC_CONFIG,
			"%s is longer than the %d characters of a column's "
			"name",
			at, COLUMN_NAME_MAX);
	if (strspn(name, good) != strlen(name) || strchr("0123456789", name[0]))
		return fail(e, RC_CONFIG,
			"%s is not a valid column name: use letters, digits "
			"and _ only, and begin with none of the digits",
			at);
	for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
		if (strcmp(name, reserved[i]) == 0)
			return fail(e, RC_CONFIG,
				"%s can't be \"%s\", which means something "
				"else in a request to the Data API: rename "
				"the column",
				at, name);
	return 0;
}

static int check_property(const char *name, const char *at, struct error *e)
{
	if (strlen(name) > PROPERTY_NAME_MAX)
		return fail(e, RC_CONFIG,
			"%s is longer than %d bytes: rename the property", at,
			PROPERTY_NAME_MAX);
	return 0;
}

static int check_name(
	const struct half *h, const char *file, const json *v, struct error *e)
{
	const char *name = json_text(v);
	char at[200];

	snprintf(at, sizeof at, "%.120s: %s.%s", file, h->name, json_key(v));
	if (!name)
		return fail(e, RC_CONFIG,
			"%s is not a text: write a name between double "
			"quotes, or leave the key out",
			at);
	if (text_is_empty(name))
		return fail(e, RC_CONFIG,
			"%s is empty: write a name, or leave the key out", at);
	return h->check(name, at, e);
}

/* --- a half of the file --------------------------------------------------- */

static void list_keys(const struct half *h, struct buf *out)
{
	for (size_t i = 0; i < h->n; i++)
		buf_addf(out, "%s%s", i ? ", " : "", h->keys[i].key);
}

static int unknown_key(const struct half *h, const char *file, const char *key,
	struct error *e)
{
	struct buf keys = BUF_INIT(200);

	list_keys(h, &keys);
	fail(e, RC_CONFIG, "%s: %s has no key \"%.60s\"; its keys are %s", file,
		h->name, key, buf_str(&keys));
	buf_fini(&keys);
	return -1;
}

static const char *name_at(const struct half *h, size_t i)
{
	return h->names[i] ? h->names[i] : h->keys[i].usual;
}

/* Also with a usual name that another field has given up. */
static int check_twice(const struct half *h, const char *file, struct error *e)
{
	for (size_t i = 0; i < h->n; i++)
		for (size_t j = i + 1; j < h->n; j++)
			if (strcmp(name_at(h, i), name_at(h, j)) == 0)
				return fail(e, RC_CONFIG,
					"%s: %s.%s and %s.%s are both in "
					"\"%.100s\"%s: give each a %s of its "
					"own",
					file, h->name, h->keys[i].key, h->name,
					h->keys[j].key, name_at(h, i),
					h->names[i] && h->names[j]
						? ""
						: ", which one of them usually "
						  "has",
					h->check == check_column ? "column"
								 : "property");
	return 0;
}

static int read_half(const struct half *h, const char *file, const json *object,
	struct error *e)
{
	if (!object)
		return 0;
	if (!json_is_object(object))
		return fail(e, RC_CONFIG,
			"%s: \"%s\" is not an object of names, such as "
			"{\"type\":\"%s\"}",
			file, h->name, h->keys[2].usual);
	for (const json *v = json_first(object); v; v = json_next(v)) {
		size_t i = 0;

		while (i < h->n && strcmp(h->keys[i].key, json_key(v)) != 0)
			i++;
		if (i == h->n)
			return unknown_key(h, file, json_key(v), e);
		if (check_name(h, file, v, e) < 0)
			return -1;
		h->names[i] = xstrdup(json_text(v));
	}
	return check_twice(h, file, e);
}

/* --- the file ------------------------------------------------------------- */

/* "byte 17: reason" as the file's line. */
static int broken(const char *file, const char *text, size_t len,
	const char *why, struct error *e)
{
	unsigned long byte = 0;
	size_t line = 1;
	const char *reason = strstr(why, ": ");

	if (strncmp(why, "byte ", 5) == 0)
		byte = strtoul(why + 5, NULL, 10);
	else
		reason = NULL;
	for (size_t i = 0; i < len && i < byte; i++)
		line += text[i] == '\n';
	return fail(e, RC_CONFIG, "%s:%zu: not valid JSON: %.200s", file, line,
		reason ? reason + 2 : why);
}

int field_names_parse(struct field_names *n, const char *file, const char *text,
	size_t len, struct error *e)
{
	const struct half halves[] = {
		{ "supabase", columns, n->column, COLUMN_NAMES, check_column },
		{ "notion", properties, n->property, PROPERTY_NAMES,
			check_property },
	};
	struct error why;
	json *all = json_parse(text, len, JSON_STRICT, &why);
	int rc = 0;

	if (!all)
		return broken(file, text, len, why.text, e);
	if (!json_is_object(all))
		rc = fail(e, RC_CONFIG,
			"%s: not an object: it holds {\"supabase\":{…},"
			"\"notion\":{…}}",
			file);
	for (const json *v = json_first(all); v && rc == 0; v = json_next(v))
		if (strcmp(json_key(v), "supabase") != 0 &&
			strcmp(json_key(v), "notion") != 0)
			rc = fail(e, RC_CONFIG,
				"%s: there is no key \"%.60s\"; the keys are "
				"supabase and notion",
				file, json_key(v));
	for (size_t i = 0; i < 2 && rc == 0; i++)
		rc = read_half(
			&halves[i], file, json_get(all, halves[i].name), e);
	json_free(all);
	return rc;
}

void field_names_fini(struct field_names *n)
{
	for (size_t i = 0; i < COLUMN_NAMES; i++)
		free(n->column[i]);
	for (size_t i = 0; i < PROPERTY_NAMES; i++)
		free(n->property[i]);
	free(n->file);
	free(n->paused);
	free(n->link);
	free(n->link_template);
	*n = (struct field_names){ 0 };
}

/* --- asked ---------------------------------------------------------------- */

/* Its place in a table, by its usual name; `size` where it has none. */
static size_t find(const struct field_key *keys, size_t size, const char *usual)
{
	size_t i = 0;

	while (i < size && strcmp(keys[i].usual, usual) != 0)
		i++;
	return i;
}

const char *column_name(const struct field_names *n, const char *usual)
{
	size_t i = find(columns, COLUMN_NAMES, usual);

	return n && i < COLUMN_NAMES && n->column[i] ? n->column[i] : usual;
}

const char *property_name(const struct field_names *n, const char *usual)
{
	size_t i = find(properties, PROPERTY_NAMES, usual);

	return n && i < PROPERTY_NAMES && n->property[i] ? n->property[i]
							 : usual;
}

bool column_is_named(const struct field_names *n, const char *usual)
{
	size_t i = find(columns, COLUMN_NAMES, usual);

	return n && i < COLUMN_NAMES && n->column[i];
}

bool property_is_named(const struct field_names *n, const char *usual)
{
	size_t i = find(properties, PROPERTY_NAMES, usual);

	return n && i < PROPERTY_NAMES && n->property[i];
}

void field_names_place(const struct field_names *n, bool column,
	const char *usual, char *out, size_t size)
{
	const struct field_key *keys = column ? columns : properties;
	size_t max = column ? COLUMN_NAMES : PROPERTY_NAMES;
	size_t i = find(keys, max, usual);

	snprintf(out, size, "%.150s, %s.%s",
		n && n->file ? n->file : FIELDS_FILE,
		column ? "supabase" : "notion", i < max ? keys[i].key : "?");
}

/* The usual name may be that of something else here. */
static bool paused_is_taken(const struct field_names *n)
{
	for (size_t i = 0; n && i < PROPERTY_NAMES; i++)
		if (n->property[i] && strcmp(n->property[i], PAUSED) == 0)
			return true;
	return n && n->link && strcmp(n->link, PAUSED) == 0;
}

const char *paused_property(const struct field_names *n, bool *given)
{
	*given = n && n->paused;
	if (!*given)
		return paused_is_taken(n) ? NULL : PAUSED;
	return strcmp(n->paused, "-") == 0 ? NULL : n->paused;
}

static json *own_names(
	const struct field_key *keys, char *const *names, size_t size)
{
	json *own = NULL;

	for (size_t i = 0; i < size; i++) {
		if (!names[i] || strcmp(names[i], keys[i].usual) == 0)
			continue;
		if (!own)
			own = json_object();
		json_put_str(own, keys[i].usual, names[i]);
	}
	return own;
}

json *own_columns(const struct field_names *n)
{
	return n ? own_names(columns, n->column, COLUMN_NAMES) : NULL;
}

json *own_properties(const struct field_names *n)
{
	return n ? own_names(properties, n->property, PROPERTY_NAMES) : NULL;
}
