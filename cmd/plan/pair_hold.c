/*
 * What a record that could not be read holds (doc/semantics.md, section 5): the
 * row and the page that it names, and those that link to it. Only where it
 * names no other half, the one that the local base, or the id made for a page,
 * pairs with it. A free record that it does not name is never held.
 */
#include <stdlib.h>
#include <string.h>

#include "pair.h"
#include "util/alloc.h"
#include "util/uuid.h"

static void hold(struct half *half, const struct trouble *t)
{
	if (!half || half->held)
		return;
	half->held = t;
	if (half->partner && !half->partner->held)
		half->partner->held = t;
}

/* A row that links elsewhere has its pair there, whatever the base says. */
static void hold_unlinked_row(struct half *row, const struct trouble *t)
{
	if (row && !row->record->link)
		hold(row, t);
}

static void hold_by_base(struct pairing *p, const struct sides *w,
	const struct lines *l, const struct trouble *t)
{
	const struct base_pair *line;

	if (t->row_id && !t->page_id) {
		line = base_find_row(l->base, t->row_id);
		if (line)
			hold(pairing_find(p, w, NOTION, line->page_id), t);
	}
	if (!t->page_id || t->row_id)
		return;
	for (size_t i = 0; (line = lines_of_page(l, t->page_id, i)); i++)
		hold_unlinked_row(
			pairing_find(p, w, SUPABASE, line->row_id), t);
}

static void hold_row_by_id(
	struct pairing *p, const struct sides *w, const struct trouble *t)
{
	char id[UUID_SIZE];

	if (!t->page_id || t->row_id)
		return;
	uuid_row_for_page(t->page_id, 0, id);
	hold_unlinked_row(pairing_find(p, w, SUPABASE, id), t);
}

static int by_row(const void *a, const void *b)
{
	const struct trouble *const *x = a, *const *y = b;

	return strcmp((*x)->row_id, (*y)->row_id);
}

/*
 * Pages for which a row was made that can't be read and that names no page. All
 * ids that are made for pages are of version 5; mostly there is none.
 */
static void hold_pages_by_id(struct pairing *p, const struct sides *w)
{
	const struct trouble **made = xcalloc(w->n_trouble, sizeof *made);
	size_t n = 0;

	for (size_t i = 0; i < w->n_trouble; i++) {
		const struct trouble *t = &w->trouble[i];

		if (t->row_id && !t->page_id && t->row_id[14] == '5')
			made[n++] = t;
	}
	if (n)
		qsort(made, n, sizeof *made, by_row);
	for (size_t i = 0; n && i < p->n[NOTION]; i++) {
		struct half *page = &p->of[NOTION][i];
		char id[UUID_SIZE];
		struct trouble key = { .row_id = id };
		const struct trouble *k = &key, **found;

		uuid_row_for_page(page->record->id, 0, id);
		found = bsearch(&k, made, n, sizeof *made, by_row);
		if (found)
			hold(page, *found);
	}
	free(made);
}

static bool link_is_unread(const struct trouble *t)
{
	return t->side == SUPABASE && !t->page_id &&
	       strcmp(t->code, "link") == 0;
}

static int by_page(const void *a, const void *b)
{
	const struct trouble *const *x = a, *const *y = b;

	return strcmp((*x)->page_id, (*y)->page_id);
}

/* Rows whose link leads to a page that couldn't be read. */
static void hold_linked_rows(struct pairing *p, const struct sides *w)
{
	const struct trouble **named = xcalloc(w->n_trouble, sizeof *named);
	size_t n = 0;

	for (size_t i = 0; i < w->n_trouble; i++)
		if (w->trouble[i].page_id)
			named[n++] = &w->trouble[i];
	if (n)
		qsort(named, n, sizeof *named, by_page);
	for (size_t i = 0; n && i < p->n[SUPABASE]; i++) {
		struct half *row = &p->of[SUPABASE][i];
		struct trouble key = { .page_id = row->record->link };
		const struct trouble *k = &key, **found = NULL;

		if (key.page_id)
			found = bsearch(&k, named, n, sizeof *named, by_page);
		if (found)
			hold(row, *found);
	}
	free(named);
}

void hold_troubled(
	struct pairing *p, const struct sides *w, const struct lines *l)
{
	for (size_t i = 0; i < w->n_trouble; i++) {
		const struct trouble *t = &w->trouble[i];

		if (link_is_unread(t))
			p->unread_link = t;
		hold(pairing_find(p, w, SUPABASE, t->row_id), t);
		hold(pairing_find(p, w, NOTION, t->page_id), t);
		hold_by_base(p, w, l, t);
		hold_row_by_id(p, w, t);
	}
	hold_pages_by_id(p, w);
	hold_linked_rows(p, w);
}
