/* Whether Notion accepts the filter of a query. */
#include "sandbox/notion/filter.h"

#include <stdio.h>
#include <string.h>

#include "sandbox/notion/date.h"
#include "sandbox/notion/schema.h"
#include "sandbox/notion/text.h"

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
	static const char *const *const by_class[] = {
		[FILTER_TEXT] = text_operators,
		[FILTER_TIME] = time_operators,
		[FILTER_LIST] = list_operators,
		[FILTER_NUMBER] = number_operators,
		[FILTER_FLAG] = flag_operators,
		[FILTER_OPTION] = option_operators,
		[FILTER_NONE] = NULL,
	};

	return by_class[filter_class_of(type)];
}

static bool is_any_of(const char *s, const char *const *words)
{
	for (; s && words && *words; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

static int check_operand(const char *type, const char *op, const json *v,
	const char *path, struct notion_error *e)
{
	usec from, to;

	if (strcmp(op, "is_empty") == 0 || strcmp(op, "is_not_empty") == 0)
		return json_is_true(v) ? 0
				       : notion_should_be(e, path, "`true`", v);
	if (filter_class_of(type) == FILTER_TIME) {
		if (json_is_object(v) ||
			(json_text(v) &&
				date_span(json_text(v), &from, &to) == 0))
			return 0;
		return notion_should_be(
			e, path, "a valid ISO 8601 date string", v);
	}
	if (filter_class_of(type) == FILTER_FLAG)
		return json_is_bool(v)
			       ? 0
			       : notion_should_be(e, path, "a boolean", v);
	if (filter_class_of(type) == FILTER_NUMBER)
		return !json_text(v) && !json_is_null(v) && !json_is_bool(v)
			       ? 0
			       : notion_should_be(e, path, "a number", v);
	if (json_text(v) ||
		(json_is_array(v) && filter_class_of(type) != FILTER_TEXT))
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
	const json *v = filter_condition(filter);
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
		!(strcmp(asked, "rich_text") == 0 &&
			filter_class_of(type) == FILTER_TEXT))
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
	const json *v = filter_condition(filter);

	if (!which || (strcmp(which, "created_time") != 0 &&
			      strcmp(which, "last_edited_time") != 0))
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

static int check_level(const json *filter, const json *schema, int depth,
	struct notion_error *e)
{
	const json *list = filter_branches(filter);

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
