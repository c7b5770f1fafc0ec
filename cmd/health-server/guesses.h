/*
 * Wrong tokens and signatures. From the sixth within a minute on, they are
 * answered with 429. The right one is accepted at any time, because otherwise a
 * stranger who guesses would lock out those who know it; its length keeps it
 * from being guessed.
 */
#ifndef HEALTH_SERVER_GUESSES_H
#define HEALTH_SERVER_GUESSES_H

#include "answer.h"
#include "util/times.h"

#define GUESSES_MAX 5 /* in a minute, from all clients together */

struct guesses {
	usec since; /* start of the minute, by time_monotonic() */
	int wrong;
	bool told; /* the first one that was not answered any more */
};

void guesses_init(struct guesses *g);
/*
 * Counts a wrong attempt and answers it: 401 with the text, or 429. True where
 * it is worth a line in a log: of each minute, the first six.
 */
bool guess_refuse(struct guesses *g, const char *text, struct answer *a);

#endif
