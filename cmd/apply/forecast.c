#include "forecast.h"

#include "util/humanize.h"

/*
 * A page is created or stamped with one request; before its content or presence
 * is written, or those of its row because of it, the page is read again.
 */
static int64_t requests_of(const struct op *op)
{
	switch (op->target) {
	case TARGET_NOTION:
		return op->kind == OP_CREATE || op->kind == OP_STAMP ? 1 : 2;
	case TARGET_SUPABASE:
		return op->kind == OP_LINK || op->kind == OP_CREATE ? 0 : 1;
	default:
		return 0;
	}
}

static void add_count(
	struct buf *out, int64_t n, const char *one, const char *more)
{
	char number[HUMANIZE_SIZE];

	if (n)
		buf_addf(out, "%s%s %s", out->len ? ", " : "",
			humanize_number(n, number), n == 1 ? one : more);
}

void forecast(const struct ops *ops, long rpm, struct buf *out)
{
	int64_t requests = 0, pages = 0, rows = 0, others = 0, minutes;
	char number[HUMANIZE_SIZE];

	for (size_t i = 0; i < ops->n; i++) {
		const struct op *op = &ops->list[i];
		bool writes = op_target_is_service(op->target);

		requests += requests_of(op);
		if (op->kind == OP_CREATE && op->target == TARGET_NOTION)
			pages++;
		else if (op->kind == OP_CREATE && writes)
			rows++;
		else if (writes)
			others++;
	}
	buf_reset(out);
	if (requests < rpm)
		return;
	minutes = (requests + rpm / 2) / rpm;
	add_count(out, pages, "page to create", "pages to create");
	add_count(out, rows, "row to create", "rows to create");
	add_count(out, others, "other write", "other writes");
	if (minutes < 120)
		buf_addf(out, ", about %s minute%s",
			humanize_number(minutes, number),
			minutes == 1 ? "" : "s");
	else
		buf_addf(out, ", about %lld h %lld min",
			(long long)(minutes / 60), (long long)(minutes % 60));
	buf_addf(out, " at %s requests a minute", humanize_number(rpm, number));
}
