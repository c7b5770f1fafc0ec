/*
 * Bytes that any number of answers share, freed with the last of them: a
 * thousand slow readers of one document hold one copy of it. For use by one
 * thread only.
 */
#ifndef HEALTH_SERVER_SHARED_H
#define HEALTH_SERVER_SHARED_H

#include "util/buf.h"

struct shared {
	char *data;
	size_t len;
	int uses;
	size_t *held; /* total of all bytes held like this; outlives this */
};

/*
 * Takes the buffer's content; the buffer is empty afterwards. The caller has
 * the first use.
 */
struct shared *shared_take(struct buf *b, size_t *held);
struct shared *shared_use(struct shared *s);
/* Ends one use; takes void * so that it can be a callback. NULL is fine. */
void shared_drop(void *shared);

#endif
