/*
 * Proofs that were wrong. From the sixth in a minute on they are answered with
 * 429. The right one passes at any time, for else a stranger who guesses would
 * lock out whoever knows it; what keeps it from being guessed is its length.
 */
#ifndef HEALTH_SERVER_GUESSES_H
#define HEALTH_SERVER_GUESSES_H

#include "answer.h"
#include "util/times.h"

#define GUESSES_MAX 5 /* in a minute, from all together */

struct guesses {
	usec since; /* start of the minute, by time_monotonic() */
	int wrong;
};

void guesses_init(struct guesses *g);
/* Counts a wrong one and answers it: 401 with the text, or 429. */
void guess_refuse(struct guesses *g, const char *text, struct answer *a);

#endif
