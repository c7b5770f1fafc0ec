/*
 * One record's story, from the results of all runs that are kept, and from
 * conflicts.ndjson for older ones: when it was paired, every write with the
 * values before and after, conflicts with what lost, and what it waits for.
 */
#ifndef REPORT_HISTORY_H
#define REPORT_HISTORY_H

#include "runs/records.h"

/*
 * id is that of a row or a page, with or without dashes. The exit code, or -1:
 * RC_USAGE where it is no id.
 */
int print_history(const struct run_records *l, const char *id, struct error *e);

#endif
