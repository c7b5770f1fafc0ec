/*
 * The plan as apply holds it: the head, and every op with its parts at hand.
 * A plan is read whole and checked before anything is done, for only its end
 * line proves that the plan is whole. Its count isn't compared, so that a plan
 * may be filtered by jq or grep on the way.
 */
#ifndef APPLY_OPS_H
#define APPLY_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sync/guard_names.h"
#include "sync/op_names.h"
#include "util/error.h"
#include "util/json.h"

struct op {
	json *line; /* the op as it came; owned by the plan */
	int64_t n;
	enum op_kind kind;
	enum op_target target;
	const char *row_id, *page_id; /* NULL: not there yet */
	const char *checksum;
	bool synced;
	const json *set;  /* NULL: nothing of the content */
	json *row, *page; /* expected of both halves; owned, NULL: nothing */
	char *updated_at; /* expected of the row; owned, NULL: none */
	const char *content_sum; /* expected of the target; NULL: none */
	bool row_gone; /* the plan saw no row of that id: there must be none */
	const json *agreed; /* NULL: not settled by this op */
	bool undoes;	    /* the plan takes a run back */
	json *known;	 /* the pair's base line after the op before: known.h */
	struct op *next; /* of the same pair, in order; NULL: the last */
	bool follows;	 /* it is the next of another */
	bool taken;	 /* by one of the workers */
	bool superseded; /* an earlier op of its pair wasn't done */
	bool incomplete; /* an earlier op of its pair isn't in the plan */
	bool first_link; /* of a row that was never synced: see short_plan.h */
};

struct ops {
	json *head;
	struct op *list;
	size_t n, cap;
};

/*
 * Reads the plan of fd; RC_STREAM with file and line for a plan that isn't
 * whole or an op that lacks what it needs.
 */
int ops_read(struct ops *ops, int fd, const char *name, struct error *e);
void ops_fini(struct ops *ops);

/*
 * op_chain.c: joins the ops of each pair by `next`; ops_read() does it.
 * RC_STREAM for two creates of one half.
 */
int ops_chain(struct ops *ops, const char *name, struct error *e);

/*
 * RC_GUARD, with what each guard saw and the command to go on, where the plan
 * is blocked by a guard that isn't allowed.
 */
int ops_check_guards(
	const struct ops *ops, const bool allowed[GUARDS], struct error *e);

/*
 * Tells the later ops of the pair what this one has left behind, so that they
 * expect that and not what the plan saw. Each may be NULL: unchanged.
 */
void op_hand_on(const struct op *op, const char *new_row_id,
	const json *row_after, const char *updated_at, const json *page_after);
/* The later ops of the pair are not to be done. */
void op_supersede(const struct op *op);

#endif
