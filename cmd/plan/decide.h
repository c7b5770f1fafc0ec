/*
 * The decisions: a pure function from what both sides hold, the local base and
 * the policy to the ops of a plan. No clock, no file, no network. The tables of
 * the semantics, sections 3 to 5, stand in decide.c in their order.
 */
#ifndef PLAN_DECIDE_H
#define PLAN_DECIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "merge.h"
#include "ops.h"
#include "sides.h"
#include "sync/base.h"

enum orphan_rule {
	ORPHANS_KEEP,
	ORPHANS_RESTORE, /* make the missing half anew */
	ORPHANS_TRASH,	 /* soft-delete what is left of an erased record */
};

struct policy {
	enum conflict_rule conflict;
	enum orphan_rule orphans;
	bool use_base; /* with --base: equal pairs are noted there */
	struct resending again;
};

struct outlook {
	size_t live_pairs; /* pairs whose halves are both live */
};

/* Fills ops, which start empty, in the order in which they are carried out. */
void decide(const struct sides *w, const struct base *base,
	const struct policy *policy, struct ops *ops, struct outlook *outlook);

/* The outlook alone, for a plan that is not made by decide(). */
void look_out(const struct sides *w, const struct base *base,
	struct outlook *outlook);

#endif
