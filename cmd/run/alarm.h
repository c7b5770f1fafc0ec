/*
 * Alarms: SYNC_PING_URL is asked when a run begins and ends, in the manner of
 * healthchecks.io; SYNC_NOTIFY_CMD is run when something changed for the worse
 * or the better. Neither can fail a run, nor hold it up for more than half a
 * minute. What went wrong with one of them is told in sync.log.
 */
#ifndef RUN_ALARM_H
#define RUN_ALARM_H

#include <sys/types.h>

#include "run.h"
#include "util/json.h"

/*
 * Asks SYNC_PING_URL with `suffix` ("/start", "/fail" or "") behind it and
 * `text` as the body. `may_be_cut`: the signal that ends the run ends this too.
 */
void alarm_ping(const struct run_context *run, const char *suffix,
	const char *text, bool may_be_cut);

/*
 * Runs SYNC_NOTIFY_CMD with SYNC_EVENT, SYNC_MESSAGE and SYNC_RUN_ID in its
 * environment, and the text as its input. It gets none of the keys.
 */
void alarm_notify(
	const struct run_context *run, const char *event, const char *text);

/*
 * Waits for the end of a child, at most so long, and where it may be cut until
 * a signal comes: after that it is asked to end, then killed with its group.
 * Its code as a shell tells it; -1 where it was ended.
 */
int alarm_await(pid_t child, usec most, bool may_be_cut);

/*
 * The run is recorded as `record`; `last` is the id of the one before it, or
 * NULL. A second failure or block of the same kind is no news unless `always`,
 * and a run that somebody stopped is no failure: news is what differs from the
 * run before that nobody stopped. A run that takes another one back raises
 * nothing, and nothing is compared with it.
 */
void alarm_raise(const struct run_context *run, const json *record,
	const char *last, bool always);

/* The run can't be written down, so whether this was told before isn't known.
 */
void alarm_unrecorded(const struct run_context *run);

#endif
