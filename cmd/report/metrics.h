/*
 * The report for Prometheus, in OpenMetrics' text format. The text file
 * collector of the node exporter reads it too; it then knows the counters as
 * untyped.
 */
#ifndef REPORT_METRICS_H
#define REPORT_METRICS_H

#include "health.h"

void print_metrics(const struct health *h, const struct logs *l);

#endif
