/*
 * Why one record can't be synced. A problem stops its own record (and the
 * pair that it belongs to) and nothing else.
 */
#ifndef COMMON_PROBLEM_H
#define COMMON_PROBLEM_H

#include <stdarg.h>
#include <stdio.h>

struct problem {
	const char *code; /* a word from the list in vaultsync-streams(5) */
	char detail[256]; /* for people, without the record's text */
};

/* Fills p and returns -1, so that a parser can `return problem(p, …)`. */
__attribute__((format(printf, 3, 4))) static inline int problem(
	struct problem *p, const char *code, const char *fmt, ...)
{
	va_list ap;

	p->code = code;
	va_start(ap, fmt);
	vsnprintf(p->detail, sizeof p->detail, fmt, ap);
	va_end(ap);
	return -1;
}

#endif
