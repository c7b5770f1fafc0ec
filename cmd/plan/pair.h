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
	FOUND_BY_DECISION,
};

/* By what records that were never linked may meet: step 5, when asked for. */
enum match_rule {
	MATCH_NONE,
	MATCH_DECISION,
	MATCH_DECISION_DATE,
	MATCH_RULES,
};

/* "none", "decision", "decision+date". */
const char *match_rule_name(enum match_rule r);

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

void pairing_init(struct pairing *p, const struct sides *w,
	const struct lines *l, enum match_rule match);
void pairing_fini(struct pairing *p);

/* By id; NULL where there is none. */
struct half *pairing_find(const struct pairing *p, const struct sides *w,
	enum side side, const char *id);
/* A page that some row links to. */
bool is_claimed(const struct half *page);
/* Live, not held, and not in a pair yet: free for the steps 2 to 5. */
bool is_free_page(const struct half *page);
/* A row whose page is gone is free for step 4 too. */
bool is_free_row(const struct half *row);
bool is_free_unlinked(const struct half *row);
void join(struct half *row, struct half *page, enum found found);

/*
 * The row that was inserted for the page, by its derived id, and that has lost
 * its link since; NULL: there is none.
 */
struct half *row_made_for(const struct pairing *p, const struct sides *w,
	const struct record *page);

/* pair_hold.c: what troubles hold; once step 1 has counted the claims. */
void hold_troubled(
	struct pairing *p, const struct sides *w, const struct lines *l);
/* pair_checksum.c: step 4. */
void match_by_checksum(struct pairing *p);
/*
 * The checksums on pages that a row claims, sorted; allocated. Notion's
 * "Duplicate" copies them. With paired_too also those on pages that a step
 * before found a row for: not in step 4, where two equal rows may each have a
 * page that an interrupted run made.
 */
const char **claimed_checksums(
	const struct pairing *p, bool paired_too, size_t *n);
/* True where one of them is on the page. */
bool has_claimed_checksum(
	const struct half *page, const char **claimed, size_t n);
/* pair_decision.c: step 5. Returns how many pairs it has made. */
size_t match_by_decision(
	struct pairing *p, const struct lines *l, enum match_rule match);
/* How many pairs that rule would make beside those that are there without. */
size_t count_meetings(
	const struct sides *w, const struct base *base, enum match_rule match);

#endif
