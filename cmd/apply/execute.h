/*
 * Carrying ops out: each gets its result, one line as it ends.
 *
 * A failure belongs to its record as long as the services answer anything else.
 * Where one fails again and again, or refuses what may be refused to all, it is
 * asked beside it (probe.h), and the run ends only where that fails too. While
 * one goes on failing, its requests are repeated less, so that a thousand bad
 * records take no day.
 */
#ifndef APPLY_EXECUTE_H
#define APPLY_EXECUTE_H

#include <pthread.h>

#include "cost.h"
#include "util/progress.h"
#include "util/stream.h"
#include "worker.h"

/* What the workers of a run have in common. */
struct common {
	pthread_mutex_t lock; /* of all that follows */
	struct stream_writer *out;
	struct progress *progress;
	/*
	 * Where going on is no use (keys refused, an outage, a failing journal
	 * or output): the run ends with it. Code RC_DONE: none.
	 */
	struct error fatal;
	int failed_in_row[OP_TARGETS]; /* since an op of it was done */
	long retries;		       /* of a request, as it was set */
	/* Notion takes no new pages: why; code "" while it does. */
	struct api_error no_new_pages;
	bool attention; /* something needs a person */
};

/* False where a create was refused because Notion takes no new pages: why. */
bool execute_makes_pages(struct common *c, struct api_error *why);
/* The run has not been ended, by a failure or a signal. */
bool execute_goes_on(struct common *c, const struct worker *w);
/*
 * What an op's failure, or its success, says of the services: may end the run.
 * Asks them, so that it takes its time; not to be called under the lock.
 */
void execute_judge(struct common *c, struct worker *w, const struct op *op,
	const struct outcome *o, const struct cost *cost);

/* False, with nothing done, where the run is to end. */
bool execute_op(struct common *c, struct worker *w, struct op *op);
/*
 * What follows from an op that was carried out elsewhere, and judged: the base,
 * what the later ops of its pair expect, its result. Without a result where the
 * program was told to stop before anything was written. Empties o.
 */
void execute_conclude(struct common *c, struct worker *w, struct op *op,
	struct outcome *o, const struct cost *cost);

#endif
