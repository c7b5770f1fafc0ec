#include "notion/schema.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

/* Property types, as the API names them. */
#define TITLE "title"
#define MULTI_SELECT "multi_select"
#define DATE "date"
#define RICH_TEXT "rich_text"
#define CHECKBOX "checkbox"

static const char *type_of(enum field f)
{
	switch (field_kind(f)) {
	case KIND_TITLE:
		return TITLE;
	case KIND_OPTION:
		return MULTI_SELECT;
	case KIND_DAY:
		break;
	}
	return DATE;
}

/* A property by its name, or by its type where only one has that type. */
static const json *find_property(
	const json *data_source, const char *name, const char *type)
{
	const json *all = json_get(data_source, "properties");

	if (strcmp(type, TITLE) != 0)
		return json_get(all, name);
	for (const json *p = json_first(all); p; p = json_next(p)) {
		const char *is = json_str(p, "type");

		if (is && strcmp(is, TITLE) == 0)
			return p;
	}
	return NULL;
}

int notion_wrong_type(struct error *e, const char *name, const char *is,
	const char *should_be)
{
	return fail(e, RC_CONFIG,
		"the Notion property \"%s\" has type %s and should have type "
		"%s; change its type in Notion, or rename it and run "
		"notion-setup",
		name, is, should_be);
}

/*
 * Puts the id of one property into *id; NULL where an optional one is missing.
 */
static int bind(char **id, const json *data_source, const char *name,
	const char *type, bool needed, struct error *e)
{
	const json *p = find_property(data_source, name, type);
	const char *is = json_str(p, "type");

	if (!p && !needed)
		return 0;
	if (!p)
		return fail(e, RC_CONFIG,
			"the Notion database has no property \"%s\" of type"
			" %s; run notion-setup, or add it in Notion",
			name, type);
	if (!is || strcmp(is, type) != 0)
		return notion_wrong_type(e, name, is ? is : "unknown", type);
	*id = xstrdup(json_str(p, "id"));
	if (!*id)
		return fail(e, RC_TEMPORARY,
			"Notion gave no id for the property \"%s\"", name);
	return 0;
}

static json *option_names(const json *type_property)
{
	const json *type = json_get(type_property, MULTI_SELECT);
	const json *options = json_get(type, "options");
	json *names = json_array();

	for (const json *o = json_first(options); o; o = json_next(o))
		if (json_str(o, "name"))
			json_add(names, json_string(json_str(o, "name")));
	return names;
}

int notion_schema_bind(
	struct notion_schema *s, const json *data_source, struct error *e)
{
	int rc = 0;

	*s = (struct notion_schema){ 0 };
	for (enum field f = 0; f < FIELDS && rc == 0; f++)
		rc = bind(&s->field[f], data_source, field_property(f),
			type_of(f), true, e);
	if (rc < 0 ||
		bind(&s->checksum, data_source, "Checksum", RICH_TEXT, false,
			e) < 0 ||
		bind(&s->synced, data_source, "Synced", CHECKBOX, false, e) <
			0) {
		notion_schema_fini(s);
		return -1;
	}
	s->type_options = option_names(find_property(
		data_source, field_property(FIELD_TYPE), MULTI_SELECT));
	return 0;
}

static int id_from_head(char **id, const json *head, const char *name,
	bool needed, struct error *e)
{
	const json *v = json_get(json_get(head, "properties"), name);

	if (json_text(v) ? !*json_text(v) : !json_is_null(v) || needed)
		return fail(e, RC_STREAM,
			"the head line of a notion stream needs "
			"\"properties\" with the id of \"%s\"",
			name);
	*id = xstrdup(json_text(v));
	return 0;
}

static int options_from_head(
	struct notion_schema *s, const json *head, struct error *e)
{
	const json *options = json_get(head, "type_options");

	s->type_options = json_array();
	if (!json_is_null(options) && !json_is_array(options))
		return fail(e, RC_STREAM, "\"type_options\" is not an array");
	for (const json *o = json_first(options); o; o = json_next(o)) {
		if (!json_text(o))
			return fail(e, RC_STREAM,
				"\"type_options\" holds something other than "
				"texts");
		json_add(s->type_options, json_string(json_text(o)));
	}
	return 0;
}

int notion_schema_from_head(
	struct notion_schema *s, const json *head, struct error *e)
{
	int rc = 0;

	*s = (struct notion_schema){ 0 };
	for (enum field f = 0; f < FIELDS && rc == 0; f++)
		rc = id_from_head(
			&s->field[f], head, field_property(f), true, e);
	if (rc < 0 ||
		id_from_head(&s->checksum, head, "Checksum", false, e) < 0 ||
		id_from_head(&s->synced, head, "Synced", false, e) < 0 ||
		options_from_head(s, head, e) < 0) {
		notion_schema_fini(s);
		return -1;
	}
	s->bot_user = xstrdup(json_str(head, "bot_user"));
	return 0;
}

void notion_schema_to_head(const struct notion_schema *s, json *head)
{
	json *properties = json_put(head, "properties", json_object());

	for (enum field f = 0; f < FIELDS; f++)
		json_put_str(properties, field_property(f), s->field[f]);
	json_put_str(properties, "Checksum", s->checksum);
	json_put_str(properties, "Synced", s->synced);
	json_put(head, "type_options",
		s->type_options ? json_copy(s->type_options) : json_array());
	json_put_str(head, "bot_user", s->bot_user);
}

void notion_schema_fini(struct notion_schema *s)
{
	for (enum field f = 0; f < FIELDS; f++)
		free(s->field[f]);
	free(s->checksum);
	free(s->synced);
	free(s->bot_user);
	json_free(s->type_options);
	*s = (struct notion_schema){ 0 };
}
