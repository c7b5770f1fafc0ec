#include "record.h"

#include <stdlib.h>
#include <string.h>

#include "util/uuid.h"

/* The string members of a line: the fields of the decision, then these. */
enum text {
	T_ROW_ID = FIELDS,
	T_PAGE_ID,
	T_STATE,
	T_STORED,
	T_EDITED,
	T_CREATED,
	T_CODE,
	T_DETAIL,
	T_SHOWS,
	TEXTS,
};

static const char *const keys[TEXTS] = {
	[T_ROW_ID] = "row_id",
	[T_PAGE_ID] = "page_id",
	[T_STATE] = "state",
	[T_STORED] = "stored_checksum",
	[T_EDITED] = "edited_at",
	[T_CREATED] = "created_at",
	[T_CODE] = "code",
	[T_DETAIL] = "detail",
	[T_SHOWS] = "shows",
};

static const char *key_of(enum text t)
{
	return keys[t] ? keys[t] : field_name((enum field)t);
}

/* The line's texts where they stand in it; an empty one counts as none. */
static int find_texts(const json *line, const char *out[TEXTS], struct error *e)
{
	for (enum text i = 0; i < TEXTS; i++) {
		const json *v = json_get(line, key_of(i));

		out[i] = json_text(v);
		if (!out[i] && !json_is_null(v))
			return fail(e, RC_STREAM, "\"%s\" is not a text",
				key_of(i));
		if (out[i] && !*out[i])
			out[i] = NULL;
	}
	return 0;
}

static int parse_side(enum side *side, const json *line, struct error *e)
{
	if (side_parse(json_str(line, "source"), side) == 0)
		return 0;
	return fail(e, RC_STREAM, "\"source\" is neither supabase nor notion");
}

static int parse_time(
	usec *t, const char *text, const char *key, struct error *e)
{
	*t = USEC_NONE;
	if (text && time_parse(text, t) < 0)
		return fail(e, RC_STREAM, "\"%s\" is not a valid time", key);
	return 0;
}

static int parse_flag(
	bool *flag, const json *line, const char *key, struct error *e)
{
	const json *v = json_get(line, key);

	*flag = json_is_true(v);
	if (!json_is_bool(v) && !json_is_null(v))
		return fail(
			e, RC_STREAM, "\"%s\" is neither true nor false", key);
	return 0;
}

/*
 * What is copied into buffers of a fixed size further on is checked here, at
 * the door: a stream may be filtered, or made by hand.
 */
static int check_fixed(const char *const text[TEXTS], struct error *e)
{
	static const enum text ids[] = { T_ROW_ID, T_PAGE_ID };

	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		const char *id = text[ids[i]];

		if (id && !uuid_is_normal(id))
			return fail(e, RC_STREAM,
				"\"%s\" is not a lower-case UUID with "
				"dashes: %.60s",
				keys[ids[i]], id);
	}
	if (text[T_STORED] && !checksum_is_valid(text[T_STORED]))
		return fail(e, RC_STREAM,
			"\"%s\" is not a checksum of 64 lower-case hex "
			"digits: %.80s",
			keys[T_STORED], text[T_STORED]);
	return 0;
}

static int parse_ids(
	struct record *r, const char *const text[TEXTS], struct error *e)
{
	r->id = text[r->side == SUPABASE ? T_ROW_ID : T_PAGE_ID];
	if (!r->id)
		return fail(e, RC_STREAM, "a record of %s has no \"%s\"",
			side_name(r->side),
			r->side == SUPABASE ? "row_id" : "page_id");
	if (r->side == SUPABASE)
		r->link = text[T_PAGE_ID];
	else
		r->state = text[T_STATE];
	if (r->state && strcmp(r->state, "moved") != 0 &&
		strcmp(r->state, "unreachable") != 0)
		return fail(e, RC_STREAM, "unknown \"state\": %.40s", r->state);
	return 0;
}

static int parse_content(struct record *r, const json *line,
	const char *const text[TEXTS], struct error *e)
{
	for (enum field f = 0; f < FIELDS; f++) {
		if (text[f] && !field_is_valid(f, text[f]))
			return fail(e, RC_STREAM,
				"\"%s\" is not a valid date: %.40s",
				field_name(f), text[f]);
		r->is.value[f] = text[f];
	}
	if (parse_time(&r->created, text[T_CREATED], "created_at", e) < 0 ||
		parse_time(&r->edited, text[T_EDITED], "edited_at", e) < 0 ||
		parse_flag(&r->synced, line, "synced", e) < 0 ||
		parse_flag(&r->deleted, line, "deleted", e) < 0 ||
		parse_flag(&r->own, line, "own", e) < 0 ||
		parse_flag(&r->archived, line, "archived", e) < 0 ||
		parse_flag(&r->kept, line, "kept", e) < 0 ||
		parse_flag(&r->paused, line, "paused", e) < 0)
		return -1;
	r->shows = text[T_SHOWS];
	r->stored = text[T_STORED];
	r->edited_at = text[T_EDITED];
	r->more_types = json_count(json_get(line, "extra_types")) > 0;
	if (json_is_object(json_get(line, "date_detail")))
		r->date_detail = json_copy(json_get(line, "date_detail"));
	return 0;
}

/* Here the texts move out of the line, behind the record. */
static struct record *keep(struct arena *a, struct record *r)
{
	char checksum[CHECKSUM_SIZE];
	const char **texts[FIELDS + 7];
	struct record *kept;
	size_t n = 0;

	decision_checksum(&r->is, checksum);
	r->checksum = checksum;
	texts[n++] = &r->id;
	texts[n++] = &r->link;
	texts[n++] = &r->state;
	for (enum field f = 0; f < FIELDS; f++)
		texts[n++] = &r->is.value[f];
	texts[n++] = &r->checksum;
	texts[n++] = &r->stored; /* mostly the same */
	texts[n++] = &r->edited_at;
	texts[n++] = &r->shows;
	kept = arena_keep(a, sizeof *kept, texts, n);
	*kept = *r;
	return kept;
}

struct record *record_parse(struct arena *a, const json *line, struct error *e)
{
	const char *text[TEXTS];
	struct record r = { 0 };

	if (parse_side(&r.side, line, e) < 0 || find_texts(line, text, e) < 0 ||
		check_fixed(text, e) < 0 || parse_ids(&r, text, e) < 0 ||
		parse_content(&r, line, text, e) < 0)
		return NULL;
	return keep(a, &r);
}

int trouble_parse(
	struct trouble *t, struct arena *a, const json *line, struct error *e)
{
	const char **texts[] = { &t->row_id, &t->page_id, &t->code,
		&t->detail };
	const char *text[TEXTS];

	*t = (struct trouble){ 0 };
	if (parse_side(&t->side, line, e) < 0 ||
		find_texts(line, text, e) < 0 || check_fixed(text, e) < 0)
		return -1;
	t->row_id = text[T_ROW_ID];
	t->page_id = text[T_PAGE_ID];
	t->code = text[T_CODE] ? text[T_CODE] : "unknown";
	t->detail = text[T_DETAIL] ? text[T_DETAIL] : "no reason was given";
	arena_keep(a, 0, texts, sizeof texts / sizeof texts[0]);
	return 0;
}

void record_fini(struct record *r)
{
	json_free(r->date_detail);
	r->date_detail = NULL;
}

bool record_is_live(const struct record *r)
{
	return !r->deleted && !r->state;
}

usec minute_of(usec t)
{
	return t == USEC_NONE ? t : time_floor_minute(t);
}
