/* The report for people: in full, in three lines, and in one. */
#ifndef REPORT_OVERVIEW_H
#define REPORT_OVERVIEW_H

#include "runs/health.h"

/* `cut` is how many of the pending records are listed. */
void print_overview(const struct health *h, const struct run_records *l,
	const struct pending *w, size_t cut);
/*
 * The condition, the work of the last run and what to do; at most three lines.
 */
void print_brief(const struct health *h, const struct run_records *l);
/* The line of a Nagios plugin, with its performance data. */
void print_health(const struct health *h, const struct run_records *l);

/* The pending records, one per line, at most `cut` (0: all). */
void print_waiting(const struct pending *w, size_t cut);
/* The mark of a run in the trend. */
char run_mark(const struct run *r);

#endif
