/*
 * How far a program is, on standard error, for people who wait: a line that
 * ends with a carriage return instead of a line break, five times a second at
 * most. On a terminal it is rewritten in place; run(1) knows such lines in its
 * pipe, and passes them on more seldom.
 */
#ifndef UTIL_PROGRESS_H
#define UTIL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/times.h"

struct progress {
	bool on;
	const char *what; /* "rows fetched" */
	int64_t total;	  /* 0: unknown */
	usec begun, told;
	bool terminal;
};

void progress_begin(
	struct progress *p, bool on, const char *what, int64_t total);
/* "apply: written: 120 of 500, 60 a minute, about 6 min left" */
void progress_tell(struct progress *p, int64_t done);
/* A terminal's line is cleared. */
void progress_end(struct progress *p);

#endif
