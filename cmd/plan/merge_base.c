#include "merge_base.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

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

struct content agreed_content(const struct base_half *h)
{
	return (struct content){ {
		[DECISION] = h->decision,
		[TYPE] = h->type,
		[DATE] = h->date,
	} };
}

static struct held held_of(const struct base_half *h)
{
	return (struct held){ agreed_content(h), h->deleted };
}

const char *row_stored(const struct record *row, const struct base_pair *line)
{
	return line && line->rewrites_checksum ? NULL : row->stored;
}

const char *page_stored(const struct record *page, const struct base_pair *line)
{
	return line && line->page_rewrites_checksum ? NULL : page->stored;
}

/* It names both, and can explain both of the stored checksums. */
static bool is_trusted(const struct base_pair *line, const struct record *row,
	const struct record *page)
{
	return strcmp(line->page_id, page->id) == 0 &&
	       base_explains(line, row->stored, false) &&
	       base_explains(line, page->stored, true);
}

/* --- a request whose answer was not noted --------------------------------- */

static usec minute(usec t)
{
	return t == USEC_NONE ? t : time_floor_minute(t);
}

/*
 * A half that was to be deleted is live: it never arrived, or a person took it
 * back. A row's trash clears the mark; a page's moves its time.
 */
static bool was_taken_back(const struct base_sent *s, const struct record *r)
{
	if (r->side == SUPABASE)
		return !r->synced;
	return s->at != USEC_NONE && minute(r->edited) > minute(s->at);
}

/*
 * Whether the request has arrived: its half holds what it was to change, or
 * bears the checksum that came with it. Both can only be its doing, or as good
 * as.
 */
static bool has_arrived(const struct base_pair *line, const struct record *row,
	const struct record *page)
{
	const struct base_sent *s = &line->sent;
	const struct record *r = s->to_page ? page : row;
	const struct base_half *half = s->to_page ? &s->page : &s->row;
	const char *stored =
		s->to_page ? page_stored(page, line) : row_stored(row, line);
	const char *before = s->to_page ? line->page_sum : line->row_sum;
	struct content sent = agreed_content(half);
	struct content was =
		agreed_content(s->to_page ? &line->page : &line->row);
	unsigned changes = line->known ? content_diff(&sent, &was) : ALL_FIELDS;

	if (r->deleted == half->deleted &&
		(content_diff(&r->is, &sent) & changes) == 0)
		return true;
	if (half->deleted)
		return r->deleted || was_taken_back(s, r);
	return stored && same_text(stored, s->checksum) &&
	       !same_text(stored, before) && !same_text(stored, line->checksum);
}

/* --- what was refused ----------------------------------------------------- */

bool is_refused_now(const struct base_refused *r, const struct resending *again)
{
	return r->is && !again->asked && r->at != USEC_NONE &&
	       again->now != USEC_NONE && again->now < r->at + REFUSED_FOR &&
	       again->now > r->at - REFUSED_FOR;
}

bool half_changed(const struct merge_base *b, const struct record *r)
{
	const struct held *h = &b->held[r->side];

	return r->deleted != h->deleted || content_diff(&r->is, &h->is) != 0;
}

static void take_refusal(struct merge_base *b, const struct record *row,
	const struct record *page, const struct resending *again)
{
	const struct base_refused *r = &b->line->refused;

	if (!r->is)
		return;
	b->refused = (struct refusal){ .is = true,
		.to = r->to_page ? NOTION : SUPABASE,
		.fields = r->fields & ALL_FIELDS,
		.deleted = r->fields & BASE_DELETED,
		.again = !is_refused_now(r, again) || half_changed(b, row) ||
			 half_changed(b, page) };
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

static void take_fields(struct merge_base *b, const struct record *row,
	const struct record *page, const struct resending *again)
{
	const struct base_pair *line = b->line;
	bool arrived = line->sent.is && has_arrived(line, row, page);

	if (!arrived && !line->known)
		return;
	b->kind = MERGE_BASE_FIELDS;
	b->held[SUPABASE] = held_of(arrived ? &line->sent.row : &line->row);
	b->held[NOTION] = held_of(arrived ? &line->sent.page : &line->page);
	take_refusal(b, row, page, again);
}

/*
 * The stored checksums alone. of_row is Bs, of_page Bn; the current ones are S
 * and N. S = Bs and N = Bn: nobody has touched either. Bn = S: the page was
 * written, and the row's link was lost on the way; Bs = N likewise.
 */
static void take_checksum(struct merge_base *b, const struct record *row,
	const struct record *page)
{
	const char *of_row = row_stored(row, b->line);
	const char *of_page = page_stored(page, b->line);
	const char *one = of_row ? of_row : of_page;

	if (!one) {
		b->why = "neither side has a stored checksum";
		return;
	}
	if (of_row && of_page && strcmp(of_row, of_page) != 0) {
		bool row_is = strcmp(row->checksum, of_row) == 0;
		bool page_is = strcmp(page->checksum, of_page) == 0;

		if (row_is && page_is) {
			b->kind = MERGE_BASE_SETTLED;
			b->why = "each holds what its checksum says, and they "
				 "differ";
			return;
		}
		if (strcmp(of_page, row->checksum) == 0) {
			one = of_page;
		} else if (strcmp(of_row, page->checksum) != 0) {
			b->why = "the two stored checksums differ";
			return;
		}
	} else if ((!of_row || !of_page) && b->line && b->line->known &&
		   !base_explains(b->line, one, !of_row)) {
		b->why = "the stored checksum is not that of the local base";
		return;
	}
	b->kind = MERGE_BASE_CHECKSUM;
	b->checksum = one;
}

void merge_base_find(struct merge_base *b, const struct lines *l,
	const struct record *row, const struct record *page,
	const struct resending *again)
{
	*b = (struct merge_base){ .line = base_find_row(l->base, row->id) };
	if (b->line && is_trusted(b->line, row, page))
		take_fields(b, row, page, again);
	if (b->kind == MERGE_BASE_FIELDS)
		return;
	if (pairs_otherwise(l, row, page, b->line))
		b->why = "the local base pairs one of them with another record";
	else
		take_checksum(b, row, page);
}
