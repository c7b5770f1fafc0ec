/*
 * Proof of equality: every field of every pair compared, and every record that
 * has no partner told. Nothing is planned.
 *
 * As a stream ("verify"): a line {"kind":"drift","row_id","page_id","what",
 * "fields"} for each record that drifted, without any value of it, and an end
 * with "drift" and "pairs". For people the same with both values.
 */
#ifndef PLAN_VERIFY_H
#define PLAN_VERIFY_H

#include "output.h"
#include "sides.h"
#include "sync/base.h"
#include "util/error.h"

/* RC_DONE where nothing drifted, else RC_ATTENTION; -1. NULL: a stream. */
int verify(const struct sides *w, const struct base *base,
	const struct human *human, struct error *e);

#endif
