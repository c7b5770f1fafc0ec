#include "resolve.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/file.h"
#include "util/text.h"
#include "util/uuid.h"

#define FILE_MAX ((size_t)64 << 20)
#define SHOWN_COLUMNS 40

/* --- reading -------------------------------------------------------------- */

/* A value that is there, a text or null. */
static int value_parse(
	enum field f, const json *field, enum side s, struct decision *d)
{
	const json *v = json_get(field, side_name(s));

	if (!v || (!json_is_null(v) && !json_text(v)))
		return -1;
	d->value[f] = json_is_null(v) ? NULL : json_text(v);
	return d->value[f] && !field_is_valid(f, d->value[f]) ? -1 : 0;
}

static int field_parse(struct resolution *r, enum field f, const json *field)
{
	const json *winner = json_get(field, "winner");
	enum side won;

	for (enum side s = 0; s < SIDES; s++) {
		if (value_parse(f, field, s, &r->of[s]) < 0)
			return -1;
		r->stands[s].value[f] = r->of[s].value[f];
	}
	r->fields |= FIELD_BIT(f);
	if (json_is_object(json_get(field, "date_detail")))
		r->date_detail = json_get(field, "date_detail");
	if (!winner || json_is_null(winner))
		return 0;
	if (side_parse(json_text(winner), &won) < 0)
		return -1;
	r->stood |= FIELD_BIT(f);
	for (enum side s = 0; s < SIDES; s++)
		r->stands[s].value[f] = r->of[won].value[f];
	return 0;
}

static bool is_resolution(struct resolution *r, const json *line)
{
	const json *fields = json_get(line, "fields");
	const char *kind = json_str(line, "kind");
	char id[UUID_SIZE];

	r->row_id = json_str(line, "row_id");
	r->page_id = json_str(line, "page_id");
	if (!kind || strcmp(kind, "resolve") != 0 || !r->row_id ||
		uuid_normalize(r->row_id, id) < 0 || !r->page_id ||
		uuid_normalize(r->page_id, id) < 0 ||
		side_parse(json_str(line, "take"), &r->take) < 0)
		return false;
	for (enum field f = 0; f < FIELDS; f++)
		if (json_get(fields, field_name(f)) &&
			field_parse(r, f, json_get(fields, field_name(f))) < 0)
			return false;
	return r->fields != 0;
}

int resolutions_add(struct resolutions *all, json *take_line)
{
	struct resolution r = { .line = take_line };

	if (!is_resolution(&r, take_line)) {
		json_free(take_line);
		return -1;
	}
	all->at = grow(all->at, all->n, &all->cap, sizeof *all->at);
	all->at[all->n++] = r;
	return 0;
}

int resolutions_load(struct resolutions *all, const char *path, struct error *e)
{
	struct buf text = BUF_INIT(FILE_MAX);
	struct error why;
	size_t n = 0;
	int rc = file_read(path, &text, e);

	for (const char *s = buf_str(&text), *end; rc == 0 && *s; s = end) {
		size_t len = strcspn(s, "\n");
		json *line;

		end = s + len + (s[len] == '\n');
		n++;
		if (len == 0)
			continue;
		line = json_parse(s, len, JSON_STRICT, &why);
		if (!line || resolutions_add(all, line) < 0)
			rc = fail(e, RC_STREAM,
				"%s: line %zu is not a decision as report "
				"--resolve writes it",
				path, n);
	}
	buf_fini(&text);
	return rc;
}

void resolutions_fini(struct resolutions *all)
{
	for (size_t i = 0; i < all->n; i++)
		json_free(all->at[i].line);
	free(all->at);
	*all = (struct resolutions){ 0 };
}

const struct resolution *resolution_find(
	const struct resolutions *all, const char *row_id, const char *page_id)
{
	for (size_t i = all ? all->n : 0; i-- > 0;)
		if (strcmp(all->at[i].row_id, row_id) == 0 &&
			strcmp(all->at[i].page_id, page_id) == 0)
			return &all->at[i];
	return NULL;
}

/* --- whether it still fits ------------------------------------------------ */

/*
 * the halves hold                                       the decision
 *
 * what the conflict left, or what is to be taken        fits
 * both the same one of the two values, of a conflict    fits
 *   that had a winner: it was taken back meanwhile
 * anything else                                         was overtaken by an
 * edit
 */
static bool fits(const struct resolution *r, enum field f,
	const struct record *const half[SIDES])
{
	const char *taken = r->of[r->take].value[f];
	bool one_of_two = false, as_left = true;

	for (enum side s = 0; s < SIDES; s++) {
		const char *now = half[s]->is.value[f];

		as_left &= field_equal(f, now, r->stands[s].value[f]) ||
			   field_equal(f, now, taken);
		one_of_two |= field_equal(f, half[SUPABASE]->is.value[f],
				      half[NOTION]->is.value[f]) &&
			      field_equal(f, now, r->of[s].value[f]);
	}
	return as_left || (r->stood & FIELD_BIT(f) && one_of_two);
}

/* It was carried out, and noted: what differs now is a new edit. */
static bool is_carried_out(
	const struct resolution *r, enum field f, const struct merge_base *base)
{
	const char *taken = r->of[r->take].value[f];

	return base->kind == MERGE_BASE_FIELDS &&
	       field_equal(f, base->held[SUPABASE].is.value[f], taken) &&
	       field_equal(f, base->held[NOTION].is.value[f], taken);
}

static void say_what_stands(struct buf *why, enum field f,
	const struct record *row, const struct record *page)
{
	buf_addf(why, "edited since: %s is ", field_name(f));
	field_show(why, row->is.value[f], SHOWN_COLUMNS);
	buf_adds(why, " in Supabase and ");
	field_show(why, page->is.value[f], SHOWN_COLUMNS);
	buf_adds(why, " in Notion now");
}

/* Clearing it would drop what a person added there, or promote it. */
static bool would_clear_types(
	const struct resolution *r, enum field f, const struct record *page)
{
	return f == FIELD_TYPE && page->more_types &&
	       text_is_empty(r->of[r->take].value[f]) &&
	       !text_is_empty(page->is.value[f]);
}

/* --- carrying it into the merge ------------------------------------------- */

static void take(struct merge *m, enum field f, const struct resolution *r,
	const struct record *const half[SIDES])
{
	const char *taken = r->of[r->take].value[f];
	const char *held = half[r->take]->is.value[f];
	unsigned bit = FIELD_BIT(f);

	/* To the letter as its side has it, where it has it. */
	m->result.value[f] = field_equal(f, held, taken) ? held : taken;
	m->open &= ~bit;
	m->left_alone &= ~bit;
	for (enum side s = 0; s < SIDES; s++) {
		m->won[s] &= ~bit;
		m->write[s] &= ~bit;
		if (!field_equal(f, half[s]->is.value[f], taken))
			m->write[s] |= bit;
	}
	m->conflict &= ~bit;
	if ((m->write[SUPABASE] | m->write[NOTION]) & bit) {
		m->resolved |= bit;
		m->won[r->take] |= bit;
	}
	if (f == FIELD_DATE && r->take == NOTION)
		m->date_detail = r->date_detail;
}

/* Nobody has decided these: they are left as they are. */
static void leave_open(struct merge *m)
{
	m->open = m->conflict;
	m->stopped = false;
	for (enum side s = 0; s < SIDES; s++)
		m->write[s] &= ~m->open;
}

int resolution_apply(const struct resolution *r, struct merge *m,
	const struct record *row, const struct record *page,
	const struct merge_base *base, struct buf *why)
{
	const struct record *const half[SIDES] = { row, page };
	unsigned fields = r->fields;

	for (enum field f = 0; f < FIELDS; f++) {
		if (!(fields & FIELD_BIT(f)))
			continue;
		if (is_carried_out(r, f, base)) {
			fields &= ~FIELD_BIT(f);
		} else if (!fits(r, f, half)) {
			say_what_stands(why, f, row, page);
			return -1;
		} else if (would_clear_types(r, f, page)) {
			buf_adds(why,
				"the page has further types, so its type is "
				"not cleared");
			return -1;
		}
	}
	for (enum field f = 0; f < FIELDS; f++)
		if (fields & FIELD_BIT(f))
			take(m, f, r, half);
	if (m->stopped)
		leave_open(m);
	decision_checksum(&m->result, m->checksum);
	return 0;
}
