/* Faults that a test asks for, and the log of requests. */
#ifndef SANDBOX_FAULT_H
#define SANDBOX_FAULT_H

#include "sandbox/world.h"

/* Adds a fault; returns its number, or -1. */
int64_t fault_add(struct world *w, const json *spec, struct error *e);
/*
 * Counts the request against all faults; returns a copy of the one that it
 * meets, or NULL.
 */
json *fault_take(struct world *w, const struct request *q);
json *fault_list(const struct world *w);
void fault_clear(struct world *w);

/*
 * Replaces the reply by the fault's own; `kept` says that the request has been
 * carried out nevertheless.
 */
void fault_answer(
	const json *spec, const struct request *q, struct reply *a, bool kept);

/* One line of JSON per request. fault may be NULL. */
void log_request(struct world *w, const struct request *q,
	const struct reply *a, const json *fault);
void log_clear(struct world *w);

#endif
