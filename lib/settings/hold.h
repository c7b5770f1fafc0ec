/*
 * What is held (doc/semantics.md, section 10): which kinds of ops are planned
 * and shown, and not carried out. The names are those that people write in
 * SYNC_HOLD and SYNC_DIRECTION, and in the options of plan.
 */
#ifndef SETTINGS_HOLD_H
#define SETTINGS_HOLD_H

#include <stdbool.h>

#include "util/error.h"
#include "util/json.h"

enum held_op {
	HOLD_CREATE,
	HOLD_UPDATE,
	HOLD_TRASH,
	HOLD_RESTORE,
	HELD_OPS,
};

enum held_side {
	HOLD_NOTION,
	HOLD_SUPABASE,
	HELD_SIDES,
};

/* By the side that the op would write to. */
struct hold {
	bool of[HELD_OPS][HELD_SIDES];
};

/* The words in the lists. */
const char *held_op_name(enum held_op o);
const char *held_side_name(enum held_side s);
/* All that is held, as ["trash:notion",…]. */
json *hold_json(const struct hold *h);
/*
 * Adds "trash,update:notion"; "none" adds nothing. A word that is not known is
 * rc, RC_USAGE or RC_CONFIG, with what it stands in and the words that there
 * are.
 */
int hold_add(struct hold *h, const char *list, const char *in,
	enum exit_code rc, struct error *e);
/* "to-notion" holds all that would be written to Supabase; "both" nothing. */
int hold_direction(struct hold *h, const char *word, const char *in,
	enum exit_code rc, struct error *e);

#endif
