/*
 * A made plan, and its two ways out: as a stream for apply, and as text for
 * people who want to read it before they say yes.
 */
#ifndef PLAN_OUTPUT_H
#define PLAN_OUTPUT_H

#include <stdio.h>

#include "decide.h"
#include "guard.h"
#include "op_list.h"
#include "sides.h"
#include "util/error.h"
#include "util/humanize.h"
#include "util/times.h"
#include "util/uuid.h"

struct plan {
	const struct sides *sides;
	const struct policy *policy;
	const struct guards *guards;
	const struct op_list *ops;
	size_t live_pairs;
	const char *undo;	/* the run that is taken back; NULL: none */
	const json *last_rules; /* that hold again after this one; or NULL */
	json *inputs;		/* owned: idle.h; or NULL */
	usec at;
	bool allowed;	      /* as the plan that was seen: its guards, too */
	bool is_other;	      /* it is not the one that was asked for */
	char seen[UUID_SIZE]; /* the id of that one, or of the allowed one */
};

#define PLAN_TEXT (512 + COMMAND_SIZE)
const char *conflict_rule_name(enum conflict_rule r);
const char *orphan_rule_name(enum orphan_rule r);

/* The same plan has the same id, whenever it was made: plan_id.c. */
void plan_id(const struct plan *p, char id[UUID_SIZE]);
/*
 * Lifts the guards that tripped, g, which are also p's, if this is the plan
 * with that id: nothing but what was seen.
 */
void plan_allow(struct plan *p, struct guards *g, const char *id);
/* Blocks the plan unless it is the one with that id. */
void plan_only(struct plan *p, const char *id);
bool plan_is_blocked(const struct plan *p);
/* That it was seen, and has changed since; false: nothing speaks of that. */
bool plan_changed(const struct plan *p, char *out, size_t size);
/* The id of the run that is taken back: the last part of its folder. */
const char *plan_undone(const struct plan *p);
/* The command that goes on past all the guards that tripped. */
void plan_way_on(const struct plan *p, char *out, size_t size);
/* The command that lets single ops of theirs pass; false: there is none. */
bool plan_way_singly(const struct plan *p, char *out, size_t size);

/* The rules that it was made by, as in its head; the caller frees them. */
json *plan_policy(const struct plan *p);
int plan_write(const struct plan *p, FILE *out, struct error *e);

struct human {
	FILE *out;
	size_t columns;
	bool colour;
};

void plan_show(const struct plan *p, const struct human *h);

#endif
