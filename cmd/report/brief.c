/* The report in three lines, and in one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "overview.h"
#include "print.h"
#include "totals.h"
#include "util/humanize.h"

static const char *brief_word(const struct run *r)
{
	static const char *const words[RUN_STATUSES] = {
		[RUN_OK] = "done",
		[RUN_ATTENTION] = "done, but something needs attention",
		[RUN_BLOCKED] = "blocked",
		[RUN_FAILED] = "failed",
		[RUN_INTERRUPTED] = "interrupted",
	};

	return words[r->status];
}

static void print_numbers(const struct run *r)
{
	int64_t errors = json_int(r->record, "errors");
	int64_t conflicts = json_int(r->record, "conflicts");
	int64_t waited = json_sum(json_get(r->record, "waited_ms"));
	char words[HUMANIZE_SIZE];

	if (errors)
		printf("; %s not done", humanize_number(errors, words));
	printf("; %s conflict%s", humanize_number(conflicts, words),
		conflicts == 1 ? "" : "s");
	printf("; %s requests", humanize_number(run_requests(r), words));
	if (waited)
		printf(", %s waited", humanize_duration(waited, words));
}

/* The last line of the message of the program that stopped. */
static void print_last_message(const struct run *r)
{
	const char *text = json_str(r->record, "message");
	char line[ERROR_MAX];
	size_t len = text ? strlen(text) : 0, from;

	while (len > 0 && text[len - 1] == '\n')
		len--;
	for (from = len; from > 0 && text[from - 1] != '\n';)
		from--;
	if (len == from)
		return;
	snprintf(line, sizeof line, "%.*s",
		(int)(len - from < sizeof line ? len - from : sizeof line - 1),
		text + from);
	print_shown(line, 0);
	printf("\n");
}

static void print_blocked_by(const struct run *r)
{
	const char *before = " by ";

	for (const json *g = json_first(json_get(r->record, "blocked")); g;
		g = json_next(g)) {
		printf("%s", before);
		print_shown(json_text(g), 0);
		before = ",";
	}
}

void print_brief(const struct health *h, const struct run_records *l)
{
	const struct run *r = l->last;

	if (!r) {
		print_shown(h->headline, 0);
		printf("\n");
	} else {
		printf("%s", brief_word(r));
		if (r->status == RUN_BLOCKED)
			print_blocked_by(r);
		printf(": ");
		print_work(r);
		print_numbers(r);
		printf("\n");
		if (r->status == RUN_FAILED)
			print_last_message(r);
	}
	if (*h->command)
		printf("%s: %s\n", h->next, h->command);
}

/* Seconds since the last success. */
static int64_t success_age(const struct health *h)
{
	return h->now > h->success ? (h->now - h->success) / USEC_SECOND : 0;
}

static void print_perfdata(const struct health *h, const struct run_records *l)
{
	const struct run *r = l->last;
	int64_t interval = h->interval / USEC_SECOND;

	printf(" |");
	if (h->success != USEC_NONE)
		printf(" last_success_age=%" PRId64 "s;%" PRId64 ";%" PRId64
		       ";0",
			success_age(h), interval, 2 * interval);
	if (!r)
		return;
	if (run_duration(r) >= 0)
		printf(" duration=%" PRId64 "ms;;;0", run_duration(r));
	printf(" changes=%" PRId64 ";;;0 errors=%" PRId64
	       ";;;0 conflicts=%" PRId64 ";;;0",
		run_changes(r), json_int(r->record, "errors"),
		json_int(r->record, "conflicts"));
}

void print_health(const struct health *h, const struct run_records *l)
{
	printf("SYNC %s - ", level_name(h->level));
	print_shown(h->headline, 0);
	if (h->is == IS_HEALTHY && l->summary_damaged)
		printf(", but the record of a run is damaged");
	if (l->last || l->success)
		print_perfdata(h, l);
	printf("\n");
}
