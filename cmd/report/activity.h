/* What changed (views/activity.h), a line each for people. */
#ifndef REPORT_ACTIVITY_H
#define REPORT_ACTIVITY_H

#include "views/activity.h"

void print_activity(const struct activity *a, const struct activity_filter *f);

#endif
