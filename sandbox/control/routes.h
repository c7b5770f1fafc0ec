/*
 * The control interface: what a test or a demonstration does to the world.
 * The manual page sandbox(1) describes each request.
 */
#ifndef SANDBOX_CONTROL_ROUTES_H
#define SANDBOX_CONTROL_ROUTES_H

#include "sandbox/world.h"

void control_serve(struct world *w, const struct request *q, struct reply *a);

/* control_edit.c: an edit by a person; the answer, or NULL with e filled. */
json *control_edit(struct world *w, const json *edit, struct error *e);
/* The same where nobody waits for the answer: a failure is a warning. */
void control_edit_quietly(struct world *w, const json *edit);

/* control_seed.c: NDJSON in, {"accepted","refused","ids"} out. */
json *control_seed(struct world *w, const struct buf *lines);

/* control_dump.c: every row and every page, a line each. */
void control_dump(struct world *w, struct buf *out);

#endif
