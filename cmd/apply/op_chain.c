#include "ops.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "recheck.h"
#include "util/alloc.h"
#include "util/text.h"

/* All ops of a pair name its page, but for the create of the page. */
static const char *pair_key(const struct op *op)
{
	return op->page_id ? op->page_id : op->row_id ? op->row_id : "";
}

static int by_pair_then_order(const void *x, const void *y)
{
	const struct op *a = *(struct op *const *)x;
	const struct op *b = *(struct op *const *)y;
	int order = strcmp(pair_key(a), pair_key(b));

	return order ? order : (a > b) - (a < b);
}

/* What an op's chain has written up to it. */
struct written {
	bool row, page;
};

static void add_written(struct written *w, const struct op *op)
{
	bool content = op->kind == OP_CREATE || op->kind == OP_UPDATE ||
		       op->kind == OP_TRASH || op->kind == OP_RESTORE;

	w->row |= content && op->target == TARGET_SUPABASE;
	w->page |= content && op->target == TARGET_NOTION;
}

/* A half that the plan doesn't show is measured when it is read: short_plan.h.
 */
static bool agrees(const json *half, const json *agreed)
{
	struct values is = values_of(half), v = values_of(agreed);

	if (!half)
		return true;
	if (json_true(half, "deleted") != json_true(agreed, "deleted"))
		return false;
	return json_true(agreed, "deleted") ||
	       (text_equal(is.decision, v.decision) &&
		       text_equal_folded(is.type, v.type) &&
		       text_equal(is.date, v.date));
}

/*
 * An op that notes an agreement, in the base or as a stored checksum, relies
 * on the writes before it. Where a filter has dropped one, that half would
 * seem edited to the next run, and its old value would replace the new one.
 */
static void find_incomplete(struct op *first)
{
	struct written w = { 0 };

	for (struct op *op = first; op; op = op->next) {
		add_written(&w, op);
		if (op->agreed && op->kind != OP_ADOPT)
			op->incomplete =
				(!w.row && !agrees(op->row, op->agreed)) ||
				(!w.page && !agrees(op->page, op->agreed));
	}
}

/*
 * A row's page is made once: the second create would find the row as the first
 * one left it, and make another.
 */
static int refuse_second_create(
	struct op *const *sorted, size_t n, const char *name, struct error *e)
{
	for (size_t i = 1; i < n; i++) {
		const struct op *a = sorted[i - 1], *b = sorted[i];

		if (a->next == b && a->kind == OP_CREATE &&
			b->kind == OP_CREATE)
			return fail(e, RC_STREAM,
				"%s: the ops %" PRId64 " and %" PRId64
				" both make the other half of %s: plan it anew",
				name, a->n, b->n, pair_key(a));
	}
	return 0;
}

int ops_chain(struct ops *ops, const char *name, struct error *e)
{
	struct op **sorted = xcalloc(ops->n, sizeof *sorted);
	bool undoes = json_get(ops->head, "undo") != NULL;
	int rc;

	for (size_t i = 0; i < ops->n; i++) {
		sorted[i] = &ops->list[i];
		sorted[i]->undoes = undoes;
	}
	qsort(sorted, ops->n, sizeof *sorted, by_pair_then_order);
	for (size_t i = 1; i < ops->n; i++)
		if (*pair_key(sorted[i]) && strcmp(pair_key(sorted[i - 1]),
						    pair_key(sorted[i])) == 0) {
			sorted[i - 1]->next = sorted[i];
			sorted[i]->follows = true;
		}
	/* What an undo notes is what was agreed before, not what is now. */
	for (size_t i = 0; i < ops->n && !undoes; i++)
		if (!sorted[i]->follows)
			find_incomplete(sorted[i]);
	rc = refuse_second_create(sorted, ops->n, name, e);
	free(sorted);
	return rc;
}

static void short_plan_instead(json **expected, const json *after)
{
	if (!after)
		return;
	json_free(*expected);
	*expected = json_copy(after);
}

void op_hand_on(const struct op *op, const char *new_row_id,
	const json *row_after, const char *updated_at, const json *page_after)
{
	for (struct op *later = op->next; later; later = later->next) {
		if (new_row_id && !later->row_id) {
			json_put_str(later->line, "row_id", new_row_id);
			later->row_id = json_str(later->line, "row_id");
		}
		short_plan_instead(&later->row, row_after);
		short_plan_instead(&later->page, page_after);
		if (!row_after)
			continue;
		free(later->updated_at);
		later->updated_at = xstrdup(updated_at);
	}
}

void op_supersede(const struct op *op)
{
	for (struct op *later = op->next; later; later = later->next)
		later->superseded = true;
}
