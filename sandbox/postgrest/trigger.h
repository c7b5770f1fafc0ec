/*
 * The triggers that a table may have, before a row is written: the switches
 * `triggers`, `moddatetime`, `rewrite_checksum` and `reset_synced`.
 */
#ifndef SANDBOX_POSTGREST_TRIGGER_H
#define SANDBOX_POSTGREST_TRIGGER_H

#include "sandbox/postgrest/table.h"

/*
 * Changes r; `was` is the id of the row that is updated, NULL for an insert.
 * False: nothing must be written, as when a trigger returns null.
 */
bool run_triggers(
	struct world *w, const struct table *t, struct row *r, const char *was);

#endif
