/* The report for programs: one JSON object, described in report(1). */
#ifndef COMMON_REPORT_DATA_H
#define COMMON_REPORT_DATA_H

#include "health.h"

json *report_data(
	const struct health *h, const struct logs *l, const struct waiting *w);

#endif
