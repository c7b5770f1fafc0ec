#include "views/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runs/pending.h"
#include "sync/decision.h"
#include "sync/side.h"
#include "util/alloc.h"
#include "util/humanize.h"
#include "util/uuid.h"

bool line_has(const json *line, const char *key, const char *value)
{
	const char *s = json_str(line, key);

	return s && strcmp(s, value) == 0;
}

usec run_when(const struct run_records *l, const char *run_id)
{
	const struct run *r = run_records_find(l, run_id);
	usec at = r ? run_time(r) : USEC_NONE;

	return at != USEC_NONE ? at : run_id_time(run_id);
}

/* --- ids and title -------------------------------------------------------- */

const char *page_url(const char *page_id, char out[URL_SIZE])
{
	char id[UUID_SIZE];
	size_t n;

	if (!page_id || uuid_normalize(page_id, id) < 0)
		return NULL;
	n = (size_t)snprintf(out, URL_SIZE, "https://app.notion.com/p/");
	for (const char *c = id; *c; c++)
		if (*c != '-')
			out[n++] = *c;
	out[n] = '\0';
	return out;
}

void put_ids(json *to, const char *row_id, const char *page_id)
{
	char url[URL_SIZE];

	json_put_str(to, "row_id", row_id);
	json_put_str(to, "page_id", page_id);
	json_put_str(to, "url", page_url(page_id, url));
}

const char *change_title(const json *line)
{
	const json *expect = json_get(line, "expect");
	const json *row = json_get(expect, "row");
	const json *page = json_get(expect, "page");
	const json *set = json_get(line, "set");
	const json *done[] = { json_get(line, "agreed"), set, row, page };
	const json *undone[] = { row, page, set, NULL };
	const json **places =
		line_has(line, "status", "done") || !json_get(line, "kind")
			? done
			: undone;

	for (int i = 0; i < 4; i++)
		if (json_str(places[i], field_name(FIELD_DECISION)))
			return json_str(places[i], field_name(FIELD_DECISION));
	return NULL;
}

/* --- values --------------------------------------------------------------- */

/* "2026-01-02T09:00:00.000+01:00" as "2026-01-02 09:00 +01:00". */
static void add_moment(struct buf *out, const char *s)
{
	const char *zone;
	usec ignored;

	if (!s || time_parse(s, &ignored) < 0 || strlen(s) < 20) {
		buf_adds(out, s ? s : "?");
		return;
	}
	zone = s + 19;
	zone += strcspn(zone, "Z+-");
	buf_addf(out, "%.10s %.*s %s", s, strncmp(s + 16, ":00", 3) ? 8 : 5,
		s + 11, *zone == 'Z' ? "UTC" : zone);
}

static json *moments(const json *detail)
{
	struct buf text = BUF_INIT(256);
	json *v;

	add_moment(&text, json_str(detail, "start"));
	if (json_str(detail, "end")) {
		buf_adds(&text, " to ");
		add_moment(&text, json_str(detail, "end"));
	}
	v = json_string(buf_str(&text));
	buf_fini(&text);
	return v;
}

/* NULL where the object doesn't have the field. */
static json *value_of(const json *values, const char *name)
{
	const json *v = json_get(values, name);
	const json *detail = json_get(values, "date_detail");

	if (!v)
		return NULL;
	if (strcmp(name, field_name(FIELD_DATE)) == 0 &&
		json_str(detail, "start"))
		return moments(detail);
	if (json_is_null(v))
		return json_string(NULL);
	return json_string(json_text(v) ? json_text(v) : "(unreadable)");
}

/* What is absent stays so. */
static void put_value(
	json *to, const char *key, const json *values, const char *name)
{
	json *v = value_of(values, name);

	if (v)
		json_put(to, key, v);
}

json *change_fields(const json *set, const json *was)
{
	json *fields = json_array();

	for (enum field f = 0; f < FIELDS; f++) {
		const char *name = field_name(f);
		json *one;

		if (!json_get(set, name))
			continue;
		one = json_add(fields, json_object());
		json_put_str(one, "name", name);
		put_value(one, "was", was, name);
		put_value(one, "now", set, name);
	}
	return fields;
}

/* --- a conflict ----------------------------------------------------------- */

/*
 * Where the value of that side is: both are there while it is open; of a
 * decided one, what lost, and what was set instead.
 */
static const json *values_of(
	const json *line, const json *conflict, enum side s, const char *name)
{
	const char *winner = json_str(conflict, "winner");
	const json *set = json_get(line, "set");

	if (!winner)
		return json_get(conflict, side_name(s));
	if (strcmp(winner, side_name(s)) != 0)
		return json_get(conflict, "lost");
	return json_get(set, name) ? set : json_get(line, "agreed");
}

json *change_conflict(const json *line)
{
	const json *conflict = json_get(line, "conflict");
	json *out, *fields;

	/* In conflicts.ndjson it is the line itself. */
	if (!conflict && !json_get(line, "kind") && json_get(line, "winner"))
		conflict = line;
	if (!json_is_object(conflict))
		return NULL;
	out = json_object();
	json_put_str(out, "winner", json_str(conflict, "winner"));
	if (json_true(conflict, "resolved"))
		json_put_bool(out, "resolved", true);
	fields = json_put(out, "fields", json_array());
	for (const json *f = json_first(json_get(conflict, "fields")); f;
		f = json_next(f)) {
		json *one;

		if (!json_text(f))
			continue;
		one = json_add(fields, json_object());
		json_put_str(one, "name", json_text(f));
		for (enum side s = 0; s < SIDES; s++)
			put_value(one, side_name(s),
				values_of(line, conflict, s, json_text(f)),
				json_text(f));
	}
	json_put_str(out, "supabase_at", json_str(conflict, "supabase_at"));
	json_put_str(out, "notion_at", json_str(conflict, "notion_at"));
	return out;
}

/* --- the whole ------------------------------------------------------------ */

/* A line of conflicts.ndjson is of an update of the side that lost. */
static void put_old_op(json *out, const json *line)
{
	enum side winner;

	json_put_str(out, "op", "update");
	json_put_str(out, "target",
		side_parse(json_str(line, "winner"), &winner) == 0
			? side_name(other_side(winner))
			: NULL);
	json_put_str(out, "status", "done");
	json_put_str(out, "code", NULL);
}

static void put_op(json *out, const json *line)
{
	const char *status = json_str(line, "status");
	const char *code = json_str(line, "code");

	json_put_str(out, "op", json_str(line, "op"));
	json_put_str(out, "target", json_str(line, "target"));
	json_put_str(out, "status", status ? status : "planned");
	json_put_str(out, "code",
		code ? code : json_str(json_get(line, "error"), "code"));
}

static void put_reason(json *out, const json *line)
{
	const char *reason = json_str(line, "reason");
	struct buf text = REASON_INIT;

	if (reason && !json_is_null(json_get(line, "error")))
		buf_addf(&text, "%s; ", reason);
	pending_reason(line, &text);
	json_put_str(out, "reason", text.len ? buf_str(&text) : NULL);
	buf_fini(&text);
}

json *change_json(const json *line, const char *run_id, usec at)
{
	const json *would = json_get(line, "would");
	json *out = json_object(), *conflict = change_conflict(line);
	char stamp[TIME_SIZE];

	json_put_str(out, "run_id", run_id);
	json_put_int(out, "n", json_int(line, "n"));
	json_put_str(out, "at", time_stamp(at, stamp));
	if (json_get(line, "kind"))
		put_op(out, line);
	else
		put_old_op(out, line);
	json_put_str(out, "title", change_title(line));
	put_ids(out, json_str(line, "row_id"), json_str(line, "page_id"));
	json_put(out, "fields",
		change_fields(json_get(line, "set"), json_get(line, "was")));
	if (conflict)
		json_put(out, "conflict", conflict);
	if (json_is_object(would))
		json_put(out, "would", json_copy(would));
	put_reason(out, line);
	return out;
}

void change_put_undoes(json *change, const struct run *r)
{
	if (run_undoes(r))
		json_put_str(change, "undoes", run_undoes(r));
}
