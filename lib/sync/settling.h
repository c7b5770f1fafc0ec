/*
 * Since when records wait to be left alone (doc/semantics.md, section 10), so
 * that none of them waits for more than an hour in all.
 *
 * <state>/settling.ndjson, a stream "settling"; lines {"kind":"settling",
 * "row_id","page_id","since"}. apply writes it whole before its first op, from
 * the plan: what doesn't wait any more is in it no more. plan reads it. Losing
 * it is harmless: the hour begins again.
 */
#ifndef SYNC_SETTLING_H
#define SYNC_SETTLING_H

#include <stddef.h>

#include "util/error.h"
#include "util/idlist.h"
#include "util/json.h"
#include "util/times.h"

#define SETTLING_MAX (60 * USEC_MINUTE)

struct settling {
	json **lines; /* owned */
	size_t n, cap;
	struct id_list by_id; /* by row, and by page */
};

/* A file that isn't there, or is damaged, is empty. */
void settling_load(struct settling *s, const char *path);
void settling_fini(struct settling *s);
/* Either id may be NULL. USEC_NONE: neither was waiting. */
usec settling_since(
	const struct settling *s, const char *row_id, const char *page_id);

void settling_add(struct settling *s, json *take_line);
/* Before settling_since(), once all are added; settling_load() does it. */
void settling_sort(struct settling *s);
/* Writes nothing where there was no file and there is no line. */
int settling_save(const struct settling *s, const char *path, struct error *e);

#endif
