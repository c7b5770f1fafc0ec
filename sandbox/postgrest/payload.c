#include "sandbox/postgrest/payload.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"

/* curl's default type makes the whole text the name of one column. */
static int check_content_type(struct rest *r)
{
	const char *type = request_get_header(r->request, "content-type");

	if (!type || strncasecmp(type, "application/json", 16) == 0 ||
		strncasecmp(type, "application/vnd.pgrst.", 22) == 0)
		return 0;
	if (strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0)
		return rest_fail(&r->error, "PGRST204",
			"Could not find the '%.200s' column of '" TABLE_NAME
			"' in the schema cache",
			buf_str(&r->request->body));
	rest_fail(&r->error, "PGRST107", "Content-Type not acceptable: %.100s",
		type);
	r->error.status = 415;
	return -1;
}

static int list_column(struct payload *p, const struct rest *r,
	const char *name, struct rest_error *e)
{
	int at = table_find(&r->table, name);

	if (at < 0 || r->table.columns[at].stale)
		return rest_fail(e, "PGRST204",
			"Could not find the '%.100s' column of '" TABLE_NAME
			"' in the schema cache",
			name);
	p->listed[at] = true;
	return 0;
}

static bool same_keys(const json *a, const json *b)
{
	if (json_count(a) != json_count(b))
		return false;
	for (const json *v = json_first(a); v; v = json_next(v))
		if (!json_get(b, json_key(v)))
			return false;
	return true;
}

static int list_keys(struct payload *p, struct rest *r)
{
	const json *first =
		json_is_array(p->body) ? json_first(p->body) : p->body;

	if (json_is_array(p->body))
		for (const json *v = first; v; v = json_next(v))
			if (!json_is_object(v) || !same_keys(first, v))
				return rest_fail(&r->error, "PGRST102",
					"All object keys must match");
	for (const json *v = json_first(first); v; v = json_next(v))
		if (list_column(p, r, json_key(v), &r->error) < 0)
			return -1;
	return 0;
}

static int list_columns_parameter(
	struct payload *p, struct rest *r, const char *columns)
{
	json *names = name_list(columns);
	int rc = 0;

	p->with_columns = true;
	for (const json *v = json_first(names); v && rc == 0; v = json_next(v))
		rc = list_column(p, r, json_text(v), &r->error);
	json_free(names);
	return rc;
}

/* The target must have a full unique index: the key, or the page id. */
static int parse_conflict(struct payload *p, struct rest *r)
{
	const char *target = pairs_get(&r->params, "on_conflict");
	const struct column *id =
		&r->table.columns[table_find_usual(&r->table, "id")];
	const char *name;

	p->upsert = r->prefer.resolution != RESOLUTION_NONE;
	if (!p->upsert)
		return 0;
	p->conflict = name_list(target && *target ? target : id->name);
	for (const json *v = json_first(p->conflict); v; v = json_next(v))
		if (table_find(&r->table, json_text(v)) < 0)
			return rest_fail(&r->error, "42703",
				"column \"%.100s\" does not exist",
				json_text(v));
	name = json_text(json_first(p->conflict));
	name = r->table.columns[table_find(&r->table, name)].usual;
	if (json_count(p->conflict) == 1 &&
		(strcmp(name, "id") == 0 ||
			(strcmp(name, "notion_page_id") == 0 &&
				r->world->config.unique_page_id)))
		return 0;
	return rest_fail(&r->error, "42P10",
		"there is no unique or exclusion constraint matching the ON "
		"CONFLICT specification");
}

static json *parse_body(struct rest *r)
{
	const struct buf *body = &r->request->body;
	struct error e;
	json *v =
		json_parse(buf_str(body), body->len, JSON_MARK_UNREADABLE, &e);

	if (!v)
		rest_fail(&r->error, "PGRST102", "Empty or invalid json");
	return v;
}

int payload_parse(struct payload *p, struct rest *r)
{
	const char *columns = pairs_get(&r->params, "columns");

	*p = (struct payload){ .missing_default = r->prefer.missing &&
						  *r->prefer.missing == 'd' };
	if (check_content_type(r) < 0 || !(p->body = parse_body(r)))
		return -1;
	if (!json_is_array(p->body) && !json_is_object(p->body)) {
		/* A scalar is not a row. */
		json_free(p->body);
		p->body = json_array();
	}
	if ((columns && *columns ? list_columns_parameter(p, r, columns)
				 : list_keys(p, r)) < 0)
		return -1;
	return parse_conflict(p, r);
}

void payload_fini(struct payload *p)
{
	json_free(p->body);
	json_free(p->conflict);
}

static int column_from(const struct payload *p, const struct column *c,
	const json *object, usec now, struct pg_value *out,
	struct rest_error *e)
{
	const json *v = json_get(object, c->name);

	if (!v && p->missing_default) {
		*out = column_default(c, now);
		return 0;
	}
	return pg_parse_json(c->type, v, now, out, e);
}

int payload_row(const struct payload *p, const struct table *t,
	const json *object, usec now, struct row *row, struct rest_error *e)
{
	for (size_t i = 0; i < t->n; i++) {
		if (!p->listed[i])
			row->values[i] = column_default(&t->columns[i], now);
		else if (column_from(p, &t->columns[i], object, now,
				 &row->values[i], e) < 0)
			return -1;
	}
	return 0;
}

int payload_change(const struct payload *p, const struct table *t,
	const json *object, usec now, struct row *row, struct rest_error *e)
{
	for (size_t i = 0; i < t->n; i++) {
		if (!p->listed[i])
			continue;
		pg_value_fini(&row->values[i]);
		if (column_from(p, &t->columns[i], object, now, &row->values[i],
			    e) < 0)
			return -1;
	}
	return 0;
}
