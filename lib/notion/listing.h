/*
 * Between the files of the Notion client: a listing, read in passes. A pass is
 * one filter and one order, followed from cursor to cursor.
 */
#ifndef NOTION_LISTING_H
#define NOTION_LISTING_H

#include "notion/request.h"
#include "notion/split.h"
#include "util/idset.h"

/* A listing under way. */
struct listing {
	struct notion_client *c;
	const struct notion_query *query;
	notion_each *each;
	void *arg;
	struct buf path;
	struct idset seen; /* handed on */
	int page_size, restarts;
	int barren; /* cut passes in a row that brought no new page */
	/* Archived pages: whether they are asked for now, and known of. */
	bool archived, archive_unknown;
	size_t pages, flagged; /* pages that came; those with is_archived */
};

/* Which pages: created from and before a time (USEC_NONE: any), and more. */
struct cell {
	usec from, until;
	const json *filters; /* an array; NULL: none */
};

struct pass {
	const struct cell *cell;
	bool descending;       /* by created_time; else ascending */
	struct sample *sample; /* NULL: none is kept */
	/* What came of it. */
	bool capped; /* Notion has more than it lists */
	bool unsorted;
	usec first, last; /* created_time of the first and last page */
	json *parts; /* cut short for the sample parts well: split_choose() */
};

/*
 * Reads a pass to its end, and hands each page on that wasn't before. It ends
 * early where it is known to be cut and its sample can be parted. -1 where it
 * fails, or doesn't get on: 20 answers in a row without a page that is new in
 * this pass. An archived listing that the service doesn't know ends at once,
 * with archive_unknown set.
 */
int listing_pass(struct listing *l, struct pass *p, struct error *e);
/* RC_TEMPORARY: the answers lead nowhere; returns -1. */
int listing_stuck(struct error *e);

#endif
