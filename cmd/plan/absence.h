/*
 * What can't be planned from a snapshot (doc/semantics.md, section 9): a page
 * that is absent from it may be there, one that is present may be gone. An op
 * that rests on either is planned from a full reading only. Every other op is
 * safe, for apply looks at its page by id before the write.
 */
#ifndef PLAN_ABSENCE_H
#define PLAN_ABSENCE_H

#include "op_list.h"
#include "sides.h"

/*
 * The first op that must not be planned from these sides, with *why as the end
 * of "it …"; NULL where there is none, as always after a full reading.
 */
const struct planned_op *absence_find(
	const struct sides *w, const struct op_list *ops, const char **why);

#endif
