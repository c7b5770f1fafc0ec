#include "short_plan.h"

#include <stdlib.h>
#include <string.h>

#include "notion/page.h"
#include "recheck.h"
#include "util/text.h"

/* A half as it is now, whichever it is. */
struct sight {
	enum side side;
	const struct held *is;
	char sum[CHECKSUM_SIZE];
};

/* The fields in set; the type in any spelling, because options have their own.
 */
static bool holds_set(const struct sight *s, const struct op *op)
{
	return !(decision_diff(&s->is->is, &op->set) & op->set_fields);
}

/* To the letter, where it is said: the checksum knows no case. */
static bool holds_was(
	const struct sight *s, const struct decision *was, unsigned fields)
{
	return !(decision_changes(&s->is->is, was) & fields);
}

static bool has_sum(const struct sight *s, const char *sum)
{
	return sum && strcmp(s->sum, sum) == 0;
}

/* Whether the kind of op supposes that half to be deleted. */
static bool supposed_deleted(const struct op *op, enum side side)
{
	switch (op->kind) {
	case OP_TRASH:
		return op->side != side;
	case OP_RESTORE:
		return op->side == side;
	case OP_LINK: /* one without a mark completes a deletion */
		return !op->synced;
	default:
		return false;
	}
}

/*
 * The half that is not written but is the reason of it. While the row's own op
 * of a merge is still to come, the row has not the agreed checksum yet, but
 * its updated_at.
 */
static bool source_fits(const struct op *op, const struct sight *s)
{
	if (op->kind == OP_TRASH)
		return true;
	if (!holds_set(s, op))
		return false;
	return has_sum(s, op->checksum) ||
	       (s->side == SUPABASE && op->updated_at != USEC_NONE &&
		       op->kind != OP_CREATE);
}

static bool content_fits(const struct op *op, const struct sight *s)
{
	switch (op->kind) {
	case OP_LINK:
		return !op->synced || has_sum(s, op->checksum);
	case OP_STAMP:
		return has_sum(s, op->checksum);
	default:
		break;
	}
	if (op->side != s->side)
		return source_fits(op, s);
	if (op->kind == OP_TRASH &&
		!holds_was(s, &op->agreed.is, op->agreed_fields))
		return false;
	return has_sum(s, op->content_sum) &&
	       holds_was(s, &op->was, op->was_fields);
}

static bool fits(const struct op *op, enum side side, const struct seen *seen)
{
	struct sight s = { .side = side, .is = &seen->held };

	decision_checksum(&s.is->is, s.sum);
	return s.is->deleted == supposed_deleted(op, side) &&
	       content_fits(op, &s);
}

static bool row_fits(const struct op *op, const struct supabase_row *row,
	const struct seen *seen)
{
	/* The page that is made replaces one that is gone: page_create.c looks.
	 */
	if (*row->page_id && op->kind != OP_CREATE &&
		!text_same(row->page_id, op->page_id))
		return false;
	if (op->updated_at != USEC_NONE && op->updated_at != row->updated)
		return false;
	return fits(op, SUPABASE, seen);
}

static bool fill_row(struct worker *w, struct op *op, struct outcome *o)
{
	struct supabase_row row;
	struct seen *seen;
	bool ok;

	if (!reread_row(w, op->row_id, &row, NULL, o))
		return false;
	seen = seen_row(&row);
	op->first_link = op->kind == OP_LINK && op->synced && !row.deleted &&
			 !*row.page_id && !row.checksum;
	ok = op->first_link || row_fits(op, &row, seen);
	if (ok && op->updated_at == USEC_NONE)
		op->updated_at = row.updated;
	supabase_row_fini(&row);
	if (ok) {
		op->seen[SUPABASE] = seen;
		return true;
	}
	free(seen);
	return skip(o, "changed", "the row is not what the plan is based on");
}

static bool fill_page(struct worker *w, struct op *op, struct outcome *o)
{
	struct notion_page page;
	struct seen *seen;
	bool ok;

	if (!reread_page(w, op->page_id, &page, o))
		return false;
	seen = seen_page(&page);
	ok = fits(op, NOTION, seen) ||
	     (op->first_link && !page.in_trash && !page.checksum);
	notion_page_fini(&page);
	if (ok) {
		op->seen[NOTION] = seen;
		return true;
	}
	free(seen);
	return skip(o, "changed", "the page is not what the plan is based on");
}

/* Neither under its id nor by a link is there a row of this page. */
static bool row_is_still_gone(
	struct worker *w, const struct op *op, struct outcome *o)
{
	json *row = NULL;
	struct api_error a;

	if (supabase_row_get(&w->supabase, op->row_id, &row, &a) < 0 ||
		(!row && supabase_row_by_page(
				 &w->supabase, op->page_id, &row, &a) < 0))
		return give_up(o, STATUS_FAILED, &a);
	if (!row)
		return true;
	json_free(row);
	return skip(o, "changed", "the page has a row again");
}

bool short_plan_fill(struct worker *w, struct op *op, struct outcome *o)
{
	if (op->row_gone)
		return row_is_still_gone(w, op, o) &&
		       (op->seen[NOTION] || fill_page(w, op, o));
	if (!op->seen[SUPABASE] && op->row_id && !fill_row(w, op, o))
		return false;
	return op->seen[NOTION] || !op->page_id || fill_page(w, op, o);
}
