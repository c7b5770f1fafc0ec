/*
 * Every page of a data source, although Notion lists at most 10,000 for one
 * filter and order. The listing continues after those by time of creation;
 * pages created within one minute are split, again and again, by filters that
 * together match all of them. Only pages that no filter distinguishes are read
 * from the other end of the order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/limits.h"
#include "notion/listing.h"

#define BARREN_MAX 64
#define FILTERS_MAX 60 /* Notion accepts 100 in one list */

static int read_cell(
	struct listing *l, const struct cell *cell, struct error *e);

static int read_parts(struct listing *l, const struct cell *cell,
	const json *parts, struct error *e)
{
	int rc = 0;

	for (const json *part = json_first(parts); part && rc == 0;
		part = json_next(part)) {
		json *filters =
			cell->filters ? json_copy(cell->filters) : json_array();
		struct cell smaller = { cell->from, cell->until, filters };

		json_add(filters, json_copy(part));
		rc = l->archive_unknown ? 0 : read_cell(l, &smaller, e);
		json_free(filters);
	}
	return rc;
}

/* The parts of a pass that was cut, if its pages can be distinguished. */
static void choose_parts(const struct listing *l, struct pass *p)
{
	const json *used = p->cell->filters;

	if (p->capped && !p->parts && json_count(used) < FILTERS_MAX)
		p->parts =
			split_choose(p->sample, l->query->schema, used, false);
}

static int refuse(const struct cell *cell, struct error *e)
{
	char minute[TIME_SIZE];

	return fail(e, RC_CONFIG,
		"Notion lists at most 10,000 pages for one filter, and this "
		"database has more that were created within one minute, "
		"%.16sZ, were last edited within one minute and have the same "
		"title, type and date, so some of them can't be read: move "
		"copies to the trash, or change some of the titles",
		time_format(cell->from, minute));
}

/*
 * The same pages from the other end. Where this reading reaches the middle of
 * the first one and continues back through it, its order is exactly the
 * reverse, and both readings together contain every page.
 */
static bool meets(const struct sample *there, const struct sample *back)
{
	size_t at = 0, shared;

	if (back->n == 0)
		return false;
	while (at < there->n &&
		strcmp(there->pages[at].id, back->pages[back->n - 1].id) != 0)
		at++;
	shared = there->n - at;
	/* Two readings in the same order could share a single page, too. */
	if (shared < 2 || shared > back->n)
		return false;
	for (size_t i = 0; i < shared; i++)
		if (strcmp(there->pages[at + i].id,
			    back->pages[back->n - 1 - i].id) != 0)
			return false;
	return true;
}

static int read_other_end(struct listing *l, const struct cell *cell,
	const struct sample *there, struct error *e)
{
	struct sample back = { 0 };
	struct pass p = { .cell = cell, .descending = true, .sample = &back };
	int rc = listing_pass(l, &p, e);

	/* From there, the sample may show what distinguishes the pages. */
	if (rc == 0)
		choose_parts(l, &p);
	if (rc == 0 && p.parts)
		rc = read_parts(l, cell, p.parts, e);
	else if (rc == 0 && p.capped && !meets(there, &back))
		rc = refuse(cell, e);
	sample_clear(&back);
	json_free(p.parts);
	return rc;
}

/* Reads the pages of one minute: to the end, or in parts. */
static int read_cell(
	struct listing *l, const struct cell *cell, struct error *e)
{
	struct sample sample = { 0 };
	struct pass p = { .cell = cell, .sample = &sample };
	int rc = listing_pass(l, &p, e);

	if (rc == 0 && p.capped && l->barren > BARREN_MAX)
		rc = listing_stuck(e);
	if (rc == 0)
		choose_parts(l, &p);
	if (rc == 0 && p.parts) {
		sample_clear(&sample);
		rc = read_parts(l, cell, p.parts, e);
	} else if (rc == 0 && p.capped && !l->archive_unknown) {
		rc = read_other_end(l, cell, &sample, e);
	}
	sample_clear(&sample);
	json_free(p.parts);
	return rc;
}

/* Reads the whole minute of that time; *next is the following minute. */
static int read_minute(struct listing *l, usec at, usec *next, struct error *e)
{
	usec from = time_floor_minute(at);
	struct cell minute = { from, from + USEC_MINUTE, NULL };

	debug("Notion: one minute has more pages than it lists at once; "
	      "reading them in parts");
	*next = minute.until;
	return read_cell(l, &minute, e);
}

/* From the oldest page to the newest, and on where Notion cuts the listing. */
int listing_read_window(struct listing *l, struct error *e)
{
	struct cell rest = { .filters = NULL };

	windows_bounds(l, &rest.from, &rest.until);
	for (;;) {
		struct pass p = { .cell = &rest };

		if (listing_pass(l, &p, e) < 0)
			return -1;
		if (!p.capped || p.beyond || l->archive_unknown)
			return 0;
		/*
		 * Continues after the last page, if the order is the one that
		 * was asked for.
		 */
		if (p.unsorted || p.last == USEC_NONE || l->barren > 0 ||
			(rest.from != USEC_NONE && p.last < rest.from))
			return listing_stuck(e);
		debug("Notion: it lists no more pages at once; continuing "
		      "after");
		if (time_floor_minute(p.first) < time_floor_minute(p.last))
			rest.from = time_floor_minute(p.last);
		else if (read_minute(l, p.last, &rest.from, e) < 0)
			return -1;
	}
}

/*
 * Archived pages have a listing of their own. Where no page says whether it is
 * archived, the service doesn't know of archiving and isn't asked.
 */
static int read_archived(struct listing *l, struct error *e)
{
	if (l->pages > 0 && l->flagged == 0)
		return 0;
	l->archived = true;
	return listing_read_window(l, e);
}

int notion_query_each(struct notion_client *c, const struct notion_query *q,
	notion_each *each, void *arg, struct error *e)
{
	struct windows all;
	struct listing l = {
		.c = c,
		.query = q,
		.each = each,
		.arg = arg,
		.path = BUF_INIT(NOTION_PATH_MAX),
		.all = &all,
		.window = &all.first,
		.page_size = q->page_size ? q->page_size : NOTION_PAGE_SIZE,
	};
	int rc;

	buf_addf(&l.path, "/v1/data_sources/%s/query", q->data_source);
	notion_add_properties(&l.path, "filter_properties%5B%5D", q->schema);
	windows_init(&all);
	rc = windows_finish(&l, listing_read_window(&l, e), e);
	if (rc > 0)
		rc = listing_read_window(&l, e);
	if (rc == 0)
		rc = read_archived(&l, e);
	buf_fini(&l.path);
	windows_fini(&all);
	return rc;
}
