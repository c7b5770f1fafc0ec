/*
 * report: how the last runs went, and whether the sync is healthy.
 */
#include <stdio.h>
#include <stdlib.h>

#include "activity.h"
#include "args.h"
#include "conflicts.h"
#include "history.h"
#include "overview.h"
#include "print.h"
#include "runs.h"
#include "runs/metrics.h"
#include "runs/report_json.h"
#include "runs/schedule.h"
#include "settings/settings.h"
#include "util/humanize.h"
#include "util/opt.h"
#include "util/version.h"
#include "views/run_view.h"
#include "views/story.h"
#include "waiting.h"

/* How many of the pending records are listed. */
#define PENDING_SHOWN 20

static void print_json(json *take_data)
{
	struct buf text = BUF_INIT((size_t)256 << 20);

	json_print(take_data, &text);
	printf("%s\n", buf_str(&text));
	buf_fini(&text);
	json_free(take_data);
}

/* The members of an object as assignments for a shell to eval. */
static void print_assignments(json *take_data)
{
	struct buf text = BUF_INIT((size_t)1 << 20);

	for (json *v = json_first(take_data); v; v = json_next(v)) {
		buf_reset(&text);
		if (json_is_string(v))
			buf_adds(&text, json_text(v));
		else if (!json_is_null(v))
			json_print(v, &text);
		printf("%s='", json_key(v));
		for (const char *c = buf_str(&text); *c; c++)
			*c == '\'' ? printf("'\\''") : putchar(*c);
		printf("'\n");
	}
	buf_fini(&text);
	json_free(take_data);
}

static json *paths_json(const struct settings *s)
{
	json *paths = json_object();
	struct hold hold = s->hold;

	for (enum held_op o = 0; o < HELD_OPS; o++)
		for (enum held_side to = 0; to < HELD_SIDES; to++)
			hold.of[o][to] |= s->direction.of[o][to];
	json_put_str(paths, "state", s->state_dir);
	json_put_str(paths, "logs", s->log_dir);
	json_put_int(paths, "interval_seconds", s->interval);
	json_put_int(paths, "notion_rpm", s->notion_rpm);
	json_put_str(paths, "ping_url", s->ping_url);
	json_put_str(paths, "notify_cmd", s->notify_cmd);
	json_put(paths, "hold", hold_json(&hold));
	json_put_int(paths, "settle_seconds", s->settle);
	json_put_str(paths, "version", VAULTSYNC_VERSION);
	return paths;
}

/* The wall clock, or SYNC_NOW instead. */
static int find_now(usec *now, struct error *e)
{
	const char *set = getenv("SYNC_NOW");

	*now = time_now();
	if (!set || !*set || time_parse(set, now) == 0)
		return 0;
	return fail(e, RC_CONFIG,
		"SYNC_NOW is not a valid time: write it as "
		"2026-11-25T19:35:00Z");
}

/* All reports on the sync as a whole; returns the exit code. */
static int overall(
	int what, struct run_records *l, const struct settings *s, usec now)
{
	struct pending w;
	struct health h;

	pending_load(&w, l);
	health_judge(&h, l, &w, now,
		schedule_interval(s->state_dir, s->log_dir, s->interval));
	if (what == OPT_JSON)
		print_json(report_data(&h, l, &w));
	else if (what == OPT_BRIEF)
		print_brief(&h, l);
	else if (what == OPT_HEALTH)
		print_health(&h, l);
	else if (what == OPT_METRICS)
		print_metrics(stdout, &h, l);
	else
		print_overview(&h, l, &w, PENDING_SHOWN);
	pending_fini(&w);
	if (what == OPT_HEALTH)
		return (int)h.level;
	return h.is == IS_DAMAGED ? RC_STREAM : RC_DONE;
}

/* Everything that waits; RC_ATTENTION where there is any. */
static int waits(
	const struct args *a, struct run_records *l, const struct settings *s)
{
	struct waiting all;
	struct pending w;
	int code;

	pending_load(&w, l);
	waiting_load(&all, l, &w, s->state_dir);
	code = json_count(all.list) ? RC_ATTENTION : RC_DONE;
	if (a->json)
		print_json(waiting_json(&all));
	else
		print_what_waits(&all);
	if (code == RC_DONE)
		info("nothing waits");
	waiting_fini(&all);
	pending_fini(&w);
	return code;
}

/* The conflicts that can be decided, or what is decided of one. */
static int conflicts(const struct args *a, struct run_records *l,
	const struct settings *s, struct error *e)
{
	struct conflicts c;
	struct pending w;
	json *line = NULL;
	int code = RC_DONE;

	pending_load(&w, l);
	conflicts_load(&c, l, &w, s->state_dir, NULL);
	/* What could not be read may be what is looked for. */
	for (const json *d = json_first(l->damage); d; d = json_next(d))
		warning("%s", json_text(d));
	if (a->what == OPT_RESOLVE) {
		line = conflicts_decide(&c, &a->decide, e);
		code = line ? RC_DONE : -1;
	} else if (a->json) {
		line = conflicts_json(&c);
	} else {
		print_conflicts(&c);
	}
	if (line)
		print_json(line);
	conflicts_fini(&c);
	pending_fini(&w);
	return code;
}

static int activity(const struct args *a, const struct run_records *l)
{
	struct buf text = BUF_INIT((size_t)1 << 30);
	struct activity all;

	activity_init(&all, NULL, SIZE_MAX);
	activity_refresh(&all, l);
	if (a->json) {
		activity_print(&all, &a->filter, SIZE_MAX, &text);
		printf("%s\n", buf_str(&text));
	} else {
		print_activity(&all, &a->filter);
	}
	buf_fini(&text);
	activity_fini(&all);
	return RC_DONE;
}

static int all_runs(const struct args *a, const struct run_records *l)
{
	if (!a->json)
		return print_runs(l);
	print_json(runs_json(l, NULL));
	return RC_DONE;
}

/* One run in full. */
static int one_run(const struct args *a, const struct run_records *l,
	const struct settings *s, struct error *e)
{
	const struct run_limits limits = { .state_dir = s->state_dir };
	const struct run *r;

	if (!a->json)
		return print_run(l, a->id, e);
	r = find_run(l, a->id, e);
	if (!r)
		return -1;
	print_json(run_json(l, r, limits));
	return RC_DONE;
}

/* One record's story. */
static int one_record(
	const struct args *a, const struct run_records *l, struct error *e)
{
	struct story s;
	int rc;

	if (!a->json)
		return print_history(l, a->id, e);
	rc = story_load(&s, l, a->id, NULL, e);
	if (rc == 0)
		print_json(story_json(&s, l));
	story_fini(&s);
	return rc;
}

/* The exit code, or -1 with e. */
static int tell(const struct args *a, const struct settings *s, struct error *e)
{
	struct run_records l;
	usec now;
	int code;

	if (a->what == OPT_PATHS)
		return print_json(paths_json(s)), RC_DONE;
	if (a->what == OPT_SHELL)
		return print_assignments(paths_json(s)), RC_DONE;
	if (find_now(&now, e) < 0 || run_records_load(&l, s->log_dir, e) < 0)
		return -1;
	if (a->what == OPT_RECORD)
		code = one_record(a, &l, e);
	else if (a->what == OPT_RUN)
		code = one_run(a, &l, s, e);
	else if (a->what == OPT_RUNS)
		code = all_runs(a, &l);
	else if (a->what == OPT_ACTIVITY)
		code = activity(a, &l);
	else if (a->what == OPT_PENDING)
		code = waits(a, &l, s);
	else if (a->what == OPT_CONFLICTS || a->what == OPT_RESOLVE)
		code = conflicts(a, &l, s, e);
	else
		code = overall(a->what, &l, s, now);
	run_records_fini(&l);
	return code;
}

/* A monitor knows only the codes 0 to 3 and reads standard output. */
static int unknown_health(const struct error *e)
{
	printf("SYNC UNKNOWN - ");
	print_shown(e->text, 0);
	printf("\n");
	return LEVEL_UNKNOWN;
}

/* The exit code, or -1 with e. */
static int perform(const struct args *a, struct settings *s, struct error *e)
{
	bool paths = a->what == OPT_PATHS || a->what == OPT_SHELL;

	if (settings_load(s, paths ? NEED_ALARMS : 0, e) < 0)
		return -1;
	return tell(a, s, e);
}

int main(int argc, char **argv)
{
	struct settings s = { 0 };
	struct args a;
	struct error e, closing;
	int code = args_parse(&a, argc, argv);

	if (code >= 0) {
		args_fini(&a);
		return code;
	}
	code = perform(&a, &s, &e);
	if (code < 0)
		code = a.what == OPT_HEALTH ? unknown_health(&e)
					    : error_report(&e);
	settings_fini(&s);
	args_fini(&a);
	if (close_stdout(&closing) < 0)
		code = error_report(&closing);
	return code;
}
