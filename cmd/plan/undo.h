/*
 * Taking back a run: from its records (plan.ndjson, results.ndjson) and from
 * what both sides hold now, the ops that put back what it wrote.
 *
 * A half that no longer holds what the run wrote was edited since: its whole
 * pair is left alone and reported. So is one of which the record, damaged, no
 * longer says that. What was taken back already is left out.
 *
 * Updates are reversed, creates go to the trash, what was trashed comes out
 * again, what was restored goes back. What both halves agreed on moves back in
 * the fields that are taken back, and stays as it is in all others, which later
 * runs may have written; the stored checksums go with it. So the next run sees
 * the same difference again and decides again: change its cause, or the policy,
 * first. A link stays, because it is evidence. The formatting of a title can't
 * be put back, only its text.
 */
#ifndef PLAN_UNDO_H
#define PLAN_UNDO_H

#include <stddef.h>

#include "op_list.h"
#include "sides.h"
#include "sync/base.h"
#include "util/error.h"
#include "util/json.h"

/* A done op of the run, or one whose outcome is unknown. */
struct result {
	json *line; /* its result, with what only the plan says; owned */
	enum op_kind kind;
	enum op_target target;
	const char *row_id, *page_id;
	size_t order;
};

struct undo {
	struct result *deeds; /* by page, then in their order */
	size_t n, cap;
};

/* RC_STREAM where a file is damaged or the run was on another scope. */
int undo_load(struct undo *u, const char *dir, const struct sides *w,
	struct error *e);
/* A result, with what only the plan says; one that did nothing is dropped. */
void undo_add(struct undo *u, json *take_line);
/* Once all are there. */
void undo_seal(struct undo *u);
void undo_fini(struct undo *u);
void undo_decide(const struct undo *u, const struct sides *w,
	const struct base *base, struct op_list *ops);

#endif
