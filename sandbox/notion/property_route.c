/*
 * GET /v1/pages/:id/properties/:prop: the whole of a value, in pages.
 */
#include "sandbox/notion/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/notion/schema.h"
#include "sandbox/notion/value.h"
#include "util/opt.h"

static bool is_paged(const char *type)
{
	static const char *const paged[] = { "title", "rich_text", "relation",
		"people", NULL };

	for (int i = 0; paged[i]; i++)
		if (strcmp(paged[i], type) == 0)
			return true;
	return false;
}

static json *item(const char *type, const char *id, json *take_value)
{
	json *out = json_object();

	json_put_str(out, "object", "property_item");
	json_put_str(out, "type", type);
	json_put_str(out, "id", id);
	json_put(out, type, take_value);
	return out;
}

/* A cursor is "i:<place in hex>:<page id>"; only this file reads it. */
static int read_cursor(struct notion *n, const char *page, size_t *from)
{
	const char *cursor = pairs_get(&n->params, "start_cursor");
	unsigned long at;
	char *end;

	*from = 0;
	if (!cursor)
		return 0;
	at = strncmp(cursor, "i:", 2) == 0 ? strtoul(cursor + 2, &end, 16) : 0;
	if (!at || *end != ':' || strcmp(end + 1, page) != 0)
		return notion_invalid(&n->error,
			"The start_cursor provided is invalid: %.100s", cursor);
	*from = at;
	return 0;
}

static int query_page_size(struct notion *n, int64_t *size)
{
	const char *text = pairs_get(&n->params, "page_size");
	json *body = json_object();
	long number;
	int rc;

	if (text && parse_number(text, 0, 1000000, &number) == 0)
		json_put_int(body, "page_size", number);
	else if (text)
		json_put_str(body, "page_size", text);
	rc = page_size_of(n, body, size);
	json_free(body);
	return rc;
}

static int reply_list(struct notion *n, const char *page, const json *property,
	const json *values)
{
	const char *type = property_type(property);
	char *id = property_id(property);
	json *out = json_object(), *results, *about;
	size_t from, at = 0;
	int64_t size;
	char cursor[80] = "";

	json_put_str(out, "object", "list");
	results = json_put(out, "results", json_array());
	if (read_cursor(n, page, &from) < 0 || query_page_size(n, &size) < 0) {
		json_free(out);
		free(id);
		return -1;
	}
	for (const json *v = json_first(values); v; v = json_next(v), at++) {
		if (at >= from + (size_t)size) {
			snprintf(cursor, sizeof cursor, "i:%zx:%s", at, page);
			break;
		}
		if (at >= from)
			json_add(results, item(type, id, json_copy(v)));
	}
	json_put_str(out, "next_cursor", *cursor ? cursor : NULL);
	json_put_bool(out, "has_more", *cursor != '\0');
	json_put_str(out, "type", "property_item");
	about = json_put(out, "property_item", json_object());
	json_put_str(about, "id", id);
	json_put_str(about, "next_url", NULL);
	json_put_str(about, "type", type);
	json_put(about, type, json_object());
	reply_json(n->answer, 200, out);
	free(id);
	return 0;
}

static int reply_property(
	struct notion *n, const struct page *p, const json *schema)
{
	const json *property = property_find(schema, n->segments[3]);
	struct value_times t = { p->created, p->edited, p->created_by,
		p->edited_by };
	json *value;
	char *id;
	int rc = 0;

	if (!property)
		return notion_invalid(&n->error,
			"Could not find property with name or id: %.200s",
			n->segments[3]);
	value = value_show(
		property, json_get(p->values, json_str(property, "id")), &t);
	if (is_paged(property_type(property))) {
		rc = reply_list(n, p->id, property, value);
		json_free(value);
		return rc;
	}
	id = property_id(property);
	reply_json(n->answer, 200, item(property_type(property), id, value));
	free(id);
	return 0;
}

int route_property(struct notion *n, const char *id)
{
	struct page p;
	struct source s = { 0 };
	json *bare = NULL;
	int rc = find_page(n, id, &p);

	if (rc == 0) {
		if (!page_source(n, &p, &s))
			bare = bare_schema();
		rc = reply_property(n, &p, bare ? bare : s.properties);
	}
	json_free(bare);
	source_fini(&s);
	page_fini(&p);
	return rc;
}
