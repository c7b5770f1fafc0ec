#include "basis.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static int by_page(const void *a, const void *b)
{
	const struct base_pair *const *x = a, *const *y = b;
	int order = strcmp((*x)->page_id, (*y)->page_id);

	return order ? order : strcmp((*x)->row_id, (*y)->row_id);
}

void lines_init(struct lines *l, const struct base *base)
{
	l->base = base;
	l->by_page = xcalloc(base->n, sizeof *l->by_page);
	for (size_t i = 0; i < base->n; i++)
		l->by_page[i] = &base->pairs[i];
	if (base->n)
		qsort(l->by_page, base->n, sizeof *l->by_page, by_page);
}

void lines_fini(struct lines *l)
{
	free(l->by_page);
	*l = (struct lines){ 0 };
}

const struct base_pair **lines_of_page(
	const struct lines *l, const char *page_id, size_t *n)
{
	size_t low = 0, high = l->base->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(l->by_page[mid]->page_id, page_id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*n = 0;
	while (low + *n < l->base->n &&
		strcmp(l->by_page[low + *n]->page_id, page_id) == 0)
		++*n;
	return l->by_page + low;
}

struct content line_content(const struct base_pair *line)
{
	return (struct content){ {
		[DECISION] = line->decision,
		[TYPE] = line->type,
		[DATE] = line->date,
	} };
}

const char *row_stored(const struct record *row, const struct base_pair *line)
{
	return line && line->rewrites_checksum ? NULL : row->stored;
}

/*
 * It names both, and its checksum is the stored one. Where a trigger rewrites
 * the row's and the page has none, nothing can speak against it.
 */
static bool is_trusted(const struct base_pair *line, const struct record *row,
	const struct record *page)
{
	const char *stored = row_stored(row, line);

	if (strcmp(line->page_id, page->id) != 0)
		return false;
	if (!stored)
		stored = page->stored;
	if (!stored)
		return line->rewrites_checksum;
	return strcmp(line->checksum, stored) == 0;
}

/* A line pairs the row, or the page, with another partner. */
static bool pairs_otherwise(const struct lines *l, const struct record *row,
	const struct record *page, const struct base_pair *line)
{
	size_t n;
	const struct base_pair **of_page = lines_of_page(l, page->id, &n);

	if (line && strcmp(line->page_id, page->id) != 0)
		return true;
	for (size_t i = 0; i < n; i++)
		if (strcmp(of_page[i]->row_id, row->id) != 0)
			return true;
	return false;
}

static void take_fields(struct basis *b)
{
	b->kind = BASIS_FIELDS;
	b->fields = line_content(b->line);
	b->checksum = b->line->checksum;
	b->deleted = b->line->deleted;
}

static void take_checksum(
	struct basis *b, const struct record *row, const struct record *page)
{
	const char *of_row = row_stored(row, b->line), *of_page = page->stored;
	const char *one = of_row ? of_row : of_page;

	if (!one)
		b->why = "neither side has a stored checksum";
	else if (of_row && of_page && strcmp(of_row, of_page) != 0)
		b->why = "the two stored checksums differ";
	else if ((!of_row || !of_page) && b->line &&
		 strcmp(b->line->checksum, one) != 0)
		b->why = "the stored checksum is not that of the local base";
	else {
		b->kind = BASIS_CHECKSUM;
		b->checksum = one;
	}
}

void basis_find(struct basis *b, const struct lines *l,
	const struct record *row, const struct record *page)
{
	*b = (struct basis){ .line = base_find_row(l->base, row->id) };
	if (b->line && is_trusted(b->line, row, page))
		take_fields(b);
	else if (pairs_otherwise(l, row, page, b->line))
		b->why = "the local base pairs one of them with another record";
	else
		take_checksum(b, row, page);
}
