/*
 * Looking again: is a half still what the plan saw? The values themselves are
 * compared, not checksums.
 */
#ifndef APPLY_RECHECK_H
#define APPLY_RECHECK_H

#include "notion/page.h"
#include "worker.h"

/* A write that has to wait longer for its turn looks at its record again. */
#define LOOK_HOLDS (10 * USEC_SECOND)
/*
 * Notion knows no conditional PATCH: what a person writes between our look at
 * the page and the PATCH is replaced. Mostly the PATCH follows at once; it
 * follows within LOOK_HOLDS, or the page is looked at again: a request may have
 * to wait a minute for its turn. A shorter time would have runs that share one
 * budget look again and again.
 */
#define LOOKS_MAX 5

/*
 * Reads the row again. True where it is there: *row is filled, and *object is
 * the row as the API gave it where the caller asks for it (and then frees
 * both). False with o filled where it is gone or can't be read.
 */
bool reread_row(struct worker *w, const char *row_id, struct supabase_row *row,
	json **object, struct outcome *o);
/* The same for a page, live or in the trash, in the run's data source. */
bool reread_page(struct worker *w, const char *page_id,
	struct notion_page *page, struct outcome *o);

/* False with o filled: a person has paused it since the plan was made. */
/* Skips the op because the page is not as the plan saw it, and says in what. */
bool skip_edited_page(
	const struct op *op, const struct notion_page *page, struct outcome *o);
bool is_not_paused(const struct notion_page *page, struct outcome *o);

/*
 * Whether a row other than this one is linked to the page: 1 or 0; -1 with o
 * filled where that can't be read.
 */
int page_has_other_row(struct worker *w, const char *page_id,
	const char *row_id, struct outcome *o);

/*
 * Before a write: reads the half and compares it with what the op expects of
 * it. An op that expects nothing of that half passes. False with o filled.
 */
bool recheck_row(struct worker *w, const struct op *op, struct outcome *o);
/*
 * For writes that don't change what the row stands for: an answer has shown the
 * row as the op expects it, a few seconds ago at most.
 */
bool row_was_shown(const struct op *op);
/*
 * Reads the rows of the op and of those beside it in one request, where that
 * isn't so already. A row that is not as expected, or can't be read, is left to
 * recheck_row().
 */
void recheck_rows(struct worker *w, struct op *op);
bool recheck_page(struct worker *w, const struct op *op,
	struct notion_page *page, struct outcome *o);
/*
 * The page is why its row is written: whether it is still as the op expects it.
 */
bool page_still_says_so(
	struct worker *w, const struct op *op, struct outcome *o);

#endif
