#include "activity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "print.h"
#include "totals.h"
#include "util/humanize.h"

#define TITLE_COLUMNS 60
#define VALUE_COLUMNS 40

/* "2026-11-29 09:14" */
static void print_minute(const json *change)
{
	const char *at = json_str(change, "at");

	if (at && strlen(at) >= 16)
		printf("%.10s %.5s", at, at + 11);
	else
		printf("%-16s", "?");
}

static void print_value(const json *v)
{
	if (json_text(v))
		print_shown(json_text(v), VALUE_COLUMNS);
	else
		printf("nothing");
}

/* "type Ops → Policy, date nothing → 2026-01-02" */
static void print_edits(const json *fields)
{
	for (const json *f = json_first(fields); f; f = json_next(f)) {
		printf("%s%s ", f == json_first(fields) ? "" : ", ",
			json_str(f, "name"));
		if (json_get(f, "was")) {
			print_value(json_get(f, "was"));
			printf(" ");
		}
		printf("→ ");
		print_value(json_get(f, "now"));
	}
}

static void print_change(void *arg, const json *change)
{
	const char *op = json_str(change, "op");
	const char *target = json_str(change, "target");
	const char *title = json_str(change, "title");
	const char *winner = json_str(json_get(change, "conflict"), "winner");
	const json *fields = json_get(change, "fields");
	bool is_update = op && strcmp(op, "update") == 0;

	(void)arg;
	print_minute(change);
	printf("  ");
	if (title) {
		printf("\"");
		print_shown(title, TITLE_COLUMNS);
		printf("\"  ");
	} else {
		print_shown(json_str(change, "row_id"), 0);
		printf("  ");
	}
	if (!is_update || !json_count(fields))
		printf("%s  ", op_past(op));
	/* A create has all of them. */
	if ((!op || strcmp(op, "create") != 0) && json_count(fields)) {
		print_edits(fields);
		printf("  ");
	}
	if (json_str(change, "undoes"))
		printf("taken back in %s", humanize_side(target));
	else
		printf("%s → %s",
			target && strcmp(target, "notion") == 0 ? "Supabase"
								: "Notion",
			humanize_side(target));
	if (winner)
		printf("  (conflict: %s won)", humanize_side(winner));
	printf("\n");
}

void print_activity(const struct activity *a, const struct activity_filter *f)
{
	size_t more = activity_each(a, f, print_change, NULL);
	char words[HUMANIZE_SIZE];

	if (more)
		printf("… and %s more: --limit shows up to %d\n",
			humanize_number((int64_t)more, words),
			ACTIVITY_LIMIT_MAX);
	if (a->left_out)
		printf("… and %s older changes that are not listed\n",
			humanize_number((int64_t)a->left_out, words));
}
