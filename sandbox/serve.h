/* A request, from its faults to its reply. */
#ifndef SANDBOX_SERVE_H
#define SANDBOX_SERVE_H

#include "sandbox/world.h"

/*
 * Handles a whole request. The reply's status is 0 where the connection must be
 * closed without a reply.
 */
void serve(struct world *w, struct request *q, struct reply *a);

#endif
