/* Conflicts (views/conflicts.h) for people, and deciding one. */
#ifndef REPORT_CONFLICTS_H
#define REPORT_CONFLICTS_H

#include "views/conflicts.h"

void print_conflicts(const struct conflicts *c);

/* What a person asks for. */
struct decision_asked {
	const char *id;	  /* of the row or the page, or how it begins */
	const char *take; /* a side; NULL: not said */
	unsigned fields;  /* 0: those of the newest conflict */
	const char *seen; /* conflict_seen() of what was shown, or NULL */
};

/*
 * The decision as plan --resolve takes it. If the conflict isn't there: NULL
 * with RC_USAGE, and the message lists what can be decided; likewise where
 * any of its values is from another conflict than the one that was seen.
 */
json *conflicts_decide(const struct conflicts *c,
	const struct decision_asked *asked, struct error *e);

#endif
