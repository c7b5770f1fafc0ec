/*
 * What changed, newest first: the creates, updates, trashes and restores that
 * runs have done, from the results of all runs that are kept. A run that is
 * under way is among them with what it has done so far.
 *
 * At most the newest ACTIVITY_MAX are held; the others are counted. A run's
 * results are read once, and again where the file has changed.
 */
#ifndef VIEWS_ACTIVITY_H
#define VIEWS_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>

#include "runs/records.h"
#include "sync/op_names.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/json.h"
#include "views/change.h"

#define ACTIVITY_MAX 2000
#define ACTIVITY_LIMIT 50 /* of one answer, where nothing else is asked for */
#define ACTIVITY_LIMIT_MAX 500
#define ACTIVITY_TEXT_MAX 1000 /* bytes of a text to look for */

struct activity_run; /* of one run; activity.c */

struct activity {
	view_copy *copy;  /* NULL: all of each text */
	size_t bytes_max; /* of what is held; older changes are counted */
	struct activity_run *runs; /* newest first */
	size_t n_runs;
	size_t n, bytes;
	size_t left_out;
};

void activity_init(struct activity *a, view_copy *copy, size_t bytes_max);
void activity_fini(struct activity *a);
/* Reads what has changed; whether anything has. */
bool activity_refresh(struct activity *a, const struct run_records *l);

/* What is asked for: a place in the list, and what the changes have to be. */
struct activity_filter {
	int target;    /* an op_target; -1: any */
	int op;	       /* an op_kind; -1: any */
	bool conflict; /* only those that decided one */
	char *text;    /* folded, in the title or a value; NULL: any */
	size_t limit;
	char run_id[RUN_ID_SIZE]; /* only those older than this one */
	size_t seq;		  /* of that run; "": from the newest on */
};

void activity_filter_init(struct activity_filter *f);
void activity_filter_fini(struct activity_filter *f);
/*
 * Takes side, kind, text, limit or after, which is the `next` of an earlier
 * answer. RC_USAGE with "side: …" where the value is not valid; 1 where there
 * is nothing of that name to ask for.
 */
int activity_filter_set(struct activity_filter *f, const char *name,
	const char *value, struct error *e);

/*
 * {"v":1,"activity":[change…],"next","total","left_out"}: as many as asked for,
 * or fewer where they would be longer than `most` bytes; next is null where
 * there are no more, total how many there are in all.
 */
void activity_print(const struct activity *a, const struct activity_filter *f,
	size_t most, struct buf *out);
/* The same changes one by one; returns how many more there are. */
size_t activity_each(const struct activity *a, const struct activity_filter *f,
	void (*each)(void *arg, const json *change), void *arg);

#endif
