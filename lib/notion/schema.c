#include "notion/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

/* Property types, as the API names them. */
#define TITLE "title"
#define MULTI_SELECT "multi_select"
#define DATE "date"
#define RICH_TEXT "rich_text"
#define CHECKBOX "checkbox"

#define URL "url"

static const char *const kind_names[TYPE_KINDS] = {
	[TYPE_MULTI_SELECT] = MULTI_SELECT,
	[TYPE_SELECT] = "select",
	[TYPE_STATUS] = "status",
	[TYPE_TEXT] = RICH_TEXT,
};

const char *type_kind_name(enum type_kind kind)
{
	return kind_names[kind];
}

int type_kind_parse(const char *name, enum type_kind *kind)
{
	for (enum type_kind k = 0; k < TYPE_KINDS; k++)
		if (name && strcmp(kind_names[k], name) == 0) {
			*kind = k;
			return 0;
		}
	return -1;
}

/* The types that each field may have, and how a message lists them. */
static const struct {
	const char *const *types;
	size_t n;
	const char *shown;
} types_of[] = {
	[KIND_TITLE] = { (const char *const[]){ TITLE }, 1, TITLE },
	[KIND_OPTION] = { kind_names, TYPE_KINDS,
		MULTI_SELECT " (or select, status, " RICH_TEXT ")" },
	[KIND_DAY] = { (const char *const[]){ DATE }, 1, DATE },
};

static bool is_one_of(const char *type, const char *const *types, size_t n)
{
	for (size_t i = 0; type && i < n; i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static const json *find_title(const json *all)
{
	for (const json *p = json_first(all); p; p = json_next(p))
		if (is_one_of(json_str(p, "type"),
			    (const char *const[]){ TITLE }, 1))
			return p;
	return NULL;
}

/* "Name (title), Tags (multi_select), …": what there is to choose from. */
static void list_properties(const json *all, struct buf *out)
{
	for (const json *p = json_first(all); p; p = json_next(p)) {
		const char *type = json_str(p, "type");

		if (buf_addf(out, "%s%.60s (%.20s)", out->len > 0 ? ", " : "",
			    json_key(p), type ? type : "?") < 0) {
			buf_adds(out, ", …");
			return;
		}
	}
}

int notion_wrong_type(struct error *e, const char *name, const char *is,
	const char *should_be, const char *place, const json *properties)
{
	struct buf list = BUF_INIT(900);

	if (!place[0])
		return fail(e, RC_CONFIG,
			"the Notion property \"%s\" has type %s and should "
			"have type %s; change its type in Notion, or rename it "
			"and run notion-setup",
			name, is, should_be);
	list_properties(properties, &list);
	fail(e, RC_CONFIG,
		"%s: the Notion property \"%.100s\" has type %s and should "
		"have type %s; correct the name there, or change the type in "
		"Notion; it has: %s",
		place, name, is, should_be, buf_str(&list));
	buf_fini(&list);
	return -1;
}

/* A property that is to be found, and where its id goes. */
struct wanted {
	const char *name;  /* NULL: the title, whatever its name */
	const char *usual; /* for messages, where there is no name */
	const char *const *types;
	size_t n;
	const char *shown; /* the types, in a message */
	bool needed;
	char place[200]; /* where its name is set; "": nowhere */
};

static int not_there(const struct wanted *w, const json *all, struct error *e)
{
	struct buf list = BUF_INIT(900);

	list_properties(all, &list);
	fail(e, RC_CONFIG,
		"the Notion database has no property \"%.100s\" of type"
		" %s%s%s%s; %s; it has: %s",
		w->name ? w->name : w->usual, w->shown, w->place[0] ? " (" : "",
		w->place, w->place[0] ? ")" : "",
		w->place[0] ? "correct the name, add the property in Notion, "
			      "or run notion-setup"
			    : "run notion-setup, or add it in Notion",
		buf_str(&list));
	buf_fini(&list);
	return -1;
}

/* Its id is a word that others may have as their name; their type differs. */
static bool is_title(const json *property)
{
	return is_one_of(
		json_str(property, "type"), (const char *const[]){ TITLE }, 1);
}

/*
 * Puts the id of one property into *id; NULL where an optional one is missing.
 */
static const json *bind_to(char **id, const json *all, const struct wanted *w,
	int *rc, struct error *e)
{
	const json *p = w->name ? json_get(all, w->name) : find_title(all);
	const char *is = json_str(p, "type"), *its_id = json_str(p, "id");
	const json *namesake = its_id ? json_get(all, its_id) : NULL;

	*rc = 0;
	if (!p && !w->needed)
		return NULL;
	if (!p)
		*rc = not_there(w, all, e);
	else if (!is_one_of(is, w->types, w->n))
		*rc = notion_wrong_type(e, w->name ? w->name : w->usual,
			is ? is : "unknown", w->shown, w->place, all);
	else if (!its_id || !*its_id)
		*rc = fail(e, RC_TEMPORARY,
			"Notion gave no id for the property \"%s\"",
			w->name ? w->name : w->usual);
	else if (namesake && namesake != p && !is_title(p))
		*rc = fail(e, RC_CONFIG,
			"the Notion property \"%.100s\" has the id of the "
			"property \"%.100s\" as its name, so a write of one "
			"could go to the other: rename it in Notion",
			json_key(namesake), json_key(p));
	if (*rc < 0)
		return NULL;
	*id = xstrdup(its_id);
	return p;
}

static struct wanted wanted_of(const struct field_names *names,
	const char *usual, const char *const *types, size_t n,
	const char *shown, bool needed)
{
	struct wanted w = { .name = property_name(names, usual),
		.usual = usual,
		.types = types,
		.n = n,
		.shown = shown,
		.needed = needed };

	if (property_is_named(names, usual)) {
		w.needed = true;
		field_names_place(names, false, usual, w.place, sizeof w.place);
	}
	return w;
}

static json *option_names(const json *type_property)
{
	const char *type = json_str(type_property, "type");
	const json *options = json_get(
		json_get(type_property, type ? type : MULTI_SELECT), "options");
	json *names = json_array();

	for (const json *o = json_first(options); o; o = json_next(o))
		if (json_str(o, "name"))
			json_add(names, json_string(json_str(o, "name")));
	return names;
}

static int bind_fields(struct notion_schema *s, const json *all,
	const struct field_names *names, struct error *e)
{
	int rc = 0;

	for (enum field f = 0; f < FIELDS && rc == 0; f++) {
		enum field_kind kind = field_kind(f);
		struct wanted w = wanted_of(names, field_property(f),
			types_of[kind].types, types_of[kind].n,
			types_of[kind].shown, true);
		const json *p;

		if (kind == KIND_TITLE && !property_is_named(names, w.usual))
			w.name = NULL;
		p = bind_to(&s->field[f], all, &w, &rc, e);
		if (p && kind == KIND_OPTION) {
			type_kind_parse(json_str(p, "type"), &s->type_kind);
			s->type_options = option_names(p);
		}
	}
	return rc;
}

/* What is not content, and may be missing. */
static int bind_marks(struct notion_schema *s, const json *all,
	const struct field_names *names, struct error *e)
{
	static const char *const text[] = { RICH_TEXT }, *const box[] = {
		CHECKBOX
	};
	struct wanted checksum =
		wanted_of(names, "Checksum", text, 1, RICH_TEXT, false);
	struct wanted synced =
		wanted_of(names, "Synced", box, 1, CHECKBOX, false);
	int rc;

	bind_to(&s->checksum, all, &checksum, &rc, e);
	if (rc == 0)
		bind_to(&s->synced, all, &synced, &rc, e);
	return rc;
}

static int bind_paused(struct notion_schema *s, const json *all,
	const struct field_names *names, struct error *e)
{
	static const char *const box[] = { CHECKBOX };
	struct wanted w = { .types = box, .n = 1, .shown = CHECKBOX };
	bool given;
	int rc = 0;

	w.name = paused_property(names, &given);
	if (!w.name)
		return 0;
	w.needed = given;
	if (given)
		snprintf(w.place, sizeof w.place, "SYNC_PAUSED_PROPERTY");
	else if (!is_one_of(json_str(json_get(all, w.name), "type"), box, 1))
		return 0;
	bind_to(&s->paused, all, &w, &rc, e);
	return rc;
}

static int bind_link(struct notion_schema *s, const json *all,
	const struct field_names *names, struct error *e)
{
	static const char *const types[] = { URL, RICH_TEXT };
	struct wanted w = { .types = types,
		.n = 2,
		.shown = URL " or " RICH_TEXT,
		.needed = true,
		.place = "SYNC_LINK_PROPERTY" };
	const json *p;
	int rc = 0;

	if (!names || !names->link)
		return 0;
	w.name = names->link;
	p = bind_to(&s->link, all, &w, &rc, e);
	s->link_is_url = p && strcmp(json_str(p, "type"), URL) == 0;
	s->link_template = xstrdup(names->link_template);
	return rc;
}

int notion_schema_bind(struct notion_schema *s, const json *data_source,
	const struct field_names *names, struct error *e)
{
	const json *all = json_get(data_source, "properties");

	*s = (struct notion_schema){ 0 };
	if (bind_fields(s, all, names, e) < 0 ||
		bind_marks(s, all, names, e) < 0 ||
		bind_paused(s, all, names, e) < 0 ||
		bind_link(s, all, names, e) < 0) {
		notion_schema_fini(s);
		return -1;
	}
	s->own_names = own_properties(names);
	return 0;
}

char *notion_link_text(const char *template, const char *row_id)
{
	const char *at = template ? template : "{id}", *mark;
	struct buf text = BUF_INIT(65536);

	while ((mark = strstr(at, "{id}"))) {
		buf_add(&text, at, (size_t)(mark - at));
		buf_adds(&text, row_id);
		at = mark + 4;
	}
	buf_adds(&text, at);
	return buf_take(&text);
}

void notion_schema_fini(struct notion_schema *s)
{
	for (enum field f = 0; f < FIELDS; f++)
		free(s->field[f]);
	free(s->checksum);
	free(s->synced);
	free(s->paused);
	free(s->bot_user);
	free(s->link);
	free(s->link_template);
	json_free(s->type_options);
	json_free(s->own_names);
	*s = (struct notion_schema){ 0 };
}
