/* Random worlds. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"

static const char *const decisions[] = { "", "A", "a", "B", "  B ", "Straße",
	"STRASSE", "C", "D" };
static const char *const types[] = { "", "Ops", "ops", "UX", "Policy",
	"policy" };
static const char *const dates[] = { "", "2026-01-01", "2026-02-02" };

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* splitmix64 */
uint64_t rnd(uint64_t *seed)
{
	uint64_t z = (*seed += 0x9E3779B97F4A7C15u);

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

unsigned rnd_below(uint64_t *seed, unsigned n)
{
	return (unsigned)(rnd(seed) % n);
}

bool one_in(uint64_t *seed, unsigned n)
{
	return rnd_below(seed, n) == 0;
}

static void set_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

static const char *random_value(enum field f, uint64_t *seed)
{
	switch (f) {
	case FIELD_DECISION:
		return decisions[rnd_below(seed, COUNT(decisions))];
	case FIELD_TYPE:
		return types[rnd_below(seed, COUNT(types))];
	default:
		return dates[rnd_below(seed, COUNT(dates))];
	}
}

/* --- worlds --------------------------------------------------------------- */

static struct sim_record *add(struct sim *s, enum side side, uint64_t *seed)
{
	struct sim_record *r = &s->at[side][s->n[side]++];

	*r = (struct sim_record){ .synced = true };
	snprintf(r->id, sizeof r->id, "%s-%04x-4000-8000-%012zx",
		side == SUPABASE ? "aaaaaaaa" : "bbbbbbbb",
		rnd_below(seed, 0x10000), s->n[side]);
	for (enum field f = 0; f < FIELDS; f++)
		set_text(r->value[f], SIM_TEXT, random_value(f, seed));
	r->created = (usec)rnd_below(seed, 50) * USEC_MINUTE;
	r->edited = (usec)rnd_below(seed, 5) * USEC_MINUTE;
	r->edited += (usec)rnd_below(seed, 60) * USEC_SECOND;
	return r;
}

static bool has_room(const struct sim *s)
{
	return s->n[SUPABASE] + 4 < SIM_MAX / 2 &&
	       s->n[NOTION] + 4 < SIM_MAX / 2 && s->n_lines + 2 < SIM_MAX / 2;
}

static void add_line(struct sim *s, const struct sim_record *row,
	const struct sim_record *page, const struct sim_record *content)
{
	struct sim_line *l = &s->line[s->n_lines++];
	struct decision c = sim_content(content->value);

	set_text(l->row_id, UUID_SIZE, row->id);
	set_text(l->page_id, UUID_SIZE, page->id);
	memcpy(l->value, content->value, sizeof l->value);
	decision_checksum(&c, l->checksum);
	l->deleted = false;
}

void sim_settled(struct sim *s, uint64_t *seed, size_t pairs)
{
	for (size_t i = 0; i < pairs && has_room(s); i++) {
		struct sim_record *row = add(s, SUPABASE, seed);
		struct sim_record *page = add(s, NOTION, seed);

		memcpy(page->value, row->value, sizeof page->value);
		set_text(row->link, UUID_SIZE, page->id);
		sim_store(row);
		if (s->has_checksum)
			sim_store(page);
		page->synced = s->has_synced;
		page->own = one_in(seed, 2);
		page->more_types = *page->value[FIELD_TYPE] && one_in(seed, 6);
		add_line(s, row, page, row);
	}
}

void sim_edit(
	struct sim *s, struct sim_record *r, uint64_t *seed, bool cosmetic)
{
	enum field f = (enum field)rnd_below(seed, FIELDS);
	char before[SIM_TEXT];

	set_text(before, SIM_TEXT, r->value[f]);
	do
		set_text(r->value[f], SIM_TEXT, random_value(f, seed));
	while (!cosmetic && text_equal_folded(before, r->value[f]));
	r->more_types &= *r->value[FIELD_TYPE] != '\0';
	r->edited = s->now + (usec)rnd_below(seed, 4 * 60) * USEC_SECOND;
}

static struct sim_record *any(struct sim *s, enum side side, uint64_t *seed)
{
	return &s->at[side][rnd_below(seed, (unsigned)s->n[side])];
}

static void forget(struct sim *s, enum side side, uint64_t *seed)
{
	struct sim_record *r = any(s, side, seed);

	*r = s->at[side][--s->n[side]];
}

static void forget_line(struct sim *s, uint64_t *seed)
{
	size_t at;

	if (s->n_lines == 0)
		return;
	at = rnd_below(seed, (unsigned)s->n_lines--);
	s->line[at] = s->line[s->n_lines];
}

/* A page copied in Notion, with its Checksum and mark. */
static void copy_page(struct sim *s, uint64_t *seed)
{
	struct sim_record from = *any(s, NOTION, seed), *to;

	to = add(s, NOTION, seed);
	memcpy(to->value, from.value, sizeof to->value);
	memcpy(to->stored, from.stored, sizeof to->stored);
	to->synced = from.synced;
	to->more_types = from.more_types;
}

/* A new decision on one side, or the same one on both. */
static void add_new(struct sim *s, uint64_t *seed)
{
	unsigned how = rnd_below(seed, 3);
	struct sim_record *row = NULL, *page = NULL;

	if (how != 0)
		row = add(s, SUPABASE, seed);
	if (how != 1)
		page = add(s, NOTION, seed);
	if (row)
		row->synced = false;
	if (page)
		page->synced = false;
	if (row && page)
		memcpy(page->value, row->value, sizeof page->value);
}

static void disturb_page(struct sim *s, uint64_t *seed)
{
	struct sim_record *page = any(s, NOTION, seed);

	switch (rnd_below(seed, 6)) {
	case 0:
		page->deleted = !page->deleted;
		break;
	case 1:
		page->stored[0] = '\0';
		break;
	case 2:
		page->synced = false;
		break;
	case 3:
		set_text(page->state, sizeof page->state,
			one_in(seed, 2) ? "moved" : "unreachable");
		page->deleted = false;
		break;
	default:
		if (!*page->state)
			sim_edit(s, page, seed, true);
		break;
	}
}

/* As if it had been inserted for the page. */
static void name_for_page(
	struct sim *s, struct sim_record *row, const struct sim_record *page)
{
	char id[UUID_SIZE];

	uuid_row_for_page(page->id, 0, id);
	if (!sim_find(s, SUPABASE, id))
		set_text(row->id, UUID_SIZE, id);
}

static void disturb_row(struct sim *s, uint64_t *seed)
{
	struct sim_record *row = any(s, SUPABASE, seed);

	switch (rnd_below(seed, 7)) {
	case 0:
		row->deleted = !row->deleted && s->soft_delete;
		break;
	case 1:
		row->stored[0] = '\0';
		break;
	case 2:
		row->synced = !row->synced;
		break;
	case 3:
		row->link[0] = '\0';
		break;
	case 4:
		if (one_in(seed, 4))
			name_for_page(s, row, any(s, NOTION, seed));
		break;
	default:
		sim_edit(s, row, seed, true);
		break;
	}
}

void sim_disturb(struct sim *s, uint64_t *seed)
{
	if (s->n[SUPABASE] == 0 || s->n[NOTION] == 0 || !has_room(s))
		return;
	switch (rnd_below(seed, 9)) {
	case 0:
		add_new(s, seed);
		break;
	case 1:
		copy_page(s, seed);
		break;
	case 2:
		forget(s, one_in(seed, 2) ? SUPABASE : NOTION, seed);
		break;
	case 3:
		forget_line(s, seed);
		break;
	case 4:
	case 5:
		disturb_row(s, seed);
		break;
	default:
		disturb_page(s, seed);
		break;
	}
}

static void wild_checksum(struct sim *s, struct sim_record *r, uint64_t *seed)
{
	struct sim_record *other =
		any(s, one_in(seed, 2) ? SUPABASE : NOTION, seed);

	if (one_in(seed, 3))
		return;
	sim_store(other);
	memcpy(r->stored, other->stored, sizeof r->stored);
	if (one_in(seed, 2))
		sim_store(r);
}

void sim_wild(struct sim *s, uint64_t *seed)
{
	size_t n = 1 + rnd_below(seed, 5);

	for (size_t i = 0; i < n; i++) {
		add(s, SUPABASE, seed);
		add(s, NOTION, seed);
	}
	for (size_t i = 0; i < n; i++) {
		struct sim_record *row = &s->at[SUPABASE][i];
		struct sim_record *page = &s->at[NOTION][i];

		if (!one_in(seed, 3))
			set_text(
				row->link, UUID_SIZE, any(s, NOTION, seed)->id);
		wild_checksum(s, row, seed);
		if (s->has_checksum)
			wild_checksum(s, page, seed);
		row->synced = one_in(seed, 2);
		page->synced = s->has_synced && one_in(seed, 2);
		row->deleted = s->soft_delete && one_in(seed, 4);
		page->deleted = one_in(seed, 4);
		page->own = one_in(seed, 2);
		page->more_types = *page->value[FIELD_TYPE] && one_in(seed, 3);
	}
	for (size_t i = 0; i < n; i++) {
		const struct sim_record *row = &s->at[SUPABASE][i];
		const struct sim_record *page = any(s, NOTION, seed);

		if (one_in(seed, 2))
			add_line(s, row, page, one_in(seed, 2) ? row : page);
	}
}
