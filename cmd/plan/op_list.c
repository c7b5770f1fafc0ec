#include "op_list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/humanize.h"
#include "util/order.h"

#define REASON_MAX (400 + COMMAND_SIZE)

struct planned_op *op_list_add(struct op_list *ops, enum op_kind kind,
	enum op_target target, const struct record *row,
	const struct record *page)
{
	struct planned_op *op;

	ops->at = grow(ops->at, ops->n, &ops->cap, sizeof *ops->at);
	op = &ops->at[ops->n++];
	*op = (struct planned_op){
		.kind = kind,
		.target = target,
		.row = row,
		.page = page,
		.row_id = row ? row->id : NULL,
		.page_id = page ? page->id : NULL,
	};
	return op;
}

void op_reason(struct planned_op *op, const char *fmt, ...)
{
	char text[REASON_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	free(op->reason);
	op->reason = xstrdup(text);
}

void op_list_stamps_last(struct op_list *ops)
{
	struct planned_op *ordered;
	size_t n = 0;
	bool any = false;

	for (size_t i = 0; i < ops->n && !any; i++)
		any = ops->at[i].kind == OP_STAMP;
	if (!any)
		return;
	ordered = xcalloc(ops->n, sizeof *ordered);
	for (size_t i = 0; i < ops->n; i++)
		if (ops->at[i].kind != OP_STAMP)
			ordered[n++] = ops->at[i];
	for (size_t i = 0; i < ops->n; i++)
		if (ops->at[i].kind == OP_STAMP)
			ordered[n++] = ops->at[i];
	free(ops->at);
	ops->at = ordered;
	ops->cap = ops->n;
}

/* An op and its place, so that a sort keeps the order. */
struct placed {
	struct planned_op op;
	size_t at;
};

static int by_failures(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	int order = order_of(x->op.failures, y->op.failures);

	return order ? order : order_of((int64_t)x->at, (int64_t)y->at);
}

void op_list_failing_last(struct op_list *ops)
{
	struct placed *all;
	bool any = false;

	for (size_t i = 0; i < ops->n && !any; i++)
		any = ops->at[i].failures > 0;
	if (!any)
		return;
	all = xcalloc(ops->n, sizeof *all);
	for (size_t i = 0; i < ops->n; i++)
		all[i] = (struct placed){ ops->at[i], i };
	qsort(all, ops->n, sizeof *all, by_failures);
	for (size_t i = 0; i < ops->n; i++)
		ops->at[i] = all[i].op;
	free(all);
}

void op_list_fini(struct op_list *ops)
{
	for (size_t i = 0; i < ops->n; i++)
		free(ops->at[i].reason);
	free(ops->at);
	*ops = (struct op_list){ 0 };
}

enum op_target target_of(enum side s)
{
	return s == SUPABASE ? TARGET_SUPABASE : TARGET_NOTION;
}

bool op_is_settling(const struct planned_op *op)
{
	return op->waits && op->since != USEC_NONE;
}

bool op_is_held(const struct planned_op *op)
{
	return op->waits && op->since == USEC_NONE;
}

void op_list_count(const struct op_list *ops, struct totals *t)
{
	*t = (struct totals){ 0 };
	for (size_t i = 0; i < ops->n; i++) {
		const struct planned_op *op = &ops->at[i];

		t->count[op->target][op->kind]++;
		t->conflicts += op->conflict && !op->undecided;
		t->held += op_is_held(op);
		t->settling += op_is_settling(op);
	}
}

static void put_counts(json *to, const size_t count[OP_KINDS],
	const enum op_kind *kinds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		json_put_int(
			to, op_kind_name(kinds[i]), (int64_t)count[kinds[i]]);
}

json *totals_json(const struct totals *t)
{
	static const enum op_kind of_page[] = { OP_CREATE, OP_UPDATE, OP_STAMP,
		OP_TRASH, OP_RESTORE };
	static const enum op_kind of_row[] = { OP_CREATE, OP_UPDATE, OP_LINK,
		OP_TRASH, OP_RESTORE };
	json *totals = json_object();

	put_counts(json_put(totals, "notion", json_object()),
		t->count[TARGET_NOTION], of_page,
		sizeof of_page / sizeof of_page[0]);
	put_counts(json_put(totals, "supabase", json_object()),
		t->count[TARGET_SUPABASE], of_row,
		sizeof of_row / sizeof of_row[0]);
	json_put_int(totals, "adopt", (int64_t)t->count[TARGET_BASE][OP_ADOPT]);
	json_put_int(totals, "skip", (int64_t)t->count[TARGET_NONE][OP_SKIP]);
	json_put_int(totals, "held", (int64_t)t->held);
	json_put_int(totals, "settling", (int64_t)t->settling);
	json_put_int(totals, "conflicts", (int64_t)t->conflicts);
	return totals;
}
