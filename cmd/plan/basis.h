/*
 * What a pair last agreed on (semantics, section 4): from its line in the
 * local base where that can be trusted, else from the stored checksums.
 */
#ifndef PLAN_BASIS_H
#define PLAN_BASIS_H

#include <stdbool.h>
#include <stddef.h>

#include "base.h"
#include "content.h"
#include "record.h"

/* The local base, found by page as well; borrowed. */
struct lines {
	const struct base *base;
	const struct base_pair **by_page; /* sorted by page id */
};

void lines_init(struct lines *l, const struct base *base);
void lines_fini(struct lines *l);
/* The first of the n lines that name the page, one behind another. */
const struct base_pair **lines_of_page(
	const struct lines *l, const char *page_id, size_t *n);

enum basis_kind {
	BASIS_NONE,	/* nothing to go by: `why` says it */
	BASIS_CHECKSUM, /* only the checksum of what was agreed */
	BASIS_FIELDS,	/* the three values themselves */
};

struct basis {
	enum basis_kind kind;
	struct content fields;
	const char *checksum;
	bool deleted; /* BASIS_FIELDS: it was a deletion that was agreed */
	const char *why;
	const struct base_pair *line; /* the row's, trusted or not */
};

void basis_find(struct basis *b, const struct lines *l,
	const struct record *row, const struct record *page);

/* The three values of a line. */
struct content line_content(const struct base_pair *line);

/*
 * The row's stored checksum as far as it says anything: a trigger that
 * rewrites the column, noted in the line, makes it worthless.
 */
const char *row_stored(const struct record *row, const struct base_pair *line);

#endif
