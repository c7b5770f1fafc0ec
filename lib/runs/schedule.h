/*
 * schedule.json in the log folder: when the schedule's next run is due, and how
 * often one is, for the health page, report and doctor. It is there as long as
 * a schedule is; that of one that was killed is told by the lock schedule.lock,
 * which nobody holds then.
 */
#ifndef RUNS_SCHEDULE_H
#define RUNS_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/error.h"
#include "util/json.h"

/* `next` in seconds since 1970; 0: a run goes on. `failures` in a row. */
int schedule_publish(const char *dir, int64_t next, long every, long failures,
	struct error *e);

/* Whether a schedule goes on here. */
bool schedule_runs(const char *state_dir);
/* Its record; NULL where it is missing or damaged. */
json *schedule_record(const char *log_dir);
/*
 * Seconds from run to run: of the schedule that goes on here, which may have
 * been started with --every, else `set`, the setting.
 */
long schedule_interval(const char *state_dir, const char *log_dir, long set);

#endif
