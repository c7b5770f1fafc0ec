/* Bytes as lower-case hex digits, and back. */
#ifndef UTIL_HEX_H
#define UTIL_HEX_H

#include <stdbool.h>
#include <stddef.h>

/* Writes 2 * n digits and returns the end, where no NUL is put. */
char *hex_put(char *out, const unsigned char *bytes, size_t n);
/* One of those that hex_put() writes. */
static inline bool hex_is_lower(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}
/* What a digit of either case stands for; -1 for any other character. */
int hex_value(char c);

#endif
