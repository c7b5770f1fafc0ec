/* The report for programs: one JSON object, described in report(1). */
#ifndef RUNS_REPORT_JSON_H
#define RUNS_REPORT_JSON_H

#include "runs/health.h"

json *report_data(const struct health *h, const struct run_records *l,
	const struct pending *w);

#endif
