/*
 * What people can do from the page: what each act runs, made of the body of its
 * request. Nothing of a body reaches a command but ids in their normal form and
 * words that are listed here, so whatever is sent, it is neither an option nor
 * part of another command. The commands are those that people type, with their
 * lock, their guards and their record; there is no shell.
 *
 *   sync-now  {"full":true,"retry":true,"orphans":"restore"}, each optional
 *   dry-run   {"orphans":"restore"}, optional
 *   approve   {"plan":ID,"ids":[ID,…]} or {"plan":ID,"all":["trash:notion",…]}
 *   resolve   {"id":ID,"take":"notion","fields":["type",…],"seen":DIGEST},
 *             fields and seen optional; seen is that of what was shown
 *   allow     {"plan":ID}
 *   undo      {"run":RUN,"dry_run":true}, or {"run":RUN,"plan":ID} with the id
 *             of the plan that was shown; "allow":true lifts its guards
 *   sign-in   {}, which runs nothing
 */
#ifndef HEALTH_SERVER_ACTS_H
#define HEALTH_SERVER_ACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "runs/records.h"
#include "util/buf.h"
#include "util/error.h"

#define ACT_BODY_MAX ((size_t)64 << 10)

enum act_kind {
	ACT_SYNC,
	ACT_DRY_RUN,
	ACT_APPROVE,
	ACT_RESOLVE,
	ACT_ALLOW,
	ACT_UNDO,
	ACT_SIGN_IN,
};

struct act {
	enum act_kind kind;
	const char *script; /* "sync-now.sh" or "controls.sh"; NULL: none */
	char **args;	    /* its arguments, up to a NULL; owned */
	size_t n, cap;
	bool restores;	       /* with --orphans restore */
	bool shows_plan;       /* it prints a plan as a stream, and no more */
	char run[RUN_ID_SIZE]; /* the run that an undo is about, or "" */
};

/* "sync-now": the last part of its path; and back: -1 for any other word. */
const char *act_name(enum act_kind kind);
int act_parse(const char *name, enum act_kind *kind);

/*
 * Reads a body; an empty one is {}. RC_USAGE, with a line for whoever asks,
 * where it isn't what the act takes. Free it in either case.
 */
int act_read(struct act *a, enum act_kind kind, const char *body, size_t len,
	struct error *e);
void act_fini(struct act *a);

/* "resolve 3f0c… --take notion": what is done, for a log; cut where long. */
void act_words(const struct act *a, struct buf *out);

#endif
