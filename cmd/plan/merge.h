/*
 * The content of one pair: what both sides shall hold (doc/semantics.md,
 * section 4).
 */
#ifndef PLAN_MERGE_H
#define PLAN_MERGE_H

#include <stdbool.h>

#include "merge_base.h"
#include "record.h"

/* Who wins a conflict. */
enum conflict_rule {
	RULE_NEWER, /* the later edit; a tie is Supabase's */
	RULE_SUPABASE,
	RULE_NOTION,
	RULE_STOP, /* nobody: the pair is left as it is */
};

struct merge {
	struct decision result;
	char checksum[CHECKSUM_SIZE]; /* of the result */
	unsigned write[SIDES]; /* the fields in which a side must change */
	unsigned conflict;     /* the fields that both sides changed */
	enum side winner;      /* of the conflict */
	/* The fields of a conflict that a side wins, and so the other loses. */
	unsigned won[SIDES];
	unsigned left_alone; /* those that were not kept: section 7 */
	bool stopped;	     /* RULE_STOP met a conflict: write nothing */
	bool kept_type;	     /* the page's further types kept its type */
	/* resolve.h */
	unsigned resolved; /* decided by a person, and to be written */
	unsigned open;	   /* RULE_STOP: the conflict that is left as it is */
	const json *date_detail; /* of a date to be written to the page again */
};

void merge_pair(struct merge *m, const struct record *row,
	const struct record *page, const struct merge_base *base,
	enum conflict_rule rule);
/* All of the content is taken from one side. */
void merge_take(struct merge *m, const struct record *row,
	const struct record *page, enum side from);

/* The side whose edit is the later one, to the minute. */
enum side later_edit(const struct record *row, const struct record *page);

#endif
