#include "sandbox/notion/order.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/notion/date.h"
#include "sandbox/notion/schema.h"
#include "sandbox/notion/text.h"
#include "util/alloc.h"

static bool is_descending(const json *sort)
{
	const char *direction = json_str(sort, "direction");

	return direction && strcmp(direction, "descending") == 0;
}

static int check_sort(
	const json *sort, const json *schema, struct notion_error *e)
{
	static const char *const keys[] = { "property", "timestamp",
		"direction", NULL };
	const char *property = json_str(sort, "property");
	const char *timestamp = json_str(sort, "timestamp");
	const char *direction = json_str(sort, "direction");

	if (!json_is_object(sort))
		return notion_should_be(e, "body.sorts[0]", "an object", sort);
	if (notion_only_keys(e, "body.sorts[0]", sort, keys) < 0)
		return -1;
	if (!property == !timestamp)
		return notion_should_be(e, "body.sorts[0]",
			"a sort by one property or timestamp", sort);
	if (property && !property_find(schema, property))
		return notion_invalid(e,
			"Could not find sort property with name or id: %.200s",
			property);
	if (timestamp && strcmp(timestamp, "created_time") != 0 &&
		strcmp(timestamp, "last_edited_time") != 0)
		return notion_should_be(e, "body.sorts[0].timestamp",
			"`\"created_time\"` or `\"last_edited_time\"`",
			json_get(sort, "timestamp"));
	if (!direction || (strcmp(direction, "ascending") != 0 &&
				  strcmp(direction, "descending") != 0))
		return notion_should_be(e, "body.sorts[0].direction",
			"`\"ascending\"` or `\"descending\"`",
			json_get(sort, "direction"));
	return 0;
}

int order_check(const json *sorts, const json *schema, struct notion_error *e)
{
	if (!sorts)
		return 0;
	if (!json_is_array(sorts))
		return notion_should_be(
			e, "body.sorts", "an array or `undefined`", sorts);
	for (const json *v = json_first(sorts); v; v = json_next(v))
		if (check_sort(v, schema, e) < 0)
			return -1;
	return 0;
}

void order_init(struct order *o, const json *sorts)
{
	const char *timestamp = json_str(json_first(sorts), "timestamp");

	*o = (struct order){ .sorts = sorts, .column = "id", .in_sql = true };
	if (!json_count(sorts))
		return;
	o->descending = is_descending(json_first(sorts));
	if (timestamp)
		o->column = *timestamp == 'c' ? "created" : "edited";
	o->in_sql = timestamp && json_count(sorts) == 1;
	for (const json *v = json_first(sorts); v; v = json_next(v))
		if (json_get(v, "property"))
			o->needs_values = true;
	if (!o->in_sql) {
		o->column = "id";
		o->descending = false;
	}
}

/* A value to sort by: a text, a number, or null, which comes last. */
static json *sort_value(const json *property, const json *kept)
{
	const char *type = property_type(property);
	const json *options = property_options(property);
	int64_t at = 0;
	usec from, to;

	if (strcmp(type, "title") == 0 || strcmp(type, "rich_text") == 0) {
		char *plain = rich_text_plain(kept);
		json *v = json_string(*plain ? plain : NULL);

		free(plain);
		return v;
	}
	if (strcmp(type, "date") == 0)
		return date_span(json_str(kept, "start"), &from, &to) == 0
			       ? json_number(from / USEC_MINUTE)
			       : json_string(NULL);
	if (!options)
		return json_is_bool(kept) ? json_number(json_is_true(kept))
					  : json_copy(kept);
	/* Options sort in the order of the schema. */
	if (json_is_array(kept))
		kept = json_first(kept);
	for (const json *o = json_first(options); o; o = json_next(o), at++)
		if (kept && json_text(kept) &&
			strcmp(json_str(o, "id"), json_text(kept)) == 0)
			return json_number(at);
	return json_string(NULL);
}

void places_add(struct places *p, const struct order *o, const json *schema,
	const struct page *page)
{
	struct place *place;

	p->items = grow(p->items, p->n, &p->cap, sizeof *p->items);
	place = &p->items[p->n++];
	memcpy(place->id, page->id, sizeof place->id);
	place->key = json_array();
	for (const json *s = json_first(o->sorts); s; s = json_next(s)) {
		const char *timestamp = json_str(s, "timestamp");
		const json *property =
			timestamp ? NULL
				  : property_find(
					    schema, json_str(s, "property"));

		json_add(place->key,
			timestamp
				? json_number(*timestamp == 'c' ? page->created
								: page->edited)
				: sort_value(property,
					  json_get(page->values,
						  json_str(property, "id"))));
	}
}

static int compare_values(const json *a, const json *b)
{
	int64_t x, y;

	if (json_is_null(a) || json_is_null(b))
		return json_is_null(a) - json_is_null(b);
	if (json_text(a) && json_text(b))
		return strcmp(json_text(a), json_text(b));
	if (json_whole(a, &x) == 0 && json_whole(b, &y) == 0)
		return x < y ? -1 : x > y;
	return 0;
}

static int compare(const json *sorts, const json *a, const char *a_id,
	const json *b, const char *b_id)
{
	const json *x = json_first(a), *y = json_first(b);

	for (const json *s = json_first(sorts); s && x && y; s = json_next(s)) {
		int order = compare_values(x, y);
		bool empty = json_is_null(x) || json_is_null(y);

		if (order)
			return is_descending(s) && !empty ? -order : order;
		x = json_next(x);
		y = json_next(y);
	}
	return strcmp(a_id, b_id);
}

/* qsort() gives its function no context, so this is a merge sort. */
static void merge_sort(
	struct place *items, struct place *spare, size_t n, const json *sorts)
{
	size_t half = n / 2, a = 0, b = half, at = 0;

	if (n < 2)
		return;
	merge_sort(items, spare, half, sorts);
	merge_sort(items + half, spare, n - half, sorts);
	while (a < half || b < n) {
		bool first =
			b == n ||
			(a < half && compare(sorts, items[a].key, items[a].id,
					     items[b].key, items[b].id) <= 0);

		spare[at++] = items[first ? a++ : b++];
	}
	memcpy(items, spare, n * sizeof *items);
}

void places_sort(struct places *p, const struct order *o, const json *after,
	const char *after_id)
{
	struct place *spare = xmalloc((p->n + 1) * sizeof *spare);
	size_t from = 0;

	merge_sort(p->items, spare, p->n, o->sorts);
	free(spare);
	if (!after_id)
		return;
	while (from < p->n && compare(o->sorts, p->items[from].key,
				      p->items[from].id, after, after_id) <= 0)
		json_free(p->items[from++].key);
	memmove(p->items, p->items + from, (p->n - from) * sizeof *p->items);
	p->n -= from;
}

void places_fini(struct places *p)
{
	for (size_t i = 0; i < p->n; i++)
		json_free(p->items[i].key);
	free(p->items);
	*p = (struct places){ 0 };
}
