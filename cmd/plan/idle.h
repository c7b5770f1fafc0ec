/*
 * The plan of a run that has nothing to do (doc/semantics.md, section 9). A
 * plan is made from the rows, the pages, the base and the options, and from
 * nothing else; so one without ops notes in its head what these were
 * (`inputs`), and is made again, without looking at any record, where they are
 * what they were, byte for byte. In any other case the records are looked at.
 *
 * Another version may decide otherwise, so `inputs` names it, as far as a
 * version knows itself: two builds of changed files may call themselves the
 * same. That lasts until the next full reading, an hour at most.
 */
#ifndef PLAN_IDLE_H
#define PLAN_IDLE_H

#include <stdbool.h>

#include "output.h"
#include "sides.h"
#include "util/error.h"
#include "util/sha256.h"

/* The sum of the base's file before it is loaded; "": it doesn't matter. */
void idle_sum_base(
	const struct sides *w, const char *base, char sum[SHA256_TEXT_SIZE]);
/*
 * What this plan was made from, for its head; the caller frees it. NULL: it has
 * an op, or something else that a person or time might change, or the base has
 * another sum by now.
 */
json *idle_inputs(const struct plan *p, const char *base,
	const char sum[SHA256_TEXT_SIZE]);

/* An earlier plan that had nothing to do. */
struct idle {
	json *head, *end;
};

/* Each gives -1 where the records must be looked at, and why. */
int idle_load(struct idle *was, const char *path, struct error *why);
/*
 * Whether the two fetch streams and the base are what it was made from. w gets
 * the heads of the sides, and is the caller's to free in either case.
 */
int idle_check(const struct idle *was, const char *rows, const char *pages,
	const char *base, struct sides *w, struct error *why);
/* Whether p has the same rules, and nothing that waits. */
int idle_check_rules(
	const struct idle *was, const struct plan *p, struct error *why);
/* Makes it again: into p, which is otherwise empty. */
void idle_repeat(const struct idle *was, struct plan *p);
void idle_fini(struct idle *was);

#endif
