/*
 * report: how the last runs went, and whether the sync is healthy.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activity.h"
#include "conflicts.h"
#include "history.h"
#include "overview.h"
#include "print.h"
#include "runs.h"
#include "runs/metrics.h"
#include "runs/report_json.h"
#include "settings/settings.h"
#include "sync/base.h"
#include "util/file.h"
#include "util/humanize.h"
#include "util/opt.h"
#include "views/run_view.h"
#include "waiting.h"

/* How many of the pending records are listed. */
#define PENDING_SHOWN 20

enum {
	OPT_JSON = 256,
	OPT_BRIEF,
	OPT_HEALTH,
	OPT_METRICS,
	OPT_RECORD,
	OPT_RUN,
	OPT_RUNS,
	OPT_PATHS,
	OPT_PENDING,
	OPT_CONFLICTS,
	OPT_ACTIVITY,
	OPT_SIDE,
	OPT_KIND,
	OPT_TEXT,
	OPT_LIMIT,
	OPT_RESOLVE,
	OPT_TAKE,
	OPT_FIELD,
};

static const struct option_spec options[] = {
	{ OPT_JSON, "json", NULL, "the same as JSON, for programs" },
	{ OPT_BRIEF, "brief", NULL, "three lines at most" },
	{ OPT_HEALTH, "health", NULL,
		"one line, and exit 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN" },
	{ OPT_METRICS, "metrics", NULL,
		"a text file for the Prometheus node exporter" },
	{ OPT_ACTIVITY, "activity", NULL,
		"what changed, newest first, a line each" },
	{ OPT_SIDE, "side", "SIDE",
		"with --activity: what was written to supabase or notion" },
	{ OPT_KIND, "kind", "KIND",
		"with --activity: create, update, trash, restore or conflict" },
	{ OPT_TEXT, "text", "TEXT",
		"with --activity: with this text in the title or a value" },
	{ OPT_LIMIT, "limit", "N",
		"with --activity: at most so many, up to 500 (50)" },
	{ OPT_RECORD, "record", "ID",
		"the history of one record, by the id of its row or page" },
	{ OPT_RUN, "run", "ID", "one run in full; ID may be \"last\"" },
	{ OPT_RUNS, "runs", NULL, "the runs that are kept, one per line" },
	{ OPT_PENDING, "pending", NULL,
		"everything that waits, a line each with the command that\n"
		"goes on; exit 1 where there is any" },
	{ OPT_CONFLICTS, "conflicts", NULL,
		"the conflicts that a person can decide, with both values" },
	{ OPT_RESOLVE, "resolve", "ID",
		"what to decide of one, by the id of its row or page or\n"
		"how it begins; a line for plan --resolve" },
	{ OPT_TAKE, "take", "SIDE", "with --resolve: supabase or notion" },
	{ OPT_FIELD, "field", "NAME",
		"with --resolve: decision, type or date; may be repeated" },
	{ OPT_PATHS, "paths", NULL,
		"where state and logs are, and how to raise an alarm,\n"
		"as JSON for scripts" },
};

static const struct command command = {
	.name = "report",
	.operands = "",
	.purpose = "Report how the last runs of the sync went, and what to do "
		   "next.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes =
		"It reads SYNC_LOG_DIR (logs) and writes nothing. Only one of the "
		"options\nabove can be given, apart from -q and -v, and --json with --activity,\n--record, --run, --runs, --pending and --conflicts.",
};

struct args {
	int what; /* the id of an option, or 0 */
	const char *id;
	bool json; /* with a report that has two forms */
	struct decision_asked decide;
	struct activity_filter filter;
	bool filtered;
};

static int take_field(struct args *a, const char *name)
{
	for (enum field f = 0; f < FIELDS; f++)
		if (strcmp(field_name(f), name) == 0) {
			a->decide.fields |= FIELD_BIT(f);
			return 0;
		}
	return opt_usage(&command,
		"--field: %.60s is not a field: decision, type or date", name);
}

static bool has_two_forms(int what)
{
	return what == OPT_CONFLICTS || what == OPT_PENDING ||
	       what == OPT_ACTIVITY || what == OPT_RUNS || what == OPT_RUN ||
	       what == OPT_RECORD;
}

/* --json is a report of its own, or the form of another one. */
static bool take_kind(struct args *a, int id, const char *value)
{
	if (id == OPT_JSON && has_two_forms(a->what)) {
		a->json = true;
		return true;
	}
	if (a->what == OPT_JSON && has_two_forms(id)) {
		a->json = true;
		a->what = 0;
	}
	if (a->what && a->what != id)
		return false;
	a->what = id;
	a->id = value;
	return true;
}

static int take_filter(struct args *a, int id, const char *value)
{
	const char *name = id == OPT_SIDE   ? "side"
			   : id == OPT_KIND ? "kind"
			   : id == OPT_TEXT ? "text"
					    : "limit";
	struct error e;

	a->filtered = true;
	return activity_filter_set(&a->filter, name, value, &e) < 0
		       ? opt_usage(&command, "--%s", e.text)
		       : 0;
}

/* Takes one option; 0, or the code to end with. */
static int take_option(struct args *a, int id, const char *value)
{
	switch (id) {
	case OPT_TAKE:
		a->decide.take = value;
		return 0;
	case OPT_FIELD:
		return take_field(a, value);
	case OPT_SIDE:
	case OPT_KIND:
	case OPT_TEXT:
	case OPT_LIMIT:
		return take_filter(a, id, value);
	default:
		return take_kind(a, id, value)
			       ? 0
			       : opt_usage(&command, "only one kind of report "
						     "can be given");
	}
}

/* -1, or the code to end with. */
static int parse_args(struct args *a, int argc, char **argv)
{
	struct opt o;
	int id, code;

	*a = (struct args){ 0 };
	activity_filter_init(&a->filter);
	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, &code)) >= 0) {
		code = take_option(a, id, o.value);
		if (code)
			return code;
	}
	if (id == OPT_EXIT)
		return code;
	if ((a->decide.take || a->decide.fields) && a->what != OPT_RESOLVE)
		return opt_usage(
			&command, "--take and --field belong to --resolve");
	if (a->filtered && a->what != OPT_ACTIVITY)
		return opt_usage(&command, "--side, --kind, --text and --limit "
					   "belong to --activity");
	a->decide.id = a->id;
	return opt_operands(&o, 0) ? RC_USAGE : -1;
}

static void print_json(json *take_data)
{
	struct buf text = BUF_INIT((size_t)256 << 20);

	json_print(take_data, &text);
	printf("%s\n", buf_str(&text));
	buf_fini(&text);
	json_free(take_data);
}

static void print_paths(const struct settings *s)
{
	json *paths = json_object();

	json_put_str(paths, "state", s->state_dir);
	json_put_str(paths, "logs", s->log_dir);
	json_put_int(paths, "interval_seconds", s->interval);
	json_put_int(paths, "notion_rpm", s->notion_rpm);
	json_put_str(paths, "ping_url", s->ping_url);
	json_put_str(paths, "notify_cmd", s->notify_cmd);
	json_put_str(paths, "version", VAULTSYNC_VERSION);
	print_json(paths);
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
	health_judge(&h, l, &w, now, s->interval);
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

/* For the titles alone: without it, or damaged, there are none. */
static void load_base(struct base *b, const struct settings *s)
{
	char *path = path_join(s->state_dir, "base.ndjson");
	struct error ignored;

	*b = (struct base){ 0 };
	if (base_load(b, path, &ignored) < 0) {
		debug("%s", ignored.text);
		base_fini(b);
	}
	free(path);
}

/* The conflicts that can be decided, or what is decided of one. */
static int conflicts(const struct args *a, struct run_records *l,
	const struct settings *s, struct error *e)
{
	struct conflicts c;
	struct pending w;
	struct base base;
	json *line = NULL;
	int code = RC_DONE;

	load_base(&base, s);
	pending_load(&w, l);
	conflicts_load(&c, l, &w, &base);
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
	base_fini(&base);
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

/* The exit code, or -1 with e. */
static int tell(const struct args *a, const struct settings *s, struct error *e)
{
	struct run_records l;
	usec now;
	int code;

	if (a->what == OPT_PATHS)
		return print_paths(s), RC_DONE;
	if (find_now(&now, e) < 0 || run_records_load(&l, s->log_dir, e) < 0)
		return -1;
	if (a->what == OPT_RECORD)
		code = print_history(&l, a->id, e);
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
	if (settings_load(s, a->what == OPT_PATHS ? NEED_ALARMS : 0, e) < 0)
		return -1;
	return tell(a, s, e);
}

int main(int argc, char **argv)
{
	struct settings s = { 0 };
	struct args a;
	struct error e, closing;
	int code = parse_args(&a, argc, argv);

	if (code >= 0)
		return code;
	code = perform(&a, &s, &e);
	if (code < 0)
		code = a.what == OPT_HEALTH ? unknown_health(&e)
					    : error_report(&e);
	settings_fini(&s);
	activity_filter_fini(&a.filter);
	if (close_stdout(&closing) < 0)
		code = error_report(&closing);
	return code;
}
