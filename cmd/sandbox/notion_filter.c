#include "notion_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion_date.h"
#include "notion_schema.h"
#include "notion_text.h"

#define DAY (1440 * USEC_MINUTE)

static bool is_any_of(const char *s, const char *const *words)
{
	for (; s && *words; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

static const char *const texts[] = { "title", "rich_text", "url", "email",
	"phone_number", NULL };
static const char *const times[] = { "date", "created_time", "last_edited_time",
	NULL };
static const char *const lists[] = { "multi_select", "people", "relation",
	"files", NULL };

static const char *const text_operators[] = { "equals", "does_not_equal",
	"contains", "does_not_contain", "starts_with", "ends_with", "is_empty",
	"is_not_empty", NULL };
static const char *const number_operators[] = { "equals", "does_not_equal",
	"greater_than", "less_than", "greater_than_or_equal_to",
	"less_than_or_equal_to", "is_empty", "is_not_empty", NULL };
static const char *const flag_operators[] = { "equals", "does_not_equal",
	NULL };
static const char *const option_operators[] = { "equals", "does_not_equal",
	"is_empty", "is_not_empty", NULL };
static const char *const list_operators[] = { "contains", "does_not_contain",
	"is_empty", "is_not_empty", NULL };
static const char *const time_operators[] = { "equals", "before", "after",
	"on_or_before", "on_or_after", "is_empty", "is_not_empty", "this_week",
	"past_week", "past_month", "past_year", "next_week", "next_month",
	"next_year", NULL };

static const char *const *operators_of(const char *type)
{
	if (is_any_of(type, texts))
		return text_operators;
	if (is_any_of(type, times))
		return time_operators;
	if (is_any_of(type, lists))
		return list_operators;
	if (strcmp(type, "number") == 0)
		return number_operators;
	if (strcmp(type, "checkbox") == 0)
		return flag_operators;
	if (strcmp(type, "select") == 0 || strcmp(type, "status") == 0)
		return option_operators;
	return NULL;
}

/* The condition's member: the one that is neither property nor timestamp. */
static const json *condition_of(const json *filter)
{
	for (const json *v = json_first(filter); v; v = json_next(v))
		if (strcmp(json_key(v), "property") != 0 &&
			strcmp(json_key(v), "timestamp") != 0 &&
			strcmp(json_key(v), "type") != 0)
			return v;
	return NULL;
}

static int check_operand(const char *type, const char *operator, const json * v,
	const char *path, struct notion_error *e)
{
	usec from, to;

	if (strcmp(operator, "is_empty") == 0 ||
		strcmp(operator, "is_not_empty") == 0)
		return json_is_true(v) ? 0
				       : notion_should_be(e, path, "`true`", v);
	if (is_any_of(type, times)) {
		if (json_is_object(v) ||
			(json_text(v) &&
				date_span(json_text(v), &from, &to) == 0))
			return 0;
		return notion_should_be(
			e, path, "a valid ISO 8601 date string", v);
	}
	if (strcmp(type, "checkbox") == 0)
		return json_is_bool(v)
			       ? 0
			       : notion_should_be(e, path, "a boolean", v);
	if (strcmp(type, "number") == 0)
		return !json_text(v) && !json_is_null(v) && !json_is_bool(v)
			       ? 0
			       : notion_should_be(e, path, "a number", v);
	if (json_text(v) || (json_is_array(v) && !is_any_of(type, texts)))
		return 0;
	return notion_should_be(e, path, "a string", v);
}

static int check_condition(
	const char *type, const json *condition, struct notion_error *e)
{
	const json *operand = json_first(condition);
	char path[PATH_MAX_LEN];

	snprintf(path, sizeof path, "body.filter.%s", type);
	if (!json_is_object(condition) || json_count(condition) != 1)
		return notion_should_be(
			e, path, "an object with one condition", condition);
	if (!is_any_of(json_key(operand), operators_of(type)))
		return notion_only_keys(e, path, condition, operators_of(type));
	snprintf(path, sizeof path, "body.filter.%s.%s", type,
		json_key(operand));
	return check_operand(type, json_key(operand), operand, path, e);
}

static int check_property(
	const json *filter, const json *schema, struct notion_error *e)
{
	const json *v = condition_of(filter);
	const json *property =
		property_find(schema, json_str(filter, "property"));
	const char *type, *asked = v ? json_key(v) : "";

	if (!property)
		return notion_invalid(e,
			"Could not find property with name or id: %.200s",
			json_str(filter, "property"));
	type = property_type(property);
	if (!v || json_count(filter) > 3)
		return notion_should_be(e, "body.filter",
			"a property and one condition", filter);
	if (strcmp(asked, type) != 0 &&
		!(strcmp(asked, "rich_text") == 0 && is_any_of(type, texts)))
		return notion_invalid(e,
			"The property type in the database does not match the "
			"property type of the filter provided: database "
			"property %s does not match filter %.100s",
			type, asked);
	if (!operators_of(asked))
		return notion_invalid(
			e, "Unable to filter based on a %.100s", asked);
	return check_condition(asked, v, e);
}

static int check_timestamp(const json *filter, struct notion_error *e)
{
	const char *which = json_str(filter, "timestamp");
	const json *v = condition_of(filter);

	if (!is_any_of(which, times + 1))
		return notion_should_be(e, "body.filter.timestamp",
			"`\"created_time\"` or `\"last_edited_time\"`",
			json_get(filter, "timestamp"));
	if (json_get(filter, "property"))
		return notion_should_not_be_there(e, "body.filter.property",
			json_get(filter, "property"));
	if (!v || strcmp(json_key(v), which) != 0 || json_count(filter) > 3)
		return notion_should_be(e, "body.filter",
			"a timestamp and its condition", filter);
	return check_condition(which, v, e);
}

static const json *branches(const json *filter)
{
	const json *both = json_get(filter, "and");

	return both ? both : json_get(filter, "or");
}

static int check_level(const json *filter, const json *schema, int depth,
	struct notion_error *e)
{
	const json *list = branches(filter);

	if (!json_is_object(filter))
		return notion_should_be(e, "body.filter", "an object", filter);
	if (!list && json_get(filter, "timestamp"))
		return check_timestamp(filter, e);
	if (!list && !json_str(filter, "property"))
		return notion_should_be(e, "body.filter.property", "defined",
			json_get(filter, "property"));
	if (!list)
		return check_property(filter, schema, e);
	if (!json_is_array(list) || json_count(filter) != 1)
		return notion_should_be(
			e, "body.filter", "one array of filters", filter);
	if (depth == 2)
		return notion_invalid(e, "body failed validation: body.filter "
					 "should be nested at most two levels "
					 "deep.");
	for (const json *v = json_first(list); v; v = json_next(v))
		if (check_level(v, schema, depth + 1, e) < 0)
			return -1;
	return 0;
}

int filter_check(const json *filter, const json *schema, struct notion_error *e)
{
	return filter ? check_level(filter, schema, 0, e) : 0;
}

bool filter_needs_values(const json *filter)
{
	const json *list = branches(filter);

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

static bool match_text(const char *operator, const char * s, const char *with)
{
	if (strcmp(operator, "is_empty") == 0)
		return !*s;
	if (strcmp(operator, "is_not_empty") == 0)
		return *s != '\0';
	if (strcmp(operator, "equals") == 0)
		return strcmp(s, with) == 0;
	if (strcmp(operator, "does_not_equal") == 0)
		return strcmp(s, with) != 0;
	if (strcmp(operator, "contains") == 0)
		return strstr(s, with) != NULL;
	if (strcmp(operator, "does_not_contain") == 0)
		return strstr(s, with) == NULL;
	if (strcmp(operator, "starts_with") == 0)
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

static bool match_number(const char *operator, const json * v, const json *with)
{
	double a, b;

	if (strcmp(operator, "is_empty") == 0)
		return json_is_null(v);
	if (strcmp(operator, "is_not_empty") == 0)
		return !json_is_null(v);
	if (json_is_null(v))
		return strcmp(operator, "does_not_equal") == 0;
	a = number_of(v);
	b = number_of(with);
	if (strcmp(operator, "equals") == 0)
		return !(a < b) && !(a > b);
	if (strcmp(operator, "does_not_equal") == 0)
		return a < b || a > b;
	if (strcmp(operator, "greater_than") == 0)
		return a > b;
	if (strcmp(operator, "less_than") == 0)
		return a < b;
	return *operator== 'g' ? a >= b : a <= b;
}

static bool match_relative(const char *operator, usec t, usec now)
{
	usec today = now / DAY * DAY;
	int64_t days = ends_with(operator, "week")    ? 7
		       : ends_with(operator, "month") ? 30
						      : 365;
	/* 1970-01-01 was a Thursday; a week begins on Sunday. */
	usec sunday = today - (now / DAY + 4) % 7 * DAY;

	if (strncmp(operator, "this", 4) == 0)
		return t >= sunday && t < sunday + 7 * DAY;
	if (strncmp(operator, "past", 4) == 0)
		return t >= today - days * DAY && t < today + DAY;
	return t >= today && t < today + (days + 1) * DAY;
}

static bool match_time(
	const char *operator, bool there, usec t, const json *with, usec now)
{
	usec from, to;

	if (strcmp(operator, "is_empty") == 0)
		return !there;
	if (strcmp(operator, "is_not_empty") == 0 || !there)
		return there;
	if (date_span(json_text(with), &from, &to) < 0)
		return match_relative(operator, t, now);
	if (strcmp(operator, "equals") == 0)
		return t >= from && t < to;
	if (strcmp(operator, "before") == 0)
		return t < from;
	if (strcmp(operator, "after") == 0)
		return t >= to;
	if (strcmp(operator, "on_or_before") == 0)
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
static bool match_list(const char *operator, const json * property,
	const json *kept, const json *with)
{
	const json *option = property_options(property) && json_text(with)
				     ? option_by_name(property, json_text(with))
				     : NULL;
	const char *id = option ? json_str(option, "id") : json_text(with);

	if (strcmp(operator, "is_empty") == 0)
		return json_count(kept) == 0;
	if (strcmp(operator, "is_not_empty") == 0)
		return json_count(kept) > 0;
	return has_item(kept, id) == (strcmp(operator, "contains") == 0);
}

static bool match_option(const char *operator, const json * property,
	const json *kept, const json *with)
{
	const json *option = json_text(with)
				     ? option_by_name(property, json_text(with))
				     : NULL;
	const char *id = json_text(kept);
	bool equal = id && option && strcmp(id, json_str(option, "id")) == 0;

	if (strcmp(operator, "is_empty") == 0)
		return !id;
	if (strcmp(operator, "is_not_empty") == 0)
		return id != NULL;
	return equal == (strcmp(operator, "equals") == 0);
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
	const json *operand = json_first(condition_of(filter));
	const char *type = property_type(property), *op = json_key(operand);
	const json *kept = json_get(p->values, json_str(property, "id"));

	if (strcmp(type, "title") == 0 || strcmp(type, "rich_text") == 0) {
		char *plain = rich_text_plain(kept);
		bool match = match_text(op, plain, json_text(operand));

		free(plain);
		return match;
	}
	if (is_any_of(type, texts))
		return match_text(op, json_text(kept) ? json_text(kept) : "",
			json_text(operand));
	if (is_any_of(type, lists))
		return match_list(op, property, kept, operand);
	if (strcmp(type, "number") == 0)
		return match_number(op, kept, operand);
	if (strcmp(type, "checkbox") == 0)
		return (json_is_true(kept) == json_is_true(operand)) ==
		       (strcmp(op, "equals") == 0);
	if (strcmp(type, "date") == 0)
		return match_date(operand, kept, now);
	if (is_any_of(type, times))
		return match_page_time(condition_of(filter),
			*type == 'c' ? p->created : p->edited, now);
	return match_option(op, property, kept, operand);
}

bool filter_match(
	const json *filter, const json *schema, const struct page *p, usec now)
{
	const json *list = branches(filter);
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
		return match_page_time(condition_of(filter),
			*json_str(filter, "timestamp") == 'c' ? p->created
							      : p->edited,
			now);
	return match_property(filter, schema, p, now);
}
