/* The schema in the head of a fetch stream. */
#include "notion/schema.h"

#include "util/alloc.h"

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

/* Absent where it is as usual. */
static int kind_from_head(
	struct notion_schema *s, const json *head, struct error *e)
{
	const json *kind = json_get(head, "type_kind");
	const json *link = json_get(head, "link");

	if (!json_is_null(kind) &&
		type_kind_parse(json_text(kind), &s->type_kind) < 0)
		return fail(e, RC_STREAM, "unknown \"type_kind\": %.40s",
			json_text(kind) ? json_text(kind) : "not a text");
	s->link_is_url = json_true(link, "url");
	s->link_template = xstrdup(json_str(link, "template"));
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
		id_from_head(&s->paused, head, "Paused", false, e) < 0 ||
		id_from_head(&s->link, head, "Link", false, e) < 0 ||
		kind_from_head(s, head, e) < 0 ||
		options_from_head(s, head, e) < 0) {
		notion_schema_fini(s);
		return -1;
	}
	s->bot_user = xstrdup(json_str(head, "bot_user"));
	if (json_is_object(json_get(head, "names")))
		s->own_names = json_copy(json_get(head, "names"));
	return 0;
}

void notion_schema_to_head(const struct notion_schema *s, json *head)
{
	json *properties = json_put(head, "properties", json_object());

	for (enum field f = 0; f < FIELDS; f++)
		json_put_str(properties, field_property(f), s->field[f]);
	json_put_str(properties, "Checksum", s->checksum);
	json_put_str(properties, "Synced", s->synced);
	if (s->paused)
		json_put_str(properties, "Paused", s->paused);
	if (s->link)
		json_put_str(properties, "Link", s->link);
	if (s->type_kind != TYPE_MULTI_SELECT)
		json_put_str(head, "type_kind", type_kind_name(s->type_kind));
	json_put(head, "type_options",
		s->type_options ? json_copy(s->type_options) : json_array());
	json_put_str(head, "bot_user", s->bot_user);
	if (s->own_names)
		json_put(head, "names", json_copy(s->own_names));
	if (s->link) {
		json *link = json_put(head, "link", json_object());

		json_put_bool(link, "url", s->link_is_url);
		json_put_str(link, "template", s->link_template);
	}
}
