/*
 * Memory for many small things that are freed together.
 *
 * It comes in chunks that grow to the size of a huge page, which the system is
 * asked for: to touch memory for the first time, page by page, can cost more
 * than what is then done with it. A build with AddressSanitizer allocates each
 * thing by itself, so that a step beyond its end is seen.
 */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stddef.h>

/* An empty one is { 0 }. */
struct arena {
	struct arena_chunk *last;
	char *at; /* the free part of the last chunk */
	size_t left, next;
};

/* Aligned for any type; never NULL. */
void *arena_alloc(struct arena *a, size_t size);
void arena_fini(struct arena *a);

#define ARENA_TEXTS 32

/*
 * Copies n texts, at most ARENA_TEXTS, into one piece of memory behind `room`
 * bytes for the caller, which are returned; each *texts[i] points to its copy
 * from then on, and the same text is kept once. NULL stays NULL.
 */
void *arena_keep(
	struct arena *a, size_t room, const char **const texts[], size_t n);

#endif
