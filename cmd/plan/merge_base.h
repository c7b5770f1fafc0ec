/*
 * What each half of a pair was last known to hold (doc/semantics.md, section
 * 4): from the pair's line in the local base where that can be trusted, else
 * from the stored checksums.
 */
#ifndef PLAN_MERGE_BASE_H
#define PLAN_MERGE_BASE_H

#include <stdbool.h>
#include <stddef.h>

#include "record.h"
#include "sync/base.h"
#include "util/idlist.h"

/* The local base, found by page as well; borrowed. */
struct lines {
	const struct base *base;
	struct id_list by_page;
};

void lines_init(struct lines *l, const struct base *base);
void lines_fini(struct lines *l);
/*
 * A line that names the page, mostly the only one: from 0 on, in the order of
 * their rows; NULL after the last.
 */
const struct base_pair *lines_of_page(
	const struct lines *l, const char *page_id, size_t at);

/* By what each half can be seen to have changed. */
enum merge_base_kind {
	MERGE_BASE_NONE,     /* nothing: `why` says it */
	MERGE_BASE_CHECKSUM, /* the checksum of what was last agreed */
	MERGE_BASE_SETTLED,  /* neither half has changed since its checksum was
				written, and they differ: they are left alone */
	MERGE_BASE_FIELDS,   /* what each half held, value by value */
};

/* A write that a service has answered with success and not kept. */
struct refusal {
	bool is;
	enum side to;
	unsigned fields; /* PRESENCE too */
	/* A half changed, its day is over, or it was asked for: send it again.
	 */
	bool again;
};

/* Why there is no base of a pair that its decision has joined. */
#define NEVER_LINKED "they were never linked"

struct merge_base {
	enum merge_base_kind kind;
	struct held held[SIDES]; /* MERGE_BASE_FIELDS */
	struct refusal refused;	 /* MERGE_BASE_FIELDS */
	const char *checksum;	 /* MERGE_BASE_CHECKSUM */
	const char *why;
	const struct base_pair *line; /* the pair's, trusted or not */
};

/* When a refused write is sent again. */
struct resending {
	usec now;
	bool asked;
};

void merge_base_find(struct merge_base *b, const struct lines *l,
	const struct record *row, const struct record *page,
	const struct resending *again);

/* A refused write is sent again after a day. */
#define REFUSED_FOR USEC_DAY
/* Whether it may not be sent yet. */
bool is_refused_now(
	const struct base_refused *r, const struct resending *again);

#endif
