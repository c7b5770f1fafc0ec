/*
 * Step 5 of the pairing: by decision alone, or by decision and date, where it
 * is asked for, as when a table and a database that were filled by hand meet
 * for the first time.
 *
 * Nothing is guessed: among the records that were never linked, a key that two
 * rows or two pages have makes no pair.
 */
#include <stdlib.h>
#include <string.h>

#include "pair.h"
#include "util/alloc.h"
#include "util/text.h"

const char *match_rule_name(enum match_rule r)
{
	static const char *const names[MATCH_RULES] = {
		[MATCH_NONE] = "none",
		[MATCH_DECISION] = "decision",
		[MATCH_DECISION_DATE] = "decision+date",
	};

	return names[r];
}

struct candidate {
	char *decision; /* folded */
	const char *date;
	struct half *half;
};

struct candidates {
	struct candidate *at;
	size_t n, cap;
};

static int by_key(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = strcmp(x->decision, y->decision);

	return order ? order : strcmp(x->date, y->date);
}

static void add(struct candidates *c, struct half *half, enum match_rule match)
{
	const struct decision *is = &half->record->is;
	const char *date = is->value[FIELD_DATE];
	char *decision = text_folded(is->value[FIELD_DECISION]);

	if (text_is_empty(decision)) {
		free(decision);
		return;
	}
	c->at = grow(c->at, c->n, &c->cap, sizeof *c->at);
	c->at[c->n++] = (struct candidate){ decision,
		match == MATCH_DECISION_DATE && date ? date : "", half };
}

static void sort(struct candidates *c)
{
	if (c->n)
		qsort(c->at, c->n, sizeof *c->at, by_key);
}

static void fini(struct candidates *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->at[i].decision);
	free(c->at);
}

/* How many have the key of the one at i, which is the first of them. */
static size_t alike(const struct candidates *c, size_t i)
{
	size_t n = 1;

	while (i + n < c->n && by_key(&c->at[i], &c->at[i + n]) == 0)
		n++;
	return n;
}

/* The page may be that of the row whose link can't be read: both wait. */
static void meet(const struct pairing *p, struct half *row, struct half *page)
{
	if (p->unread_link)
		row->waits = page->waits = true;
	else
		join(row, page, FOUND_BY_DECISION);
}

static size_t meet_one_to_one(const struct pairing *of,
	const struct candidates *rows, const struct candidates *pages)
{
	size_t r = 0, p = 0, met = 0;

	while (r < rows->n && p < pages->n) {
		int order = by_key(&rows->at[r], &pages->at[p]);
		size_t n_rows = alike(rows, r), n_pages = alike(pages, p);

		if (order == 0 && n_rows == 1 && n_pages == 1) {
			meet(of, rows->at[r].half, pages->at[p].half);
			met++;
		}
		r += order <= 0 ? n_rows : 0;
		p += order >= 0 ? n_pages : 0;
	}
	return met;
}

/*
 * A row without a link and a page that no row claims, both unknown to the base.
 * Notion's "Duplicate" copies a page with its checksum: such a page is a new
 * one.
 */
size_t match_by_decision(
	struct pairing *p, const struct lines *l, enum match_rule match)
{
	struct candidates rows = { 0 }, pages = { 0 };
	const char **claimed;
	size_t n, met;

	if (match == MATCH_NONE)
		return 0;
	claimed = claimed_checksums(p, true, &n);
	for (size_t i = 0; i < p->n[SUPABASE]; i++) {
		struct half *row = &p->of[SUPABASE][i];

		if (is_free_unlinked(row) && !row->waits &&
			!base_find_row(l->base, row->record->id))
			add(&rows, row, match);
	}
	for (size_t i = 0; i < p->n[NOTION]; i++) {
		struct half *page = &p->of[NOTION][i];

		if (is_free_page(page) && !page->waits &&
			!lines_of_page(l, page->record->id, 0) &&
			!has_claimed_checksum(page, claimed, n))
			add(&pages, page, match);
	}
	sort(&rows);
	sort(&pages);
	met = meet_one_to_one(p, &rows, &pages);
	fini(&rows);
	fini(&pages);
	free(claimed);
	return met;
}

size_t count_meetings(
	const struct sides *w, const struct base *base, enum match_rule match)
{
	struct lines lines;
	struct pairing p;
	size_t met;

	lines_init(&lines, base);
	pairing_init(&p, w, &lines, MATCH_NONE);
	met = match_by_decision(&p, &lines, match);
	pairing_fini(&p);
	lines_fini(&lines);
	return met;
}
