/* What sync-now.sh and schedule.sh have done for them: report --script. */
#ifndef REPORT_CHORES_H
#define REPORT_CHORES_H

#include "util/error.h"

/* Does the chore with its arguments; the exit code, or -1 with e. */
int chore_do(const char *chore, char *const *args, int n, struct error *e);

#endif
