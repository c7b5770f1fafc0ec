/*
 * One record's story, from the results of all runs that are kept, and from
 * conflicts.ndjson for older runs: when it was paired, every write with the
 * values before and after, conflicts with the value that lost, and what the
 * record waits for.
 */
#ifndef VIEWS_STORY_H
#define VIEWS_STORY_H

#include <stdbool.h>
#include <stddef.h>

#include "runs/records.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/uuid.h"
#include "views/change.h"

#define STORY_MAX 1000 /* entries; of more, the newest */

/* An op on the record, or a conflict older than all runs that are kept. */
struct story_entry {
	json *line; /* owned; without a status: planned, not carried out */
	char run_id[RUN_ID_SIZE];
};

struct story {
	char id[UUID_SIZE];
	const char
		*key; /* "row_id" or "page_id", whichever the id is; or NULL */
	json *partners; /* the ids that it was paired with, as keys */
	struct story_entry *entries; /* oldest first; none: nothing is known */
	size_t n, cap;
	size_t left_out;	  /* older than these */
	char newest[RUN_ID_SIZE]; /* the newest run that has results or a plan
				   */
	view_copy *copy;
};

/*
 * The id of a row or a page, with or without dashes; RC_USAGE where it is not
 * an id. With `copy`, entries have the texts that it leaves.
 */
int story_load(struct story *s, const struct run_records *l, const char *id,
	view_copy *copy, struct error *e);
void story_fini(struct story *s);

/* The newest title that an entry shows; NULL: none does. */
const char *story_title(const struct story *s);
/* The op that paired it; NULL: none of those that are kept. */
const struct story_entry *story_pairing(const struct story *s);
/*
 * What it waits for, as streams(5) calls it, with the reason; "planned" where
 * it is in a plan that was not carried out; NULL: nothing.
 */
const char *story_waits(const struct story *s, struct buf *reason);
/*
 * How many entries behind this one are the same: a record that is left alone is
 * left alone in every run, for the same reason.
 */
size_t story_repeats(const struct story *s, size_t i);

/*
 * {"v":1,"row_id","page_id","url","title","paired_at","paired_by","waits":
 * {kind,reason} or null,"entries":[change… with "repeated":{runs,until}],
 * "left_out"}, oldest first.
 */
json *story_json(const struct story *s, const struct run_records *l);

#endif
