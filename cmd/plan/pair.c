#include "pair.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"
#include "util/uuid.h"

/* More rows than this can't have been made for one page. */
#define ROW_ID_ATTEMPTS 100

struct half *pairing_find(const struct pairing *p, const struct sides *w,
	enum side side, const char *id)
{
	size_t n;
	const struct id_item *found =
		id ? id_list_find(&w->side[side], id, &n) : NULL;

	return found ? &p->of[side][found->order] : NULL;
}

bool is_claimed(const struct half *page)
{
	return page->live_claims || page->dead_claims;
}

bool is_free_page(const struct half *page)
{
	return !page->held && !page->partner && !is_claimed(page) &&
	       record_is_live(page->record);
}

/* Without a link, or with one that leads to a page that is gone. */
bool is_free_row(const struct half *row)
{
	if (row->held || row->doubled || !record_is_live(row->record))
		return false;
	if (row->partner)
		return row->partner->record->state != NULL;
	return !row->record->link;
}

bool is_free_unlinked(const struct half *row)
{
	return is_free_row(row) && !row->partner;
}

void join(struct half *row, struct half *page, enum found found)
{
	if (row->partner)
		row->partner->partner = NULL;
	row->partner = page;
	page->partner = row;
	row->found = page->found = found;
}

static void count_claims(struct pairing *p, const struct sides *w)
{
	for (size_t i = 0; i < p->n[SUPABASE]; i++) {
		struct half *row = &p->of[SUPABASE][i], *page;

		page = pairing_find(p, w, NOTION, row->record->link);
		row->linked = page;
		if (page && row->record->deleted)
			page->dead_claims++;
		else if (page)
			page->live_claims++;
	}
}

/*
 * Step 1. The only live row with the link has the page, whatever soft-deleted
 * rows say. Several soft-deleted ones matter only to a page that is live.
 */
static void pair_by_link(struct pairing *p)
{
	for (size_t i = 0; i < p->n[SUPABASE]; i++) {
		struct half *row = &p->of[SUPABASE][i], *page = row->linked;
		bool live = !row->record->deleted;

		if (!page)
			continue;
		if (live)
			row->doubled = page->live_claims > 1;
		else if (page->live_claims == 0 && page->dead_claims > 1)
			row->doubled = record_is_live(page->record);
		if ((live && page->live_claims == 1) ||
			(!live && page->live_claims + page->dead_claims == 1))
			join(row, page, FOUND_BY_LINK);
	}
}

/* Step 2. */
static void pair_by_base(
	struct pairing *p, const struct sides *w, const struct base *base)
{
	for (size_t i = 0; i < base_count(base); i++) {
		const struct base_pair *line = base_pair_at(base, i);
		struct half *row, *page;

		row = pairing_find(p, w, SUPABASE, line->row_id);
		page = pairing_find(p, w, NOTION, line->page_id);
		if (row && page && is_free_unlinked(row) && is_free_page(page))
			join(row, page, FOUND_BY_BASE);
	}
}

/* The row with that id can't be read, but names another page than this. */
static bool is_linked_elsewhere(
	const struct sides *w, const char *row_id, const char *page_id)
{
	for (size_t i = 0; i < w->n_trouble; i++) {
		const struct trouble *t = &w->trouble[i];

		if (text_same(t->row_id, row_id) && t->page_id &&
			strcmp(t->page_id, page_id) != 0)
			return true;
	}
	return false;
}

struct half *row_made_for(const struct pairing *p, const struct sides *w,
	const struct record *page)
{
	for (unsigned i = 0; i < ROW_ID_ATTEMPTS; i++) {
		char id[UUID_SIZE];
		struct half *row;

		uuid_row_for_page(page->id, i, id);
		row = pairing_find(p, w, SUPABASE, id);
		if (row ? !row->record->link
			: !is_linked_elsewhere(w, id, page->id))
			return row;
	}
	return NULL;
}

static void pair_by_id(struct pairing *p, const struct sides *w)
{
	for (size_t i = 0; i < p->n[NOTION]; i++) {
		struct half *page = &p->of[NOTION][i], *row;

		if (!is_free_page(page))
			continue;
		row = row_made_for(p, w, page->record);
		if (row && is_free_unlinked(row))
			join(row, page, FOUND_BY_ID);
	}
}

void pairing_init(struct pairing *p, const struct sides *w,
	const struct lines *l, enum match_rule match)
{
	*p = (struct pairing){ 0 };
	for (enum side s = 0; s < SIDES; s++) {
		p->n[s] = w->side[s].n;
		p->of[s] = xcalloc(p->n[s], sizeof *p->of[s]);
		for (size_t i = 0; i < p->n[s]; i++)
			p->of[s][i].record = record_at(w, s, i);
	}
	count_claims(p, w);
	pair_by_link(p);
	hold_troubled(p, w, l);
	pair_by_base(p, w, l->base);
	pair_by_id(p, w);
	match_by_checksum(p);
	match_by_decision(p, l, match);
}

void pairing_fini(struct pairing *p)
{
	for (enum side s = 0; s < SIDES; s++)
		free(p->of[s]);
	*p = (struct pairing){ 0 };
}
