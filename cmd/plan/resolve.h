/*
 * What a person has decided of a conflict (doc/semantics.md, section 10): whose
 * value a pair gets in the fields that are named. From `report --resolve`, a
 * line each:
 *
 *   {"kind":"resolve","row_id","page_id","take":"supabase" or "notion",
 *    "fields":{"decision":{"supabase","notion","winner"}, "type":…,
 *              "date":{…,"date_detail"}}}
 *
 * Each field has the two values of the conflict, and the side that won it then;
 * without a winner it was left alone. A decision is for what was seen: it is
 * refused where a half has been edited since.
 */
#ifndef PLAN_RESOLVE_H
#define PLAN_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "merge.h"
#include "merge_base.h"
#include "record.h"
#include "sync/decision.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/json.h"

struct resolution {
	json *line; /* owned */
	const char *row_id, *page_id;
	enum side take;
	unsigned fields;
	struct decision of[SIDES];     /* the two values of each field */
	unsigned stood;		       /* the fields that had a winner */
	struct decision stands[SIDES]; /* what each half held afterwards */
	const json *date_detail;       /* of Notion's date; NULL: only a day */
};

struct resolutions {
	struct resolution *at;
	size_t n, cap;
};

/* Adds those of a file; RC_STREAM with the line that isn't one. */
int resolutions_load(
	struct resolutions *all, const char *path, struct error *e);
/* One line, which is taken; -1: it isn't a decision. */
int resolutions_add(struct resolutions *all, json *take_line);
void resolutions_fini(struct resolutions *all);

/* The last one of that pair; NULL: there is none. */
const struct resolution *resolution_find(
	const struct resolutions *all, const char *row_id, const char *page_id);

/*
 * Puts the decision into what the merge of the two live halves has come to. -1,
 * with what stands now in `why` and the merge as it was, where a half holds
 * neither what the conflict left there nor what is to be taken.
 */
int resolution_apply(const struct resolution *r, struct merge *m,
	const struct record *row, const struct record *page,
	const struct merge_base *base, struct buf *why);

#endif
