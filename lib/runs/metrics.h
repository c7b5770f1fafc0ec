/*
 * The report for Prometheus, in OpenMetrics' text format. The text file
 * collector of the node exporter reads it too; it then knows the counters as
 * untyped.
 */
#ifndef RUNS_METRICS_H
#define RUNS_METRICS_H

#include <stdio.h>

#include "runs/health.h"

void print_metrics(
	FILE *out, const struct health *h, const struct run_records *l);

#endif
