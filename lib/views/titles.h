/*
 * What records are called, where a line doesn't say: their decisions, as the
 * local base has them. Only those that are wanted are held, however large the
 * base is.
 */
#ifndef VIEWS_TITLES_H
#define VIEWS_TITLES_H

#include <stddef.h>

#include "util/json.h"
#include "util/uuid.h"

#define TITLE_BYTES 4100 /* longer ones are cut */

struct title {
	char id[UUID_SIZE];
	char *text; /* NULL: not known */
};

struct titles {
	struct title *at;
	size_t n, cap;
};

/* An empty one is { 0 }. The id of a row or a page; NULL wants nothing. */
void titles_want(struct titles *t, const char *id);
/* Once all are wanted. A base that isn't there, or is damaged, has none. */
void titles_load(struct titles *t, const char *state_dir);
void titles_fini(struct titles *t);
/* By the row, or by the page; either may be NULL. NULL: not known. */
const char *titles_find(
	const struct titles *t, const char *row_id, const char *page_id);

/* Fills in "title" where an object of the list has ids and lacks it. */
void titles_fill(json *list, const char *state_dir);

#endif
