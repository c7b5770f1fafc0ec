/* The changes of one run, as views/activity.c holds them. */
#ifndef VIEWS_ACTIVITY_RUN_H
#define VIEWS_ACTIVITY_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "runs/records.h"
#include "sync/op_names.h"

struct activity_item {
	char *text;   /* the change as JSON */
	char *folded; /* what a text is looked for in */
	enum op_kind op;
	enum op_target target;
	bool conflict;
	size_t seq; /* its place in the run, from 1 */
};

struct activity_run {
	char id[RUN_ID_SIZE];
	usec at;
	struct stat results;	     /* the file, when it was read */
	struct activity_item *items; /* the newest ones, oldest first */
	size_t n, bytes;
	size_t total;		 /* with those that are not held */
	size_t room, bytes_room; /* that there were for it */
};

#endif
