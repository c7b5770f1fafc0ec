/*
 * Bytes that any number of answers hold at once, and the last of them frees:
 * a thousand slow readers of one document hold one copy of it. All uses are of
 * one thread.
 */
#ifndef HEALTH_SERVER_SHARED_H
#define HEALTH_SERVER_SHARED_H

#include "util/buf.h"

struct shared {
	char *data;
	size_t len;
	int uses;
	size_t *held; /* all bytes held so, by whom ever; outlives this */
};

/* What was built; the buffer is empty afterwards. Used once, by the caller. */
struct shared *shared_take(struct buf *b, size_t *held);
struct shared *shared_use(struct shared *s);
/* One use less; takes void, as a callback. NULL is fine. */
void shared_drop(void *shared);

#endif
