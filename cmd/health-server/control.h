/*
 * The controls of the page: acts (acts.h) that run scripts/sync-now.sh or
 * scripts/controls.sh as a child of this program, without a shell and with a
 * clean environment, one at a time. The scripts take their own lock, so a
 * scheduled run and one from here never overlap.
 *
 * Whoever asks proves with SYNC_CONTROL_TOKEN that they may. What is asked for,
 * and a wrong token, is written into sync.log with the address.
 */
#ifndef HEALTH_SERVER_CONTROL_H
#define HEALTH_SERVER_CONTROL_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "act_run.h"
#include "answer.h"
#include "asker.h"
#include "guesses.h"
#include "hooks.h"
#include "pace.h"
#include "settings/settings.h"
#include "util/error.h"
#include "util/times.h"
#include "util/uuid.h"

struct control {
	/* Protects everything below except for the first four. */
	pthread_mutex_t lock;
	char *script; /* sync-now.sh; controls.sh is beside it */
	const struct settings *settings;
	const char *token; /* NULL: there are no controls */
	pid_t child;	   /* 0: none */
	int64_t acts;	   /* the id of the last one */
	struct guesses guesses;
	struct pace pace, signed_in;
	struct act_run now, last, shown; /* shown: whose plan is kept */
};

/* RC_CONFIG where there is a token and no script to start. */
int control_init(struct control *c, const struct settings *settings,
	char *take_script, struct error *e);
/* A child that is still running is told to end, and waited for briefly. */
void control_fini(struct control *c);

/* Whether the body of this request for an act is worth reading. */
bool control_reads(
	const struct control *c, const struct asker *who, struct intake *in);
/* Answers POST control/…: starts the act, or refuses it. */
void control_act(struct control *c, enum act_kind kind, const struct asker *who,
	const struct intake *in, struct answer *a);
/*
 * Whether this request may see the values of decisions: with SYNC_PAGE_PRIVATE,
 * only with the token. Where it may not, `a` is the refusal.
 */
bool control_may_read(
	struct control *c, const struct asker *who, struct answer *a);

/*
 * Waits until the child has said something, a second at most, and reads what it
 * says and how it ended.
 */
void control_watch(struct control *c);

/*
 * What the page shows: {"enabled","private","running","last","plan"}. A plan
 * from before newest_run, the start of the newest run, is no longer the next
 * one.
 */
json *control_data(struct control *c, usec newest_run);

/* The plan of the last dry run, or of the last undo that was only shown. */
struct control_plan {
	int64_t id;
	const char *kind;	 /* "dry-run" or "undo" */
	char run[RUN_ID_SIZE];	 /* that an undo takes back, or "" */
	char plan_id[UUID_SIZE]; /* or "" */
	usec at;
	int exit_code;
	bool restores; /* it is one with --orphans restore */
	bool cut;      /* the stream ends before its end, after a whole line */
	char *ndjson;
	size_t len;
};

/* Its id alone; 0: there is none, also since newest_run. */
int64_t control_plan_id(struct control *c, usec newest_run);
/* False where there is none, also since newest_run; free it otherwise. */
bool control_plan(struct control *c, usec newest_run, struct control_plan *out);
void control_plan_fini(struct control_plan *p);

#endif
