/*
 * The page that a create has made, from the answer or from a look: whether it
 * is ours at all, what it holds, and what to do with it where another run was
 * faster.
 */
#ifndef APPLY_MADE_PAGE_H
#define APPLY_MADE_PAGE_H

#include "worker.h"

/* Notion's times are cut to the minute, and its clock is known to a second. */
#define CLOCK_SLACK (2 * USEC_MINUTE)

struct made_page {
	char id[UUID_SIZE]; /* "": none */
	/* Of the content for which the row is linked to it. */
	char checksum[CHECKSUM_SIZE];
	bool answered; /* the create's own answer names it */
	bool in_trash;
	/* What isn't as it was sent: see tell_kept(); "" where all is. */
	char differs[API_MESSAGE_MAX];
};

/*
 * Takes a page object where it can only be what this op has sent, at `since`
 * or later, and fills o->after[NOTION] from it. False, with m as it was: it
 * lies elsewhere, was there before, is another's, or holds nothing of what was
 * sent.
 */
bool made_page_take(struct worker *w, const struct op *op, const json *object,
	usec since, struct made_page *m, struct outcome *o);
/* The same for a page that is read by its id first. */
bool made_page_get(struct worker *w, const struct op *op, const char *page_id,
	usec since, struct made_page *m, struct outcome *o);

/*
 * Whether a page can be what a create has made that sent such content at
 * `since` and got no answer: not older, the sync's own, and live; it bears that
 * checksum or still holds that content.
 */
bool made_page_fits(const struct worker *w, const struct notion_page *page,
	const char *checksum, usec since);

/*
 * The page holds something else than was sent: what it bears must not say that
 * it was ever agreed. o is filled as not kept.
 */
void made_page_not_kept(struct worker *w, const struct op *op,
	const struct made_page *m, struct outcome *o);

/*
 * A row could not be linked to the page that our create has made. Where it is
 * linked to another live page by now, ours goes to the trash: as long as nobody
 * has edited it and no row is linked to it. 1 with o filled as skipped; 0, with
 * o as it was: the page stays. -1: a service has failed to show what is so, or
 * to do it, or left no time between the one and the other; o says which. The
 * page may be in the trash where o is STATUS_UNKNOWN.
 */
int made_page_yield(struct worker *w, const char *row_id, const char *page_id,
	const char *checksum, struct outcome *o);

#endif
