/*
 * Asking a service beside a failure: is it this record's, or everyone's?
 */
#ifndef APPLY_PROBE_H
#define APPLY_PROBE_H

#include "worker.h"

/*
 * A plain read of both: Notion's user of the connection, one row's id. False
 * with e filled, RC_TEMPORARY unless it says more, where one fails too.
 */
bool services_answer(struct worker *w, struct error *e);
/* Whether this kind of op is allowed at all: false with e filled where not. */
bool may_write(struct worker *w, const struct op *op, struct error *e);

#endif
