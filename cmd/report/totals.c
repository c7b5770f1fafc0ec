#include "totals.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sync/op_names.h"
#include "util/humanize.h"

static const char *const sides[] = { "notion", "supabase" };

const char *op_past(const char *op)
{
	static const char *const past[OP_KINDS] = {
		[OP_CREATE] = "created",
		[OP_UPDATE] = "updated",
		[OP_LINK] = "linked",
		[OP_STAMP] = "stamped",
		[OP_TRASH] = "trashed",
		[OP_RESTORE] = "restored",
		[OP_ADOPT] = "adopted",
		[OP_SKIP] = "left alone",
	};
	enum op_kind k;

	if (op_kind_parse(op, &k) < 0)
		return op ? op : "?";
	return past[k];
}

/* Ops of this kind that were not done, for whatever reason. */
static int64_t undone(const struct run *r, const char *op)
{
	return run_ops(r, op, NULL, NULL) - run_ops(r, op, NULL, "done");
}

static void print_cell(int64_t n)
{
	char words[HUMANIZE_SIZE];

	printf("%10s", n ? humanize_number(n, words) : "-");
}

static void print_row(const struct run *r, enum op_kind k)
{
	const char *op = op_kind_name(k);

	if (run_ops(r, op, NULL, NULL) == 0)
		return;
	printf("  %-10s", op_past(op));
	for (size_t i = 0; i < 2; i++)
		print_cell(run_ops(r, op, sides[i], "done"));
	print_cell(undone(r, op));
	printf("\n");
}

void print_work_table(const struct run *r)
{
	bool any = false;

	for (int k = 0; r && k < OP_ADOPT; k++)
		any = any ||
		      run_ops(r, op_kind_name((enum op_kind)k), NULL, NULL) > 0;
	if (!any)
		return;
	printf("%-12s%10s%10s%10s\n", "Work", "Notion", "Supabase", "not done");
	for (int k = 0; k < OP_ADOPT; k++)
		print_row(r, (enum op_kind)k);
}

/* Returns whether anything was done on that side. */
static bool print_side_work(
	const struct run *r, const char *side, const char *before)
{
	char words[HUMANIZE_SIZE];
	bool any = false;

	for (int k = 0; k < OP_ADOPT; k++) {
		const char *op = op_kind_name((enum op_kind)k);
		int64_t n = run_ops(r, op, side, "done");

		if (n == 0)
			continue;
		printf("%s%s %s", any ? ", " : before,
			humanize_number(n, words), op_past(op));
		any = true;
	}
	if (any)
		printf(" in %s", humanize_side(side));
	return any;
}

void print_work(const struct run *r)
{
	bool any;

	if (run_undoes(r))
		printf("%s %s: ",
			run_is_success(r) ? "took back run" : "to undo run",
			run_undoes(r));
	any = print_side_work(r, sides[0], "");
	if (print_side_work(r, sides[1], any ? "; " : ""))
		any = true;
	if (!any)
		printf("no changes");
}

int64_t run_requests(const struct run *r)
{
	return json_sum(json_get(r->record, "requests"));
}
