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
	int failed_in_row[OP_TARGETS];
	bool attention; /* something needs a person */
};

/* False, with nothing done, where the run is to end. */
bool perform_op(struct course *c, struct run *r, struct op *op);
/*
 * What follows from an op that was carried out elsewhere: the base, what the
 * later ops of its pair expect, its result. Without a result where the program
 * was told to stop before anything was written. Empties o.
 */
void perform_conclude(struct course *c, struct run *r, struct op *op,
	struct outcome *o, const struct cost *cost);

#endif
