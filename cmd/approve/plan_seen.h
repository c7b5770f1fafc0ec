/*
 * The plan that was shown last: that of the newest run that has kept a whole
 * one. A dry run keeps none.
 */
#ifndef APPROVE_PLAN_SEEN_H
#define APPROVE_PLAN_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "runs/records.h"
#include "sync/approvals.h"
#include "util/error.h"
#include "util/json.h"

/* An op that can be approved: it waits, or a guard has counted it. */
struct candidate {
	struct op_key key;
	json *line;    /* owned; the ids are in it */
	bool of_guard; /* and the guard blocks it */
	enum guard guard;
	bool chosen;
};

struct plan_seen {
	char run_id[RUN_ID_SIZE];
	json *head;
	struct candidate *at;
	size_t n, cap;
};

/* RC_USAGE where no run has kept a plan. */
int plan_seen_load(
	struct plan_seen *p, const struct run_records *l, struct error *e);
void plan_seen_fini(struct plan_seen *p);

/*
 * Chooses the ops of the record whose row or page has this id, or one that
 * begins so and is the only one; RC_USAGE for any other.
 */
int plan_seen_choose(struct plan_seen *p, const char *id, struct error *e);
/* "trash", "update:notion"; RC_USAGE where no such op waits. */
int plan_seen_choose_all(
	struct plan_seen *p, const char *what, struct error *e);
/* What can be approved, for people. */
void plan_seen_list(const struct plan_seen *p);

#endif
