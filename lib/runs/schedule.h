/*
 * schedule.json in the log folder: when the schedule's next run is due, for the
 * health page and doctor. It is there as long as a schedule is; that of one
 * that was killed is told by the lock schedule.lock, which nobody holds then.
 */
#ifndef RUNS_SCHEDULE_H
#define RUNS_SCHEDULE_H

#include "util/error.h"

/* `next` in seconds since 1970; 0: a run goes on. `failures` in a row. */
int schedule_publish(
	const char *dir, long next, long every, long failures, struct error *e);

#endif
