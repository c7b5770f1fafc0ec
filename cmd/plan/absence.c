#include "absence.h"

#include <string.h>

#include "util/text.h"

static bool is_kept(const struct planned_op *op)
{
	return op->page && op->page->kept;
}

/* A person may have made that option since the schema was asked for. */
static bool makes_option(const struct sides *w, const struct planned_op *op)
{
	const char *type = op->set.value[FIELD_TYPE];

	if (w->type_kind == TYPE_TEXT || op->target != TARGET_NOTION ||
		!(op->fields & FIELD_BIT(FIELD_TYPE)) || text_is_empty(type))
		return false;
	for (const json *o = json_first(w->type_options); o; o = json_next(o))
		if (strcmp(json_text(o), type) == 0)
			return false;
	return true;
}

/*
 * A row of the same content is linked to a page that may be gone: then that row
 * would be free for the page, which would get no second one.
 */
static bool may_have_row(const struct sides *w, const struct planned_op *op)
{
	for (size_t i = 0; i < w->side[SUPABASE].n; i++) {
		const struct record *row = record_at(w, SUPABASE, i), *page;

		if (!row->link || row->deleted ||
			strcmp(row->checksum, op->page->checksum) != 0)
			continue;
		page = sides_find(w, NOTION, row->link);
		if (page && page->kept)
			return true;
	}
	return false;
}

/*
 * op                             rests on
 *
 * create a page                  the absence of one with that content
 * create a row for a kept page   the presence of that page
 * create a row like another      the presence of the kept page of that one
 * trash, restore: a kept page    the page being in the trash, or not
 * link, adopt: a kept page       what it says, unless the op before it writes
 *                                to the page, and looks at it first
 * what joins two halves          both: the page is still there, and the one
 *                                that the row was linked to is not
 */
static const char *rests_on_page(const struct sides *w,
	const struct planned_op *op, const struct planned_op *before)
{
	if (op->kind == OP_CREATE && op->target == TARGET_NOTION)
		return "makes a page, and one like it may be there";
	if (op->kind == OP_CREATE && is_kept(op))
		return "makes a row for a page that may be gone";
	if (op->kind == OP_CREATE && op->page && may_have_row(w, op))
		return "makes a row like one whose page may be gone";
	if ((op->kind == OP_TRASH || op->kind == OP_RESTORE) && is_kept(op))
		return "follows a deletion that may have been undone";
	if ((op->kind == OP_LINK || op->kind == OP_ADOPT) && is_kept(op) &&
		!(before && before->page == op->page &&
			before->kind == OP_UPDATE &&
			before->target == TARGET_NOTION))
		return "notes what a page held when it was last read";
	if (op->row && op->page && !text_same(op->row->link, op->page->id))
		return "joins two records, and another may belong there";
	return NULL;
}

static const char *rests_on(const struct sides *w, const struct planned_op *op,
	const struct planned_op *before)
{
	const char *why = NULL;

	if (op->kind == OP_SKIP)
		return NULL;
	if (w->from_snapshot)
		why = rests_on_page(w, op, before);
	/* The schema can be older than the pages. */
	if (!why && makes_option(w, op))
		why = "makes an option of Type, and one like it may be there";
	return why;
}

const struct planned_op *absence_find(
	const struct sides *w, const struct op_list *ops, const char **why)
{
	for (size_t i = 0; w->old_schema && i < ops->n; i++) {
		*why = rests_on(w, &ops->at[i], i ? &ops->at[i - 1] : NULL);
		if (*why)
			return &ops->at[i];
	}
	return NULL;
}
