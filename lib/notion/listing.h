/*
 * Internal to the Notion client: a listing, read in passes. A pass is one
 * filter and one order, followed from cursor to cursor.
 */
#ifndef NOTION_LISTING_H
#define NOTION_LISTING_H

#include "notion/request.h"
#include "notion/split.h"
#include "notion/windows.h"

/* A listing under way. */
struct listing {
	struct notion_client *c;
	const struct notion_query *query;
	notion_each *each;
	void *arg;
	struct buf path;
	struct windows *all;
	struct window *window; /* of these, the one that is read here */
	bool given_up;	       /* because of another one */
	int page_size, restarts;
	int barren; /* cut passes in a row that brought no new page */
	/*
	 * Archived pages: whether this pass asks for them, and whether the
	 * service knows of them.
	 */
	bool archived, archive_unknown;
	size_t pages, flagged; /* pages received; those with is_archived */
	size_t fresh;	       /* those that weren't seen before */
};

/*
 * Which pages: created from one time to before another (USEC_NONE: any), and
 * further filters.
 */
struct cell {
	usec from, until;
	const json *filters; /* an array; NULL: none */
};

struct pass {
	const struct cell *cell;
	bool descending;       /* by created_time; else ascending */
	struct sample *sample; /* NULL: no sample is kept */
	/* The result. */
	bool capped; /* Notion has more than it lists */
	bool unsorted;
	bool beyond;	  /* it reached pages of the next window */
	usec first, last; /* created_time of the first and last page */
	json *parts;	  /* ended early, to split: split_choose() */
};

/*
 * Reads a pass to its end, and hands on each page that hasn't been handed on
 * before. It ends early where it is known to be cut and its sample can be
 * split. -1 where it fails or makes no progress: 20 answers in a row without a
 * page that is new in this pass. An archived listing that the service doesn't
 * know ends at once, with archive_unknown set.
 */
int listing_pass(struct listing *l, struct pass *p, struct error *e);
/* Reads l->window to its end. */
int listing_read_window(struct listing *l, struct error *e);
/* RC_TEMPORARY: the answers make no progress; returns -1. */
int listing_stuck(struct error *e);

#endif
