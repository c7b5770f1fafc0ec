/*
 * The controls of the page: scripts/sync-now.sh as a child of this program,
 * without a shell and with a clean environment, one at a time. The script has
 * its own lock, so a run of the schedule and one from here never overlap.
 */
#ifndef HEALTH_SERVER_CONTROL_H
#define HEALTH_SERVER_CONTROL_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "answer.h"
#include "guesses.h"
#include "util/error.h"
#include "util/times.h"

#define CONTROL_OUTPUT_MAX ((size_t)256 << 10)
#define CONTROL_PAUSE 10 /* seconds between two presses */

enum control_kind {
	CONTROL_SYNC,
	CONTROL_DRY_RUN,
	CONTROLS,
};

/* The last run of one kind that was started here. */
struct control_run {
	usec started, ended; /* USEC_NONE: never, or still going */
	int exit_code;	     /* 128 + N: ended by signal N */
	bool cut;	     /* it said more than CONTROL_OUTPUT_MAX */
	struct buf output;
};

struct control {
	pthread_mutex_t lock; /* of all below but the first two */
	char *script;
	const char *token; /* NULL: there are no controls */
	pid_t child;	   /* 0: none */
	int output;	   /* what the child says, -1: none */
	enum control_kind kind;
	usec pressed; /* USEC_NONE: never */
	struct guesses guesses;
	struct control_run runs[CONTROLS];
};

/* RC_CONFIG where there is a token and no script to start. */
int control_init(struct control *c, const char *token, char *take_script,
	struct error *e);
/* A child that goes on is told to end, and waited for a while. */
void control_fini(struct control *c);

/*
 * Answers POST control/…; authorization as the header says it, or NULL;
 * why_foreign: why it isn't the page itself that asks, NULL where it is.
 */
void control_press(struct control *c, enum control_kind kind,
	const char *authorization, const char *why_foreign, struct answer *a);
/* Reads what the child says, and notes its end; never waits. */
void control_poll(struct control *c);
/*
 * What the page shows: {"enabled","running","sync","dry_run"}. A plan before
 * newest_run, when the newest run of all began, is no longer the next one.
 */
json *control_data(struct control *c, usec newest_run);

#endif
