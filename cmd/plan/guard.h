/*
 * The guards (doc/semantics.md, section 6): what a plan must not do unasked.
 * `incomplete` refuses the input before there is a plan: sides.h.
 */
#ifndef PLAN_GUARD_H
#define PLAN_GUARD_H

#include <stdbool.h>

#include "decide.h"
#include "op_list.h"
#include "sides.h"
#include "sync/base.h"
#include "sync/guard_names.h"
#include "util/humanize.h"

#define GUARD_TEXT (400 + COMMAND_SIZE)

struct guards {
	bool tripped[GUARDS];
	bool allowed[GUARDS];
	/* The ops that each of them has counted: of which kind, where. */
	bool counted[GUARDS][SIDES];
	/* What was seen; "" where nothing was. It stays where `tripped` is
	 * cleared because the plan writes nothing. */
	char seen[GUARDS][GUARD_TEXT];
};

/* Sets `allowed` from "mass-delete,scope"; -1 with RC_USAGE. */
int guards_allow(struct guards *g, const char *list, struct error *e);

/* The base of another scope; said before the base is read as empty. */
void guard_scope(
	struct guards *g, const struct sides *w, const struct base *base);
/* All the others; clears what doesn't matter to a plan without a write. */
void guards_check(struct guards *g, const struct sides *w,
	const struct base *base, const struct op_list *ops, size_t live_pairs);

/* A side has vanished, and nothing would be written: never healthy. */
bool guards_see_emptiness(const struct guards *g);

/* The kind of the ops that a guard counts; OP_SKIP: it counts none. */
enum op_kind guard_counts(enum guard one);
bool guard_blocks(const struct guards *g, enum guard one);
bool guards_block(const struct guards *g);

#endif
