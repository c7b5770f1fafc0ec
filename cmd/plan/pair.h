/*
 * Pairing: one row to one page (doc/semantics.md, section 3).
 *
 * Each record of the two sides gets a half; the halves of a pair point to each
 * other.
 * A row whose page is gone is paired with what is left of it.
 */
#ifndef PLAN_PAIR_H
#define PLAN_PAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "merge_base.h"
#include "record.h"
#include "sides.h"

/* The step that found a pair. */
enum found {
	FOUND_NOT,
	FOUND_BY_LINK,
	FOUND_BY_BASE,
	FOUND_BY_ID,
	FOUND_BY_CHECKSUM,
};

struct half {
	const struct record *record;
	struct half *partner; /* NULL: none */
	struct half *linked;  /* of a row: the page that its link names */
	enum found found;
	unsigned live_claims; /* of a page: live rows that link to it */
	unsigned dead_claims; /* of a page: soft-deleted ones */
	bool doubled;	      /* of a row: its page has other claims too */
	const struct trouble *held; /* what its pair must wait for */
	bool waits; /* a match by content that an unread link makes unsure */
};

struct pairing {
	struct half *of[SIDES]; /* in the order of the records of both sides */
	size_t n[SIDES];
	/*
	 * A row whose link can't be read may be any page's: no insert, no
	 * orphan and no match by content is sure.
	 */
	const struct trouble *unread_link;
};

void pairing_init(
	struct pairing *p, const struct sides *w, const struct lines *l);
void pairing_fini(struct pairing *p);

/* By id; NULL where there is none. */
struct half *pairing_find(const struct pairing *p, const struct sides *w,
	enum side side, const char *id);
/* A page that some row links to. */
bool is_claimed(const struct half *page);
/* Live, not held, and not in a pair yet: free for the steps 2 to 4. */
bool is_free_page(const struct half *page);
bool is_free_row(const struct half *row);
void join(struct half *row, struct half *page, enum found found);

/* pair_hold.c: what troubles hold; once step 1 has counted the claims. */
void hold_troubled(
	struct pairing *p, const struct sides *w, const struct lines *l);
/* pair_checksum.c: step 4. */
void match_by_checksum(struct pairing *p);

#endif
