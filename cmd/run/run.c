/*
 * run: one run of the sync, around the script that is its pipeline.
 */
#include "run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "alarm.h"
#include "killed.h"
#include "messages.h"
#include "runs/event_log.h"
#include "runs/retention.h"
#include "runs/run_record.h"
#include "screen.h"
#include "script.h"
#include "service.h"
#include "unsettled.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/lock.h"
#include "util/opt.h"
#include "util/spawn.h"
#include "work.h"

#define STAGE_MAX 32
#define RECORD_MAX (1u << 20)

enum {
	OPT_LIMIT = 256,
	OPT_UNDOES,
	OPT_ONLY,
	OPT_HOLDER,
	OPT_LOG,
	OPT_PUBLISH
};

static const struct option_spec options[] = {
	{ 'n', "dry-run", NULL,
		"no lock and no record: what SCRIPT prints is all" },
	{ OPT_LIMIT, "limit", "SECONDS",
		"stop a run that takes longer, and call it failed" },
	{ OPT_UNDOES, "undoes", "RUN",
		"SCRIPT takes that run back: it is no run of the sync, and\n"
		"raises no alarm" },
	{ OPT_ONLY, "only", "NAME",
		"hold SYNC_STATE_DIR/NAME.lock and become SCRIPT; nothing "
		"else" },
	{ OPT_HOLDER, "holder", "NAME",
		"print the process that holds that lock; 1: none does" },
	{ OPT_LOG, "log", "LEVEL",
		"append an event to sync.log; operands: PROGRAM TEXT" },
	{ OPT_PUBLISH, "publish", "TIME",
		"write schedule.json: the next run is due at TIME, in seconds\n"
		"since 1970 (0: it goes on); operands: EVERY FAILURES" },
};

static const struct command command = {
	.name = "run",
	.operands = "-- SCRIPT [ARG ...]",
	.purpose = "Run SCRIPT, the pipeline of a sync, under the lock, and "
		   "keep the record of it.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes = "scripts/sync-now.sh calls it. Of --only, --holder, --log and "
		 "--publish, one can\nbe given; scripts/schedule.sh uses them.",
};

struct args {
	int what; /* an option's id, or 0: a run */
	const char *value;
	bool dry_run;
	long limit;
	const char *undoes;
	char **operands;
	int n;
};

/* -1, or the code to end with. */
static int parse_args(struct args *a, int argc, char **argv)
{
	struct opt o;
	int id, code;

	*a = (struct args){ 0 };
	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, &code)) >= 0) {
		if (id == 'n') {
			a->dry_run = true;
		} else if (id == OPT_LIMIT) {
			if (parse_number(o.value, 1, 31 * 86400L, &a->limit) <
				0)
				return opt_usage(&command,
					"--limit: %s is not a number of "
					"seconds up to 31 days",
					o.value);
		} else if (id == OPT_UNDOES) {
			if (!run_id_is_valid(o.value))
				return opt_usage(&command,
					"--undoes: %s is not the id of a run",
					o.value);
			a->undoes = o.value;
		} else if (a->what) {
			return opt_usage(&command,
				"one of --only, --holder, --log and --publish");
		} else {
			a->what = id;
			a->value = o.value;
		}
	}
	if (id == OPT_EXIT)
		return code;
	a->operands = argv + o.at;
	a->n = argc - o.at;
	switch (a->what) {
	case OPT_HOLDER:
		return opt_operands(&o, 0) ? RC_USAGE : -1;
	case OPT_LOG:
	case OPT_PUBLISH:
		return a->n == 2 ? -1
				 : opt_usage(&command, "two operands, please");
	default:
		return a->n ? -1 : opt_usage(&command, "which script?");
	}
}

/* --- a run ------------------------------------------------------------------
 */

void run_log(const struct run_context *r, const char *level,
	const char *program, const char *fmt, ...)
{
	char text[EVENT_TEXT_MAX];
	const struct event event = {
		.run = r->id, .level = level, .program = program
	};
	struct error e;
	va_list ap;

	if (r->dry_run)
		return; /* it writes nothing anywhere */
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	/* An event that can't be written down stops nothing. */
	if (event_log(r->settings->log_dir, &event, text, &e) < 0)
		warning("%s", e.text);
}

/* The run can't begin, or can't be written down: somebody must hear of it. */
static int no_room(struct run_context *r, struct error *e)
{
	struct error why = *e;

	alarm_unrecorded(r);
	*e = why;
	return -1;
}

static int make_run_dir(struct run_context *r, usec started, struct error *e)
{
	time_t t = (time_t)(started / USEC_SECOND);
	char stamp[TIME_SIZE];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &tm);
	snprintf(r->id, sizeof r->id, "%.16s-%ld", stamp, (long)getpid());
	r->dir = xasprintf("%s/runs/%s", r->settings->log_dir, r->id);
	return mkdir(r->dir, 0700) < 0 ? fail_errno(e, "%s", r->dir) : 0;
}

static int make_folders(const struct settings *s, struct error *e)
{
	char *runs = path_join(s->log_dir, "runs");
	int rc = file_make_dirs(s->state_dir, e);

	if (rc == 0)
		rc = file_make_dirs(runs, e);
	free(runs);
	return rc;
}

/* The lock, the folders, and the first line of the log. */
static int begin(struct run_context *r, usec started, struct error *e)
{
	const struct settings *s = r->settings;
	char *lock = run_lock_path(s, "sync");
	struct error ignored;
	int fd;

	if (make_folders(s, e) < 0) {
		free(lock);
		return no_room(r, e);
	}
	fd = lock_take(lock, e); /* kept until this program ends */
	free(lock);
	if (fd < 0)
		return e->code == RC_TEMPORARY ? -1 : no_room(r, e);
	killed_write_down(s);
	if (make_run_dir(r, started, e) < 0 || unsettled_begin(r, e) < 0)
		return no_room(r, e);
	if (log_put_aside(s->log_dir, "sync.log", &ignored) < 0 ||
		log_put_aside(s->log_dir, "conflicts.ndjson", &ignored) < 0)
		warning("%s", ignored.text);
	if (runs_forget(s->log_dir, r->id, &ignored) < 0)
		warning("%s", ignored.text);
	run_log(r, "info", "run", "begins");
	if (!r->undoes)
		alarm_ping(r, "/start", "", true);
	return 0;
}

/* What the script wrote into a small file of the work folder; "" without. */
static char *work_text(
	const struct run_context *r, const char *name, size_t max)
{
	char *path = r->work ? path_join(r->work, name) : xstrdup("");
	struct buf text = BUF_INIT(max);
	struct error none;

	if (access(path, F_OK) == 0 &&
		file_read_regular(path, &text, &none) < 0)
		debug("%s", none.text);
	free(path);
	return text.len ? buf_take(&text) : (buf_fini(&text), xstrdup(""));
}

static enum run_status status_of(
	const struct script_end *end, const char *stage)
{
	/* A signal that came when all was done has interrupted nothing. */
	if (end->signal && end->code > 128)
		return RUN_INTERRUPTED;
	switch (end->code) {
	case RC_DONE:
		return RUN_OK;
	case RC_ATTENTION:
		/* A shell ends with 1 too, where it fails itself. */
		return strcmp(stage, "apply") == 0 ? RUN_ATTENTION : RUN_FAILED;
	case RC_GUARD:
		return RUN_BLOCKED;
	default:
		return RUN_FAILED;
	}
}

static const char *level_of(enum run_status status)
{
	switch (status) {
	case RUN_OK:
		return "info";
	case RUN_ATTENTION:
	case RUN_INTERRUPTED:
		return "warn";
	default:
		return "error";
	}
}

static const char *signal_name(int sig)
{
	return sig == SIGINT ? "INT" : sig == SIGHUP ? "HUP" : "TERM";
}

/* The record of the last run; NULL where there is none that can be read. */
static json *last_record(const struct run_context *r)
{
	char *path = path_join(r->settings->log_dir, "last_run.json");
	struct buf text = BUF_INIT(RECORD_MAX);
	struct error none;
	json *record = NULL;

	if (access(path, F_OK) == 0) {
		if (file_read_regular(path, &text, &none) == 0)
			record = json_parse(buf_str(&text), text.len,
				JSON_MARK_UNREADABLE, &none);
		if (!record)
			debug("%s", none.text);
	}
	free(path);
	buf_fini(&text);
	return record;
}

/*
 * However a run ends that has begun: it is written down, or somebody hears of
 * it. No signal cuts this: what changed is news but once.
 */
static int conclude(struct run_context *r, const struct run_end *end,
	bool always, struct error *e)
{
	const char *logs = r->settings->log_dir;
	json *before = last_record(r);
	/* A run that got no work folder has left nothing beside its record. */
	json *record =
		run_record_make(end, logs, r->work ? r->work : r->dir, before);
	struct buf text = BUF_INIT(1024);
	int rc;

	rc = run_conflicts_write(logs, r->id, e);
	if (rc == 0)
		rc = run_record_write(logs, end, record, e);
	if (rc < 0) {
		struct error why = *e;

		fail(e, RC_LOCAL,
			"%s: this run can't be written down: make room, or set "
			"SYNC_LOG_DIR; what it wrote to both sides is right, "
			"and the next run goes on from there (%s)",
			r->dir, why.text);
		no_room(r, e);
	} else {
		unsettled_end(r, end, record);
		run_record_summary(record, &text);
		run_log(r, level_of(end->status), "run", "%s", buf_str(&text));
		alarm_raise(r, record, json_str(before, "run_id"), always);
	}
	buf_fini(&text);
	json_free(before);
	json_free(record);
	return rc;
}

/* What people shall see behind the messages: a blocked plan, and the outcome.
 */
static void show_end(const struct run_context *r, const struct script_end *end)
{
	char *shown = work_text(r, "shown", (size_t)64 << 20);
	char *report = xasprintf("%s/report",
		getenv("VAULTSYNC_BIN") ? getenv("VAULTSYNC_BIN") : "bin");
	char *argv[] = { report, "--brief", NULL };
	struct spawn s = { .argv = argv,
		.in = -1,
		.out = STDERR_FILENO,
		.err = -1,
		.keep = -1 };
	struct error e;
	pid_t child;

	screen_put(shown);
	if (!r->quiet && !end->signal) {
		if (spawn(&s, &child, &e) < 0)
			warning("%s", e.text);
		else
			alarm_await(child, USEC_MINUTE, true);
	}
	free(report);
	free(shown);
}

/* From the start of the script to the last line of the log; the code, or -1. */
static int supervise(struct run_context *r, char **argv, usec started,
	struct script_end *end, struct error *e)
{
	char *stage, *message = NULL;
	enum run_status status;
	struct messages m;
	int rc;

	messages_init(&m, r);
	rc = work_make(&r->work, &r->work_fd, e);
	if (rc == 0)
		rc = script_run(r, argv, &m, end, e);
	if (rc < 0 && !r->dry_run) {
		/* A run that can't be started has failed like any other. */
		error_report(e);
		message = xasprintf("run: %s", e->text);
		*end = (struct script_end){ .code = e->code };
		rc = 0;
	}
	if (end->limit)
		end->code = RC_TEMPORARY;
	stage = work_text(r, "stage", STAGE_MAX);
	stage[strcspn(stage, "\n")] = '\0';
	messages_end(&m, end->code > RC_ATTENTION ? stage : NULL);
	if (rc == 0 && !r->dry_run) {
		status = status_of(end, stage);
		if (status == RUN_FAILED && end->code == RC_ATTENTION)
			end->code = RC_LOCAL;
		if (end->limit)
			message =
				xasprintf("run: took longer than %lld seconds "
					  "and was stopped",
					(long long)(r->limit / USEC_SECOND));
		else if (!message)
			message = messages_of(&m, stage);
		const struct run_end ended = {
			.id = r->id,
			.status = status,
			.code = end->code,
			.stage = stage,
			.signal = end->signal ? signal_name(end->signal) : NULL,
			.message = message,
			.undoes = r->undoes,
			.started = started,
			.ended = time_now(),
		};
		rc = conclude(r, &ended, end->limit, e);
	}
	free(stage);
	free(message);
	messages_fini(&m);
	return rc < 0 ? -1 : end->code;
}

static int run(const struct settings *s, const struct args *a,
	struct script_end *end, struct error *e)
{
	struct run_context r = { .settings = s,
		.dry_run = a->dry_run,
		.quiet = (verbosity < 0),
		.verbose = (verbosity > 0),
		.limit = a->limit * USEC_SECOND,
		.undoes = a->undoes,
		.work_fd = -1 };
	usec started = time_now();
	int code;

	/* Whatever a run leaves behind holds records: for its owner only. */
	umask(077);
	screen_init();
	script_catch_signals();
	work_clear(work_tmp());
	code = a->dry_run || begin(&r, started, e) == 0
		       ? supervise(&r, a->operands, started, end, e)
		       : -1;
	end->signal = script_signal();
	if (code >= 0 && !a->dry_run)
		show_end(&r, end);
	end->signal = script_signal();
	if (r.work)
		work_remove(r.work, r.work_fd);
	free(r.work);
	free(r.dir);
	return code;
}

int main(int argc, char **argv)
{
	struct settings s = { 0 };
	struct script_end end = { 0 };
	struct args a;
	struct error e, closing;
	int code = parse_args(&a, argc, argv);

	if (code >= 0 || !a.operands)
		return code;
	code = settings_load(&s, a.what ? 0 : NEED_ALARMS, &e);
	if (code == 0) {
		switch (a.what) {
		case OPT_ONLY:
			code = service_only(&s, a.value, a.operands, &e);
			break;
		case OPT_HOLDER:
			code = service_holder(&s, a.value, &e);
			break;
		case OPT_LOG:
			code = service_log(
				&s, a.value, a.operands[0], a.operands[1], &e);
			break;
		case OPT_PUBLISH:
			code = service_publish(
				&s, a.value, a.operands[0], a.operands[1], &e);
			break;
		default:
			code = run(&s, &a, &end, &e);
		}
	}
	if (code < 0)
		code = error_report(&e);
	settings_fini(&s);
	if (close_stdout(&closing) < 0)
		code = error_report(&closing);
	return script_end_by(end.signal, code);
}
