#include "sandbox/notion/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/notion/date.h"
#include "sandbox/notion/json.h"
#include "sandbox/notion/text.h"
#include "util/alloc.h"
#include "util/text.h"
#include "util/uuid.h"

#define LIST_MAX 100

struct value {
	struct world *world;
	json *property;
	const json *given;
	const char *path;
	bool limited;
	bool *grown;
	struct notion_error *e;
};

static int parse_rich_text(struct value *v, json **out)
{
	return rich_text_parse(
		v->world, v->given, v->path, v->limited, out, v->e);
}

static int parse_checkbox(struct value *v, json **out)
{
	if (!json_is_bool(v->given))
		return notion_should_be(v->e, v->path, "a boolean", v->given);
	*out = json_copy(v->given);
	return 0;
}

static bool is_number(const json *v)
{
	return !json_is_null(v) && !json_is_string(v) && !json_is_bool(v) &&
	       !json_is_object(v) && !json_is_array(v);
}

static int parse_number_value(struct value *v, json **out)
{
	if (!json_is_null(v->given) && !is_number(v->given))
		return notion_should_be(
			v->e, v->path, "a number or `null`", v->given);
	*out = json_copy(v->given);
	return 0;
}

static int parse_string(struct value *v, size_t most, json **out)
{
	const char *s = json_text(v->given);

	if (!s && !json_is_null(v->given))
		return notion_should_be(
			v->e, v->path, "a string or `null`", v->given);
	if (s && !*s)
		return notion_invalid(v->e,
			"body failed validation: %s.length should be ≥ `1`, "
			"instead was `0`.",
			v->path);
	if (s && text_utf16_len(s) > most)
		return notion_too_long(v->e, v->path, most, text_utf16_len(s));
	*out = json_copy(v->given);
	return 0;
}

static int parse_url(struct value *v, json **out)
{
	return parse_string(v, 2000, out);
}

static int parse_contact(struct value *v, json **out)
{
	return parse_string(v, 200, out);
}

static int parse_date(struct value *v, json **out)
{
	return date_value_parse(v->given, v->path, out, v->e);
}

/*
 * {"name"} or {"id"}: the id of the option, which is created where it is new.
 */
static int parse_option(
	struct value *v, const json *given, const char *path, const char **id)
{
	static const char *const keys[] = { "id", "name", "color",
		"description", NULL };
	const char *wanted = json_str(given, "id");
	const char *name = json_str(given, "name");
	const json *option;

	if (!json_is_object(given))
		return notion_should_be(v->e, path, "an object", given);
	if (notion_only_keys(v->e, path, given, keys) < 0)
		return -1;
	if (!wanted && !name)
		return notion_should_be(
			v->e, path, "an option with `name` or `id`", given);
	option = wanted ? option_by_id(v->property, wanted)
			: option_by_name(v->property, name);
	if (!option && !name)
		return notion_invalid(v->e,
			"There is no select option with id %.100s.", wanted);
	if (!option) {
		if (option_name_check(name, path, v->e) < 0)
			return -1;
		if (strcmp(property_type(v->property), "status") == 0)
			return notion_invalid(v->e,
				"Invalid status option. Status option "
				"\"%.200s\" does not exist.",
				name);
		option =
			option_add(v->property, name, json_str(given, "color"));
		*v->grown = true;
	}
	*id = json_str(option, "id");
	return 0;
}

static int parse_select(struct value *v, json **out)
{
	const char *id = NULL;

	if (!json_is_null(v->given) &&
		parse_option(v, v->given, v->path, &id) < 0)
		return -1;
	*out = json_string(id);
	return 0;
}

static bool has_text(const json *list, const char *s)
{
	for (const json *i = json_first(list); i; i = json_next(i))
		if (strcmp(json_text(i), s) == 0)
			return true;
	return false;
}

static int check_list(struct value *v)
{
	if (!json_is_array(v->given))
		return notion_should_be(v->e, v->path, "an array", v->given);
	if (json_count(v->given) > LIST_MAX)
		return notion_too_long(
			v->e, v->path, LIST_MAX, json_count(v->given));
	return 0;
}

static int parse_multi_select(struct value *v, json **out)
{
	json *list;
	size_t i = 0;

	if (check_list(v) < 0)
		return -1;
	list = json_array();
	for (const json *o = json_first(v->given); o; o = json_next(o)) {
		const char *id;
		char at[PATH_MAX_LEN];

		snprintf(at, sizeof at, "%.400s[%zu]", v->path, i++);
		if (parse_option(v, o, at, &id) < 0) {
			json_free(list);
			return -1;
		}
		/* parse_option() gave an id. */
		/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
		if (!has_text(list, id))
			json_add(list, json_string(id));
	}
	*out = list;
	return 0;
}

/* People and relations: objects with an id. */
static int parse_ids(struct value *v, json **out)
{
	json *list;
	size_t i = 0;

	if (check_list(v) < 0)
		return -1;
	list = json_array();
	for (const json *o = json_first(v->given); o; o = json_next(o)) {
		char id[UUID_SIZE], at[PATH_MAX_LEN];

		snprintf(at, sizeof at, "%.400s[%zu].id", v->path, i++);
		if (!json_str(o, "id") ||
			uuid_normalize(json_str(o, "id"), id) < 0) {
			json_free(list);
			return notion_should_be(
				v->e, at, "a valid uuid", json_get(o, "id"));
		}
		json_add(list, json_string(id));
	}
	*out = list;
	return 0;
}

static int parse_files(struct value *v, json **out)
{
	if (check_list(v) < 0)
		return -1;
	*out = json_copy(v->given);
	return 0;
}

static int parse_place(struct value *v, json **out)
{
	static const char *const keys[] = { "lat", "lon", "name", "address",
		"aws_place_id", "google_place_id", NULL };

	if (!json_is_null(v->given) && !json_is_object(v->given))
		return notion_should_be(
			v->e, v->path, "an object or `null`", v->given);
	if (notion_only_keys(v->e, v->path, v->given, keys) < 0)
		return -1;
	*out = json_copy(v->given);
	for (int i = 0; keys[i] && !json_is_null(v->given); i++)
		if (!json_get(*out, keys[i]))
			json_put_str(*out, keys[i], NULL);
	return 0;
}

static const struct {
	const char *type;
	int (*parse)(struct value *, json **);
} parsers[] = {
	{ "title", parse_rich_text },
	{ "rich_text", parse_rich_text },
	{ "checkbox", parse_checkbox },
	{ "number", parse_number_value },
	{ "url", parse_url },
	{ "email", parse_contact },
	{ "phone_number", parse_contact },
	{ "date", parse_date },
	{ "select", parse_select },
	{ "status", parse_select },
	{ "multi_select", parse_multi_select },
	{ "people", parse_ids },
	{ "relation", parse_ids },
	{ "files", parse_files },
	{ "place", parse_place },
};
#define N_PARSERS (sizeof parsers / sizeof parsers[0])

/*
 * A value object may have the key of its type, and the keys that a read adds.
 */
static int check_value_keys(struct value *v, const char *type, const char *path)
{
	const char *const keys[] = { "id", "name", "type", "has_more", type,
		NULL };

	for (size_t i = 0; i < N_PARSERS; i++)
		if (strcmp(parsers[i].type, type) != 0 &&
			json_get(v->given, parsers[i].type))
			return notion_invalid(v->e,
				"%.200s is expected to be "
				"%s.",
				json_str(v->property, "name"), type);
	return notion_only_keys(v->e, path, v->given, keys);
}

int value_parse(struct world *w, json *property, const json *given,
	const char *path, bool limited, json **out, bool *grown,
	struct notion_error *e)
{
	const char *type = property_type(property);
	struct value v = { w, property, given, path, limited, grown, e };
	char at[PATH_MAX_LEN];
	size_t i = 0;

	*out = NULL;
	while (i < N_PARSERS && strcmp(parsers[i].type, type) != 0)
		i++;
	if (i == N_PARSERS)
		return notion_invalid(e,
			"Cannot update the %s property \"%.200s\": its value "
			"is computed.",
			type, json_str(property, "name"));
	/* A bare array is accepted as the value: recorded for titles. */
	if (!json_is_array(given)) {
		snprintf(at, sizeof at, "%.400s.%s", path, type);
		if (!json_is_object(given))
			return notion_should_be(e, path, "an object", given);
		if (check_value_keys(&v, type, path) < 0)
			return -1;
		v.given = json_get(given, type);
		v.path = at;
		if (!v.given)
			return notion_should_be(e, at, "defined", NULL);
	}
	return parsers[i].parse(&v, out);
}

static json *show_option(const json *property, const char *id)
{
	json *o = json_copy(option_by_id(property, id));

	json_remove(o, "description");
	return o;
}

static json *show_options(const json *property, const json *kept)
{
	json *list = json_array();

	for (const json *id = json_first(kept); id; id = json_next(id))
		if (option_by_id(property, json_text(id)))
			json_add(list, show_option(property, json_text(id)));
	return list;
}

static json *show_ids(const json *kept, bool users)
{
	json *list = json_array();

	for (const json *id = json_first(kept); id; id = json_next(id)) {
		json *item = users ? notion_user(json_text(id)) : json_object();

		json_put_str(item, "id", json_text(id));
		json_add(list, item);
	}
	return list;
}

static json *show_time(usec t)
{
	json *holder = json_object(), *out;

	put_minute(holder, "t", t);
	out = json_detach(holder, "t");
	json_free(holder);
	return out;
}

static json *show_computed(const char *type, const struct value_times *t)
{
	if (strcmp(type, "created_time") == 0)
		return show_time(t->created);
	if (strcmp(type, "last_edited_time") == 0)
		return show_time(t->edited);
	if (strcmp(type, "created_by") == 0)
		return notion_user(t->created_by);
	if (strcmp(type, "last_edited_by") == 0)
		return notion_user(t->edited_by);
	return NULL;
}

json *value_show(
	const json *property, const json *kept, const struct value_times *t)
{
	static const char *const lists[] = { "title", "rich_text", "files",
		NULL };
	const char *type = property_type(property);
	json *computed = show_computed(type, t);

	if (computed)
		return computed;
	for (int i = 0; lists[i]; i++)
		if (strcmp(type, lists[i]) == 0)
			return kept ? json_copy(kept) : json_array();
	if (strcmp(type, "multi_select") == 0)
		return show_options(property, kept);
	if (strcmp(type, "select") == 0 || strcmp(type, "status") == 0)
		return show_option(property, json_text(kept));
	if (strcmp(type, "people") == 0 || strcmp(type, "relation") == 0)
		return show_ids(kept, *type == 'p');
	if (strcmp(type, "checkbox") == 0)
		return json_bool(json_is_true(kept));
	if (strcmp(type, "formula") == 0 || strcmp(type, "rollup") == 0)
		return json_string(NULL);
	return json_copy(kept);
}
