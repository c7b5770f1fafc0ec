#include "sandbox/notion/seed.h"

#include <string.h>

#include "sandbox/notion/json.h"
#include "sandbox/notion/schema.h"
#include "sandbox/notion/text.h"

static const struct {
	const char *id, *name, *type;
} standing[] = {
	{ "title", "Decision", "title" },
	{ "\\kxk", "Type", "multi_select" },
	{ "sw~V", "Date", "date" },
	{ "CWCZ", "Checksum", "rich_text" },
	{ "Ur]X", "Synced", "checkbox" },
	{ "hlY=", "Owner", "rich_text" },
	{ "rulX", "Notes", "rich_text" },
};

static json *standing_properties(size_t most)
{
	static const char *const options[] = { "Policy", "Architecture", "Ops",
		"UX", "Other" };
	json *list = json_array();

	for (size_t i = 0; i < most; i++) {
		json *p = json_add(list, json_object());
		json *config;

		json_put_str(p, "id", standing[i].id);
		json_put_str(p, "name", standing[i].name);
		json_put_str(p, "description", NULL);
		json_put_str(p, "type", standing[i].type);
		config = json_put(p, standing[i].type, json_object());
		if (strcmp(standing[i].type, "multi_select") != 0)
			continue;
		json_put(config, "options", json_array());
		for (size_t o = 0; o < 5; o++)
			option_add(p, options[o], NULL);
	}
	return list;
}

static void seed_database(struct world *w, const char *database,
	const char *source, const char *title, size_t n_properties)
{
	struct database d = { 0 };
	struct source s = { 0 };

	copy_id(d.id, database);
	copy_id(d.parent, ROOT_PAGE_ID);
	d.title = rich_text_from(title);
	d.created = d.edited = world_now(w);
	database_save(w, &d);
	copy_id(s.id, source);
	copy_id(s.database, database);
	s.title = rich_text_from(title);
	s.properties = standing_properties(n_properties);
	s.created = s.edited = time_floor_minute(d.created);
	copy_id(s.created_by, PERSON_ID);
	copy_id(s.edited_by, PERSON_ID);
	source_save(w, &s);
	source_fini(&s);
	database_fini(&d);
}

void notion_seed_defaults(struct world *w)
{
	struct source s;

	if (!source_load(w, DATA_SOURCE_ID, &s)) {
		seed_database(w, DATABASE_ID, DATA_SOURCE_ID, "Decision Vault",
			sizeof standing / sizeof standing[0]);
		seed_database(
			w, ELSEWHERE_DATABASE_ID, ELSEWHERE_ID, "Elsewhere", 1);
	}
	source_fini(&s);
}

static json *text_property(const char *type, const json *v)
{
	json *value = json_object(), *array, *element;

	array = json_put(value, type, json_array());
	if (json_is_null(v) || (json_text(v) && !*json_text(v)))
		return value;
	element = json_add(array, json_object());
	json_put(json_put(element, "text", json_object()), "content",
		json_copy(v));
	return value;
}

/* As the property's type has it: a person may have changed that. */
static json *type_property(const char *type, const json *v)
{
	json *value, *array, *option;
	const json *one = json_is_array(v) ? json_first(v) : v;

	if (strcmp(type, "rich_text") == 0)
		return text_property(type, one);
	value = json_object();
	if (strcmp(type, "multi_select") != 0) {
		if (json_is_null(one) || (json_text(one) && !*json_text(one))) {
			json_put_str(value, type, NULL);
			return value;
		}
		option = json_put(value, type, json_object());
		json_put(option, "name", json_copy(one));
		return value;
	}
	array = json_put(value, type, json_array());
	for (; one && !json_is_null(one);
		one = json_is_array(v) ? json_next(one) : NULL) {
		if (!json_is_array(v) && json_text(v) && !*json_text(v))
			break;
		option = json_add(array, json_object());
		json_put(option, "name", json_copy(one));
	}
	return value;
}

static json *date_property(const json *v)
{
	json *value = json_object(), *date;

	if (json_is_object(v)) {
		json_put(value, "date", json_copy(v));
	} else if (json_is_null(v) || (json_text(v) && !*json_text(v))) {
		json_put_str(value, "date", NULL);
	} else {
		date = json_put(value, "date", json_object());
		json_put(date, "start", json_copy(v));
	}
	return value;
}

static json *wrapped(const char *type, const json *v)
{
	json *value = json_object();

	json_put(value, type, json_copy(v));
	return value;
}

/*
 * The five values, by the ids of the built-in properties, as in a write; any
 * other is in "properties", as a write has it.
 */
static json *as_properties(const struct source *s, const json *set)
{
	static const struct {
		const char *key, *id;
	} texts[] = { { "checksum", "CWCZ" }, { "owner", "hlY=" },
		{ "notes", "rulX" } };
	json *out = json_object();
	const json *v;

	if ((v = json_get(set, "title_rich_text")))
		json_put(out, "title", wrapped("title", v));
	else if ((v = json_get(set, "decision")))
		json_put(out, "title", text_property("title", v));
	if ((v = json_get(set, "type")))
		json_put(out, "\\kxk",
			type_property(property_type(property_find(
					      s->properties, "\\kxk")),
				v));
	if ((v = json_get(set, "date")))
		json_put(out, "sw~V", date_property(v));
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if ((v = json_get(set, texts[i].key)))
			json_put(out, texts[i].id,
				text_property("rich_text", v));
	if ((v = json_get(set, "synced")))
		json_put(out, "Ur]X", wrapped("checkbox", v));
	for (v = json_first(json_get(set, "properties")); v; v = json_next(v))
		json_put(out, json_key(v), json_copy(v));
	return out;
}

int notion_edit_page(struct world *w, struct source *s, struct page *p,
	const json *set, struct notion_error *e)
{
	json *properties = as_properties(s, set);
	int rc = page_set(w, p, s, properties, false, e);

	json_free(properties);
	return rc;
}

static void take_time(const json *line, const char *key, usec *t)
{
	usec given;

	if (time_parse(json_str(line, key), &given) == 0)
		*t = time_floor_minute(given);
}

int notion_seed_page(struct world *w, struct source *s, const json *line,
	char id[UUID_SIZE], struct notion_error *e)
{
	const char *by = json_str(line, "created_by");
	struct page p = { .shared = true };
	int rc = -1;

	uuid_random(p.id);
	if (json_str(line, "id") &&
		uuid_normalize(json_str(line, "id"), p.id) < 0) {
		notion_should_be(e, "id", "a valid uuid", json_get(line, "id"));
		goto out;
	}
	copy_id(p.source, s->id);
	copy_id(p.created_by,
		by && strcmp(by, "bot") == 0 ? BOT_ID : PERSON_ID);
	copy_id(p.edited_by, p.created_by);
	p.created = time_floor_minute(world_now(w));
	take_time(line, "created_at", &p.created);
	p.edited = p.created;
	take_time(line, "edited_at", &p.edited);
	p.in_trash = json_true(line, "in_trash");
	p.archived = json_true(line, "archived");
	rc = notion_edit_page(w, s, &p, line, e);
	if (rc == 0)
		page_save(w, &p);
	copy_id(id, p.id);
out:
	page_fini(&p);
	return rc;
}
