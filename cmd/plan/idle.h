/*
 * The plan of a run that has nothing to do (doc/semantics.md, section 9). A
 * plan is made from the rows, the pages, the base and the options, and from
 * nothing else; so one without ops notes in its head what these were
 * (`inputs`), and is made again, without a look at any record, where they are
 * what they were, byte for byte. Whatever else is so, the records are looked
 * at.
 */
#ifndef PLAN_IDLE_H
#define PLAN_IDLE_H

#include <stdbool.h>

#include "output.h"
#include "sides.h"
#include "util/error.h"

/*
 * What this plan is made from, for its head; NULL: it has an op, or something
 * else that time or a person might change, or nobody can say. base: its file.
 */
json *idle_inputs(const struct plan *p, const char *base);

/* Where to find what a plan would be made from now. */
struct idle_files {
	const char *plan;	  /* one that had nothing to do */
	const char *rows, *pages; /* fetch streams */
	const char *base;
};

/*
 * 0 where there is still nothing to do: p, which has its policy already, is the
 * plan that says so, and w, which the caller frees in either case, the heads of
 * the sides that it is made from. -1 where the records must be looked at, and
 * why.
 */
int idle_again(const struct idle_files *f, struct sides *w, struct plan *p,
	struct error *why);

#endif
