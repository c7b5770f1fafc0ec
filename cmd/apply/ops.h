/*
 * The plan as apply holds it: the head, and every op with its parts at hand. An
 * op is parsed once, when it is read: what it says is here, and its line is
 * kept for its result alone.
 *
 * A plan is read whole and checked before anything is done, because only its
 * end line proves that the plan is whole. Its count isn't compared, so that a
 * plan may be filtered by jq or grep on the way.
 */
#ifndef APPLY_OPS_H
#define APPLY_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seen.h"
#include "sync/base.h"
#include "sync/guard_names.h"
#include "sync/op_names.h"
#include "util/error.h"
#include "util/json.h"

/* A date that has more than its day: its start as it stands, and its end. */
struct date_detail {
	bool is; /* false: there is none */
	const char *start, *end;
};

struct op {
	json *line; /* the op as it came; owned by the plan */
	int64_t n;
	enum op_kind kind;
	enum op_target target;
	enum side side;		      /* that of the target, where it has one */
	const char *row_id, *page_id; /* NULL: not there yet */
	char made_row[UUID_SIZE]; /* row_id, where an op before it made it */
	const char *checksum;
	bool synced;

	bool sets; /* there is a `set`, be it of no field */
	unsigned set_fields;
	struct decision set;
	struct date_detail set_detail;
	unsigned was_fields; /* of what `set` replaces */
	struct decision was;
	struct date_detail was_detail;

	struct seen *seen[SIDES]; /* expected of both halves; owned, NULL:
				     nothing */
	usec updated_at;	  /* expected of the row; USEC_NONE: none */
	const char *content_sum;  /* expected of the target; NULL: none */
	bool row_gone; /* the plan saw no row of that id: there must be none */

	bool settles; /* `agreed` holds once it is done */
	unsigned agreed_fields;
	struct held agreed;

	const char *code; /* that the plan gave a skip */
	int64_t failures; /* of its record's ops, in a row, before this run */
	bool undoes;	  /* the plan takes a run back */
	bool meets; /* its pair was joined by its decision (plan --match) */

	/*
	 * When an answer has last shown the row as seen[SUPABASE] has it, by
	 * time_with_sleep(); 0: none has.
	 */
	usec row_shown;

	/* The pair's base line after the op before it: known.h. Owned, with its
	 * `line`; NULL: none was noted. */
	struct base_pair *known;
	struct op *next;   /* of the same pair, in order; NULL: the last */
	struct op *beside; /* taken together with this one, next; or NULL */
	bool follows;	   /* it is the next of another */
	bool taken;	   /* by one of the workers */
	bool superseded;   /* an earlier op of its pair wasn't done */
	bool incomplete;   /* an earlier op of its pair isn't in the plan */
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

/* The link that is expected of its row; NULL: none. */
const char *op_link(const struct op *op);
/* What its target is to hold once it is done. */
struct decision op_wanted(const struct op *op);

/*
 * Tells the later ops of the pair what this one has left behind, so that they
 * expect that and not what the plan saw. Each of after, and new_row_id, may be
 * NULL: unchanged. updated_at is that of the row in after,
 * and row_shown when that was so.
 */
void op_hand_on(const struct op *op, const char *new_row_id,
	struct seen *const after[SIDES], usec updated_at, usec row_shown);
/* The later ops of the pair are not to be done. */
void op_supersede(const struct op *op);

#endif
