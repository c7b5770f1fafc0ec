#include "runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "op_text.h"
#include "overview.h"
#include "print.h"
#include "totals.h"
#include "util/humanize.h"
#include "views/run_view.h"

static void print_run_line(const struct run *r)
{
	char took[HUMANIZE_SIZE] = "-", at[HUMANIZE_SIZE];

	printf("%-22s  %c %-11s  %s", r->id, run_mark(r),
		run_status_name(r->status), humanize_time(r->started, at));
	if (r->record) {
		if (run_duration(r) >= 0)
			humanize_duration(run_duration(r), took);
		printf("  %11s  ", took);
		print_work(r);
		if (json_int(r->record, "errors"))
			printf("; %" PRId64 " not done",
				json_int(r->record, "errors"));
	}
	printf("\n");
}

int print_runs(const struct run_records *l)
{
	for (size_t i = 0; i < l->n; i++)
		print_run_line(&l->runs[i]);
	if (!l->n)
		printf("no runs are kept\n");
	return RC_DONE;
}

static void print_ids(const json *line)
{
	const char *row = json_str(line, "row_id");
	const char *page = json_str(line, "page_id");

	if (row) {
		printf("  row ");
		print_shown(row, 40);
	}
	if (page) {
		printf("  page ");
		print_shown(page, 40);
	}
}

static void print_op(const json *line)
{
	printf("%5" PRId64, json_int(line, "n"));
	print_ids(line);
	printf("\n       ");
	print_outcome(line);
	if (json_is_object(json_get(line, "set"))) {
		printf(" [");
		print_field_names(line);
		printf("]");
	}
	printf("\n");
	/* --record shows the values, except for those that are only here. */
	print_conflict(json_get(line, "conflict"));
}

struct run_ops {
	const char *kind;
	size_t n;
};

static void each_op(void *arg, const json *line)
{
	struct run_ops *listing = arg;
	const char *kind = json_str(line, "kind");

	if (strcmp(kind, listing->kind) != 0)
		return;
	listing->n++;
	print_op(line);
}

/* Prints the results; where there are none, the plan. */
static void print_ops(const struct run_records *l, const struct run *r)
{
	struct run_ops listing = { .kind = "result" };
	struct error e;
	int got = run_lines(l, r->id, "results", each_op, &listing, &e);

	if (got == 0) {
		listing.kind = "op";
		got = run_lines(l, r->id, "plan", each_op, &listing, &e);
	}
	if (got < 0) {
		printf("cut off here: ");
		print_shown(e.text, 0);
		printf("\n");
	} else if (listing.n == 0) {
		printf("no ops\n");
	}
}

static void print_text_of(const struct run *r, const char *key)
{
	const char *text = json_str(r->record, key);

	if (!text)
		return;
	print_labelled(key, text);
}

const struct run *find_run(
	const struct run_records *l, const char *id, struct error *e)
{
	const struct run *r = run_wanted(l, id);

	if (!r)
		fail(e, RC_USAGE,
			"there is no run \"%.60s\": report --runs lists the "
			"runs that are kept",
			id);
	return r;
}

int print_run(const struct run_records *l, const char *id, struct error *e)
{
	const struct run *r = find_run(l, id, e);

	if (!r)
		return -1;
	print_run_line(r);
	print_text_of(r, "stage");
	print_text_of(r, "signal");
	print_text_of(r, "message");
	print_text_of(r, "version");
	print_text_of(r, "plan_id");
	print_work_table(r->record ? r : NULL);
	printf("\n");
	print_ops(l, r);
	return RC_DONE;
}
