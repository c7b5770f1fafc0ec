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

	if (op->target != TARGET_NOTION ||
		!(op->fields & FIELD_BIT(FIELD_TYPE)) || text_is_empty(type))
		return false;
	for (const json *o = json_first(w->type_options); o; o = json_next(o))
		if (strcmp(json_text(o), type) == 0)
			return false;
	return true;
}

/*
 * op                                rests on
 * create a page                     the absence of one with that content
 * create a row for a kept page      the presence of that page
 * trash, restore, for a kept page   the page being in the trash, or not
 * anything that joins two halves    both: the page is still there, and the one
 *                                   that the row was linked to is not
 * anything with a type of no option the absence of that option
 */
static const char *rests_on(const struct sides *w, const struct planned_op *op)
{
	if (op->kind == OP_SKIP)
		return NULL;
	if (op->kind == OP_CREATE && op->target == TARGET_NOTION)
		return "makes a page, and one like it may be there";
	if (op->kind == OP_CREATE && is_kept(op))
		return "makes a row for a page that may be gone";
	if ((op->kind == OP_TRASH || op->kind == OP_RESTORE) && is_kept(op))
		return "follows a deletion that may have been undone";
	if (op->row && op->page && !text_same(op->row->link, op->page->id))
		return "joins two records, and another may belong there";
	if (makes_option(w, op))
		return "makes an option of Type, and one like it may be there";
	return NULL;
}

const struct planned_op *absence_find(
	const struct sides *w, const struct op_list *ops, const char **why)
{
	for (size_t i = 0; w->from_snapshot && i < ops->n; i++) {
		*why = rests_on(w, &ops->at[i]);
		if (*why)
			return &ops->at[i];
	}
	return NULL;
}
