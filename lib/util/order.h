/*
 * Which of two numbers comes first, as qsort(3) and bsearch(3) want to hear it,
 * and which is the larger one.
 */
#ifndef UTIL_ORDER_H
#define UTIL_ORDER_H

#include <stdint.h>

/* Less than, equal to or greater than 0, as a is to b. */
static inline int order_of(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static inline int64_t larger_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

#endif
