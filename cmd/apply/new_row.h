/*
 * The row of a page that has none: what is sent for it, and what of that the
 * table keeps.
 *
 * It names every column that the sync owns, those that are to be empty too, so
 * that no default of the table decides for it.
 */
#ifndef APPLY_NEW_ROW_H
#define APPLY_NEW_ROW_H

#include "worker.h"

/* A derived id that is taken by a row linked elsewhere: how many are tried. */
#define ID_ATTEMPTS 8

/* `at` goes into updated_at: run_now(). */
json *new_row(const struct worker *w, const struct op *op, unsigned attempt,
	const char *at);

/* Whether a row object, as the API gave it, is linked to the op's page. */
bool is_of_page(const struct op *op, const json *row);
/* Whether it has one of the ids that are derived from the page's. */
bool has_own_id(const struct op *op, const json *row);
/*
 * Whether it is as it was sent: all that the sync owns but for checksum and
 * notion_synced, which a trigger may keep for itself (see sync/base_pair.h).
 */
bool is_as_sent(const struct worker *w, const struct op *op, const json *row);

/*
 * The row is there, under whatever id the service says, made by our request:
 * o is filled from it, done where it is as it was sent, else not kept; then its
 * checksum becomes that of what it holds, so that nothing says that it was ever
 * agreed. Returns whether it is done.
 */
bool take_new_row(struct worker *w, const struct op *op, json *take_object,
	struct outcome *o);

#endif
