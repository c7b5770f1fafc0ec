/*
 * What makes ops wait (waits.h), from the options of plan, the settings, and
 * the files that remember it. An option takes the place of its setting.
 */
#ifndef PLAN_WAITS_LOAD_H
#define PLAN_WAITS_LOAD_H

#include "sides.h"
#include "util/error.h"
#include "waits.h"

struct wait_options {
	/* --hold, --direction, --settle; NULL: the setting counts */
	const char *hold, *direction, *settle;
	const char *approved, *settling; /* files; NULL: none */
};

struct wait_files {
	struct approvals approvals;
	struct settling settling;
};

/* RC_USAGE for a word that there isn't, before anything is read. */
int wait_options_check(const struct wait_options *o, struct error *e);
/*
 * `files` is borrowed by w until wait_files_fini(), which takes one that is
 * empty, too. The guards that are allowed hold nothing.
 */
int waits_load(struct waits *w, struct wait_files *files,
	const struct wait_options *o, const bool allowed[GUARDS],
	struct error *e);
/* The clocks of the two services, once both sides were read. */
void waits_set_clocks(struct waits *w, const struct sides *s);
void wait_files_fini(struct wait_files *files);

#endif
