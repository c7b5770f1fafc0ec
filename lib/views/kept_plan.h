/*
 * The plan that was shown last: that of the newest run that has kept a whole
 * one, of which ops can be approved. A dry run keeps none.
 */
#ifndef VIEWS_KEPT_PLAN_H
#define VIEWS_KEPT_PLAN_H

#include "runs/records.h"
#include "util/json.h"

/*
 * The head of a run's plan, the caller's to free; NULL where there is none.
 * Neither reads what is between the head and the end.
 */
json *plan_head(const struct run_records *l, const char *run_id);
/* The same of the newest whole plan; NULL: no run has kept one. */
json *kept_plan(const struct run_records *l, char run_id[RUN_ID_SIZE]);

#endif
