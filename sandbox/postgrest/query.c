#include "sandbox/postgrest/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"
#include "util/opt.h"

static int parse_cast(const char *name, int *cast, struct rest_error *e)
{
	static const struct {
		const char *name;
		enum pg_type type;
	} types[] = { { "text", PG_TEXT }, { "uuid", PG_UUID },
		{ "date", PG_DATE }, { "timestamptz", PG_TIMESTAMPTZ },
		{ "boolean", PG_BOOL }, { "bool", PG_BOOL },
		{ "varchar", PG_TEXT } };

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcasecmp(types[i].name, name) == 0) {
			*cast = (int)types[i].type;
			return 0;
		}
	return rest_fail(e, "42704", "type \"%.100s\" does not exist", name);
}

static void select_all(struct selection *s, const struct table *t)
{
	for (size_t i = 0; i < t->n && s->n < COLUMNS_MAX; i++)
		s->items[s->n++] =
			(struct select_item){ .column = (int)i, .cast = -1 };
}

/* Drops the quotes around a name. */
static void unquote(char *name)
{
	size_t n = strlen(name);

	if (n >= 2 && name[0] == '"' && name[n - 1] == '"') {
		memmove(name, name + 1, n - 2);
		name[n - 2] = '\0';
	}
}

/* [alias:]column[::cast] */
static int parse_item(struct selection *s, const struct table *t, char *text,
	struct rest_error *e)
{
	struct select_item *item = &s->items[s->n];
	char *cast = strstr(text, "::"), *colon;

	*item = (struct select_item){ .cast = -1 };
	if (strchr(text, '('))
		return rest_fail(e, "PGRST200",
			"Could not find a relationship between '" TABLE_NAME
			"' and '%.100s' in the schema cache",
			text);
	if (cast) {
		*cast = '\0';
		if (parse_cast(cast + 2, &item->cast, e) < 0)
			return -1;
	}
	colon = strchr(text, ':');
	if (colon)
		*colon = '\0';
	unquote(colon ? colon + 1 : text);
	item->column = table_find(t, colon ? colon + 1 : text);
	if (item->column < 0)
		return unknown_column(colon ? colon + 1 : text, e);
	if (colon)
		item->alias = xstrdup(text);
	s->n++;
	return 0;
}

int selection_parse(struct selection *s, const struct table *t,
	const char *select, struct rest_error *e)
{
	*s = (struct selection){ 0 };
	if (!select || !*select) {
		select_all(s, t);
		return 0;
	}
	while (*select) {
		size_t len = strcspn(select, ",");
		char *text = xstrndup(select, len);
		int rc = 0;

		if (s->n == COLUMNS_MAX)
			rc = rest_fail(e, "54011", "too many columns");
		else if (strcmp(text, "*") == 0)
			select_all(s, t);
		else
			rc = parse_item(s, t, text, e);
		free(text);
		if (rc < 0)
			return -1;
		select += len + (select[len] == ',');
	}
	return 0;
}

void selection_fini(struct selection *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->items[i].alias);
}

/* Converts a value to another type by way of its text. */
static json *cast_value(
	const struct pg_value *v, enum pg_type from, enum pg_type to)
{
	char *text = pg_to_text(from, v);
	struct pg_value as = { 0 };
	struct rest_error e;
	json *out;

	if (text && pg_parse(to, text, 0, &as, &e) < 0)
		as = (struct pg_value){ 0 };
	out = pg_to_json(to, &as);
	pg_value_fini(&as);
	free(text);
	return out;
}

json *selection_row(
	const struct selection *s, const struct table *t, const struct row *r)
{
	json *out = json_object();

	for (size_t i = 0; i < s->n; i++) {
		const struct select_item *item = &s->items[i];
		const struct column *c = &t->columns[item->column];
		const struct pg_value *v = &r->values[item->column];

		json_put(out, item->alias ? item->alias : c->name,
			item->cast < 0 ? pg_to_json(c->type, v)
				       : cast_value(v, c->type,
						 (enum pg_type)item->cast));
	}
	return out;
}

/* column[.asc|.desc][.nullsfirst|.nullslast] */
static int order_item(
	struct sql *q, const struct table *t, char *text, struct rest_error *e)
{
	bool desc = false, nulls_first;
	char *word = strchr(text, '.');
	int at;

	if (word)
		*word++ = '\0';
	unquote(text);
	if (word && (strncmp(word, "asc", 3) == 0 ||
			    strncmp(word, "desc", 4) == 0)) {
		desc = *word == 'd';
		word += desc ? 4 : 3;
		word = *word == '.' ? word + 1 : *word ? word : NULL;
	}
	nulls_first = word ? strcmp(word, "nullsfirst") == 0 : desc;
	if (word && !nulls_first && strcmp(word, "nullslast") != 0) {
		rest_fail(e, "PGRST100",
			"\"failed to parse order (%.200s)\" (line 1, column 1)",
			text);
		return rest_details(e,
			"unexpected \"%.50s\" expecting \"asc\","
			" \"desc\", \"nullsfirst\" or "
			"\"nullslast\"",
			word);
	}
	at = table_find(t, text);
	if (at < 0)
		return unknown_column(text, e);
	buf_addf(&q->text, "\"%s\" %s nulls %s", t->columns[at].usual,
		desc ? "desc" : "asc", nulls_first ? "first" : "last");
	return 0;
}

int order_parse(struct sql *q, const struct table *t, const char *order,
	struct rest_error *e)
{
	for (bool first = true; order && *order; first = false) {
		size_t len = strcspn(order, ",");
		char *text = xstrndup(order, len);
		int rc;

		buf_adds(&q->text, first ? " order by " : ",");
		rc = order_item(q, t, text, e);
		free(text);
		if (rc < 0)
			return -1;
		order += len + (order[len] == ',');
	}
	return 0;
}

/* A whole number with a sign; anything else counts as absent. */
static bool whole(const char *s, int64_t *n)
{
	bool minus = s && *s == '-';
	long value;

	if (!s || parse_number(s + minus, 0, 1000000000, &value) < 0)
		return false;
	*n = minus ? -value : value;
	return true;
}

int span_parse(struct span *s, const struct pairs *params, const char *range,
	struct rest_error *e)
{
	int64_t n;
	long from, to;
	const char *dash = range ? strchr(range, '-') : NULL;
	char *first = dash ? xstrndup(range, (size_t)(dash - range)) : NULL;

	*s = (struct span){ .limit = -1 };
	if (whole(pairs_get(params, "limit"), &n)) {
		if (n < 0) {
			free(first);
			return rest_fail(e, "PGRST103",
				"Requested range not satisfiable");
		}
		s->limit = n;
	}
	if (whole(pairs_get(params, "offset"), &n) && n >= 0)
		s->offset = n;
	/* The header overrides the parameters. */
	if (first && parse_number(first, 0, 1000000000, &from) == 0) {
		s->offset = from;
		s->limit = parse_number(dash + 1, from, 1000000000, &to) == 0
				   ? to - from + 1
				   : -1;
	}
	free(first);
	return 0;
}

json *name_list(const char *text)
{
	json *out = json_array();

	while (*text) {
		size_t len = strcspn(text, ",");
		char *name = xstrndup(text, len);

		unquote(name);
		json_add(out, json_string(name));
		free(name);
		text += len + (text[len] == ',');
	}
	return out;
}
