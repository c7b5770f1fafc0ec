/*
 * apply: carries a plan out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cost.h"
#include "forecast.h"
#include "known.h"
#include "notion/origin.h"
#include "pool.h"
#include "preflight.h"
#include "settings/settings.h"
#include "settling.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/opt.h"
#include "util/progress.h"
#include "util/stop.h"
#include "util/stream.h"

enum {
	OPT_BASE = 'b',
	OPT_DRY_RUN = 'n',
	OPT_JOURNAL = 256,
	OPT_ALLOW,
	OPT_MAX_WAIT,
	OPT_PROGRESS,
	OPT_SETTLING,
};

static const struct option_spec options[] = {
	{ OPT_BASE, "base", "FILE",
		"the local base (SYNC_STATE_DIR/base.ndjson)" },
	{ OPT_JOURNAL, "journal", "FILE", "its journal (FILE.journal)" },
	{ OPT_DRY_RUN, "dry-run", NULL,
		"make every read and check, and no write" },
	{ OPT_ALLOW, "allow", "GUARD,...",
		"go on although these guards block the plan" },
	{ OPT_MAX_WAIT, "max-wait", "SECONDS",
		"wait for a Retry-After of at most this long "
		"(SYNC_MAX_WAIT)" },
	{ OPT_SETTLING, "settling", "FILE",
		"note there which records settle, and since when" },
	{ OPT_PROGRESS, "progress", NULL, "tell how far it is while it works" },
};

static const struct command command = {
	.name = "apply",
	.operands = "[PLAN]",
	.purpose = "Carry out a plan, and write what became of each op.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes = "Without PLAN, or where it is -, the plan is read from "
		 "standard input.",
};

struct args {
	const char *base, *journal, *plan, *settling;
	bool allowed[GUARDS];
	bool dry_run, progress;
	long max_wait;
};

/* One option; an exit code, 0 to go on. */
static int take_option(struct args *a, int id, const char *value)
{
	struct error e;

	switch (id) {
	case OPT_BASE:
		a->base = value;
		return 0;
	case OPT_JOURNAL:
		a->journal = value;
		return 0;
	case OPT_ALLOW:
		return guards_parse(value, a->allowed, &e) < 0
			       ? opt_usage(&command, "--allow: %s", e.text)
			       : 0;
	case OPT_DRY_RUN:
		a->dry_run = true;
		return 0;
	case OPT_PROGRESS:
		a->progress = true;
		return 0;
	case OPT_SETTLING:
		a->settling = value;
		return 0;
	default:
		return parse_number(value, 0, 86400, &a->max_wait) < 0
			       ? opt_usage(&command,
					 "--max-wait takes seconds, 0 to 86400")
			       : 0;
	}
}

/* -1, or the code to end with. */
static int parse_args(struct args *a, int argc, char **argv)
{
	struct opt o;
	int id, code;

	*a = (struct args){ .plan = "-", .max_wait = -1 };
	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, &code)) >= 0) {
		code = take_option(a, id, o.value);
		if (code)
			return code;
	}
	if (id == OPT_EXIT)
		return code;
	if (o.at < argc)
		a->plan = argv[o.at];
	return opt_operands(&o, 1) ? RC_USAGE : -1;
}

static int read_plan(struct ops *ops, const struct args *a, struct error *e)
{
	const char *name;
	int fd, rc;

	if (stream_open(a->plan, &fd, &name, e) < 0)
		return -1;
	rc = ops_read(ops, fd, name, e);
	if (fd > 0)
		close(fd);
	if (rc == 0)
		rc = ops_check_guards(ops, a->allowed, e);
	return rc;
}

/* An adopt writes to no service, and may have to look at its page. */
static bool needs_services(const struct ops *ops)
{
	for (size_t i = 0; i < ops->n; i++)
		if (op_target_is_service(ops->list[i].target) ||
			ops->list[i].kind == OP_ADOPT)
			return true;
	return false;
}

/* A plan is for one table and one data source: those of the settings. */
static int check_scope(struct worker *w, const struct settings *s,
	const struct ops *ops, struct error *e)
{
	const json *scope = json_get(ops->head, "scope");
	const char *table = json_str(scope, "supabase");
	const char *source = json_str(scope, "notion");
	char *ours = supabase_scope(s->supabase_url, s->schema, s->table);
	int rc = 0;

	if (!table || !source || uuid_normalize(source, w->data_source) < 0)
		rc = fail(e, RC_STREAM,
			"the head of the plan has no scope: make a new plan");
	else if (strcmp(table, ours) != 0)
		rc = fail(e, RC_CONFIG,
			"the plan is for %s, the settings name %s: make a "
			"new plan",
			table, ours);
	free(ours);
	return rc;
}

static bool same_names(const json *was, json *take_is)
{
	bool same = take_is ? json_equal(was, take_is) : json_is_null(was);

	json_free(take_is);
	return same;
}

/* It was made of the columns and properties that the settings name now. */
static int check_names(
	const struct settings *s, const struct ops *ops, struct error *e)
{
	const json *sources = json_get(ops->head, "sources");
	const json *supabase = json_get(sources, "supabase");
	const json *notion = json_get(sources, "notion");

	if ((!supabase || same_names(json_get(supabase, "columns"),
				  own_columns(&s->names))) &&
		(!notion || same_names(json_get(notion, "names"),
				    own_properties(&s->names))))
		return 0;
	return fail(e, RC_CONFIG,
		"the plan was made with other names of columns or properties "
		"(%s) than the settings have now: make a new plan",
		s->names.file ? s->names.file : "fields.json");
}

/*
 * An op writes a time, or compares one, that must come from a service's clock,
 * and nothing is looked at before: a service must have answered by then.
 */
static bool needs_clock(const struct ops *ops)
{
	for (size_t i = 0; i < ops->n; i++) {
		const struct op *op = &ops->list[i];

		if ((op->kind == OP_CREATE && op->target == TARGET_NOTION) ||
			(op->kind == OP_LINK && !op->follows))
			return true;
	}
	return false;
}

/*
 * Which data source the settings mean: it must be the plan's. Notion isn't
 * asked where the pages were read with the same settings, and its clock isn't
 * needed.
 */
static int check_data_source(struct worker *w, const struct settings *s,
	const struct ops *ops, struct error *e)
{
	const json *notion = json_get(json_get(ops->head, "sources"), "notion");
	const json *reading = json_get(notion, "reading");
	const char *source = json_str(notion, "scope");
	char ours[UUID_SIZE];

	if (source && strcmp(source, w->data_source) == 0 &&
		!needs_clock(ops) && notion_origin_has_connection(reading, s) &&
		notion_origin_has_database(reading, s))
		return 0;
	if (notion_find_data_source(&w->notion, s, ours, e) < 0)
		return -1;
	if (strcmp(ours, w->data_source) == 0)
		return 0;
	return fail(e, RC_CONFIG,
		"the plan is for the data source %s, the settings name %s: "
		"make a new plan",
		w->data_source, ours);
}

/*
 * A plan without a writing op is never blocked. That the plan's head names the
 * guard without being blocked by it says that it was told to go on.
 */
static enum scope_rule scope_rule(const struct args *a, const struct ops *ops)
{
	bool idle = true;

	for (size_t i = 0; i < ops->n && idle; i++)
		idle = ops->list[i].kind == OP_SKIP && !ops->list[i].meets;
	if (idle)
		return SCOPE_SPARE;
	return a->allowed[GUARD_SCOPE] ||
			       json_get(json_get(ops->head, "guards"), "scope")
		       ? SCOPE_ALLOW
		       : SCOPE_REFUSE;
}

static int open_journal(struct worker *w, const struct settings *s,
	const struct args *a, const struct ops *ops, struct error *e)
{
	char *base = a->base ? xstrdup(a->base)
			     : path_join(s->state_dir, "base.ndjson");
	int rc = 0;

	if (!a->base && !w->dry_run)
		rc = file_make_dirs(s->state_dir, e);
	if (rc == 0 && a->settling && !w->dry_run)
		rc = settling_note(ops, a->settling, e);
	if (rc == 0)
		rc = (w->dry_run ? journal_read : journal_open)(w->journal,
			base, a->journal,
			json_copy(json_get(ops->head, "scope")),
			scope_rule(a, ops), e);
	free(base);
	return rc;
}

static int write_head(const struct worker *w, const struct ops *ops,
	struct stream_writer *out, struct error *e)
{
	json *head = stream_head("results");
	char now[TIME_SIZE];

	json_put(head, "plan_id", json_copy(json_get(ops->head, "plan_id")));
	json_put_str(head, "at", time_format(time_now(), now));
	json_put(head, "scope", json_copy(json_get(ops->head, "scope")));
	json_put(head, "policy", json_copy(json_get(ops->head, "policy")));
	json_put_bool(head, "dry_run", w->dry_run);
	return stream_write(out, head, e);
}

/* By Notion's clock; USEC_NONE where it has not answered. */
static usec notion_now(const struct worker *w)
{
	const struct api *api = &w->notion.api;

	return api_now_is_known(api) ? api_now(api) : USEC_NONE;
}

/* Said before what takes a minute or more. */
static void tell_forecast(const struct ops *ops, long rpm)
{
	struct buf text = BUF_INIT(512);

	forecast(ops, rpm, &text);
	if (text.len)
		info("%s", buf_str(&text));
	buf_fini(&text);
}

/* From the head to the end line; the exit code, with w->fatal reported. */
static int work(struct worker *workers, size_t n, struct ops *ops,
	struct progress *progress)
{
	struct worker *w = &workers[0];
	struct stream_writer out;
	bool attention = false, complete = false;
	struct error e;
	int code;

	stream_writer_init(&out, stdout);
	if (write_head(w, ops, &out, &w->fatal) == 0)
		pool_run(
			workers, n, ops, &out, progress, &attention, &complete);
	progress_end(progress);
	if (journal_close(w->journal, notion_now(w), &e) < 0 &&
		w->fatal.code == RC_DONE)
		w->fatal = e;
	if (stream_write_end(&out, cost_totals(workers, n), complete, &e) < 0 &&
		w->fatal.code == RC_DONE)
		w->fatal = e;
	stream_writer_fini(&out);
	if (close_stdout(&e) < 0 && w->fatal.code == RC_DONE)
		w->fatal = e;
	code = w->fatal.code != RC_DONE ? error_report(&w->fatal)
	       : attention		? RC_ATTENTION
					: RC_DONE;
	return complete ? code : stop_or(code);
}

/* A plan without the heads of its sources: the data source itself is asked. */
static int ask_schema(
	struct worker *w, const struct settings *s, struct error *e)
{
	json *source;
	int rc;

	if (notion_data_source_get(&w->notion, w->data_source, &source, e) < 0)
		return -1;
	rc = notion_schema_bind(&w->schema, source, &s->names, e);
	json_free(source);
	return rc < 0 ? rc
		      : notion_bot_user(&w->notion, &w->schema.bot_user, e);
}

/* The properties' ids, and whether the table has deleted_at. */
static int find_shapes(struct worker *w, const struct settings *s,
	const struct ops *ops, struct error *e)
{
	const json *sources = json_get(ops->head, "sources");
	const json *notion = json_get(sources, "notion");
	const json *supabase = json_get(sources, "supabase");

	if (notion ? notion_schema_from_head(&w->schema, notion, e) < 0
		   : ask_schema(w, s, e) < 0)
		return -1;
	if (!supabase)
		return supabase_find_columns(&w->supabase, e);
	w->supabase.soft_delete = json_true(supabase, "soft_delete");
	return 0;
}

static int start_clients(struct worker *w, const struct settings *s,
	const struct args *a, const struct ops *ops, struct error *e)
{
	if (check_scope(w, s, ops, e) < 0 || check_names(s, ops, e) < 0 ||
		notion_client_init(&w->notion, s, w->stop, e) < 0 ||
		supabase_client_init(&w->supabase, s, w->stop, e) < 0)
		return -1;
	if (a->max_wait >= 0)
		w->notion.api.max_wait = w->supabase.api.max_wait = a->max_wait;
	if (!needs_services(ops))
		return 0;
	return check_data_source(w, s, ops, e) < 0 ? -1
						   : find_shapes(w, s, ops, e);
}

/* All that must hold before the first write. */
static int get_ready(struct worker *workers, size_t *n,
	const struct settings *s, const struct args *a, const struct ops *ops,
	struct error *e)
{
	struct error ignored;

	if (start_clients(&workers[0], s, a, ops, e) < 0 ||
		open_journal(&workers[0], s, a, ops, e) < 0)
		return -1;
	if (preflight(&workers[0], ops, e) == 0 &&
		known_meetings(&workers[0], ops, e) == 0 &&
		pool_start(workers, n, s, ops, e) == 0)
		return 0;
	journal_close(workers[0].journal, notion_now(&workers[0]), &ignored);
	return -1;
}

int main(int argc, char **argv)
{
	struct journal journal = JOURNAL_CLOSED;
	struct worker workers[JOBS_MAX] = { 0 };
	size_t n = 1;
	struct ops ops = { 0 };
	struct settings s = { 0 };
	struct progress progress;
	struct args a;
	struct error e;
	int code = parse_args(&a, argc, argv);

	if (code >= 0)
		return code;
	workers[0].journal = &journal;
	workers[0].stop = stop_on_signals();
	workers[0].dry_run = a.dry_run;
	if (read_plan(&ops, &a, &e) < 0 ||
		settings_load(&s, NEED_SUPABASE | NEED_NOTION, &e) < 0 ||
		get_ready(workers, &n, &s, &a, &ops, &e) < 0)
		code = stop_or(error_report(&e));
	else {
		tell_forecast(&ops, s.notion_rpm);
		progress_begin(
			&progress, a.progress, "written", (int64_t)ops.n);
		code = work(workers, n, &ops, &progress);
	}
	for (size_t i = 0; i < n; i++) {
		notion_client_fini(&workers[i].notion);
		supabase_client_fini(&workers[i].supabase);
	}
	notion_schema_fini(&workers[0].schema);
	settings_fini(&s);
	ops_fini(&ops);
	return code;
}
