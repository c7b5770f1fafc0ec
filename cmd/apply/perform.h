/*
 * Carrying ops out: each gets its result, one line as it ends.
 */
#ifndef APPLY_PERFORM_H
#define APPLY_PERFORM_H

#include <pthread.h>

#include "cost.h"
#include "run.h"

/* What the workers of a run have in common. */
struct course {
	pthread_mutex_t lock; /* of all that follows */
	struct stream_writer *w;
	/*
	 * Where going on is no use (keys refused, an outage, a failing journal
	 * or output): the run ends with it. Code RC_DONE: none.
	 */
	struct error fatal;
	int failed_in_row;
	bool attention; /* something needs a person */
};

/* An op and what follows it in its pair, in order. */
void perform_chain(struct course *c, struct run *r, struct op *op);
/*
 * What follows from an op that was carried out elsewhere: the base, what the
 * later ops of its pair expect, its result. Empties o.
 */
void perform_conclude(struct course *c, struct run *r, const struct op *op,
	struct outcome *o, const struct cost *cost);
/* False once the run is to end. */
bool perform_goes_on(struct course *c, const struct run *r);

#endif
