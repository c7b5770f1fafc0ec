/* What report is asked for, from its options. */
#ifndef REPORT_ARGS_H
#define REPORT_ARGS_H

#include <stdbool.h>

#include "conflicts.h"
#include "views/activity.h"

enum {
	OPT_JSON = 256,
	OPT_BRIEF,
	OPT_HEALTH,
	OPT_METRICS,
	OPT_RECORD,
	OPT_RUN,
	OPT_RUNS,
	OPT_PATHS,
	OPT_SHELL,
	OPT_PENDING,
	OPT_CONFLICTS,
	OPT_ACTIVITY,
	OPT_SIDE,
	OPT_KIND,
	OPT_TEXT,
	OPT_LIMIT,
	OPT_RESOLVE,
	OPT_TAKE,
	OPT_FIELD,
	OPT_SEEN,
};

struct args {
	int what; /* the id of an option, or 0 */
	const char *id;
	bool json; /* with a report that has two forms */
	struct decision_asked decide;
	struct activity_filter filter;
	bool filtered;
};

/* -1, or the code to end with; to be given to args_fini() in both cases. */
int args_parse(struct args *a, int argc, char **argv);
void args_fini(struct args *a);

#endif
