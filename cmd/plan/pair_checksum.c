/*
 * Step 4 of the pairing: by checksum, where nothing else connects a row and
 * a page, as after a first start with two filled sides.
 *
 * Both sides are sorted by a key and walked together. Three passes: equal in
 * every field; equal checksums; the row's checksum is the one stored on a page
 * of ours that was edited before its row got the link.
 */
#include <stdlib.h>
#include <string.h>

#include "pair.h"
#include "util/alloc.h"

struct candidate {
	struct half *half;
	const char *checksum; /* what it is matched by in this pass */
	char *decision;	      /* in text form; NULL: of no account */
	char *type;	      /* in folded form; NULL: of no account */
};

struct candidates {
	struct candidate *at;
	size_t n, cap;
};

static int same_key(const struct candidate *x, const struct candidate *y)
{
	int order = strcmp(x->checksum, y->checksum);

	if (order == 0 && x->type && y->type)
		order = strcmp(x->type, y->type);
	if (order == 0 && x->decision && y->decision)
		order = strcmp(x->decision, y->decision);
	return order;
}

/* Oldest first; a record without a time comes last. */
static int by_age(const struct record *x, const struct record *y)
{
	if ((x->created == USEC_NONE) != (y->created == USEC_NONE))
		return x->created == USEC_NONE ? 1 : -1;
	if (x->created != y->created)
		return x->created < y->created ? -1 : 1;
	return strcmp(x->id, y->id);
}

static int by_key_then_age(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = same_key(x, y);

	return order ? order : by_age(x->half->record, y->half->record);
}

/* The page may be that of the row whose link can't be read: both wait. */
static void join_or_wait(
	const struct pairing *p, struct half *row, struct half *page)
{
	if (p->unread_link)
		row->waits = page->waits = true;
	else
		join(row, page, FOUND_BY_CHECKSUM);
}

/* Joins those of the same key in their order, oldest with oldest. */
static void match(const struct pairing *of, struct candidates *rows,
	struct candidates *pages)
{
	size_t r = 0, p = 0;

	if (rows->n == 0 || pages->n == 0)
		return;
	qsort(rows->at, rows->n, sizeof *rows->at, by_key_then_age);
	qsort(pages->at, pages->n, sizeof *pages->at, by_key_then_age);
	while (r < rows->n && p < pages->n) {
		int order = same_key(&rows->at[r], &pages->at[p]);

		if (order == 0)
			join_or_wait(of, rows->at[r].half, pages->at[p].half);
		r += order <= 0;
		p += order >= 0;
	}
}

static struct candidate *add(
	struct candidates *c, struct half *half, const char *checksum)
{
	c->at = grow(c->at, c->n, &c->cap, sizeof *c->at);
	c->at[c->n] = (struct candidate){ half, checksum, NULL, NULL };
	return &c->at[c->n++];
}

static void clear(struct candidates *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->at[i].decision);
		free(c->at[i].type);
	}
	c->n = 0;
}

/* How much of the content must be equal besides the checksum. */
enum depth {
	EVERY_FIELD,
	BUT_FOR_CASE, /* the type too, lest "a|b" and "c" pass for "a", "b|c" */
	CHECKSUM_ONLY,
};

static void add_free(struct candidates *c, struct pairing *p, enum side side,
	enum depth depth)
{
	bool (*is_free)(const struct half *) =
		side == SUPABASE ? is_free_row : is_free_page;

	for (size_t i = 0; i < p->n[side]; i++) {
		struct half *half = &p->of[side][i];
		const struct record *r = half->record;
		struct candidate *added;

		if (!is_free(half) || half->waits)
			continue;
		added = add(c, half, r->checksum);
		if (depth == EVERY_FIELD)
			added->decision = field_normal(
				FIELD_DECISION, r->is.value[FIELD_DECISION]);
		if (depth != CHECKSUM_ONLY)
			added->type = field_normal(
				FIELD_TYPE, r->is.value[FIELD_TYPE]);
	}
}

static int by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

const char **claimed_checksums(
	const struct pairing *p, bool paired_too, size_t *n)
{
	const char **all = xcalloc(p->n[NOTION], sizeof *all);

	*n = 0;
	for (size_t i = 0; i < p->n[NOTION]; i++) {
		const struct half *page = &p->of[NOTION][i];

		if (page->record->stored &&
			(is_claimed(page) || page->held ||
				(paired_too && page->partner)))
			all[(*n)++] = page->record->stored;
	}
	if (*n)
		qsort(all, *n, sizeof *all, by_text);
	return all;
}

bool has_claimed_checksum(
	const struct half *page, const char **claimed, size_t n)
{
	const char *const *stored = &page->record->stored;

	return *stored && n &&
	       bsearch(stored, claimed, n, sizeof *claimed, by_text);
}

static void add_edited_pages(struct candidates *c, struct pairing *p)
{
	size_t n;
	const char **claimed = claimed_checksums(p, false, &n);

	for (size_t i = 0; i < p->n[NOTION]; i++) {
		struct half *page = &p->of[NOTION][i];
		const struct record *r = page->record;

		if (!is_free_page(page) || page->waits || !r->own || !r->stored)
			continue;
		if (!has_claimed_checksum(page, claimed, n))
			add(c, page, r->stored);
	}
	free(claimed);
}

/* Mostly there is none, and nothing to sort. */
static bool has_free_page(const struct pairing *p)
{
	for (size_t i = 0; i < p->n[NOTION]; i++)
		if (is_free_page(&p->of[NOTION][i]))
			return true;
	return false;
}

void match_by_checksum(struct pairing *p)
{
	struct candidates rows = { 0 }, pages = { 0 };

	if (!has_free_page(p))
		return;
	for (enum depth d = EVERY_FIELD; d <= CHECKSUM_ONLY; d++) {
		add_free(&rows, p, SUPABASE, d);
		if (d == CHECKSUM_ONLY)
			add_edited_pages(&pages, p);
		else
			add_free(&pages, p, NOTION, d);
		match(p, &rows, &pages);
		clear(&rows);
		clear(&pages);
	}
	free(rows.at);
	free(pages.at);
}
