#include "sync/base_pair.h"

#include <stdlib.h>
#include <string.h>

#include "util/times.h"
#include "util/uuid.h"

static const char *uuid_member(const json *line, const char *key)
{
	const char *s = json_str(line, key);

	return s && uuid_is_normal(s) ? s : NULL;
}

/* A text, or NULL where it is null or not there; false for anything else. */
static bool text_member(const json *line, const char *key, const char **out)
{
	const json *v = json_get(line, key);

	*out = json_text(v);
	return *out || json_is_null(v);
}

/* A checksum, or NULL where it is null or not there; false for anything else.
 */
static bool sum_member(const json *line, const char *key, const char **out)
{
	return text_member(line, key, out) &&
	       (!*out || checksum_is_valid(*out));
}

/* The keys of what a line says of each half. */
static const struct {
	const char *is, *sum, *rewrites_checksum, *resets_synced;
} keys[SIDES] = {
	[SUPABASE] = { "row_is", "row_sum", "rewrites_checksum",
		"resets_synced" },
	[NOTION] = { "page_is", "page_sum", "page_rewrites_checksum",
		"page_resets_synced" },
};

#define REWRITES_LINK "page_rewrites_link"
#define MET "met"

static int parse_both(struct held held[SIDES], const json *object)
{
	for (enum side s = 0; s < SIDES; s++)
		if (held_parse(&held[s], json_get(object, keys[s].is)) < 0)
			return -1;
	return 0;
}

static int parse_sent(struct base_sent *s, const json *object)
{
	if (json_is_null(object))
		return 0;
	s->is = true;
	s->at = USEC_NONE;
	time_parse(json_str(object, "at"), &s->at);
	return side_parse(json_str(object, "to"), &s->to) == 0 &&
			       parse_both(s->held, object) == 0 &&
			       sum_member(object, "checksum", &s->checksum)
		       ? 0
		       : -1;
}

static int parse_refused(struct base_refused *r, const json *object)
{
	if (json_is_null(object))
		return 0;
	r->is = true;
	r->at = USEC_NONE;
	time_parse(json_str(object, "at"), &r->at);
	json_whole(json_get(object, "times"), &r->times);
	r->fields = fields_parse(json_get(object, "fields"));
	return side_parse(json_str(object, "to"), &r->to) == 0
		       ? held_parse(&r->set, json_get(object, "set"))
		       : -1;
}

/* What both halves hold; a line of the older form says it once for both. */
static int parse_known(struct base_pair *p, const json *line)
{
	const json *row = json_get(line, keys[SUPABASE].is);
	const json *page = json_get(line, keys[NOTION].is);
	bool older =
		!row && !page && !p->sent.is &&
		(p->checksum || json_get(line, field_name(FIELD_DECISION)));

	p->known = older || (row && page);
	if (!p->known)
		return !row && !page ? 0 : -1;
	if (!older)
		return parse_both(p->held, line);
	if (!p->checksum || held_parse(&p->held[SUPABASE], line) < 0)
		return -1;
	p->held[NOTION] = p->held[SUPABASE];
	return 0;
}

static int parse_pair(struct base_pair *p, const json *line)
{
	const char *kind = json_str(line, "kind");

	if (!kind || !sum_member(line, "checksum", &p->checksum) ||
		parse_sent(&p->sent, json_get(line, "sent")) < 0 ||
		parse_refused(&p->refused, json_get(line, "refused")) < 0)
		return -1;
	for (enum side s = 0; s < SIDES; s++) {
		if (!sum_member(line, keys[s].sum, &p->sum[s]))
			return -1;
		p->rewrites_checksum[s] =
			json_true(line, keys[s].rewrites_checksum);
		p->resets_synced[s] = json_true(line, keys[s].resets_synced);
	}
	p->rewrites_link = json_true(line, REWRITES_LINK);
	p->met = json_true(line, MET);
	if (strcmp(kind, "lone") == 0)
		return !p->row_id == !p->page_id
			       ? -1
			       : held_parse(&p->held[p->row_id ? SUPABASE
							       : NOTION],
					 json_get(line, "is"));
	return strcmp(kind, "pair") == 0 && p->row_id && p->page_id
		       ? parse_known(p, line)
		       : -1;
}

int base_pair_parse(struct base_pair *p, json *take_line)
{
	*p = (struct base_pair){ .line = take_line };
	p->row_id = uuid_member(take_line, "row_id");
	p->page_id = uuid_member(take_line, "page_id");
	json_whole(json_get(take_line, "failed"), &p->failed);
	if (parse_pair(p, take_line) == 0)
		return 0;
	json_free(take_line);
	*p = (struct base_pair){ 0 };
	return -1;
}

/* The texts of what a half holds, added to a list of them. */
static size_t list_held(const char **list[], size_t n, struct held *h)
{
	for (enum field f = 0; f < FIELDS; f++)
		list[n++] = &h->is.value[f];
	return n;
}

void *base_pair_keep(struct base_pair *p, struct arena *a)
{
	const char **texts[4 + SIDES + (2 * SIDES + 1) * FIELDS];
	size_t n = 0;
	void *room;

	_Static_assert(sizeof texts / sizeof *texts <= ARENA_TEXTS, "too many");
	texts[n++] = &p->row_id;
	texts[n++] = &p->page_id;
	texts[n++] = &p->checksum;
	texts[n++] = &p->sent.checksum;
	for (enum side s = 0; s < SIDES; s++) {
		texts[n++] = &p->sum[s];
		n = list_held(texts, n, &p->held[s]);
		n = list_held(texts, n, &p->sent.held[s]);
	}
	n = list_held(texts, n, &p->refused.set);
	room = arena_keep(a, sizeof *p, texts, n);
	json_free(p->line);
	p->line = NULL;
	return room;
}

void base_pair_free(struct base_pair *p)
{
	if (p)
		json_free(p->line);
	free(p);
}

/* --- a line --------------------------------------------------------------- */

static void put_both(json *to, const struct held held[SIDES])
{
	for (enum side s = 0; s < SIDES; s++)
		json_put(to, keys[s].is, held_json(&held[s]));
}

/* A flag that is false, and a time or a text that is none, is not there. */
static void put_flag(json *to, const char *key, bool is)
{
	if (is)
		json_put_bool(to, key, true);
}

static void put_time(json *to, const char *key, usec at)
{
	char text[TIME_SIZE];

	if (at != USEC_NONE)
		json_put_str(to, key, time_format(at, text));
}

static void put_sum(json *to, const char *key, const char *sum)
{
	if (checksum_is_valid(sum))
		json_put_str(to, key, sum);
}

static void put_sent(json *line, const struct base_sent *s)
{
	json *sent = json_put(line, "sent", json_object());

	json_put_str(sent, "to", side_name(s->to));
	put_both(sent, s->held);
	put_sum(sent, "checksum", s->checksum);
	put_time(sent, "at", s->at);
}

static void put_refused(json *line, const struct base_refused *r)
{
	json *refused = json_put(line, "refused", json_object());

	json_put_str(refused, "to", side_name(r->to));
	json_put(refused, "fields", fields_json(r->fields));
	json_put(refused, "set", held_json(&r->set));
	json_put_int(refused, "times", r->times);
	put_time(refused, "at", r->at);
}

json *base_pair_line(const struct base_pair *p, usec at)
{
	bool lone = !p->row_id || !p->page_id;
	json *line = json_object();

	json_put_str(line, "kind", lone ? "lone" : "pair");
	if (p->row_id)
		json_put_str(line, "row_id", p->row_id);
	if (p->page_id)
		json_put_str(line, "page_id", p->page_id);
	if (lone)
		json_put(line, "is",
			held_json(&p->held[p->row_id ? SUPABASE : NOTION]));
	else if (p->known)
		put_both(line, p->held);
	put_sum(line, "checksum", p->checksum);
	for (enum side s = 0; s < SIDES; s++) {
		put_sum(line, keys[s].sum, p->sum[s]);
		put_flag(line, keys[s].rewrites_checksum,
			p->rewrites_checksum[s]);
		put_flag(line, keys[s].resets_synced, p->resets_synced[s]);
	}
	put_flag(line, REWRITES_LINK, p->rewrites_link);
	put_flag(line, MET, p->met && !p->known);
	if (p->failed > 0)
		json_put_int(line, "failed", p->failed);
	if (p->refused.is)
		put_refused(line, &p->refused);
	if (p->sent.is)
		put_sent(line, &p->sent);
	put_time(line, "at", at);
	return line;
}

/* --- what a line proves --------------------------------------------------- */

bool base_is_deleted(const struct base_pair *p)
{
	return p->known && p->held[SUPABASE].deleted && p->held[NOTION].deleted;
}

static bool same_sum(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool is_sum_of_one(const char *stored, const struct held held[SIDES])
{
	char sum[CHECKSUM_SIZE];

	for (enum side s = 0; s < SIDES; s++) {
		decision_checksum(&held[s].is, sum);
		if (strcmp(stored, sum) == 0)
			return true;
	}
	return false;
}

bool base_explains(const struct base_pair *p, const char *stored, enum side on)
{
	const struct base_sent *s = &p->sent;

	if (!stored || p->rewrites_checksum[on] ||
		same_sum(stored, p->checksum) || same_sum(stored, p->sum[on]))
		return true;
	if (p->known && is_sum_of_one(stored, p->held))
		return true;
	return s->is && (same_sum(stored, s->checksum) ||
				is_sum_of_one(stored, s->held));
}
