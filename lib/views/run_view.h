/*
 * The runs that are kept, one run in full, and a plan that no run has kept, as
 * JSON.
 */
#ifndef VIEWS_RUN_VIEW_H
#define VIEWS_RUN_VIEW_H

#include <stddef.h>

#include "runs/records.h"
#include "util/json.h"
#include "views/change.h"

#define RESULTS_MAX 2000

/* How much is told of a run or a plan. */
struct run_limits {
	view_copy *copy;
	size_t bytes;	       /* about, of all results; 0: no limit */
	const char *state_dir; /* for titles; NULL: only those of the lines */
};

/*
 * {"v":1,"runs":[{run_id,status,exit_code,started_at,ended_at,duration_ms,
 * changes,errors,conflicts,ops,message,undoes,undone_by,can_undo}]}, newest
 * first. exit_code and duration_ms are absent where they aren't known.
 * undone_by: run_undone_by(), or null.
 * can_undo: something was done, or may have been, that plan --undo reverses,
 * and that is not undone yet.
 */
json *runs_json(const struct run_records *l, view_copy *copy);

/* "last", or an id; NULL: that run isn't kept. */
const struct run *run_wanted(const struct run_records *l, const char *id);
/*
 * The same of one run, with "v", "plan_id", "blocked" as below, "complete":
 * whether the results, or the plan, are whole, "results": its results in their
 * order, or where it has none its plan, and "left_out": how many more there are
 * than RESULTS_MAX or the limit.
 */
json *run_json(const struct run_records *l, const struct run *r,
	struct run_limits limits);

/*
 * A plan's text, maybe cut: {"plan_id","at","complete","blocked":
 * [{guard,reason,op,target}],"total":{op:{target:n}},"results":[change…],
 * "left_out"}; total is how much is written by the text, whatever of it is
 * listed; op and target are
 * what the guard has counted, where it counts ops. Lines that can't be read are
 * left out, and "plan_id" is null where the text isn't a plan.
 */
json *plan_view(const char *ndjson, size_t len);
json *plan_view_limited(
	const char *ndjson, size_t len, struct run_limits limits);

#endif
