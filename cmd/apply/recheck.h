/*
 * Looking again: is a half still what the plan saw, and does it already hold
 * what an op wants? Compared are the values themselves, not checksums.
 */
#ifndef APPLY_RECHECK_H
#define APPLY_RECHECK_H

#include "notion/page.h"
#include "worker.h"

/* The three values that one half should hold; NULL: empty. */
struct values {
	const char *decision, *type, *date;
};

/* Of expect.row, expect.page, set or agreed. */
struct values values_of(const json *object);
/* `was` with the members of `set` in their places. */
struct values values_after(const json *was, const json *set);

/* A half as it is, as expect.row and expect.page have it; the caller's. */
json *row_values(const struct supabase_row *row);
json *page_values(const struct notion_page *page);

/* Exactly as the plan saw them: values, deletion, a row's link too. */
bool row_is_as_seen(const struct supabase_row *row, const json *seen);
bool page_is_as_seen(const struct notion_page *page, const json *seen);
/* tell_kept() of those of the three that differ. */
void tell_values(
	struct buf *text, const struct values *sent, const struct values *kept);
/* In text form, for a service may keep a text a little differently. */
bool row_holds(const struct supabase_row *row, const struct values *v);
bool page_holds(const struct notion_page *page, const struct values *v);

/*
 * Reads the row again. True where it is there: *row is filled, and *object is
 * the row as the API gave it where the caller asks for it (and then frees
 * both). False with o filled where it is gone or can't be read.
 */
bool recheck_read_row(struct worker *r, const char *row_id,
	struct supabase_row *row, json **object, struct outcome *o);
/* The same for a page, live or in the trash, in the run's data source. */
bool recheck_read_page(struct worker *r, const char *page_id,
	struct notion_page *page, struct outcome *o);

/*
 * Whether a row other than this one is linked to the page: 1 or 0; -1 with o
 * filled where that can't be read.
 */
int page_has_other_row(struct worker *r, const char *page_id,
	const char *row_id, struct outcome *o);

/*
 * Before a write: reads the half and compares it with what the op expects of
 * it. An op that expects nothing of that half passes. False with o filled.
 */
bool recheck_row(struct worker *r, const struct op *op, struct outcome *o);
bool recheck_page(struct worker *r, const struct op *op,
	struct notion_page *page, struct outcome *o);

#endif
