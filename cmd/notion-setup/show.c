#include "setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/text.h"

#define TEXT_MAX 65536

/* "multi_select" as Notion shows it to people. */
static const char *shown_type(const char *type)
{
	return strcmp(type, "multi_select") == 0 ? "multi-select"
	       : strcmp(type, "rich_text") == 0	 ? "rich text"
						 : type;
}

static void add_names(struct buf *b, const json *names)
{
	for (const json *n = json_first(names); n; n = json_next(n)) {
		buf_adds(b, n == json_first(names) ? "" : ", ");
		text_show(b, json_text(n), 0);
	}
}

/* What was found of a property, and what was done or is to be done about it. */
static void describe(struct buf *b, const struct setup *s, size_t i)
{
	const struct shape_property *p = &s->found.properties[i];
	bool done = s->shape.properties[i].state == SHAPE_READY;

	switch (p->state) {
	case SHAPE_READY:
		buf_adds(b, "ready");
		break;
	case SHAPE_LEFT_OUT:
		buf_adds(b, "missing, but optional");
		break;
	case SHAPE_MISSING:
		buf_adds(b, done ? "added" : "to be added");
		break;
	case SHAPE_OTHER_NAME:
		buf_adds(b, done ? "renamed from \"" : "to be renamed from \"");
		text_show(b, p->is, 60);
		buf_addc(b, '"');
		break;
	case SHAPE_OPTIONS:
		buf_adds(b, done ? "options added: " : "options to be added: ");
		add_names(b, p->add);
		buf_addf(b, "; the %zu existing %s", p->options,
			done ? "stayed" : "stay");
		break;
	case SHAPE_WRONG_TYPE:
		buf_adds(b, "has type ");
		text_show(b, shown_type(p->is), 60);
		break;
	}
}

static void note(struct buf *b, const struct shape_property *p)
{
	if (p->full) {
		buf_addf(b,
			"note: %s has %zu options, too many to add more in "
			"one change; left out: ",
			p->name, p->options);
		add_names(b, p->add);
		buf_adds(b, ". The first page that uses one creates it.\n");
	}
	if (p->twin) {
		buf_adds(b, "note: there is also a property \"");
		text_show(b, p->twin, 60);
		buf_addf(b,
			"\", which the sync doesn't use; if that is the one "
			"you mean, rename it to \"%s\" in Notion\n",
			p->name);
	}
}

static void summary(struct buf *b, const struct setup *s)
{
	if (s->shape.wrong > 0)
		buf_adds(b, "Nothing was changed.\n");
	else if (s->shape.due > 0)
		buf_addf(b, "%zu of %zu properties are not ready%s.\n",
			s->shape.due, s->shape.n,
			s->check ? "; to prepare them, run notion-setup" : "");
	else
		buf_addf(b, "The properties are ready for API use%s.\n",
			s->changes == 0 && !s->created
				? "; there was nothing to do"
				: "");
	if (s->created)
		buf_addf(b, "\nThe line for .env:\nNOTION_DATABASE_ID=%s\n",
			s->database);
}

/* The data source's own name, as one text. */
static void add_title(struct buf *b, const json *source)
{
	const json *title = json_get(source, "title");
	struct buf text = BUF_INIT(TEXT_MAX);

	for (const json *t = json_first(title); t; t = json_next(t))
		buf_adds(&text, json_str(t, "plain_text")
					? json_str(t, "plain_text")
					: "");
	text_show(b, buf_str(&text), 60);
	buf_fini(&text);
}

void setup_show(const struct setup *s)
{
	struct buf b = BUF_INIT(TEXT_MAX);

	buf_adds(&b, s->created ? "New data source \"" : "Data source \"");
	add_title(&b, s->now);
	buf_addf(&b, "\" (%s)\n", s->source);
	for (size_t i = 0; i < s->found.n; i++) {
		const struct shape_property *p = &s->found.properties[i];

		buf_addf(&b, "  %-8s  %-12s  ", p->name, shown_type(p->type));
		describe(&b, s, i);
		buf_addc(&b, '\n');
	}
	for (size_t i = 0; i < s->found.n; i++)
		note(&b, &s->found.properties[i]);
	summary(&b, s);
	text_put(stdout, buf_str(&b));
	buf_fini(&b);
}

static const char *state_name(enum shape_state state)
{
	static const char *const names[] = {
		[SHAPE_READY] = "ready",
		[SHAPE_LEFT_OUT] = "left-out",
		[SHAPE_MISSING] = "missing",
		[SHAPE_OTHER_NAME] = "other-name",
		[SHAPE_OPTIONS] = "options-missing",
		[SHAPE_WRONG_TYPE] = "wrong-type",
	};

	return names[state];
}

static json *property_json(const struct setup *s, size_t i)
{
	const struct shape_property *found = &s->found.properties[i];
	const struct shape_property *now = &s->shape.properties[i];
	json *v = json_object();

	json_put_str(v, "name", found->name);
	json_put_str(v, "type", found->type);
	json_put_str(v, "id", now->id);
	json_put_str(v, "found", state_name(found->state));
	json_put_str(v, "state", state_name(now->state));
	json_put_str(v, "is", found->is);
	json_put(v, "options_missing", json_copy(now->add));
	json_put(v, "options_added",
		now->state == found->state ? json_array()
					   : json_copy(found->add));
	json_put_str(v, "similar", found->twin);
	return v;
}

void setup_show_json(const struct setup *s)
{
	json *v = json_object(), *list;
	struct buf b = BUF_INIT(TEXT_MAX * 4);

	json_put_bool(v, "ready", setup_is_ready(s));
	json_put_bool(v, "check", s->check);
	json_put_bool(v, "created", s->created);
	json_put_bool(v, "changed", s->created || s->changes > 0);
	json_put_str(v, "database_id", s->database[0] ? s->database : NULL);
	json_put_str(v, "data_source_id", s->source);
	list = json_put(v, "properties", json_array());
	for (size_t i = 0; i < s->found.n; i++)
		json_add(list, property_json(s, i));
	json_put_int(v, "requests", (int64_t)s->client.api.counters.requests);
	json_print(v, &b);
	printf("%s\n", buf_str(&b));
	json_free(v);
	buf_fini(&b);
}
