/*
 * Names of their own: a file as the programs read it (README_SYNC.md), of which
 * the sandbox gives its table and its database the names.
 */
#ifndef SANDBOX_FIELDS_H
#define SANDBOX_FIELDS_H

#include "sandbox/world.h"

/* RC_CONFIG for a file that is not JSON, or has a key that doesn't exist. */
int fields_take(struct world *w, const char *file, struct error *e);

#endif
