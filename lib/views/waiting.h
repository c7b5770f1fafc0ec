/*
 * Everything that waits, and for each the command that goes on, what would be
 * done, and what the page may offer: what the last runs left undone
 * (runs/pending.h), a run that a guard has blocked, and what a person has
 * decided or approved for the next run.
 */
#ifndef VIEWS_WAITING_H
#define VIEWS_WAITING_H

#include <stddef.h>

#include "runs/pending.h"
#include "runs/records.h"
#include "util/uuid.h"
#include "views/change.h"

struct waiting {
	/*
	 * of {kind,means,reason,row_id,page_id,url,title,run_id,failures,guard,
	 * op,target,fields,conflict,seen,take,commands,acts}; fields and
	 * conflict are those of a change, seen is conflict_seen() of an open
	 * conflict, take the side of a decision
	 */
	json *list;
	size_t left_out; /* beyond PENDING_MAX */
	json *totals;	 /* as in struct pending, of all that there are */
	/* What can be approved is in this plan, of this run; "": none is kept.
	 */
	char plan_id[UUID_SIZE], plan_run_id[RUN_ID_SIZE];
};

void waiting_load(struct waiting *all, const struct run_records *l,
	const struct pending *w, const char *state_dir);
void waiting_fini(struct waiting *all);

/* {"v":1,"plan_id","plan_run_id","totals","pending":[…],"left_out"} */
json *waiting_json(const struct waiting *all);

#endif
