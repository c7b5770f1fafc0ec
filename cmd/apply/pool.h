/*
 * The workers of a run: threads that take ops from one plan. The ops of a pair
 * stay in order; pairs are carried out side by side, and their results come as
 * they end. First are the page creates that an earlier run left open, one by
 * one; last the stamps of inserted rows, and those alone. Each worker has its
 * own connections; Notion's budget and the number of its requests under way are
 * common (net/inflight.h), and there are never more requests to Supabase at
 * once than workers.
 */
#ifndef APPLY_POOL_H
#define APPLY_POOL_H

#include "settings/settings.h"
#include "util/progress.h"
#include "util/stream.h"
#include "worker.h"

/*
 * Beside workers[0], which is ready, as many more as the plan is worth, up to
 * s->jobs (JOBS_MAX at most have room). *n counts all.
 */
int pool_start(struct worker *workers, size_t *n, const struct settings *s,
	const struct ops *ops, struct error *e);

/*
 * Does all ops and writes their results to out. Ends early, with
 * workers[0].fatal set, where going on is no use (keys refused, an outage, a
 * failing journal or output), and when told to stop. *attention: something
 * needs a person. *complete: every op has its result.
 */
void pool_run(struct worker *workers, size_t n, struct ops *ops,
	struct stream_writer *out, struct progress *progress, bool *attention,
	bool *complete);

#endif
