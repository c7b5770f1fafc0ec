/*
 * A request, from its faults to its answer.
 */
#ifndef SANDBOX_SERVE_H
#define SANDBOX_SERVE_H

#include "sandbox/world.h"

/*
 * Handles a whole request. The answer's status is 0 where the connection is
 * to be closed without one.
 */
void serve(struct world *w, struct request *q, struct reply *a);

#endif
