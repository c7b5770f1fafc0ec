/*
 * Why one record can't be synced. A problem stops its own record (and the
 * pair that it belongs to) and nothing else.
 */
#ifndef SYNC_PROBLEM_H
#define SYNC_PROBLEM_H

struct problem {
	const char *code; /* a word from the list in vaultsync-streams(5) */
	char detail[256]; /* for people, without the record's text; UTF-8 */
};

/*
 * Fills p and returns -1, so that a parser can `return problem(p, …)`. What is
 * quoted in it may be cut anywhere: the detail is made valid UTF-8, because
 * it goes into a stream.
 */
__attribute__((format(printf, 3, 4))) int problem(
	struct problem *p, const char *code, const char *fmt, ...);

#endif
