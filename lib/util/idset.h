/*
 * A set of UUIDs, to see each record of a listing once: 16 bytes an id.
 */
#ifndef UTIL_IDSET_H
#define UTIL_IDSET_H

#include <stdbool.h>
#include <stddef.h>

struct idset {
	unsigned char (*slots)[16]; /* the nil UUID: free */
	size_t n, cap;
	bool has_nil;
};

/* An empty set is { 0 }. True where id was not in it yet; id is normalized. */
bool idset_add(struct idset *s, const char *id);
bool idset_has(const struct idset *s, const char *id);
void idset_fini(struct idset *s);

#endif
