/*
 * A half of a pair as it was seen: by the plan (expect.row, expect.page), by a
 * look of our own, or in the answer to a write.
 */
#ifndef APPLY_SEEN_H
#define APPLY_SEEN_H

#include "notion/page.h"
#include "supabase/row.h"
#include "sync/decision.h"

struct seen {
	struct held held;
	const char *link;   /* of a row: the page it names; NULL: none */
	const char *stored; /* its stored checksum; NULL: none */
	bool knows_stored;  /* false: a plan made by hand doesn't say */
	char texts[];	    /* of all the above */
};

/* All of these are the caller's, to be freed by free(). */
struct seen *seen_row(const struct supabase_row *row);
struct seen *seen_page(const struct notion_page *page);
/* From expect.row or expect.page; NULL where that is no object. */
struct seen *seen_parse(const json *object);
/* Of one that was read, not of a plan's. */
struct seen *seen_copy(const struct seen *s);
/* The same with another stored checksum; takes s. */
struct seen *seen_with_sum(struct seen *take, const char *sum);

/*
 * Exactly as it was seen, to the letter: values, presence, a row's link too,
 * and the stored checksum. Whoever has synced the pair meanwhile has changed
 * that, or the listing was too old to show it: then the plan took its base for
 * another one, even where a person has put the values back. A stored text that
 * is no checksum counts as none.
 */
bool row_is_as_seen(const struct supabase_row *row, const struct seen *seen);
bool page_is_as_seen(const struct notion_page *page, const struct seen *seen);

#endif
