/*
 * What each half of a pair was last known to hold (semantics, section 4): from
 * the pair's line in the local base where that can be trusted, else from the
 * stored checksums.
 */
#ifndef PLAN_MERGE_BASE_H
#define PLAN_MERGE_BASE_H

#include <stdbool.h>
#include <stddef.h>

#include "content.h"
#include "record.h"
#include "sync/base.h"

/* The local base, found by page as well; borrowed. */
struct lines {
	const struct base *base;
	const struct base_pair **by_page; /* sorted by page id */
};

void lines_init(struct lines *l, const struct base *base);
void lines_fini(struct lines *l);
/* The first of the n lines that name the page, one behind another. */
const struct base_pair **lines_of_page(
	const struct lines *l, const char *page_id, size_t *n);

enum merge_base_kind {
	MERGE_BASE_NONE,     /* nothing to go by: `why` says it */
	MERGE_BASE_CHECKSUM, /* only the checksum of what was agreed */
	MERGE_BASE_SETTLED,  /* only that neither half has changed since its
			checksum  was written: they differ, and are left alone */
	MERGE_BASE_FIELDS,   /* what each half held, value by value */
};

/* What one half held. */
struct held {
	struct content is;
	bool deleted;
};

/* A write that a service has answered with success and not kept. */
struct refusal {
	bool is;
	enum side to;
	unsigned fields; /* of its content */
	bool deleted;	 /* presence too */
	/* A half changed, its day is over, or it was asked for: send it again.
	 */
	bool again;
};

struct merge_base {
	enum merge_base_kind kind;
	struct held held[SIDES]; /* MERGE_BASE_FIELDS */
	struct refusal refused;	 /* MERGE_BASE_FIELDS */
	const char *checksum;	 /* MERGE_BASE_CHECKSUM */
	const char *why;
	const struct base_pair *line; /* the row's, trusted or not */
};

/* When a refused write is sent again. */
struct resending {
	usec now;
	bool asked;
};

void merge_base_find(struct merge_base *b, const struct lines *l,
	const struct record *row, const struct record *page,
	const struct resending *again);

/* Whether a half is not as it was last known; MERGE_BASE_FIELDS. */
bool half_changed(const struct merge_base *b, const struct record *r);
/* The content on which a deletion was agreed, where both halves are known. */
struct content agreed_content(const struct base_half *h);

/*
 * The stored checksums as far as they say anything: a trigger or an automation
 * that rewrites one, noted in the line, makes it worthless.
 */
const char *row_stored(const struct record *row, const struct base_pair *line);
const char *page_stored(
	const struct record *page, const struct base_pair *line);

/* A refused write is sent again after a day. */
#define REFUSED_FOR (24 * 60 * USEC_MINUTE)
/* Whether it may not be sent yet. */
bool is_refused_now(
	const struct base_refused *r, const struct resending *again);

#endif
