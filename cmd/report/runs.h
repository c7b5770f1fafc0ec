/* The runs that are kept: all of them with one line each, or one in full. */
#ifndef REPORT_RUNS_H
#define REPORT_RUNS_H

#include "runs/records.h"

/* id may be "last"; NULL with RC_USAGE where that run isn't kept. */
const struct run *find_run(
	const struct run_records *l, const char *id, struct error *e);

/* Both return the exit code, or -1 with e filled. */
int print_runs(const struct run_records *l);
int print_run(const struct run_records *l, const char *id, struct error *e);

#endif
