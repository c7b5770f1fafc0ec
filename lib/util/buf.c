#include "util/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

static int reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 64;

	if (more < b->cap - b->len && more <= b->max - b->len)
		return 0;
	if (more > b->max - b->len)
		return -1;
	while (cap < b->len + more + 1)
		cap *= 2;
	if (cap != b->cap)
		b->data = xreallocarray(b->data, cap, 1);
	b->cap = cap;
	return 0;
}

char *buf_room(struct buf *b, size_t len)
{
	return reserve(b, len) < 0 ? NULL : b->data + b->len;
}

int buf_add(struct buf *b, const void *data, size_t len)
{
	if (reserve(b, len) < 0)
		return -1;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return 0;
}

int buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int buf_addc(struct buf *b, char c)
{
	if (reserve(b, 1) < 0)
		return -1;
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
	return 0;
}

int buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int len;
	int rc = -1;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len >= 0 && reserve(b, (size_t)len) == 0) {
		vsnprintf(b->data + b->len, (size_t)len + 1, fmt, again);
		b->len += (size_t)len;
		rc = 0;
	}
	va_end(again);
	return rc;
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

void buf_cut(struct buf *b, size_t len)
{
	if (len > b->len)
		return;
	b->len = len;
	if (b->data)
		b->data[len] = '\0';
}

void buf_reset(struct buf *b)
{
	buf_cut(b, 0);
}

char *buf_take(struct buf *b)
{
	char *data = b->data ? b->data : xstrdup("");

	b->data = NULL;
	b->len = b->cap = 0;
	return data;
}

void buf_fini(struct buf *b)
{
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}
