/*
 * Writing rows. A row is patched under a condition that holds what the plan
 * saw of it, so that the database itself compares and writes in one step:
 * id, updated_at, link, type, date, whether it is deleted, and decision where
 * it fits a URL (else the row is read first). Where no row meets the condition,
 * the row is read again to see why.
 *
 * Each returns true with o filled as done, or false with o filled.
 */
#ifndef APPLY_ROWS_H
#define APPLY_ROWS_H

#include "worker.h"

bool row_update(struct worker *w, const struct op *op, struct outcome *o);
bool row_trash(struct worker *w, const struct op *op, struct outcome *o);
bool row_restore(struct worker *w, const struct op *op, struct outcome *o);
bool row_link(struct worker *w, const struct op *op, struct outcome *o);

/*
 * Writes the link to a page that was just made, and the checksum of what was
 * sent there. A link is evidence and isn't lost: it is written as long as the
 * row's link is what the plan saw, whatever else was edited meanwhile.
 */
bool row_link_to(struct worker *w, const struct op *op, const char *page_id,
	const char *checksum, struct outcome *o);

#endif
