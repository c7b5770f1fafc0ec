#define _DEFAULT_SOURCE /* madvise() */

#include "util/alloc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/error.h"

/* From this size on, all pages of a block are asked for at once. */
#define PREFAULT_MIN ((size_t)1 << 18)

void *xcheck(void *p)
{
	if (!p) {
		warning("out of memory");
		_Exit(RC_BUG);
	}
	return p;
}

/*
 * To touch a block page by page for the first time costs a fault each, which
 * takes up to twenty times as long as to ask for all of them at once
 * (Linux 5.14).
 */
static void *prefault(void *p, size_t size)
{
#ifdef MADV_POPULATE_WRITE
	int was = errno;
	uintptr_t page, from, to;

	if (size < PREFAULT_MIN)
		return p;
	page = (uintptr_t)sysconf(_SC_PAGESIZE);
	from = ((uintptr_t)p + page - 1) / page * page;
	to = ((uintptr_t)p + size) / page * page;
	madvise((void *)from, to - from, MADV_POPULATE_WRITE);
	errno = was;
#else
	(void)size;
#endif
	return p;
}

void *xmalloc(size_t size)
{
	return prefault(xcheck(malloc(size ? size : 1)), size);
}

void *xcalloc(size_t n, size_t size)
{
	return prefault(xcheck(calloc(n ? n : 1, size ? size : 1)), n * size);
}

void *xreallocarray(void *p, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		return xcheck(NULL);
	return prefault(xcheck(realloc(p, n && size ? n * size : 1)), n * size);
}

char *xstrdup(const char *s)
{
	return s ? xcheck(strdup(s)) : NULL;
}

char *xstrndup(const char *s, size_t len)
{
	char *copy = xmalloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap, again;
	int len;
	char *s;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	s = xmalloc(len < 0 ? 1 : (size_t)len + 1);
	if (len < 0)
		s[0] = '\0';
	else
		vsnprintf(s, (size_t)len + 1, fmt, again);
	va_end(again);
	return s;
}

void *grow(void *array, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 16;
	return xreallocarray(array, *cap, size);
}
