/*
 * Which records the plan lets settle, and since when: for the next plan. What
 * is in it no more waits no more.
 */
#ifndef APPLY_SETTLING_H
#define APPLY_SETTLING_H

#include "ops.h"
#include "util/error.h"

/* Replaces the file, or removes one that would be empty. */
int settling_note(const struct ops *ops, const char *path, struct error *e);

#endif
