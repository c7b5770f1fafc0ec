/*
 * What a run leaves of the approvals that its plan has read: those whose op was
 * planned and is not done, and the guards that still hold an op, or of whose
 * kind an approval stays. One that was written since stays.
 */
#ifndef APPROVE_CARRIED_OUT_H
#define APPROVE_CARRIED_OUT_H

#include "runs/records.h"
#include "util/error.h"

int drop_carried_out(const struct run_records *l, const char *run,
	const char *file, struct error *e);

#endif
