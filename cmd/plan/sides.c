#include "sides.h"

#include <stdlib.h>
#include <string.h>

#include "sync/reading.h"
#include "util/alloc.h"

static int check_source(const json *sources, enum side side, struct error *e)
{
	const json *head = json_get(sources, side_name(side));
	const char *mode = json_str(head, "mode");

	if (!json_is_object(head))
		return fail(e, RC_STREAM,
			"%s is missing: give normalize the streams of both "
			"sb-fetch and notion-fetch",
			side_title(side));
	if (mode &&
		(strcmp(mode, "full") == 0 || strcmp(mode, "snapshot") == 0))
		return 0;
	if (mode && strcmp(mode, "since") == 0)
		return fail(e, RC_STREAM,
			"%s lists only what was edited since a time, which "
			"proves nothing about the rest: complete it with "
			"normalize --snapshot FILE, or read in full, with "
			"notion-fetch alone",
			side_title(side));
	return fail(e, RC_STREAM, "%s has an unknown \"mode\": %.40s",
		side_title(side), mode ? mode : "none");
}

static void put_own_column(json *to, const json *own, const char *column)
{
	if (json_str(own, column))
		json_put_str(to, column, json_str(own, column));
}

/* Where the content of both sides is. */
static void put_fields(
	struct sides *w, const json *supabase, const json *properties)
{
	const json *own = json_get(supabase, "columns");
	json *of = json_object();

	put_own_column(of, own, "id");
	for (enum field f = 0; f < FIELDS; f++)
		put_own_column(of, own, field_name(f));
	put_own_column(of, own, "deleted_at");
	if (json_first(of))
		json_put(w->scope, "columns", of);
	else
		json_free(of);
	of = json_put(w->scope, "properties", json_object());
	for (enum field f = 0; f < FIELDS; f++)
		if (field_kind(f) != KIND_TITLE) /* there is only one */
			json_put_str(of, field_property(f),
				json_str(properties, field_property(f)));
}

int sides_head(struct sides *w, const json *head, struct error *e)
{
	const json *sources = json_get(head, "sources"), *notion, *properties;
	const char *why;

	if (check_source(sources, SUPABASE, e) < 0 ||
		check_source(sources, NOTION, e) < 0)
		return -1;
	w->sources = json_copy(sources);
	w->scope = json_object();
	for (enum side s = 0; s < SIDES; s++) {
		const json *source = json_get(w->sources, side_name(s));

		json_put_str(w->scope, side_name(s), json_str(source, "scope"));
	}
	notion = json_get(w->sources, "notion");
	properties = json_get(notion, "properties");
	put_fields(w, json_get(w->sources, "supabase"), properties);
	if (json_get(notion, "type_kind") &&
		type_kind_parse(json_str(notion, "type_kind"), &w->type_kind) <
			0)
		return fail(
			e, RC_STREAM, "Notion has an unknown \"type_kind\"");
	w->has_link = json_str(properties, "Link") != NULL;
	w->link_template = json_str(json_get(notion, "link"), "template");
	w->soft_delete =
		json_true(json_get(w->sources, "supabase"), "soft_delete");
	w->has_checksum = json_str(properties, "Checksum") != NULL;
	w->has_synced = json_str(properties, "Synced") != NULL;
	w->type_options = json_get(notion, "type_options");
	w->from_snapshot = strcmp(json_str(notion, "mode"), "snapshot") == 0;
	why = json_str(json_get(notion, "reading"), "why");
	w->old_schema = w->from_snapshot ||
			(why && strcmp(why, full_reason_name(READ_FEW)) == 0);
	return 0;
}

static int add_record(struct sides *w, const json *line, struct error *e)
{
	struct record *r = record_parse(&w->texts, line, e);

	if (!r)
		return -1;
	id_list_add(&w->side[r->side], r->id, r);
	w->has_details |= r->date_detail != NULL;
	w->live[r->side] += record_is_live(r);
	return 0;
}

static int add_trouble(struct sides *w, const json *line, struct error *e)
{
	struct trouble t;

	if (trouble_parse(&t, &w->texts, line, e) < 0)
		return -1;
	w->trouble = grow(
		w->trouble, w->n_trouble, &w->trouble_cap, sizeof *w->trouble);
	w->trouble[w->n_trouble++] = t;
	return 0;
}

int sides_add(struct sides *w, const json *line, struct error *e)
{
	const char *kind = json_str(line, "kind");

	if (kind && strcmp(kind, "record") == 0)
		return add_record(w, line, e);
	if (kind && strcmp(kind, "problem") == 0)
		return add_trouble(w, line, e);
	return fail(e, RC_STREAM, "unknown \"kind\": %.40s", kind ? kind : "");
}

int sides_seal(struct sides *w, struct error *e)
{
	for (enum side s = 0; s < SIDES; s++) {
		const char *twice;

		id_list_sort(&w->side[s]);
		twice = id_list_repeated(&w->side[s]);
		if (twice)
			return fail(e, RC_STREAM,
				"%s lists %.60s twice: run again",
				side_title(s), twice);
	}
	return 0;
}

static int read_body(struct sides *w, struct stream_reader *r, struct error *e)
{
	json *line;
	int got;

	while ((got = stream_read(r, &line, e)) > 0) {
		struct error why;
		int rc = sides_add(w, line, &why);

		json_free(line);
		if (rc < 0)
			return stream_refuse(r, e, "%s", why.text);
	}
	w->end = line;
	return got;
}

int sides_read(struct sides *w, struct stream_reader *r, struct error *e)
{
	struct error why;
	json *head = NULL;
	int got = stream_read_head(r, "records", &head, e), rc;

	if (got < 0)
		return -1;
	if (got == 0)
		return stream_refuse(r, e,
			"no records: the stream is empty, its writer failed");
	rc = sides_head(w, head, &why);
	json_free(head);
	if (rc < 0)
		return stream_refuse(r, e, "%s", why.text);
	if (read_body(w, r, e) < 0 || stream_read_eof(r, e) < 0)
		return -1;
	rc = sides_seal(w, &why);
	return rc < 0 ? stream_refuse(r, e, "%s", why.text) : rc;
}

void sides_fini(struct sides *w)
{
	for (enum side s = 0; s < SIDES; s++) {
		for (size_t i = 0; w->has_details && i < w->side[s].n; i++)
			record_fini(record_at(w, s, i));
		id_list_fini(&w->side[s]);
	}
	free(w->trouble);
	arena_fini(&w->texts);
	json_free(w->scope);
	json_free(w->sources);
	json_free(w->end);
	*w = (struct sides){ 0 };
}

const char *sides_column(const struct sides *w, const char *usual)
{
	const json *supabase = json_get(w->sources, side_name(SUPABASE));
	const char *own = json_str(json_get(supabase, "columns"), usual);

	return own ? own : usual;
}

const struct record *sides_find(
	const struct sides *w, enum side side, const char *id)
{
	size_t n;
	const struct id_item *found = id_list_find(&w->side[side], id, &n);

	return found ? found->of : NULL;
}
