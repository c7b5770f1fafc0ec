#include "ops.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

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

void ops_chain(struct ops *ops)
{
	struct op **sorted = xcalloc(ops->n, sizeof *sorted);

	for (size_t i = 0; i < ops->n; i++)
		sorted[i] = &ops->list[i];
	qsort(sorted, ops->n, sizeof *sorted, by_pair_then_order);
	for (size_t i = 1; i < ops->n; i++)
		if (*pair_key(sorted[i]) && strcmp(pair_key(sorted[i - 1]),
						    pair_key(sorted[i])) == 0)
			sorted[i - 1]->next = sorted[i];
	free(sorted);
}

static void expect_instead(json **expected, const json *after)
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
		expect_instead(&later->row, row_after);
		expect_instead(&later->page, page_after);
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
