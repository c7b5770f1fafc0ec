/*
 * What a run leaves of the approvals that its plan has read: those whose op was
 * planned and is not done, and the guards that still hold an op, or of whose
 * kind an approval stays. One that was written since stays.
 */
#ifndef APPROVE_CARRIED_OUT_H
#define APPROVE_CARRIED_OUT_H

#include "runs/records.h"
#include "util/error.h"
#include "util/json.h"

/*
 * The records that a guard's line waits for, so that one of them that can't be
 * read for a while doesn't pass for one that came back. Of too many for a line
 * it names none, and waits for each that can't be read.
 */
void guard_ids_add(json *ids, const json *op_line);
void guard_ids_put(json *guard_line, json *take_ids);

int drop_carried_out(const struct run_records *l, const char *run,
	const char *file, struct error *e);

#endif
