/*
 * What makes a run read in full: the last run did not end well, or a service
 * told of more than an edit (sync/reading.h). The file "unsettled" in the state
 * folder is there while a run goes on, and stays where it doesn't end well.
 */
#ifndef RUN_UNSETTLED_H
#define RUN_UNSETTLED_H

#include "run.h"
#include "runs/run_record.h"
#include "util/json.h"

/* Sets r->full, and the mark, which stays whatever becomes of this run. */
int unsettled_begin(struct run_context *r, struct error *e);
/* Removes the mark where all went well. */
void unsettled_end(const struct run_context *r, const struct run_end *end,
	const json *record);

#endif
