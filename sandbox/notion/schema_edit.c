/*
 * Changes of a schema by a request: properties added, renamed, changed and
 * removed, and lists of options.
 */
#include "sandbox/notion/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/notion/text.h"
#include "util/text.h"
#include "util/uuid.h"

#define PROPERTIES_MAX 500

static const char *const types[] = { "title", "rich_text", "number", "select",
	"multi_select", "status", "date", "people", "files", "checkbox", "url",
	"email", "phone_number", "formula", "relation", "rollup",
	"created_time", "created_by", "last_edited_time", "last_edited_by",
	"unique_id", "place", "button", NULL };

/* The type that a property object names, or that its keys imply. */
static const char *type_given(const json *given)
{
	const char *type = json_str(given, "type");

	for (int i = 0; types[i]; i++)
		if (type ? strcmp(types[i], type) == 0
			 : json_get(given, types[i]) != NULL)
			return types[i];
	return NULL;
}

static int check_property_keys(
	const json *given, const char *path, struct notion_error *e)
{
	static const char *const more[] = { "id", "name", "type", "description",
		NULL };
	const char *keys[40];
	int n = 0;

	for (int i = 0; types[i]; i++)
		keys[n++] = types[i];
	for (int i = 0; more[i]; i++)
		keys[n++] = more[i];
	keys[n] = NULL;
	return notion_only_keys(e, path, given, keys);
}

/* One option of a list: an existing one, by id or name, or a new one. */
static int take_option(json *list, const json *property, const json *given,
	const char *path, struct notion_error *e)
{
	const char *id = json_str(given, "id"), *name = json_str(given, "name");
	const json *there = NULL;

	if (!json_is_object(given))
		return notion_should_be(e, path, "an object", given);
	if (!id && !name)
		return notion_should_be(
			e, path, "an option with `name` or `id`", given);
	if (id)
		there = option_by_id(property, id);
	if (!there && name && property)
		there = option_by_name(property, name);
	if (there) {
		json_add(list, json_copy(there));
		return 0;
	}
	if (!name)
		return notion_invalid(
			e, "There is no select option with id %.100s.", id);
	if (option_name_check(name, path, e) < 0)
		return -1;
	json_add(list, option_make(name, json_str(given, "color")));
	return 0;
}

static bool repeats(const json *list)
{
	for (const json *a = json_first(list); a; a = json_next(a))
		for (const json *b = json_next(a); b; b = json_next(b))
			if (text_equal_folded(
				    json_str(a, "name"), json_str(b, "name")))
				return true;
	return false;
}

/* The given list replaces the existing one. */
static int options_from(const json *given, const json *property,
	const char *path, json **out, struct notion_error *e)
{
	json *list;
	size_t i = 0;

	*out = NULL;
	if (!json_is_array(given))
		return notion_should_be(e, path, "an array", given);
	if (json_count(given) > 100)
		return notion_too_long(e, path, 100, json_count(given));
	list = json_array();
	for (const json *v = json_first(given); v; v = json_next(v)) {
		char at[PATH_MAX_LEN];

		snprintf(at, sizeof at, "%.400s[%zu]", path, i++);
		if (take_option(list, property, v, at, e) < 0) {
			json_free(list);
			return -1;
		}
	}
	if (repeats(list)) {
		json_free(list);
		return notion_invalid(e, "Select options must be unique, "
					 "without regard to case.");
	}
	*out = list;
	return 0;
}

static json *status_groups(const json *options)
{
	static const char *const names[] = { "To-do", "In progress",
		"Complete" };
	json *groups = json_array();

	for (int i = 0; i < 3; i++) {
		json *group = json_add(groups, option_make(names[i], NULL));
		const json *o = json_first(options);
		json *ids = json_put(group, "option_ids", json_array());

		json_remove(group, "description");
		for (int n = 0; o; o = json_next(o), n++)
			if (n == i)
				json_add(ids, json_copy(json_get(o, "id")));
	}
	return groups;
}

static json *default_status(void)
{
	json *list = json_array();

	json_add(list, option_make("Not started", "default"));
	json_add(list, option_make("In progress", "blue"));
	json_add(list, option_make("Done", "green"));
	return list;
}

/* The type-specific part of a property: {"options":[…]} and so on. */
static int config_from(const json *given, const char *type,
	const json *property, const char *path, json **out,
	struct notion_error *e)
{
	const json *config = json_get(given, type);
	json *options = NULL;
	char at[PATH_MAX_LEN];

	snprintf(at, sizeof at, "%.400s.%s.options", path, type);
	*out = NULL;
	if (json_get(config, "options") &&
		options_from(json_get(config, "options"), property, at,
			&options, e) < 0)
		return -1;
	*out = json_is_object(config) ? json_copy(config) : json_object();
	if (strcmp(type, "number") == 0 && !json_get(*out, "format"))
		json_put_str(*out, "format", "number");
	if (strcmp(type, "select") == 0 || strcmp(type, "multi_select") == 0)
		json_put(*out, "options", options ? options : json_array());
	else if (strcmp(type, "status") == 0) {
		json_put(*out, "options", options ? options : default_status());
		json_put(*out, "groups",
			status_groups(json_get(*out, "options")));
	} else {
		json_free(options);
	}
	return 0;
}

/* Four characters from those that Notion uses for its ids. */
static void random_id(char out[5])
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		":;<=>?@[\\]^_`{|}~";
	char id[UUID_SIZE];

	uuid_random(id);
	for (int i = 0; i < 4; i++) {
		unsigned n = (unsigned)strtoul(
			(char[]){ id[2 * i], id[2 * i + 1], '\0' }, NULL, 16);

		out[i] = letters[n % (sizeof letters - 1)];
	}
	out[4] = '\0';
}

static json *property_make(
	const char *id, const char *name, const char *type, json *take_config)
{
	json *p = json_object();

	json_put_str(p, "id", id);
	json_put_str(p, "name", name);
	json_put_str(p, "description", NULL);
	json_put_str(p, "type", type);
	json_put(p, type, take_config);
	return p;
}

static int property_add(json *properties, const char *name, const json *given,
	const char *path, struct notion_error *e)
{
	const char *type = type_given(given);
	char id[UUID_SIZE];
	json *config;

	if (!json_is_object(given))
		return notion_should_be(e, path, "an object", given);
	if (check_property_keys(given, path, e) < 0)
		return -1;
	if (!type)
		return notion_should_be(
			e, path, "a property with a type", given);
	if (json_count(properties) >= PROPERTIES_MAX)
		return notion_invalid(e, "Too many properties.");
	if (config_from(given, type, NULL, path, &config, e) < 0)
		return -1;
	if (strcmp(type, "title") == 0)
		strcpy(id, "title");
	else
		do
			random_id(id);
		while (property_find(properties, id));
	json_add(properties, property_make(id, name, type, config));
	return 0;
}

static size_t count_titles(const json *properties)
{
	size_t n = 0;

	for (const json *p = json_first(properties); p; p = json_next(p))
		n += strcmp(property_type(p), "title") == 0;
	return n;
}

int properties_create(
	const json *given, const char *path, json **out, struct notion_error *e)
{
	json *list = json_array();

	*out = NULL;
	if (!json_is_object(given)) {
		json_free(list);
		return notion_should_be(e, path, "an object", given);
	}
	for (const json *v = json_first(given); v; v = json_next(v)) {
		char at[PATH_MAX_LEN];

		snprintf(at, sizeof at, "%.300s.%.150s", path, json_key(v));
		if (property_add(list, json_key(v), v, at, e) < 0) {
			json_free(list);
			return -1;
		}
	}
	if (count_titles(list) != 1) {
		json_free(list);
		return notion_invalid(e,
			"Title is not provided: a data source needs exactly "
			"one title property.");
	}
	*out = list;
	return 0;
}

static int property_rename(json *properties, json *property, const char *name,
	struct notion_error *e)
{
	for (json *p = json_first(properties); p; p = json_next(p))
		if (p != property && strcmp(json_str(p, "name"), name) == 0)
			return notion_invalid(e,
				"Cannot rename to a property that exists "
				"already: %.200s",
				name);
	json_put_str(property, "name", name);
	return 0;
}

static int property_change(json *properties, json *property, const json *given,
	const char *path, struct notion_error *e)
{
	const char *type = type_given(given), *was = property_type(property);
	const char *name = json_str(given, "name");
	json *config;

	if (!json_is_object(given))
		return notion_should_be(e, path, "an object or `null`", given);
	if (check_property_keys(given, path, e) < 0)
		return -1;
	if (name && property_rename(properties, property, name, e) < 0)
		return -1;
	if (!type || !json_get(given, type))
		return 0;
	if (strcmp(type, was) != 0 &&
		(strcmp(type, "title") == 0 || strcmp(was, "title") == 0))
		return notion_invalid(
			e, "The type of the title property cannot change.");
	if (strcmp(type, "status") == 0 && strcmp(was, type) == 0)
		return 0;
	if (strcmp(type, was) == 0 && property_options(property) &&
		!json_get(json_get(given, type), "options"))
		return 0;
	if (config_from(given, type, property, path, &config, e) < 0)
		return -1;
	if (strcmp(type, was) != 0) {
		json_remove(property, was);
		json_put_str(property, "type", type);
	}
	json_put(property, type, config);
	return 0;
}

/* Only marked here: a list can't lose an element, only be copied without it. */
static int property_remove(json *property, struct notion_error *e)
{
	if (strcmp(property_type(property), "title") == 0)
		return notion_invalid(
			e, "The title property cannot be removed.");
	json_put_bool(property, "removed", true);
	return 0;
}

/* Adds, changes and renames, or removes a property, in that order. */
static int update_pass(json *properties, const json *given, const char *path,
	int pass, struct notion_error *e)
{
	for (const json *v = json_first(given); v; v = json_next(v)) {
		json *p = property_find(properties, json_key(v));
		char at[PATH_MAX_LEN];
		int rc = 0;

		snprintf(at, sizeof at, "%.300s.%.150s", path, json_key(v));
		if (pass == 0 && json_is_null(v) && !p)
			rc = notion_invalid(e,
				"Could not find property with name or id: "
				"%.200s",
				json_key(v));
		else if (pass == 0 && !json_is_null(v) && !p)
			rc = property_add(properties, json_key(v), v, at, e);
		else if (pass == 1 && p && !json_is_null(v))
			rc = property_change(properties, p, v, at, e);
		else if (pass == 2 && p && json_is_null(v))
			rc = property_remove(p, e);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int properties_update(json **properties, const json *given, const char *path,
	struct notion_error *e)
{
	json *left;

	if (!json_is_object(given))
		return notion_should_be(e, path, "an object", given);
	for (int pass = 0; pass < 3; pass++)
		if (update_pass(*properties, given, path, pass, e) < 0)
			return -1;
	left = json_array();
	for (const json *p = json_first(*properties); p; p = json_next(p))
		if (!json_true(p, "removed"))
			json_add(left, json_copy(p));
	json_free(*properties);
	*properties = left;
	return 0;
}
