/*
 * A line of the local base (sync/base.h): what each half of a pair by itself
 * was last known to hold (doc/semantics.md, section 4).
 *
 * A `pair` line, whose texts are null where empty:
 *   row_id, page_id
 *   row_is, page_is  {decision,type,date,deleted}: taken from the services'
 *              answers, op by op. An agreed pair is one whose two are equal. A
 *              field is moved on in both when an edit has arrived on the other
 *              side, so that a cut run's other fields stay edits.
 *   checksum   of what the two last agreed on
 *   row_sum, page_sum  the stored checksums last known on each half
 *   sent       {to,row_is,page_is,checksum,at}: a write whose answer was not
 *              noted, with what holds if it has arrived; `to` is its target
 *   refused    {to,fields,set,at,times}: a write that was answered with
 *              success and not kept (doc/semantics.md, section 7);
 *              fields has "deleted" too
 *   failed     how many times in a row its ops have failed, or found a half
 *              changed since the plan
 *   rewrites_checksum, resets_synced, page_rewrites_checksum,
 *   page_resets_synced, page_rewrites_link  the table, or an automation,
 *              changes these by itself
 * A line of the older form has one content and `deleted` for both halves.
 *
 * A `lone` line is about a half that has no other yet: {row_id or page_id, is,
 * refused, failed}; it goes when the pair has a line.
 *
 * Only apply writes them; plan reads both.
 */
#ifndef SYNC_BASE_PAIR_H
#define SYNC_BASE_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/decision.h"
#include "sync/side.h"
#include "util/arena.h"
#include "util/json.h"
#include "util/times.h"

/* A write that a service answered with success and did not keep. */
struct base_refused {
	bool is; /* false: there is none */
	enum side to;
	unsigned fields; /* PRESENCE too */
	struct held set; /* what was sent, in these fields */
	usec at;
	int64_t times;
};

/* A write whose answer was not noted. */
struct base_sent {
	bool is;
	enum side to;
	struct held held[SIDES]; /* what holds if it has arrived */
	const char *checksum;	 /* written with it; NULL: none */
	usec at; /* by the clock of the service that it was sent to */
};

/* A pair line, or a lone one, which lacks one of the ids. */
struct base_pair {
	const char *row_id, *page_id;
	/* `held` says something; else only `sent` and `failed` do. */
	bool known;
	/* Joined by their decision (plan --match), and never agreed since. */
	bool met;
	struct held held[SIDES];
	const char *checksum;	/* NULL: they have never agreed */
	const char *sum[SIDES]; /* the stored checksums last known */
	struct base_sent sent;
	struct base_refused refused;
	int64_t failed;
	/* The table, or an automation of the database, changes it by itself. */
	bool rewrites_checksum[SIDES], resets_synced[SIDES];
	bool rewrites_link; /* what the page shows of its row */
	json *line;   /* owned; the texts are in it; NULL: base_pair_keep() */
	size_t order; /* base.c: of reading, while a row has several lines */
};

/* Reads a line; -1 where something of it is missing. Takes the line. */
int base_pair_parse(struct base_pair *p, json *take_line);
/*
 * Moves its texts into the arena, and frees the line. Before them is room for
 * the pair itself, which is returned.
 */
void *base_pair_keep(struct base_pair *p, struct arena *a);
/* One that was allocated, with its line; takes NULL. */
void base_pair_free(struct base_pair *p);
/*
 * The other way: the line that says what p does, whatever p->line is. `at`,
 * USEC_NONE for none, is when it was noted.
 */
json *base_pair_line(const struct base_pair *p, usec at);

/*
 * Whether the line can explain the checksum that is stored on its row or page;
 * NULL, none, always. It is the sum of what its half, or the other one, held
 * then, of what they last agreed on, of what a request brought, or the one that
 * was there all along (a link or a stamp was lost on the way). A line that
 * can't explain both is not trusted, because somebody else has synced the
 * pair since.
 */
bool base_explains(const struct base_pair *p, const char *stored, enum side on);
/* Both halves are known to be deleted: a deletion that was agreed. */
bool base_is_deleted(const struct base_pair *p);

#endif
