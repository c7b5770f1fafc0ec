#include "record.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/uuid.h"

/*
 * The members of a line, about in the order in which normalize prints them, so
 * that each is mostly found right behind the last one.
 */
enum member {
	M_KIND,
	M_SOURCE,
	M_ROW_ID,
	M_PAGE_ID,
	M_STATE,
	M_FIELDS,
	M_MORE_TYPES = M_FIELDS + FIELDS,
	M_DATE_DETAIL,
	M_CHECKSUM,
	M_STORED,
	M_SYNCED,
	M_OWN,
	M_DELETED,
	M_ARCHIVED,
	M_PAUSED,
	M_KEPT,
	M_SHOWS,
	M_CREATED,
	M_EDITED,
	M_CODE,
	M_DETAIL,
	MEMBERS,
};

/* The fields' names are those of the decision. */
static const struct {
	const char *key;
	bool is_text;
} members[MEMBERS] = {
	[M_KIND] = { "kind", false },
	[M_SOURCE] = { "source", true },
	[M_ROW_ID] = { "row_id", true },
	[M_PAGE_ID] = { "page_id", true },
	[M_STATE] = { "state", true },
	[M_MORE_TYPES] = { "extra_types", false },
	[M_DATE_DETAIL] = { "date_detail", false },
	[M_CHECKSUM] = { "checksum", false }, /* it is computed here */
	[M_STORED] = { "stored_checksum", true },
	[M_SYNCED] = { "synced", false },
	[M_OWN] = { "own", false },
	[M_DELETED] = { "deleted", false },
	[M_ARCHIVED] = { "archived", false },
	[M_PAUSED] = { "paused", false },
	[M_KEPT] = { "kept", false },
	[M_SHOWS] = { "shows", true },
	[M_CREATED] = { "created_at", true },
	[M_EDITED] = { "edited_at", true },
	[M_CODE] = { "code", true },
	[M_DETAIL] = { "detail", true },
};

/* What most records have of texts behind them. */
#define TEXTS_FETCHED 256

/* A line, taken apart. */
struct line {
	const json *at[MEMBERS];   /* NULL: it has none */
	const char *text[MEMBERS]; /* an empty one is NULL, too */
};

static bool is_field(enum member m)
{
	return m >= M_FIELDS && m < M_FIELDS + FIELDS;
}

static const char *key_of(enum member m)
{
	return is_field(m) ? field_name((enum field)(m - M_FIELDS))
			   : members[m].key;
}

/* Which one has that key, looked for from m on; MEMBERS: none. */
static enum member member_named(const char *key, enum member m)
{
	for (int n = 0; n < MEMBERS; n++, m++) {
		if (m == MEMBERS)
			m = 0;
		if (*key == *key_of(m) && strcmp(key, key_of(m)) == 0)
			return m;
	}
	return MEMBERS;
}

static int take_text(struct line *l, enum member m, struct error *e)
{
	l->text[m] = json_text(l->at[m]);
	if (!l->text[m] && !json_is_null(l->at[m]))
		return fail(e, RC_STREAM, "\"%s\" is not a text", key_of(m));
	if (l->text[m] && !*l->text[m])
		l->text[m] = NULL;
	return 0;
}

static int take_apart(struct line *l, const json *line, struct error *e)
{
	enum member last = 0;

	*l = (struct line){ 0 };
	for (const json *v = json_first(line); v; v = json_next(v)) {
		enum member m = member_named(json_key(v), last);

		if (m == MEMBERS)
			continue;
		l->at[m] = v;
		last = m + 1;
		if ((is_field(m) || members[m].is_text) &&
			take_text(l, m, e) < 0)
			return -1;
	}
	return 0;
}

static int parse_side(enum side *side, const struct line *l, struct error *e)
{
	if (side_parse(l->text[M_SOURCE], side) == 0)
		return 0;
	return fail(e, RC_STREAM, "\"source\" is neither supabase nor notion");
}

static int parse_time(
	usec *t, const struct line *l, enum member m, struct error *e)
{
	*t = USEC_NONE;
	if (l->text[m] && time_parse(l->text[m], t) < 0)
		return fail(
			e, RC_STREAM, "\"%s\" is not a valid time", key_of(m));
	return 0;
}

static int parse_flag(
	bool *flag, const struct line *l, enum member m, struct error *e)
{
	*flag = json_is_true(l->at[m]);
	if (!json_is_bool(l->at[m]) && !json_is_null(l->at[m]))
		return fail(e, RC_STREAM, "\"%s\" is neither true nor false",
			key_of(m));
	return 0;
}

/*
 * What is copied into buffers of a fixed size further on is checked here, at
 * the door: a stream may be filtered, or made by hand.
 */
static int check_fixed(const struct line *l, struct error *e)
{
	static const enum member ids[] = { M_ROW_ID, M_PAGE_ID };

	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		const char *id = l->text[ids[i]];

		if (id && !uuid_is_normal(id))
			return fail(e, RC_STREAM,
				"\"%s\" is not a lower-case UUID with "
				"dashes: %.60s",
				key_of(ids[i]), id);
	}
	if (l->text[M_STORED] && !checksum_is_valid(l->text[M_STORED]))
		return fail(e, RC_STREAM,
			"\"%s\" is not a checksum of 64 lower-case hex "
			"digits: %.80s",
			key_of(M_STORED), l->text[M_STORED]);
	return 0;
}

static int parse_ids(struct record *r, const struct line *l, struct error *e)
{
	enum member id = r->side == SUPABASE ? M_ROW_ID : M_PAGE_ID;

	r->id = l->text[id];
	if (!r->id)
		return fail(e, RC_STREAM, "a record of %s has no \"%s\"",
			side_name(r->side), key_of(id));
	if (r->side == SUPABASE)
		r->link = l->text[M_PAGE_ID];
	else
		r->state = l->text[M_STATE];
	if (r->state && strcmp(r->state, "moved") != 0 &&
		strcmp(r->state, "unreachable") != 0)
		return fail(e, RC_STREAM, "unknown \"state\": %.40s", r->state);
	return 0;
}

static int parse_content(
	struct record *r, const struct line *l, struct error *e)
{
	for (enum field f = 0; f < FIELDS; f++) {
		const char *text = l->text[M_FIELDS + f];

		if (text && !field_is_valid(f, text))
			return fail(e, RC_STREAM,
				"\"%s\" is not a valid date: %.40s",
				field_name(f), text);
		r->is.value[f] = text;
	}
	if (parse_time(&r->created, l, M_CREATED, e) < 0 ||
		parse_time(&r->edited, l, M_EDITED, e) < 0 ||
		parse_flag(&r->synced, l, M_SYNCED, e) < 0 ||
		parse_flag(&r->deleted, l, M_DELETED, e) < 0 ||
		parse_flag(&r->own, l, M_OWN, e) < 0 ||
		parse_flag(&r->archived, l, M_ARCHIVED, e) < 0 ||
		parse_flag(&r->kept, l, M_KEPT, e) < 0 ||
		parse_flag(&r->paused, l, M_PAUSED, e) < 0)
		return -1;
	r->shows = l->text[M_SHOWS];
	r->stored = l->text[M_STORED];
	r->edited_at = l->text[M_EDITED];
	r->more_types = json_count(l->at[M_MORE_TYPES]) > 0;
	if (json_is_object(l->at[M_DATE_DETAIL]))
		r->date_detail = json_copy(l->at[M_DATE_DETAIL]);
	return 0;
}

/* Here the texts move out of the line, behind the record. */
static struct record *keep(struct arena *a, struct record *r)
{
	char checksum[CHECKSUM_SIZE];
	const char **texts[FIELDS + 7];
	struct record *kept;
	size_t n = 0;

	_Static_assert(sizeof texts / sizeof *texts <= ARENA_TEXTS, "too many");
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
	struct line l;
	struct record r = { 0 };

	if (take_apart(&l, line, e) < 0 || parse_side(&r.side, &l, e) < 0 ||
		check_fixed(&l, e) < 0 || parse_ids(&r, &l, e) < 0 ||
		parse_content(&r, &l, e) < 0)
		return NULL;
	return keep(a, &r);
}

int trouble_parse(
	struct trouble *t, struct arena *a, const json *line, struct error *e)
{
	const char **texts[] = { &t->row_id, &t->page_id, &t->code,
		&t->detail };
	struct line l;

	*t = (struct trouble){ 0 };
	if (take_apart(&l, line, e) < 0 || parse_side(&t->side, &l, e) < 0 ||
		check_fixed(&l, e) < 0)
		return -1;
	t->row_id = l.text[M_ROW_ID];
	t->page_id = l.text[M_PAGE_ID];
	t->code = l.text[M_CODE] ? l.text[M_CODE] : "unknown";
	t->detail = l.text[M_DETAIL] ? l.text[M_DETAIL] : "no reason was given";
	arena_keep(a, 0, texts, sizeof texts / sizeof texts[0]);
	return 0;
}

void record_fini(struct record *r)
{
	json_free(r->date_detail);
	r->date_detail = NULL;
}

void record_fetch(const struct record *r)
{
	/* As a number, because it may lead beyond the memory that is ours. */
	uintptr_t at = (uintptr_t)r, end = at + sizeof *r + TEXTS_FETCHED;

	for (; at < end; at += 64)
		__builtin_prefetch((const void *)at);
}

bool record_is_live(const struct record *r)
{
	return !r->deleted && !r->state;
}

usec minute_of(usec t)
{
	return t == USEC_NONE ? t : time_floor_minute(t);
}
