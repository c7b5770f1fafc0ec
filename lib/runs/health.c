#include "runs/health.h"

#include <stdio.h>
#include <string.h>

#include "util/humanize.h"

/* Clocks of two machines may differ so much without harm. */
#define CLOCK_TOLERANCE USEC_MINUTE

const char *condition_name(enum condition c)
{
	static const char *const names[CONDITIONS] = {
		[IS_HEALTHY] = "healthy",
		[IS_ATTENTION] = "attention",
		[IS_LATE] = "late",
		[IS_STOPPED] = "stopped",
		[IS_BLOCKED] = "blocked",
		[IS_FAILING] = "failing",
		[IS_INTERRUPTED] = "interrupted",
		[IS_NEVER_RAN] = "never-ran",
		[IS_FUTURE] = "future",
		[IS_DAMAGED] = "damaged",
	};

	return names[c];
}

const char *level_name(enum level l)
{
	static const char *const names[] = {
		[LEVEL_OK] = "OK",
		[LEVEL_WARNING] = "WARNING",
		[LEVEL_CRITICAL] = "CRITICAL",
		[LEVEL_UNKNOWN] = "UNKNOWN",
	};

	return names[l];
}

static usec grace(const struct health *h)
{
	return h->interval / 10 < USEC_MINUTE ? h->interval / 10 : USEC_MINUTE;
}

/* Whether n intervals have passed since the last success. */
static bool missed(const struct health *h, int n)
{
	return h->success == USEC_NONE ||
	       h->now - h->success > n * h->interval + grace(h);
}

/* A run that began recently is under way, or was killed a short while ago. */
static bool is_under_way(const struct health *h, const struct run_records *l)
{
	const struct run *open = run_records_open_run(l);

	return open && open->started != USEC_NONE && h->success != USEC_NONE &&
	       open->started >= h->success &&
	       open->started - h->success <= h->interval + grace(h);
}

static bool is_in_future(const struct health *h, const struct run *r)
{
	return r && run_time(r) != USEC_NONE &&
	       run_time(r) > h->now + CLOCK_TOLERANCE;
}

static enum condition unknown_condition(const struct run_records *l)
{
	return json_count(l->damage) ? IS_DAMAGED : IS_NEVER_RAN;
}

static enum condition condition_of(
	const struct health *h, const struct run_records *l)
{
	if (!l->sync && !l->success)
		return unknown_condition(l);
	if (is_in_future(h, l->last) || is_in_future(h, l->sync) ||
		is_in_future(h, l->success))
		return IS_FUTURE;
	if (l->sync && l->sync->status == RUN_BLOCKED)
		return IS_BLOCKED;
	if (l->sync && l->sync->status == RUN_FAILED)
		return IS_FAILING;
	if (l->sync && l->sync->status == RUN_INTERRUPTED)
		return IS_INTERRUPTED;
	if (missed(h, 2))
		return IS_STOPPED;
	if (missed(h, 1) && !is_under_way(h, l))
		return IS_LATE;
	return (l->sync ? l->sync : l->success)->status == RUN_ATTENTION
		       ? IS_ATTENTION
		       : IS_HEALTHY;
}

/* The next run can't do better without a person. */
static bool is_lasting(const struct run *r)
{
	int64_t code = json_int(r->record, "exit_code");

	return code == RC_USAGE || code == RC_BUG || code == RC_CREDENTIALS ||
	       code == RC_CONFIG;
}

static enum level level_of(const struct health *h, const struct run_records *l)
{
	switch (h->is) {
	case IS_HEALTHY:
		return l->summary_damaged ? LEVEL_WARNING : LEVEL_OK;
	case IS_ATTENTION:
	case IS_LATE:
		return LEVEL_WARNING;
	case IS_STOPPED:
		return LEVEL_CRITICAL;
	case IS_BLOCKED:
	case IS_FAILING:
	case IS_INTERRUPTED:
		return missed(h, 2) || is_lasting(l->sync) ? LEVEL_CRITICAL
							   : LEVEL_WARNING;
	default:
		return LEVEL_UNKNOWN;
	}
}

/* Runs of one condition; a failed one and an interrupted one go together. */
static bool is_alike(enum run_status a, enum run_status b)
{
	if (a == RUN_INTERRUPTED)
		a = RUN_FAILED;
	if (b == RUN_INTERRUPTED)
		b = RUN_FAILED;
	return a == b;
}

/* The start of the first of the runs in a row that ended as the last one. */
static void find_since(struct health *h, const struct run_records *l)
{
	const struct run *last = l->sync ? l->sync : l->success;
	size_t i = l->n;

	h->since = run_time(last);
	h->since_or_before = false;
	while (i > 0 &&
		(l->runs[i - 1].status >= RUN_OPEN ||
			!run_tells_of_sync(&l->runs[i - 1]) ||
			is_alike(l->runs[i - 1].status, last->status))) {
		i--;
		if (run_tells_of_sync(&l->runs[i]) &&
			run_time(&l->runs[i]) != USEC_NONE)
			h->since = run_time(&l->runs[i]);
	}
	h->since_or_before = i == 0 && l->n == RUNS_MAX;
}

/* The guards by name, from a list of names or of objects. */
static void join_guards(const json *blocked, char *out, size_t size)
{
	size_t len = 0;

	*out = '\0';
	for (const json *g = json_first(blocked); g; g = json_next(g)) {
		const char *name = json_text(g);

		if (!name)
			name = json_str(g, "guard");
		/* It becomes part of a command: a word, or nothing. */
		if (!name || strlen(name) + len + 2 > size ||
			strspn(name, "abcdefghijklmnopqrstuvwxyz-") !=
				strlen(name))
			continue;
		len += (size_t)snprintf(
			out + len, size - len, "%s%s", len ? "," : "", name);
	}
}

static void say(struct health *h, const char *word)
{
	char since[HUMANIZE_SIZE], age[HUMANIZE_SIZE];

	if (h->since == USEC_NONE)
		snprintf(h->headline, sizeof h->headline, "%s", word);
	else
		snprintf(h->headline, sizeof h->headline, "%s since %s%s (%s)",
			word, h->since_or_before ? "before " : "",
			humanize_time(h->since, since),
			humanize_age(h->now - h->since, age));
}

static void say_success(struct health *h, const char *word)
{
	char age[HUMANIZE_SIZE];

	snprintf(h->headline, sizeof h->headline, "%s, last success %s ago",
		word, humanize_age(h->now - h->success, age));
}

static void say_late(struct health *h, const char *word)
{
	char age[HUMANIZE_SIZE], due[HUMANIZE_SIZE];

	if (h->success == USEC_NONE) {
		snprintf(h->headline, sizeof h->headline,
			"%s, no success at a known time", word);
		return;
	}
	h->since = h->success + h->interval;
	snprintf(h->headline, sizeof h->headline,
		"%s since %s, last success %s ago", word,
		humanize_time(h->since, due),
		humanize_age(h->now - h->success, age));
}

static void say_blocked(struct health *h, const struct run_records *l)
{
	char word[160];

	join_guards(json_get(l->sync->record, "blocked"), h->guards,
		sizeof h->guards);
	join_guards(json_get(l->sync->record, "tripped"), h->allow,
		sizeof h->allow);
	if (!*h->allow)
		snprintf(h->allow, sizeof h->allow, "%s", h->guards);
	snprintf(word, sizeof word, "blocked by %s",
		*h->guards ? h->guards : "a guard");
	say(h, word);
}

static void say_future(struct health *h, const struct run_records *l)
{
	const struct run *r = is_in_future(h, l->last)	 ? l->last
			      : is_in_future(h, l->sync) ? l->sync
							 : l->success;
	char at[HUMANIZE_SIZE];

	snprintf(h->headline, sizeof h->headline,
		"unknown, a run ended in the future, at %s",
		humanize_time(run_time(r), at));
}

static void say_headline(struct health *h, const struct run_records *l)
{
	switch (h->is) {
	case IS_HEALTHY:
		say_success(h, "healthy");
		break;
	case IS_ATTENTION:
		say_success(h, "needs attention");
		break;
	case IS_LATE:
		say_late(h, "late");
		break;
	case IS_STOPPED:
		say_late(h, "stopped");
		break;
	case IS_BLOCKED:
		say_blocked(h, l);
		break;
	case IS_FAILING:
		say(h, "failing");
		break;
	case IS_INTERRUPTED:
		say(h, "interrupted");
		break;
	case IS_FUTURE:
		say_future(h, l);
		break;
	case IS_DAMAGED:
		snprintf(h->headline, sizeof h->headline,
			"unknown, no record of a run can be read");
		break;
	default:
		snprintf(h->headline, sizeof h->headline, "never ran%s",
			run_records_open_run(l)
				? ", the first run goes on or was "
				  "killed"
				: "");
		break;
	}
}

void health_judge(struct health *h, const struct run_records *l,
	const struct pending *w, usec now, long interval)
{
	*h = (struct health){ .now = now,
		.interval = interval * USEC_SECOND,
		.since = USEC_NONE,
		.success = l->success ? run_time(l->success) : USEC_NONE };
	h->is = condition_of(h, l);
	h->level = level_of(h, l);
	if (l->sync || l->success)
		find_since(h, l);
	say_headline(h, l);
	advise_next_step(h, l, w);
}
