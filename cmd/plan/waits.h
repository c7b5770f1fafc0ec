/*
 * Which ops wait although they are decided (doc/semantics.md, section 10): what
 * is held, what a guard holds that was approved in part, and what was edited a
 * moment ago. An op that waits is planned and shown as a skip with the code
 * `held` or `settling`, and all that it would do.
 */
#ifndef PLAN_WAITS_H
#define PLAN_WAITS_H

#include <stdbool.h>

#include "op_list.h"
#include "settings/hold.h"
#include "sync/approvals.h"
#include "sync/settling.h"
#include "util/times.h"

struct waits {
	struct hold hold;
	usec settle;	 /* 0: nothing must be left alone first */
	usec now[SIDES]; /* by the clock of each service; USEC_NONE: unknown */
	const struct settling *settling;   /* NULL: nothing was waiting */
	const struct approvals *approvals; /* NULL: nothing is approved */
	bool allowed[GUARDS];		   /* these hold nothing any more */
};

enum wait {
	WAIT_NOT,
	WAIT_HELD,
	WAIT_GUARD,
	WAIT_CHANGED, /* it was approved, and is to be looked at again */
	WAIT_SETTLING,
	WAIT_PAIR, /* the op of the other half waits, and it goes with that */
};

struct verdict {
	enum wait wait;
	bool approved; /* by itself, of just what both halves are now */
	bool changed;  /* it was approved, but a half has changed since */
	usec since;    /* WAIT_SETTLING: since when it waits */
};

/* Of an op whose kind, target, halves, content and conflict are known. */
struct verdict waits_judge(const struct waits *w, const struct planned_op *op);
/* The op as it is shown while it waits; its reason is there already. */
void waits_put(struct planned_op *op, const struct verdict *v);

#endif
