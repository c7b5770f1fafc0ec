/*
 * The guards that may block a plan, by the names that people allow them under
 * (doc/semantics.md, section 6). `incomplete` is none of these: it refuses the
 * input before there is a plan.
 */
#ifndef SYNC_GUARD_NAMES_H
#define SYNC_GUARD_NAMES_H

#include <stdbool.h>

#include "util/error.h"

enum guard {
	GUARD_EMPTY_SIDE,
	GUARD_MASS_DELETE,
	GUARD_MASS_CREATE,
	GUARD_MASS_CHANGE,
	GUARD_SCOPE,
	GUARDS,
};

/* The word in the stream, and in --allow. */
const char *guard_name(enum guard g);
/*
 * Adds those of "mass-delete,scope" to the allowed ones; -1 with RC_USAGE,
 * naming all that there are, for any other word.
 */
int guards_parse(const char *list, bool allowed[GUARDS], struct error *e);

#endif
