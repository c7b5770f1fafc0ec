/* What an op cost: the requests of one worker's clients, and time. */
#ifndef APPLY_COST_H
#define APPLY_COST_H

#include "worker.h"

struct cost {
	uint64_t requests, retries;
	usec took; /* of cost_so_far(): a point of the monotonic clock */
};

struct cost cost_so_far(const struct worker *w);
struct cost cost_since(const struct worker *w, const struct cost *before);
void cost_add(struct cost *sum, const struct cost *more);

/* What the end line of the results says besides the count. */
json *cost_totals(const struct worker *workers, size_t n);

#endif
