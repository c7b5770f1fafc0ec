/*
 * The control interface: what a test or a demonstration can do to the sandbox.
 * sandbox(1) describes each request.
 */
#ifndef SANDBOX_CONTROL_ROUTES_H
#define SANDBOX_CONTROL_ROUTES_H

#include "sandbox/world.h"

void control_serve(struct world *w, const struct request *q, struct reply *a);
/* As POST /control/config. */
int control_set_config(struct world *w, const json *values, struct error *e);

/* edit.c: an edit by a person; the reply, or NULL with e filled in. */
json *control_edit(struct world *w, const json *edit, struct error *e);
/* The same where nobody waits for the reply: a failure is a warning. */
void control_edit_quietly(struct world *w, const json *edit);

/* seed.c: NDJSON in, {"accepted","refused","ids"} out. */
json *control_seed(struct world *w, const struct buf *lines);

/* dump.c: every row and every page, one per line. */
void control_dump(struct world *w, struct buf *out);

#endif
