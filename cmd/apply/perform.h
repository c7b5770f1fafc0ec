/*
 * Carrying a plan out: op by op in its order, one result a line as they end.
 */
#ifndef APPLY_PERFORM_H
#define APPLY_PERFORM_H

#include "run.h"

/*
 * Does all ops and writes their results to w. Ends early, with r->fatal set,
 * where going on is no use (keys refused, an outage, a failing journal or
 * output), and when *r->stop is set. *attention: something needs a person.
 * *complete: every op has its result.
 */
void perform_all(struct run *r, struct ops *ops, struct stream_writer *w,
	bool *attention, bool *complete);

/* What the end line of the results says besides the count. */
json *perform_totals(const struct run *r);

#endif
