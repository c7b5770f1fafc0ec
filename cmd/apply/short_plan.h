/*
 * What the plan expects of both halves of a pair. A plan as plan(1) writes it
 * has all of it, in expect.row and expect.page: then there is nothing to do
 * here. A plan in the short form has the checksum of the target's content and
 * the row's updated_at alone: the halves are read, measured by everything that
 * the op says of them, and what was read is expected from then on, so that the
 * writes know no difference.
 *
 * In the short form a half must
 *   be live or deleted, as the kind of op supposes it
 *   as the target: have the content of expect.checksum, and the values in was
 *   as the source: hold what set has, and have the content of checksum
 *   as the row: have the expected updated_at, and no link to another page
 *
 * A link of two live halves that were never synced, so that the plan can only
 * have paired them by equal content, is written whatever they hold by now: what
 * was agreed is known, and unlinked each would get a twin in the next run.
 *
 * A page's op that expects nothing at all of its row was planned when there
 * was none: a row with that id, or with a link to the page, is back.
 */
#ifndef APPLY_SHORT_PLAN_H
#define APPLY_SHORT_PLAN_H

#include "worker.h"

/* False with o filled where a half isn't as the plan supposes it. */
bool short_plan_fill(struct worker *w, struct op *op, struct outcome *o);

#endif
