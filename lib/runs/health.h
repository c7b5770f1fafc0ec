/*
 * Whether the sync is healthy, judged at a time by the runs of the sync: one
 * that takes another back is none, however it ended. What that left undone is
 * the next step where nothing else is.
 *
 * A run is expected every `interval`. The age that counts is that of the last
 * success (a run that ended as ok or attention), since a revoked key, a paused
 * project and a dead scheduler all look like silence: one interval missed is
 * late, two are stopped. A minute more (a tenth of the interval, where that is
 * less) is granted to the scheduler. While a run goes on that began in time,
 * the sync isn't late yet.
 *
 *   condition     level
 *   healthy       OK; WARNING where one of the two summaries is damaged
 *   attention     WARNING
 *   late          WARNING
 *   stopped       CRITICAL
 *   blocked, failing, interrupted
 *                 WARNING; CRITICAL from two missed intervals on, without any
 *                 success, or where no later run can fix it (exit codes 2, 70,
 *                 77, 78)
 *   never-ran, future, damaged
 *                 UNKNOWN
 */
#ifndef RUNS_HEALTH_H
#define RUNS_HEALTH_H

#include "runs/pending.h"
#include "runs/records.h"
#include "util/humanize.h"

enum condition {
	IS_HEALTHY,
	IS_ATTENTION, /* healthy but for some records */
	IS_LATE,
	IS_STOPPED,
	IS_BLOCKED,
	IS_FAILING,
	IS_INTERRUPTED,
	IS_NEVER_RAN,
	IS_FUTURE,  /* a run ended later than now: a clock is wrong */
	IS_DAMAGED, /* no record can be read */
	CONDITIONS,
};

/* The exit codes of a Nagios plugin. */
enum level {
	LEVEL_OK,
	LEVEL_WARNING,
	LEVEL_CRITICAL,
	LEVEL_UNKNOWN,
};

struct health {
	enum condition is;
	enum level level;
	usec now, interval;
	usec since;	      /* of this condition; USEC_NONE: unknown */
	bool since_or_before; /* the records don't reach back to its start */
	usec success;	      /* end of the last success; USEC_NONE */
	char headline[256];   /* of one line */
	char guards[128];     /* of a blocked run: "mass-delete,scope" */
	char allow[128];      /* what it takes to go on: all that tripped */
	/* The one thing to do next, and its command; "" where there is none. */
	char next[512 + 2 * COMMAND_SIZE], command[COMMAND_SIZE];
};

/* interval in seconds; w may be NULL where only the level is wanted. */
void health_judge(struct health *h, const struct run_records *l,
	const struct pending *w, usec now, long interval);

const char *condition_name(enum condition c);
/* "OK", "WARNING", … */
const char *level_name(enum level l);

/* health_judge()'s last step: fills next and command. */
void advise_next_step(
	struct health *h, const struct run_records *l, const struct pending *w);

#endif
