#include "alarm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "script.h"
#include "util/alloc.h"
#include "util/humanize.h"
#include "util/idset.h"
#include "util/spawn.h"
#include "util/uuid.h"

#define PING_SECONDS "10"
#define NOTIFY_TIME (20 * USEC_SECOND)
#define KILL_TIME (5 * USEC_SECOND) /* from its TERM to its KILL */
#define BODY_MAX 10000
#define SAID_MAX 2000

/* --- children that take a moment --------------------------------------------
 */

int alarm_await(pid_t child, usec most, bool may_be_cut)
{
	usec began = time_monotonic(), asked = 0;
	int status;

	while (waitpid(child, &status, WNOHANG) == 0) {
		usec now = time_monotonic();
		bool over = now - began > most ||
			    (may_be_cut && script_signal() != 0);

		if (over && !asked) {
			kill(-child, SIGTERM);
			asked = now;
		} else if (asked && now - asked > KILL_TIME) {
			kill(-child, SIGKILL);
		}
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	if (asked)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * What a child reads, in a pipe, so that no disk is needed: the reading end, -1
 * where there is no pipe. A text that is longer than a pipe holds is cut.
 */
static int given(const char *text)
{
	struct error e;
	int ends[2];

	if (spawn_pipe(ends, &e) < 0)
		return -1;
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	if (write(ends[1], text, strlen(text)) < 0)
		debug("the text of an alarm is lost: %s", strerror(errno));
	close(ends[1]);
	return ends[0];
}

/*
 * A file without a name for what a child says: a pipe would be waited for as
 * long as something lives that the child left in the background. NULL where the
 * disk has no room: its words are lost then.
 */
static FILE *scratch(void)
{
	FILE *f = tmpfile();

	if (f)
		fcntl(fileno(f), F_SETFD, FD_CLOEXEC);
	return f;
}

static char *said(FILE *f)
{
	char text[SAID_MAX + 1] = "";
	size_t n;

	if (!f)
		return xstrdup("");
	rewind(f);
	n = fread(text, 1, SAID_MAX, f);
	while (n > 0 && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	return xstrdup(text);
}

static void let_go(int in, FILE *out, FILE *none)
{
	if (in >= 0)
		close(in);
	if (out)
		fclose(out);
	if (none)
		fclose(none);
}

/* --- the ping ---------------------------------------------------------------
 */

/* `text` with what is secret in it taken out. */
static char *without(const char *text, const char *secret)
{
	struct buf out = BUF_INIT(SAID_MAX * 4);
	size_t len = strlen(secret);
	const char *at;

	for (; len && (at = strstr(text, secret)); text = at + len)
		buf_addf(&out, "%.*s…", (int)(at - text), text);
	buf_adds(&out, text);
	return buf_take(&out);
}

/* The line of a curl configuration: the URL is a secret, and no argument. */
static char *url_line(const char *base, const char *suffix)
{
	struct buf line = BUF_INIT(8192);

	buf_adds(&line, "url = \"");
	for (const char *c = base; *c; c++) {
		if (*c == '"' || *c == '\\')
			buf_addc(&line, '\\');
		buf_addc(&line, *c);
	}
	buf_addf(&line, "%s\"\n", suffix);
	return buf_take(&line);
}

void alarm_ping(const struct run_context *run, const char *suffix,
	const char *text, bool may_be_cut)
{
	const char *url = run->settings->ping_url;
	char *base, *line, *body, *problem, *shown, config[32];
	int in, secret, code;
	FILE *out, *none;
	struct error e = { 0 };
	pid_t child;

	if (!url || !*url)
		return;
	base = xstrndup(url, strlen(url) - (url[strlen(url) - 1] == '/'));
	line = url_line(base, suffix);
	body = xasprintf("%.*s\n", BODY_MAX, text);
	in = given(body);
	secret = given(line);
	out = scratch();
	none = fopen("/dev/null", "we");
	snprintf(config, sizeof config, "/dev/fd/%d", secret);
	char *argv[] = { "curl", "-q", "-sS", "-f", "-m", PING_SECONDS, "-o",
		"/dev/null", "--data-binary", "@-", "-K", config, NULL };
	struct spawn s = { .argv = argv,
		.in = in,
		.out = -1,
		.err = out    ? fileno(out)
		       : none ? fileno(none)
			      : -1,
		.keep = secret };

	code = spawn(&s, &child, &e);
	if (code == 0)
		code = alarm_await(child, NOTIFY_TIME, may_be_cut);
	problem = e.text[0]  ? xstrdup(e.text)
		  : code < 0 ? xstrdup("it took too long")
			     : said(out);
	if (code != 0 && !(may_be_cut && script_signal())) {
		shown = without(problem, base);
		run_log(run, "warn", "alarm",
			"SYNC_PING_URL was not reached: %s", shown);
		free(shown);
	}
	free(problem);
	let_go(secret, NULL, NULL);
	let_go(in, out, none);
	free(body);
	free(line);
	free(base);
}

/* --- the command ------------------------------------------------------------
 */

void alarm_notify(
	const struct run_context *run, const char *event, const char *text)
{
	/* It gets none of our keys. */
	static const char *const secrets[] = { "SUPABASE_SERVICE_ROLE_KEY=",
		"NOTION_API_KEY=", "SYNC_PING_URL=", "SYNC_CONTROL_TOKEN=",
		"SYNC_HOOK_SECRET_", "SYNC_EVENT=", "SYNC_MESSAGE=",
		"SYNC_RUN_ID=", "SYNC_NOTIFY_CMD=", NULL };
	/*
	 * Its text may hold a secret of its own: what is among the arguments,
	 * every user of the machine sees.
	 */
	char *argv[] = { "sh", "-c",
		"command=$SYNC_NOTIFY_CMD; unset SYNC_NOTIFY_CMD; "
		"eval \"$command\"",
		NULL };
	const char *command = run->settings->notify_cmd;
	char *set[5] = { NULL }, *line, *problem;
	struct spawn s = {
		.argv = argv, .out = -1, .err = -1, .keep = -1, .bare = true
	};
	FILE *out, *none;
	struct error e = { 0 };
	pid_t child;
	int in, code;

	if (!command)
		return;
	run_log(run, "info", "alarm", "%s: %s", event, text);
	set[0] = xasprintf("SYNC_EVENT=%s", event);
	set[1] = xasprintf("SYNC_MESSAGE=%s", text);
	set[2] = xasprintf("SYNC_RUN_ID=%s", run->id);
	set[3] = xasprintf("SYNC_NOTIFY_CMD=%s", command);
	line = xasprintf("%s\n", text);
	in = given(line);
	out = scratch();
	none = fopen("/dev/null", "we");
	if (none)
		s.in = s.out = s.err = fileno(none);
	if (in >= 0)
		s.in = in;
	if (out)
		s.err = fileno(out);
	s.env = spawn_environment(secrets, set);
	code = spawn(&s, &child, &e);
	if (code == 0)
		code = alarm_await(child, NOTIFY_TIME, false);
	problem = e.text[0]  ? xstrdup(e.text)
		  : code < 0 ? xstrdup("it took longer than 20 seconds")
			     : said(out);
	if (code != 0)
		run_log(run, "warn", "alarm", "SYNC_NOTIFY_CMD failed: %s",
			problem);
	free(problem);
	let_go(in, out, none);
	free((void *)s.env);
	free(line);
	for (size_t i = 0; set[i]; i++)
		free(set[i]);
}

/* --- what is news -----------------------------------------------------------
 */

static bool is_before(const struct run *r, const char *id)
{
	return r && run_tells_of_sync(r) && r->status != RUN_INTERRUPTED &&
	       strcmp(r->id, id) != 0;
}

/*
 * The run before this one that tells how the sync is, and that nobody stopped;
 * NULL: none is known. It is `last`, whatever time its name tells, because a
 * clock can be set back.
 */
static const struct run *run_before(
	const struct run_records *l, const char *id, const char *last)
{
	const struct run *r = last ? run_records_find(l, last) : NULL;

	if (is_before(r, id))
		return r;
	for (size_t i = l->n; i > 0; i--)
		if (is_before(&l->runs[i - 1], id))
			return &l->runs[i - 1];
	return is_before(l->last, id) ? l->last : NULL;
}

static bool same_kind(const json *a, const json *b)
{
	static const char *const keys[] = { "status", "exit_code", "blocked" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (!json_equal(json_get(a, keys[i]), json_get(b, keys[i])) &&
			!(json_is_null(json_get(a, keys[i])) &&
				json_is_null(json_get(b, keys[i]))))
			return false;
	return true;
}

struct open_conflicts {
	struct idset *known; /* of the run before */
	bool collect;
	size_t n;
};

static void take_conflict(void *arg, const json *line)
{
	const char *code = json_str(line, "code");
	struct open_conflicts *c = arg;
	char row[UUID_SIZE];

	if (!code || strcmp(code, "conflict") != 0 ||
		uuid_normalize(json_str(line, "row_id"), row) < 0)
		return;
	if (c->collect)
		idset_add(c->known, row);
	else if (!idset_has(c->known, row))
		c->n++;
}

/*
 * How many pairs are in conflict that weren't before; one that was decided is
 * over with its run, and is new each time.
 */
static int64_t new_conflicts(const struct run_records *l,
	const struct run *before, const struct run_context *run,
	const json *record)
{
	struct idset known = { 0 };
	struct open_conflicts c = { .known = &known, .collect = true };
	struct error e;

	if (before &&
		run_lines(l, before->id, "results", take_conflict, &c, &e) < 0)
		debug("%s", e.text);
	c.collect = false;
	if (run_lines(l, run->id, "results", take_conflict, &c, &e) < 0)
		debug("%s", e.text);
	idset_fini(&known);
	return (int64_t)c.n + json_int(record, "conflicts");
}

static void raise_success(const struct run_context *run,
	const struct run_records *l, const struct run *before,
	const json *record, const char *text)
{
	char command[COMMAND_SIZE], *news;
	int64_t n = new_conflicts(l, before, run, record);

	alarm_ping(run, "", text, false);
	if (before &&
		(before->status == RUN_FAILED || before->status == RUN_BLOCKED))
		alarm_notify(run, "recovery", "The sync works again.");
	if (n == 0)
		return;
	news = xasprintf("%" PRId64 " new in conflict: see %s --run %s", n,
		humanize_command("bin/report", command), run->id);
	alarm_notify(run, "conflict", news);
	free(news);
}

void alarm_raise(const struct run_context *run, const json *record,
	const char *last, bool always)
{
	const char *message = json_str(record, "message");
	const char *status = json_str(record, "status");
	const struct run *before;
	struct run_records l;
	struct error e;
	char *text, *news;

	if (!run->settings->ping_url && !run->settings->notify_cmd)
		return;
	/* Who asked for an undo sees how it ended; of the sync it says nothing.
	 */
	if (json_str(record, "undoes"))
		return;
	if (run_records_load(&l, run->settings->log_dir, &e) < 0) {
		alarm_unrecorded(run);
		return;
	}
	before = run_before(&l, run->id, last);
	text = xasprintf("exit code %" PRId64 " at %s%s%s",
		json_int(record, "exit_code"), json_str(record, "stage"),
		message ? ": " : "", message ? message : "");
	if (strcmp(status, "ok") == 0 || strcmp(status, "attention") == 0) {
		raise_success(run, &l, before, record, text);
	} else if (strcmp(status, "interrupted") == 0) {
		news = xasprintf("stopped by %s at %s",
			json_str(record, "signal"), json_str(record, "stage"));
		alarm_ping(run, "/fail", news, false);
		free(news);
	} else if (strcmp(status, "blocked") == 0 && run_is_refused(record)) {
		/* A person asked for it, and has seen it; the sync is well. */
		alarm_ping(run, "", text, false);
	} else {
		bool blocked = strcmp(status, "blocked") == 0;

		alarm_ping(run, "/fail", text, false);
		news = xasprintf("%s, %s",
			blocked ? "Stopped by a guard" : "The sync failed",
			text);
		if (always || !before || !same_kind(before->record, record))
			alarm_notify(run, blocked ? "guard" : "failure", news);
		free(news);
	}
	free(text);
	run_records_fini(&l);
}

void alarm_unrecorded(const struct run_context *run)
{
	char *text = xasprintf("A run can't be written down in %s: make room, "
			       "or set SYNC_LOG_DIR.",
		run->settings->log_dir);
	char *body = xasprintf("exit code %d: %s", RC_LOCAL, text);

	alarm_ping(run, "/fail", body, false);
	alarm_notify(run, "failure", text);
	free(body);
	free(text);
}
