#include "runs/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/humanize.h"

#define PREFIX "vaultsync_"

static void head(
	FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name,
		help, name, type);
}

/* The value of a label: anything but a plain word is left out. */
static bool is_plain(const char *s)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz_-0123456789";

	return s && *s && strspn(s, good) == strlen(s);
}

static void print_time(FILE *out, const char *name, const char *help, usec t)
{
	if (t == USEC_NONE)
		return;
	head(out, name, "gauge", help);
	fprintf(out, PREFIX "%s %" PRId64 "\n", name,
		(int64_t)(t / USEC_SECOND));
}

static void print_condition(FILE *out, const struct health *h)
{
	head(out, "health", "gauge", "0 OK, 1 warning, 2 critical, 3 unknown.");
	fprintf(out, PREFIX "health %d\n", (int)h->level);
	head(out, "condition", "gauge",
		"1 for the condition that the sync is in.");
	for (int c = 0; c < CONDITIONS; c++)
		fprintf(out, PREFIX "condition{condition=\"%s\"} %d\n",
			condition_name((enum condition)c),
			(enum condition)c == h->is);
}

static void print_duration(FILE *out, const struct run *r)
{
	int64_t ms = run_duration(r);

	if (ms < 0)
		return;
	head(out, "last_run_duration_seconds", "gauge",
		"How long the last run took.");
	fprintf(out,
		PREFIX "last_run_duration_seconds %" PRId64 ".%03" PRId64 "\n",
		ms / 1000, ms % 1000);
}

static void print_records(FILE *out, const struct run *r)
{
	static const char *const sides[] = { "supabase", "notion" };
	const json *counts = json_get(r->record, "counts");

	if (!json_is_object(counts))
		return;
	head(out, "records", "gauge",
		"Records that the last run saw, by side.");
	for (size_t i = 0; i < 2; i++)
		for (const json *c = first_member(json_get(counts, sides[i]));
			c; c = json_next(c))
			if (is_plain(json_key(c)))
				fprintf(out,
					PREFIX
					"records{side=\"%s\",state=\"%s\"} "
					"%" PRId64 "\n",
					sides[i], json_key(c), json_sum(c));
}

static void print_op_targets(FILE *out, const json *op)
{
	for (const json *t = first_member(op); t; t = json_next(t))
		for (const json *s = first_member(t); s; s = json_next(s))
			if (is_plain(json_key(t)) && is_plain(json_key(s)))
				fprintf(out,
					PREFIX "ops_total{op=\"%s\",target=\"%s"
					       "\",status=\"%s\"} %" PRId64
					       "\n",
					json_key(op), json_key(t), json_key(s),
					json_sum(s));
}

static void print_ops(FILE *out, const json *totals)
{
	head(out, "ops", "counter", "Ops by what became of them.");
	for (const json *op = first_member(json_get(totals, "ops")); op;
		op = json_next(op))
		if (is_plain(json_key(op)))
			print_op_targets(out, op);
}

/* 429 and 529 are told from all other answers. */
static void print_requests(FILE *out, const json *totals)
{
	const json *limited = json_get(totals, "limited");

	head(out, "api_requests", "counter",
		"Requests by service; code is limited (429, 529) or other.");
	for (const json *api = first_member(json_get(totals, "requests")); api;
		api = json_next(api)) {
		int64_t refused, all = json_sum(api);

		if (!is_plain(json_key(api)))
			continue;
		refused = json_int(limited, json_key(api));
		fprintf(out,
			PREFIX "api_requests_total{api=\"%s\",code=\"other\"} "
			       "%" PRId64 "\n",
			json_key(api), all > refused ? all - refused : 0);
		fprintf(out,
			PREFIX
			"api_requests_total{api=\"%s\",code=\"limited\"} "
			"%" PRId64 "\n",
			json_key(api), refused);
	}
}

static void print_waits(FILE *out, const json *totals)
{
	head(out, "api_wait_seconds", "counter",
		"Time waited for a rate limit or between tries.");
	for (const json *api = first_member(json_get(totals, "waited_ms")); api;
		api = json_next(api))
		if (is_plain(json_key(api)))
			fprintf(out,
				PREFIX "api_wait_seconds_total{api=\"%s\"} "
				       "%" PRId64 ".%03" PRId64 "\n",
				json_key(api), json_sum(api) / 1000,
				json_sum(api) % 1000);
}

/*
 * A counter must not fall while runs come and go, so it is fed by `totals`,
 * the sums over all runs that each record carries on from the one before.
 */
static void print_counters(FILE *out, const struct run *r)
{
	const json *totals = json_get(r->record, "totals");

	if (!json_is_object(totals))
		return;
	print_ops(out, totals);
	head(out, "conflicts", "counter", "Conflicts that were decided.");
	fprintf(out, PREFIX "conflicts_total %" PRId64 "\n",
		json_int(totals, "conflicts"));
	print_requests(out, totals);
	print_waits(out, totals);
}

void print_metrics(
	FILE *out, const struct health *h, const struct run_records *l)
{
	print_condition(out, h);
	print_time(out, "last_success_timestamp_seconds",
		"When the last run that succeeded ended.", h->success);
	if (l->last) {
		print_time(out, "last_run_timestamp_seconds",
			"When the last run ended.", run_time(l->last));
		print_duration(out, l->last);
		print_records(out, l->last);
		print_counters(out, l->last);
	}
	fprintf(out, "# EOF\n");
}
