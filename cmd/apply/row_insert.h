/*
 * Inserting the rows of pages, up to a hundred in one request. The id of a row
 * is derived from its page's, so that it is made once, however often it is
 * sent. Where a request is refused or fails, its halves are tried, down to the
 * row that is the cause: it fails alone.
 *
 * A table may have a trigger that gives the row another id, or puts it into
 * another table. So a row that isn't in the answer, or whose answer is lost, is
 * looked for by its page and by its id before anything is sent again; under
 * whatever id it is found, that is the page's row. One that is nowhere, though
 * the service took it, was not kept.
 */
#ifndef APPLY_ROW_INSERT_H
#define APPLY_ROW_INSERT_H

#include "cost.h"
#include "execute.h"
#include "worker.h"

#define INSERTS_MAX 100

struct insert {
	struct op *op;
	struct outcome outcome;
	struct cost cost; /* of a common request: its first row's */
	/* The updated_at of a request that may have made it; "": none has. */
	char sent_at[TIME_SIZE];
	bool unanswered; /* nobody knows what became of such a request */
	bool untried;	 /* the run ends, and nothing of it was sent */
};

/*
 * Inserts the rows of the pages that have none by now. A page is read
 * again only where it bears the checksum of something else: doc/semantics.md,
 * section 7. Returns how many of the
 * list, from its start, have an outcome now, except the untried: fewer than n
 * when the program was told to stop.
 */
size_t rows_insert(
	struct common *c, struct worker *w, struct insert *list, size_t n);

/* What a dry run does of it. */
bool row_insert_dry(struct worker *w, const struct op *op, struct outcome *o);

#endif
