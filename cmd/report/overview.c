#include "overview.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "print.h"
#include "totals.h"
#include "util/humanize.h"

#define TREND_MAX 30
#define LABEL "%-10s  "
#define INDENT "            "

static enum colour colour_of(enum level l)
{
	return l == LEVEL_OK	     ? COLOUR_GREEN
	       : l == LEVEL_CRITICAL ? COLOUR_RED
				     : COLOUR_YELLOW;
}

static void print_headline(const struct health *h)
{
	print_coloured(colour_of(h->level), h->headline);
	printf("\n");
}

static void print_next(const struct health *h)
{
	printf(LABEL "%s", "Do next", h->next);
	if (*h->command)
		printf(":\n" INDENT "%s", h->command);
	printf("\n");
}

static void print_time_and_age(const struct health *h, usec t)
{
	char at[HUMANIZE_SIZE], age[HUMANIZE_SIZE];

	printf("%s", humanize_time(t, at));
	if (t != USEC_NONE && t <= h->now)
		printf(", %s ago", humanize_age(h->now - t, age));
	else if (t != USEC_NONE)
		printf(", in %s", humanize_age(t - h->now, age));
}

static void print_attempts(const struct health *h, const struct run_records *l)
{
	const struct run *open = run_records_open_run(l);
	char took[HUMANIZE_SIZE];

	printf(LABEL, "Success");
	if (l->success)
		print_time_and_age(h, run_time(l->success));
	else
		printf("none yet");
	printf("\n" LABEL, "Last run");
	if (l->last) {
		print_time_and_age(h, run_time(l->last));
		printf(", %s", run_status_name(l->last->status));
		if (run_duration(l->last) >= 0)
			printf(", took %s",
				humanize_duration(run_duration(l->last), took));
		printf(" (%s)", *l->last->id ? l->last->id : "no id");
	} else {
		printf("unknown");
	}
	printf("\n");
	if (open && (!l->last || strcmp(open->id, l->last->id) > 0)) {
		printf(LABEL "began ", "Open run");
		print_time_and_age(h, open->started);
		printf(": it is still under way, or was killed (%s)\n",
			open->id);
	}
}

static void print_next_run(const struct health *h, const struct run_records *l)
{
	const struct run *last = l->sync ? l->sync : l->success;

	if (!last || h->is == IS_FUTURE || last->started == USEC_NONE ||
		last->started + h->interval <= h->now)
		return;
	printf(LABEL "due ", "Next run");
	print_time_and_age(h, last->started + h->interval);
	printf("\n");
}

/* The last lines of the message of the stage that failed. */
static void print_message(const struct run *r)
{
	const char *text = json_str(r->record, "message");
	const char *stage = json_str(r->record, "stage");

	if (r->status == RUN_OK)
		return;
	if (stage && r->status != RUN_ATTENTION) {
		printf(LABEL, "Stopped in");
		print_shown(stage, 60);
		printf("\n");
	}
	if (text)
		print_labelled("Message", text);
}

static void print_guards(const struct pending *w)
{
	for (const json *g = first_member(w->guards); g; g = json_next(g)) {
		printf(LABEL, "Guard");
		print_shown(json_key(g), 40);
		printf(": ");
		print_shown(json_text(g), 0);
		printf("\n");
	}
}

static void print_item(const struct pending_item *item)
{
	const char *row = json_str(item->data, "row_id");
	const char *page = json_str(item->data, "page_id");
	const char *op = json_str(item->data, "op");

	printf("  %-12s  ", pending_name(item->kind));
	print_shown(row ? "row" : "page", 0);
	printf(" ");
	print_shown(row ? row : page, 40);
	printf("  ");
	if (op && strcmp(op, "skip") != 0) {
		print_shown(op, 20);
		printf(" in ");
		print_shown(humanize_side(json_str(item->data, "target")), 20);
		printf(": ");
	}
	print_shown(json_str(item->data, "reason"), 200);
	printf("\n");
}

void print_waiting(const struct pending *w, size_t cut)
{
	char n[HUMANIZE_SIZE], command[COMMAND_SIZE];
	size_t shown = cut && w->n > cut ? cut : w->n;

	for (size_t i = 0; i < shown; i++)
		print_item(&w->items[i]);
	if (w->total > shown)
		printf("  and %s more: %s --run %s\n",
			humanize_number((int64_t)(w->total - shown), n),
			humanize_command("bin/report", command), w->run_id);
}

/* Where no results are kept, the record still has the counts. */
static void print_waiting_of_record(const struct run *r)
{
	const json *skips = r ? json_get(r->record, "skips") : NULL;
	const char *comma = "";

	if (!r)
		return;
	printf(LABEL, "Waiting");
	if (json_int(r->record, "errors") > 0) {
		printf("%" PRId64 " failed", json_int(r->record, "errors"));
		comma = ", ";
	}
	for (const json *s = first_member(skips); s; s = json_next(s)) {
		printf("%s%" PRId64 " ", comma, json_sum(s));
		print_shown(json_key(s), 40);
		comma = ", ";
	}
	printf("%s\n", *comma ? ", no details are kept" : "nothing");
}

static void print_what_waits(
	const struct run_records *l, const struct pending *w, size_t cut)
{
	const char *comma = "";

	if (!*w->run_id) {
		print_waiting_of_record(l->success);
		return;
	}
	printf(LABEL, "Waiting");
	for (int k = 0; k < PENDING_KINDS; k++) {
		if (!w->counts[k])
			continue;
		printf("%s%zu %s", comma, w->counts[k],
			pending_name((enum pending_kind)k));
		comma = ", ";
	}
	if (!*comma)
		printf("nothing");
	if (l->last && strcmp(w->run_id, l->last->id) != 0)
		printf(" (as run %s left it)", w->run_id);
	printf("\n");
	print_waiting(w, cut);
}

/* What apply noticed, such as a trigger that changes what is written. */
static void print_notes(const struct pending *w)
{
	for (const json *n = json_first(w->notes); n; n = json_next(n)) {
		printf(LABEL, "Note");
		print_shown(json_key(n), 0);
		printf(" (%" PRId64 " %s)\n", json_sum(n),
			json_sum(n) == 1 ? "op" : "ops");
	}
}

static void print_conflicts(const struct run *r)
{
	int64_t n = r ? json_int(r->record, "conflicts") : 0;
	char command[COMMAND_SIZE];

	if (n > 0)
		printf(LABEL
			"%" PRId64
			" decided; for the values that lost: %s --run %s\n",
			"Conflicts", n, humanize_command("bin/report", command),
			*r->id ? r->id : "last");
}

static void print_side(const char *name, const json *side)
{
	char n[HUMANIZE_SIZE];

	printf("%s %s live", name, humanize_number(json_int(side, "live"), n));
	for (const json *c = first_member(side); c; c = json_next(c)) {
		if (strcmp(json_key(c), "live") == 0 || json_sum(c) == 0)
			continue;
		printf(", %s ", humanize_number(json_sum(c), n));
		print_shown(json_key(c), 20);
	}
}

/* The counts of the last run that got far enough to count. */
static void print_counts(const struct run_records *l, const struct pending *w)
{
	const json *counts =
		l->last ? json_get(l->last->record, "counts") : NULL;
	const char *as_of = "";
	char n[HUMANIZE_SIZE];

	if (!json_get(counts, "notion") && l->success) {
		counts = json_get(l->success->record, "counts");
		as_of = l->last && l->last != l->success
				? ", as of the last success"
				: "";
	}
	if (!json_is_object(counts))
		return;
	printf(LABEL, "Records");
	print_side("Supabase", json_get(counts, "supabase"));
	printf("; ");
	print_side("Notion", json_get(counts, "notion"));
	if (w->live_pairs >= 0)
		printf("; %s pairs", humanize_number(w->live_pairs, n));
	printf("%s\n", as_of);
}

char run_mark(const struct run *r)
{
	static const char marks[RUN_STATUSES] = {
		[RUN_OK] = '.',
		[RUN_ATTENTION] = '!',
		[RUN_BLOCKED] = 'B',
		[RUN_FAILED] = 'x',
		[RUN_INTERRUPTED] = 'i',
		[RUN_OPEN] = '~',
		[RUN_DAMAGED] = '?',
	};

	if (r->status == RUN_OK && run_changes(r) > 0)
		return '+';
	return marks[r->status];
}

static void print_trend(const struct run_records *l)
{
	static const struct {
		char mark;
		const char *word;
	} legend[] = { { '+', "ok with changes" }, { '.', "ok" },
		{ '!', "attention" }, { 'B', "blocked" }, { 'x', "failed" },
		{ 'i', "interrupted" }, { '~', "no record" },
		{ '?', "damaged" } };
	size_t from = l->n > TREND_MAX ? l->n - TREND_MAX : 0,
	       counts[8] = { 0 };
	const char *comma = "";

	if (!l->n)
		return;
	printf(LABEL, "Trend");
	for (size_t i = from; i < l->n; i++) {
		char mark = run_mark(&l->runs[i]);

		putchar(mark);
		for (size_t k = 0; k < 8; k++)
			counts[k] += legend[k].mark == mark;
	}
	printf("  the last %zu: ", l->n - from);
	for (size_t k = 0; k < 8; k++) {
		if (!counts[k])
			continue;
		printf("%s%zu %s (%c)", comma, counts[k], legend[k].word,
			legend[k].mark);
		comma = ", ";
	}
	printf("\n");
}

static void print_requests(const struct run *r)
{
	const json *requests = r ? json_get(r->record, "requests") : NULL;
	const json *limited = r ? json_get(r->record, "limited") : NULL;
	const json *waited = r ? json_get(r->record, "waited_ms") : NULL;
	char n[HUMANIZE_SIZE];

	if (!json_is_object(requests))
		return;
	printf(LABEL, "Requests");
	printf("%s to Notion, ",
		humanize_number(json_int(requests, "notion"), n));
	printf("%s to Supabase; ",
		humanize_number(json_int(requests, "supabase"), n));
	printf("%s refused because of the rate limit (429), ",
		humanize_number(json_sum(limited), n));
	printf("waited %s\n", humanize_duration(json_sum(waited), n));
}

/* When all of Notion was read, the only reading that shows what went away. */
static void print_reading(const struct health *h, const struct run_records *l)
{
	usec at = run_full_reading(l);
	char age[HUMANIZE_SIZE];

	if (at == USEC_NONE)
		return;
	printf(LABEL, "Reading");
	printf("last full reading %s ago\n", humanize_age(h->now - at, age));
}

static void print_damage(const struct run_records *l)
{
	for (const json *d = json_first(l->damage); d; d = json_next(d)) {
		printf(LABEL, "Damaged");
		print_shown(json_text(d), 0);
		printf("\n");
	}
}

void print_overview(const struct health *h, const struct run_records *l,
	const struct pending *w, size_t cut)
{
	print_headline(h);
	printf("\n");
	print_next(h);
	if (l->last || l->success) {
		print_attempts(h, l);
		print_next_run(h, l);
		if (l->last)
			print_message(l->last);
		if (h->is == IS_BLOCKED)
			print_guards(w);
		print_work_table(l->last);
		print_conflicts(l->last);
		print_what_waits(l, w, cut);
		print_notes(w);
		print_counts(l, w);
		print_trend(l);
		print_requests(l->last);
		print_reading(h, l);
	}
	print_damage(l);
	printf(LABEL, "Logs");
	print_shown(l->dir, 0);
	printf("\n");
}
