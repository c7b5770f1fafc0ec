/*
 * Everything that waits, and for each the command that goes on: what the last
 * runs left undone (runs/pending.h), a run that a guard has blocked, and what a
 * person has decided or approved for the next run.
 */
#ifndef REPORT_WAITING_H
#define REPORT_WAITING_H

#include <stddef.h>

#include "runs/pending.h"
#include "runs/records.h"

struct waiting {
	json *list;	 /* of {kind,row_id,page_id,run_id,reason,commands} */
	size_t left_out; /* beyond PENDING_MAX */
};

void waiting_load(struct waiting *all, const struct run_records *l,
	const struct pending *w, const char *state_dir);
void waiting_fini(struct waiting *all);

/* A line each: kind, id, command and reason, with tabs between them. */
void print_what_waits(const struct waiting *all);
json *waiting_json(const struct waiting *all);

#endif
