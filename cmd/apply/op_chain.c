#include "ops.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/order.h"

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

	return order ? order : order_of(a - b, 0);
}

static bool writes_content(const struct op *op)
{
	return op->kind == OP_CREATE || op->kind == OP_UPDATE ||
	       op->kind == OP_TRASH || op->kind == OP_RESTORE;
}

/* A half that the plan doesn't show is measured when it is read: short_plan.h.
 */
static bool agrees(const struct seen *half, const struct held *agreed)
{
	if (!half)
		return true;
	if (half->held.deleted != agreed->deleted)
		return false;
	return agreed->deleted || !decision_diff(&half->held.is, &agreed->is);
}

/*
 * An op that notes an agreement, in the base or as a stored checksum, relies
 * on the writes before it. Where a filter has dropped one of them, that half
 * would seem edited to the next run, and its old value would replace the new
 * one.
 */
static void find_incomplete(struct op *first)
{
	bool written[SIDES] = { false };

	for (struct op *op = first; op; op = op->next) {
		written[op->side] |= writes_content(op);
		if (!op->settles || op->kind == OP_ADOPT)
			continue;
		for (enum side s = 0; s < SIDES; s++)
			op->incomplete |= !written[s] &&
					  !agrees(op->seen[s], &op->agreed);
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
				" both make the other half of %s: make a new plan",
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

void op_hand_on(const struct op *op, const char *new_row_id,
	struct seen *const after[SIDES], usec updated_at, usec row_shown)
{
	for (struct op *later = op->next; later; later = later->next) {
		if (new_row_id && !later->row_id) {
			snprintf(later->made_row, sizeof later->made_row, "%s",
				new_row_id);
			later->row_id = later->made_row;
		}
		for (enum side s = 0; s < SIDES; s++) {
			if (!after[s])
				continue;
			free(later->seen[s]);
			later->seen[s] = seen_copy(after[s]);
		}
		if (after[SUPABASE]) {
			later->updated_at = updated_at;
			later->row_shown = row_shown;
		}
	}
}

void op_supersede(const struct op *op)
{
	for (struct op *later = op->next; later; later = later->next)
		later->superseded = true;
}
