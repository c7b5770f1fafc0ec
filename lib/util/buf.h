/*
 * A growing byte buffer with a maximum. The data is always followed by a NUL
 * that `len` doesn't count. An append that would pass `max` appends nothing
 * and returns -1; every other append succeeds.
 */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include <stddef.h>

struct buf {
	char *data; /* never NULL once something was appended */
	size_t len, cap, max;
};

/* The releases of clang-format differ on braces in a macro. */
/* clang-format off */
#define BUF_INIT(maximum) { .max = (maximum) }
/* clang-format on */

/*
 * Where the next `len` bytes may be written, and a NUL behind them; the caller
 * then adds them to b->len; NULL where they would pass the maximum.
 */
char *buf_room(struct buf *b, size_t len);
int buf_add(struct buf *b, const void *data, size_t len);
int buf_adds(struct buf *b, const char *s);
int buf_addc(struct buf *b, char c);
int buf_addf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* "" while nothing was appended, never NULL. */
const char *buf_str(const struct buf *b);
/* What is beyond the first `len` bytes is gone; the memory stays. */
void buf_cut(struct buf *b, size_t len);
/* Empties it and keeps the memory. */
void buf_reset(struct buf *b);
/* The content changes hands; the buffer is empty afterwards. */
char *buf_take(struct buf *b);
void buf_fini(struct buf *b);

#endif
