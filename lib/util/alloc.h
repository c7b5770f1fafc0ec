/*
 * Allocation that can't fail: out of memory ends the program at once, with a
 * message and exit code 70, because no caller could do better. Nothing else in
 * lib/ ends the program, except abort() in util/uuid.c, where OpenSSL lacks
 * what every OpenSSL has.
 */
#ifndef UTIL_ALLOC_H
#define UTIL_ALLOC_H

#include <stddef.h>

/* What another library has allocated; NULL: it is out of memory. */
void *xcheck(void *p);

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
/* NULL stays NULL. */
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Makes room for one more element in an array of `*cap` elements that holds
 * `n`: grown by doubling, starting at 16.
 */
void *grow(void *array, size_t n, size_t *cap, size_t size);

#endif
