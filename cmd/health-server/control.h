/*
 * The controls of the page: run scripts/sync-now.sh as a child of this program,
 * without a shell and with a clean environment, one at a time. The script takes
 * its own lock, so a scheduled run and one from here never overlap.
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
	usec started, ended; /* USEC_NONE: never, or still running */
	int exit_code;	     /* 128 + N: ended by signal N */
	bool cut;	     /* it printed more than CONTROL_OUTPUT_MAX */
	struct buf output;
};

struct control {
	pthread_mutex_t
		lock; /* protects everything below except the first two */
	char *script;
	const char *token; /* NULL: there are no controls */
	pid_t child;	   /* 0: none */
	int output;	   /* the child's output, -1: none */
	enum control_kind kind;
	usec pressed; /* USEC_NONE: never */
	struct guesses guesses;
	struct control_run runs[CONTROLS];
};

/* RC_CONFIG where there is a token and no script to start. */
int control_init(struct control *c, const char *token, char *take_script,
	struct error *e);
/* A child that is still running is told to end, and waited for briefly. */
void control_fini(struct control *c);

/*
 * Answers POST control/…; authorization is the header's value, or NULL;
 * why_foreign: why the request doesn't come from the page itself, NULL where it
 * does.
 */
void control_press(struct control *c, enum control_kind kind,
	const char *authorization, const char *why_foreign, struct answer *a);
/* Reads the child's output, and records its end; never waits. */
void control_poll(struct control *c);
/*
 * What the page shows: {"enabled","running","sync","dry_run"}. A plan from
 * before newest_run, the start of the newest run, is no longer the next one.
 */
json *control_data(struct control *c, usec newest_run);

#endif
