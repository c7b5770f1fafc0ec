/* What seed_world.c and seed_edits.c make lines of. */
#ifndef TESTS_PROPERTY_SEED_H
#define TESTS_PROPERTY_SEED_H

#include "sim.h"

void seed_print(json *take_line);
/* NULL for "". */
const char *seed_or_null(const char *text);
/* The types of a page; `more`: with a further one. */
json *seed_types(const char *first, bool more);
/*
 * The date of a page; now and then with a time of day or an end, which no sync
 * may change.
 */
json *seed_date(const char *day, uint64_t *seed);

/* The dump, and maybe a plan, from standard input; the edits to output. */
void seed_edits(uint64_t seed);

#endif
