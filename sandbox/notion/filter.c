#include "sandbox/notion/filter.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/notion/date.h"
#include "sandbox/notion/schema.h"
#include "sandbox/notion/text.h"

#define DAY (1440 * USEC_MINUTE)

enum filter_class filter_class_of(const char *type)
{
	static const struct {
		const char *type;
		enum filter_class class;
	} classes[] = { { "title", FILTER_TEXT }, { "rich_text", FILTER_TEXT },
		{ "url", FILTER_TEXT }, { "email", FILTER_TEXT },
		{ "phone_number", FILTER_TEXT }, { "date", FILTER_TIME },
		{ "created_time", FILTER_TIME },
		{ "last_edited_time", FILTER_TIME },
		{ "multi_select", FILTER_LIST }, { "people", FILTER_LIST },
		{ "relation", FILTER_LIST }, { "files", FILTER_LIST },
		{ "number", FILTER_NUMBER }, { "checkbox", FILTER_FLAG },
		{ "select", FILTER_OPTION }, { "status", FILTER_OPTION } };

	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (strcmp(classes[i].type, type) == 0)
			return classes[i].class;
	return FILTER_NONE;
}

const json *filter_condition(const json *filter)
{
	for (const json *v = json_first(filter); v; v = json_next(v))
		if (strcmp(json_key(v), "property") != 0 &&
			strcmp(json_key(v), "timestamp") != 0 &&
			strcmp(json_key(v), "type") != 0)
			return v;
	return NULL;
}

const json *filter_branches(const json *filter)
{
	const json *both = json_get(filter, "and");

	return both ? both : json_get(filter, "or");
}

bool filter_needs_values(const json *filter)
{
	const json *list = filter_branches(filter);

	for (const json *v = json_first(list); v; v = json_next(v))
		if (filter_needs_values(v))
			return true;
	return json_get(filter, "property") != NULL;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static bool match_text(const char *op, const char *s, const char *with)
{
	if (strcmp(op, "is_empty") == 0)
		return !*s;
	if (strcmp(op, "is_not_empty") == 0)
		return *s != '\0';
	if (strcmp(op, "equals") == 0)
		return strcmp(s, with) == 0;
	if (strcmp(op, "does_not_equal") == 0)
		return strcmp(s, with) != 0;
	if (strcmp(op, "contains") == 0)
		return strstr(s, with) != NULL;
	if (strcmp(op, "does_not_contain") == 0)
		return strstr(s, with) == NULL;
	if (strcmp(op, "starts_with") == 0)
		return strncmp(s, with, strlen(with)) == 0;
	return ends_with(s, with);
}

static double number_of(const json *v)
{
	struct buf text = BUF_INIT(64);
	double n;

	json_print(v, &text);
	n = strtod(buf_str(&text), NULL);
	buf_fini(&text);
	return n;
}

static bool match_number(const char *op, const json *v, const json *with)
{
	double a, b;

	if (strcmp(op, "is_empty") == 0)
		return json_is_null(v);
	if (strcmp(op, "is_not_empty") == 0)
		return !json_is_null(v);
	if (json_is_null(v))
		return strcmp(op, "does_not_equal") == 0;
	a = number_of(v);
	b = number_of(with);
	if (strcmp(op, "equals") == 0)
		return !(a < b) && !(a > b);
	if (strcmp(op, "does_not_equal") == 0)
		return a < b || a > b;
	if (strcmp(op, "greater_than") == 0)
		return a > b;
	if (strcmp(op, "less_than") == 0)
		return a < b;
	return *op == 'g' ? a >= b : a <= b;
}

static bool match_relative(const char *op, usec t, usec now)
{
	usec today = now / DAY * DAY;
	int64_t days = ends_with(op, "week")	? 7
		       : ends_with(op, "month") ? 30
						: 365;
	/* 1970-01-01 was a Thursday; a week begins on Sunday. */
	usec sunday = today - (now / DAY + 4) % 7 * DAY;

	if (strncmp(op, "this", 4) == 0)
		return t >= sunday && t < sunday + 7 * DAY;
	if (strncmp(op, "past", 4) == 0)
		return t >= today - days * DAY && t < today + DAY;
	return t >= today && t < today + (days + 1) * DAY;
}

static bool match_time(
	const char *op, bool there, usec t, const json *with, usec now)
{
	usec from, to;

	if (strcmp(op, "is_empty") == 0)
		return !there;
	if (strcmp(op, "is_not_empty") == 0 || !there)
		return there;
	if (date_span(json_text(with), &from, &to) < 0)
		return match_relative(op, t, now);
	if (strcmp(op, "equals") == 0)
		return t >= from && t < to;
	if (strcmp(op, "before") == 0)
		return t < from;
	if (strcmp(op, "after") == 0)
		return t >= to;
	if (strcmp(op, "on_or_before") == 0)
		return t < to;
	return t >= from;
}

static bool has_item(const json *list, const char *id)
{
	for (const json *v = json_first(list); v && id; v = json_next(v))
		if (json_text(v) && strcmp(json_text(v), id) == 0)
			return true;
	return false;
}

/* An operand names an option by name, a person or page by id. */
static bool match_list(const char *op, const json *property, const json *kept,
	const json *with)
{
	const json *option = property_options(property) && json_text(with)
				     ? option_by_name(property, json_text(with))
				     : NULL;
	const char *id = option ? json_str(option, "id") : json_text(with);

	if (strcmp(op, "is_empty") == 0)
		return json_count(kept) == 0;
	if (strcmp(op, "is_not_empty") == 0)
		return json_count(kept) > 0;
	return has_item(kept, id) == (strcmp(op, "contains") == 0);
}

static bool match_option(const char *op, const json *property, const json *kept,
	const json *with)
{
	const json *option = json_text(with)
				     ? option_by_name(property, json_text(with))
				     : NULL;
	const char *id = json_text(kept);
	bool equal = id && option && strcmp(id, json_str(option, "id")) == 0;

	if (strcmp(op, "is_empty") == 0)
		return !id;
	if (strcmp(op, "is_not_empty") == 0)
		return id != NULL;
	return equal == (strcmp(op, "equals") == 0);
}

static bool match_page_time(const json *condition, usec t, usec now)
{
	const json *operand = json_first(condition);

	return match_time(json_key(operand), true, t, operand, now);
}

static bool match_date(const json *operand, const json *kept, usec now)
{
	usec from = 0, to;
	bool there = date_span(json_str(kept, "start"), &from, &to) == 0;

	return match_time(json_key(operand), there, from, operand, now);
}

static bool match_property(
	const json *filter, const json *schema, const struct page *p, usec now)
{
	const json *property =
		property_find(schema, json_str(filter, "property"));
	const json *operand = json_first(filter_condition(filter));
	const char *type = property_type(property), *op = json_key(operand);
	enum filter_class class = filter_class_of(type);
	const json *kept = json_get(p->values, json_str(property, "id"));

	if (strcmp(type, "title") == 0 || strcmp(type, "rich_text") == 0) {
		char *plain = rich_text_plain(kept);
		bool match = match_text(op, plain, json_text(operand));

		free(plain);
		return match;
	}
	if (class == FILTER_TEXT)
		return match_text(op, json_text(kept) ? json_text(kept) : "",
			json_text(operand));
	if (class == FILTER_LIST)
		return match_list(op, property, kept, operand);
	if (class == FILTER_NUMBER)
		return match_number(op, kept, operand);
	if (class == FILTER_FLAG)
		return (json_is_true(kept) == json_is_true(operand)) ==
		       (strcmp(op, "equals") == 0);
	if (strcmp(type, "date") == 0)
		return match_date(operand, kept, now);
	if (class == FILTER_TIME)
		return match_page_time(filter_condition(filter),
			*type == 'c' ? p->created : p->edited, now);
	return match_option(op, property, kept, operand);
}

bool filter_match(
	const json *filter, const json *schema, const struct page *p, usec now)
{
	const json *list = filter_branches(filter);
	bool all = json_get(filter, "and") != NULL;

	if (!filter)
		return true;
	if (list) {
		for (const json *v = json_first(list); v; v = json_next(v))
			if (filter_match(v, schema, p, now) != all)
				return !all;
		return all || !json_first(list);
	}
	if (json_get(filter, "timestamp"))
		return match_page_time(filter_condition(filter),
			*json_str(filter, "timestamp") == 'c' ? p->created
							      : p->edited,
			now);
	return match_property(filter, schema, p, now);
}
