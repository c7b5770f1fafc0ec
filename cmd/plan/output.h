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
#include "util/times.h"
#include "util/uuid.h"

struct plan {
	const struct sides *sides;
	const struct policy *policy;
	const struct guards *guards;
	const struct op_list *ops;
	size_t live_pairs;
	const char *undo; /* the run that is taken back; NULL: none */
	usec at;
};

const char *conflict_rule_name(enum conflict_rule r);
const char *orphan_rule_name(enum orphan_rule r);

/* The same plan has the same id, whenever it was made. */
void plan_id(const struct plan *p, char id[UUID_SIZE]);
/* The command that goes on past all the guards that tripped. */
void plan_way_on(const struct plan *p, char *out, size_t size);
/* The command that lets single ops of theirs pass; false: there is none. */
bool plan_way_singly(const struct plan *p, char *out, size_t size);

int plan_write(const struct plan *p, FILE *out, struct error *e);

struct human {
	FILE *out;
	size_t columns;
	bool colour;
};

void plan_show(const struct plan *p, const struct human *h);

#endif
