#include "notion/shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/schema.h"
#include "util/alloc.h"
#include "util/text.h"

static const struct {
	const char *name, *type;
	bool optional;
} wanted[] = {
	{ "Decision", "title", false },
	{ "Type", "multi_select", false },
	{ "Date", "date", false },
	{ "Checksum", "rich_text", false },
	{ "Synced", "checkbox", true },
};
#define N_WANTED (sizeof wanted / sizeof wanted[0])

static const char *const type_options[] = { "Policy", "Architecture", "Ops",
	"UX", "Other" };
#define N_OPTIONS (sizeof type_options / sizeof type_options[0])

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

static const json *find_title(const json *properties)
{
	for (const json *p = json_first(properties); p; p = json_next(p))
		if (is(json_str(p, "type"), "title"))
			return p;
	return NULL;
}

/* Of a select of any kind. */
static const json *options_of(const json *property)
{
	const char *type = json_str(property, "type");

	return type ? json_get(json_get(property, type), "options") : NULL;
}

/* What identifies an option in an update; NULL where nothing does. */
static json *option_reference(const json *option)
{
	static const char *const keys[] = { "id", "name", "color" };
	json *o = json_object();

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (json_str(option, keys[i]))
			json_put_str(o, keys[i], json_str(option, keys[i]));
	if (json_get(o, "id") || json_get(o, "name"))
		return o;
	json_free(o);
	return NULL;
}

static bool has_option(const json *options, const char *name)
{
	for (const json *o = json_first(options); o; o = json_next(o))
		if (json_str(o, "name") &&
			text_equal_folded(json_str(o, "name"), name))
			return true;
	return false;
}

static bool all_named(const json *options)
{
	for (const json *o = json_first(options); o; o = json_next(o)) {
		json *reference = option_reference(o);

		json_free(reference);
		if (!reference)
			return false;
	}
	return true;
}

static void read_options(struct shape_property *p, const json *property)
{
	const json *options = options_of(property);

	p->options = json_count(options);
	/* A team's own property, by another name, has options of its own. */
	if (p->options > 0 && !is(p->name, "Type"))
		return;
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (!has_option(options, type_options[i]))
			json_add(p->add, json_string(type_options[i]));
	if (json_count(p->add) == 0)
		return;
	p->full = p->options + json_count(p->add) > SHAPE_OPTIONS_MAX ||
		  !all_named(options);
	if (!p->full)
		p->state = SHAPE_OPTIONS;
}

static void find_twin(struct shape_property *p, const json *properties)
{
	for (const json *v = json_first(properties); v && !p->twin;
		v = json_next(v))
		if (!is(json_key(v), p->name) &&
			text_equal_folded(json_key(v), p->name))
			p->twin = xstrdup(json_key(v));
}

/*
 * The title may have any name; another property with its name has a wrong type.
 */
static void read_title(struct shape_property *p, const json *properties)
{
	const json *title = find_title(properties);
	const json *named = json_get(properties, p->name);
	const char *type = json_str(named, "type");

	p->id = xstrdup(json_str(title, "id"));
	if (title && title == named)
		return;
	/* Every source has one, and none can be added: this source hides it. */
	if (!title && !named)
		type = "missing";
	p->state = named || !title ? SHAPE_WRONG_TYPE : SHAPE_OTHER_NAME;
	p->is = xstrdup(p->state == SHAPE_OTHER_NAME ? json_key(title)
			: type			     ? type
						     : "unknown");
}

/* One that it may have becomes the one that it should have. */
static bool fits(struct shape_property *p, const char *type)
{
	enum type_kind kind;

	if (p->holds_type && type_kind_parse(type, &kind) == 0)
		p->type = type_kind_name(kind);
	if (p->shows_row && is(type, "rich_text"))
		p->type = "rich_text";
	return is(type, p->type);
}

static void read_property(struct shape_property *p, const json *properties)
{
	const json *there = json_get(properties, p->name);
	const char *type = json_str(there, "type");

	if (is(p->type, "title")) {
		read_title(p, properties);
		return;
	}
	p->id = xstrdup(json_str(there, "id"));
	if (!there) {
		p->state = SHAPE_MISSING;
		find_twin(p, properties);
	} else if (!fits(p, type)) {
		p->state = SHAPE_WRONG_TYPE;
		p->is = xstrdup(type ? type : "unknown");
	} else if (is(type, "multi_select") || is(type, "select")) {
		read_options(p, there);
	}
}

/* A property that is to be looked for, with an empty state. */
static struct shape_property *add(
	struct notion_shape *s, const char *name, const char *type)
{
	struct shape_property *p = &s->properties[s->n++];

	*p = (struct shape_property){
		.name = name, .type = type, .add = json_array()
	};
	return p;
}

/* Decision, Type and so on, by the names that they have here. */
static void list_wanted(struct notion_shape *s, const struct shape_wish *wish)
{
	for (size_t i = 0; i < N_WANTED; i++) {
		struct shape_property *p =
			add(s, property_name(wish->names, wanted[i].name),
				wanted[i].type);

		p->holds_type = is(wanted[i].type, "multi_select");
		if (property_is_named(wish->names, wanted[i].name))
			field_names_place(wish->names, false, wanted[i].name,
				p->place, sizeof p->place);
	}
}

/*
 * A property that is called Paused and is something else is not ours, unless it
 * is asked for.
 */
static const char *paused_name(
	const struct shape_wish *wish, const json *properties)
{
	bool given;
	const char *name = paused_property(wish->names, &given);

	if (!name || given || wish->paused ||
		is(json_str(json_get(properties, name), "type"), "checkbox"))
		return name;
	return NULL;
}

static void judge(struct notion_shape *s, const struct shape_property *p)
{
	s->wrong += p->state == SHAPE_WRONG_TYPE;
	s->due += p->state == SHAPE_MISSING || p->state == SHAPE_OTHER_NAME ||
		  p->state == SHAPE_OPTIONS;
}

void notion_shape_read(struct notion_shape *s, const json *data_source,
	const struct shape_wish *wish)
{
	const json *properties = json_get(data_source, "properties");
	const struct field_names *names = wish->names;
	const char *paused = paused_name(wish, properties);
	struct shape_property *p;

	*s = (struct notion_shape){ 0 };
	list_wanted(s, wish);
	for (size_t i = 0; i < N_WANTED; i++) {
		p = &s->properties[i];
		read_property(p, properties);
		if (p->state == SHAPE_MISSING && wanted[i].optional &&
			!wish->synced &&
			!property_is_named(names, wanted[i].name))
			p->state = SHAPE_LEFT_OUT;
	}
	if (paused) {
		p = add(s, paused, "checkbox");
		if (names && names->paused)
			snprintf(p->place, sizeof p->place,
				"SYNC_PAUSED_PROPERTY");
		read_property(p, properties);
	}
	if (names && names->link) {
		p = add(s, names->link, "url");
		snprintf(p->place, sizeof p->place, "SYNC_LINK_PROPERTY");
		p->shows_row = true;
		read_property(p, properties);
	}
	for (size_t i = 0; i < s->n; i++)
		judge(s, &s->properties[i]);
}

void notion_shape_fini(struct notion_shape *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->properties[i].id);
		free(s->properties[i].is);
		free(s->properties[i].twin);
		json_free(s->properties[i].add);
	}
	*s = (struct notion_shape){ 0 };
}

static const char *types_shown(const struct shape_property *p)
{
	return p->holds_type  ? "multi_select (or select, status, rich_text)"
	       : p->shows_row ? "url or rich_text"
			      : p->type;
}

int notion_shape_fault(
	const struct notion_shape *s, const json *data_source, struct error *e)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct shape_property *p = &s->properties[i];

		if (p->state == SHAPE_WRONG_TYPE && is(p->is, "missing"))
			return fail(e, RC_CONFIG,
				"Notion shows no title property of this data "
				"source, although every data source has one: "
				"check in Notion whether this connection may "
				"see the whole database, or create a new one "
				"with notion-setup --create PAGE");
		if (p->state == SHAPE_WRONG_TYPE)
			return notion_wrong_type(e, p->name, p->is,
				types_shown(p), p->place,
				json_get(data_source, "properties"));
	}
	return 0;
}

/* {"<type>":{…}} of a property that is created. */
static json *new_property(const struct shape_property *p)
{
	json *v = json_object(), *options;
	json *config = json_put(v, p->type, json_object());

	if (!p->holds_type)
		return v;
	options = json_put(config, "options", json_array());
	for (size_t i = 0; i < N_OPTIONS; i++)
		json_put_str(json_add(options, json_object()), "name",
			type_options[i]);
	return v;
}

/* Every existing option, followed by the new ones. */
static json *more_options(const struct shape_property *p, const json *there)
{
	json *v = json_object();
	json *config = json_put(v, json_str(there, "type"), json_object());
	json *options = json_put(config, "options", json_array());

	for (const json *o = json_first(options_of(there)); o; o = json_next(o))
		json_add(options, option_reference(o));
	for (const json *n = json_first(p->add); n; n = json_next(n))
		json_put_str(
			json_add(options, json_object()), "name", json_text(n));
	return v;
}

/*
 * A property is keyed by its id, except where that is another property's name:
 * then by its own name.
 */
static const char *key_of(const struct shape_property *p, const char *name,
	const json *properties)
{
	return p->id && !json_get(properties, p->id) ? p->id : name;
}

json *notion_shape_change(const struct notion_shape *s, const json *data_source)
{
	const json *there = json_get(data_source, "properties");
	json *body = json_object();
	json *change = json_put(body, "properties", json_object());

	for (size_t i = 0; i < s->n; i++) {
		const struct shape_property *p = &s->properties[i];

		if (p->state == SHAPE_MISSING)
			json_put(change, p->name, new_property(p));
		else if (p->state == SHAPE_OTHER_NAME)
			json_put_str(json_put(change, key_of(p, p->is, there),
					     json_object()),
				"name", p->name);
		else if (p->state == SHAPE_OPTIONS)
			json_put(change, key_of(p, p->name, there),
				more_options(p, json_get(there, p->name)));
	}
	return body;
}

json *notion_shape_new(const struct shape_wish *wish)
{
	json *properties = json_object();
	const char *paused = paused_name(wish, NULL);
	struct notion_shape s = { 0 };

	list_wanted(&s, wish);
	if (paused)
		add(&s, paused, "checkbox");
	if (wish->names && wish->names->link)
		add(&s, wish->names->link, "url");
	for (size_t i = 0; i < s.n; i++)
		if (i >= N_WANTED || wish->synced || !wanted[i].optional ||
			property_is_named(wish->names, wanted[i].name))
			json_put(properties, s.properties[i].name,
				new_property(&s.properties[i]));
	notion_shape_fini(&s);
	return properties;
}

static const json *by_id(const json *list, const char *id)
{
	for (const json *v = json_first(list); v; v = json_next(v))
		if (is(json_str(v, "id"), id))
			return v;
	return NULL;
}

static bool same_text(const json *a, const json *b, const char *key)
{
	const char *x = json_str(a, key), *y = json_str(b, key);

	return x && y ? strcmp(x, y) == 0 : x == y;
}

static int options_kept(const json *before, const json *after, const char *name,
	struct error *e)
{
	for (const json *o = json_first(options_of(before)); o;
		o = json_next(o)) {
		const char *id = json_str(o, "id");
		const json *now = id ? by_id(options_of(after), id) : o;
		const char *text = json_str(o, "name");

		if (!now || !same_text(o, now, "name") ||
			!same_text(o, now, "color"))
			return fail(e, RC_ATTENTION,
				"the option \"%.100s\" of the Notion property "
				"\"%.100s\" was removed or changed while this "
				"ran; unless a person did that just now, undo "
				"it in Notion (menu of the database, version "
				"history)",
				text ? text : "?", name);
	}
	return 0;
}

int notion_shape_kept(const json *before, const json *after, struct error *e)
{
	const json *was = json_get(before, "properties");
	const json *now = json_get(after, "properties");

	for (const json *p = json_first(was); p; p = json_next(p)) {
		const char *id = json_str(p, "id"), *name = json_key(p);
		const json *q = id ? by_id(now, id) : json_get(now, name);
		bool title = is(json_str(p, "type"), "title");

		if (!q || !same_text(p, q, "type") ||
			(!title && strcmp(name, json_key(q)) != 0))
			return fail(e, RC_ATTENTION,
				"the Notion property \"%.100s\" was removed "
				"or changed while this ran; unless a person "
				"did that just now, undo it in Notion (menu "
				"of the database, version history)",
				name);
		if (options_kept(p, q, name, e) < 0)
			return -1;
	}
	return 0;
}
