/*
 * Writing pages. Notion knows no condition, so a page is read by id and
 * compared right before it is written, and before every repeat: what remains
 * is the instant between the two. Only the properties that an op sets are
 * sent, so that the formatting of a title, the end of a date, further types
 * and the body of a page survive.
 *
 * Each returns true with o filled as done, or false with o filled.
 */
#ifndef APPLY_PAGES_H
#define APPLY_PAGES_H

#include "notion/page.h"
#include "worker.h"

bool page_update(struct worker *w, const struct op *op, struct outcome *o);
bool page_stamp(struct worker *w, const struct op *op, struct outcome *o);
bool page_trash(struct worker *w, const struct op *op, struct outcome *o);
bool page_restore(struct worker *w, const struct op *op, struct outcome *o);

/*
 * The "properties" of a write, by property id: what set has, Checksum and
 * Synced where the database has them. page is the page as it is now, whose
 * further types are kept; NULL for a new one, which gets no empty type.
 */
json *page_properties(const struct worker *w, const struct op *op,
	const struct notion_page *page);

#endif
