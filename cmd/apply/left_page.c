#include "left_page.h"

#include <stdlib.h>

#include "made_page.h"
#include "recheck.h"
#include "rows.h"

bool page_was_left_over(
	struct worker *w, const struct op *op, struct outcome *o)
{
	struct open_create open;
	const struct open_create *c =
		journal_find_page(w->journal, op->page_id, &open);

	return c && !w->dry_run &&
	       made_page_yield(w, c->row_id, c->page_id, c->checksum, o) != 0;
}

/*
 * The row that the page was made for, into *row: 1 where it still has none, 0
 * where it is gone, deleted or linked. -1 with o filled: nobody can tell.
 */
static int find_row(struct worker *w, const struct open_create *c,
	struct supabase_row *row, struct outcome *o)
{
	struct api_error a;
	struct problem p;
	json *object = NULL;
	int wants;

	if (supabase_row_get(&w->supabase, c->row_id, &object, &a) < 0) {
		give_up(o, STATUS_FAILED, &a);
		return -1;
	}
	if (!object)
		return 0;
	if (supabase_row_parse(row, object, w->supabase.soft_delete, &p) < 0) {
		skip(o, "waits",
			"an earlier run made the page for the row %s, which "
			"can't be read now: %s",
			c->row_id, p.detail);
		wants = -1;
	} else {
		wants = !row->deleted && !*row->page_id;
		if (!wants)
			supabase_row_fini(row);
	}
	json_free(object);
	return wants;
}

/* As it is now: 1, or 0 where this create didn't make it; -1 with o filled. */
static int is_made_by(struct worker *w, const struct open_create *c,
	const char *page_id, struct outcome *o)
{
	struct notion_page page;
	int made;

	if (!reread_page(w, page_id, &page, o))
		return -1;
	made = *c->page_id || made_page_fits(w, &page, c->checksum, c->at);
	if (made && page.in_trash) {
		skip(o, "changed", "the page is in the trash since the plan");
		made = -1;
	} else if (made && !is_not_paused(&page, o)) {
		made = -1;
	}
	notion_page_fini(&page);
	return made;
}

/* With the checksum of what was sent: whoever was edited since differs. */
static void link_maker(struct worker *w, const struct open_create *c,
	const struct supabase_row *row, const char *page_id, struct outcome *o)
{
	struct op op = { .kind = OP_CREATE,
		.target = TARGET_NOTION,
		.side = NOTION,
		.row_id = c->row_id,
		.synced = true,
		.seen = { [SUPABASE] = seen_row(row) },
		.updated_at = row->updated };
	struct outcome linked = { 0 };

	if (w->dry_run) {
		skip(o, "dry-run",
			"an earlier run made it for the row %s, which would be "
			"linked to it now",
			c->row_id);
	} else if (row_link_to(w, &op, page_id, c->checksum, &linked)) {
		journal_linked(w->journal, c->row_id, page_id, &w->fatal);
		skip(o, "changed",
			"an earlier run made it for the row %s, which is "
			"linked to it now",
			c->row_id);
	} else {
		skip(o, "waits",
			"an earlier run made it for the row %s, which could "
			"not be linked to it: %.200s",
			c->row_id,
			linked.has_error ? linked.error.message
					 : linked.reason);
	}
	outcome_fini(&linked);
	free(op.seen[SUPABASE]);
}

bool page_has_maker(struct worker *w, const struct op *op, struct outcome *o)
{
	const struct seen *seen = op->seen[NOTION];
	const struct open_create *c;
	struct open_create open;
	struct supabase_row row;
	size_t at = 0;
	int rc = 0;

	while (rc == 0 &&
		(c = journal_next_maker(w->journal, op->page_id, op->checksum,
			 seen ? seen->stored : NULL, &at, &open))) {
		rc = find_row(w, c, &row, o);
		if (rc <= 0)
			continue;
		rc = is_made_by(w, c, op->page_id, o);
		if (rc > 0)
			link_maker(w, c, &row, op->page_id, o);
		supabase_row_fini(&row);
	}
	return rc != 0;
}
