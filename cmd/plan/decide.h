/*
 * The decisions: a pure function from what both sides hold, the local base and
 * the policy to the ops of a plan. No clock, no file, no network. The tables of
 * doc/semantics.md, sections 4 and 5, stand above the functions that carry them
 * out: here, in merge_base.c and in merge.c. Section 3 is in pair.c.
 */
#ifndef PLAN_DECIDE_H
#define PLAN_DECIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "merge.h"
#include "op_list.h"
#include "pair.h"
#include "resolve.h"
#include "sides.h"
#include "sync/base.h"
#include "waits.h"

enum orphan_rule {
	ORPHANS_KEEP,
	ORPHANS_RESTORE, /* make the missing half again */
	ORPHANS_TRASH,	 /* soft-delete what is left of an erased record */
};

struct policy {
	enum conflict_rule conflict;
	enum orphan_rule orphans;
	enum match_rule match;
	bool use_base; /* with --base: equal pairs are noted there */
	struct resending again;
	struct waits waits;
	const struct resolutions *resolve; /* NULL: none */
};

/*
 * Fills ops, which start empty: those of one pair in the order in which they
 * are carried out, those of records that have failed before at the end. Returns
 * the number of pairs whose halves are both live.
 */
size_t decide(const struct sides *w, const struct base *base,
	const struct policy *policy, struct op_list *ops);

/* That number alone, for a plan that is not made by decide(). */
size_t count_live_pairs(const struct sides *w, const struct base *base);

#endif
