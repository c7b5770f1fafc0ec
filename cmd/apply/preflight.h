/*
 * Before the first sync writes anything: whether all that the plan will write
 * may be written. Otherwise a missing grant or capability, or a column of a
 * type that refuses the value, would show when one half of a pair is made
 * already.
 */
#ifndef APPLY_PREFLIGHT_H
#define APPLY_PREFLIGHT_H

#include "worker.h"

/*
 * Asks only where the base knows no pair yet, so a sync that has worked costs
 * no request more; what is taken away later stops the run at the first write
 * that needs it. RC_CONFIG or RC_CREDENTIALS, in the words of doctor.
 */
int preflight(struct worker *w, const struct ops *ops, struct error *e);

#endif
