#include "control.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runs/event_log.h"
#include "token.h"
#include "util/alloc.h"
#include "util/text.h"

#define END_SECONDS 10
#define BUSY_SECONDS 5 /* the Retry-After while a child is at work */
#define WATCH_MS 1000
#define WATCH_SILENT_MS 100 /* what has closed its output ends soon */

int control_init(struct control *c, const struct settings *settings,
	char *take_script, struct error *e)
{
	*c = (struct control){ .script = take_script,
		.settings = settings,
		.token = settings->control_token,
		/* A page that is open must not take the first act after a
		 * restart for one that it knows. */
		.acts = time_now() / 1000 };
	guesses_init(&c->guesses);
	pace_init(&c->pace);
	pace_init(&c->signed_in);
	act_run_init(&c->now);
	act_run_init(&c->last);
	act_run_init(&c->shown);
	pthread_mutex_init(&c->lock, NULL);
	if (!c->token || access(take_script, X_OK) == 0)
		return 0;
	return fail(e, RC_CONFIG,
		"SYNC_CONTROL_TOKEN is set, and %s can't be started: name its "
		"folder with --scripts",
		take_script);
}

/* --- the child ------------------------------------------------------------ */

static void log_end(const struct control *c, const struct act_run *r)
{
	const struct event event = {
		.run = "-", .level = "info", .program = "health-server"
	};
	struct error e;
	char text[100];

	snprintf(text, sizeof text, "%s ended: exit code %d", act_name(r->kind),
		r->exit_code);
	if (event_log(c->settings->log_dir, &event, text, &e) < 0)
		debug("%s", e.text);
}

static void note_end(struct control *c, int status)
{
	act_run_end(&c->now, status);
	c->child = 0;
	log_end(c, &c->now);
	act_run_fini(&c->last);
	c->last = c->now;
	act_run_init(&c->now);
	if (!act_run_has_plan(&c->last))
		return;
	/* The text of the plan changes hands. */
	act_run_fini(&c->shown);
	c->shown = c->last;
	c->shown.said = (struct printed){ .fd = -1 };
	c->last.plan = (struct printed){ .fd = -1 };
}

/* Reads what there is, and the child's end. */
static void look(struct control *c)
{
	int status;

	if (!c->child)
		return;
	act_run_read(&c->now);
	if (waitpid(c->child, &status, WNOHANG) == c->child)
		note_end(c, status);
}

void control_watch(struct control *c)
{
	struct pollfd fds[2];
	bool silent;

	pthread_mutex_lock(&c->lock);
	look(c);
	fds[0] = (struct pollfd){ .fd = c->now.said.fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = c->now.plan.fd, .events = POLLIN };
	silent = c->child && fds[0].fd < 0 && fds[1].fd < 0;
	pthread_mutex_unlock(&c->lock);
	poll(fds, 2, silent ? WATCH_SILENT_MS : WATCH_MS);
}

void control_fini(struct control *c)
{
	pid_t group = c->child;

	if (group)
		kill(-group, SIGTERM);
	for (int i = 0; group && i < END_SECONDS * 10; i++) {
		poll(NULL, 0, 100);
		pthread_mutex_lock(&c->lock);
		look(c);
		pthread_mutex_unlock(&c->lock);
		/* A script may end before the run that it has started. */
		if (!c->child && kill(-group, 0) < 0 && errno == ESRCH)
			break;
	}
	if (c->child)
		warning("process %ld, started from the page, is still running",
			(long)c->child);
	act_run_fini(&c->now);
	act_run_fini(&c->last);
	act_run_fini(&c->shown);
	free(c->script);
	pthread_mutex_destroy(&c->lock);
}

/* The path of that script, beside sync-now.sh; allocated. */
static char *script_of(const struct control *c, const struct act *act)
{
	const char *slash = strrchr(c->script, '/');

	return xasprintf("%.*s%s", slash ? (int)(slash + 1 - c->script) : 0,
		c->script, act->script);
}

static void start(struct control *c, const struct act *act, struct answer *a)
{
	char *script = script_of(c, act);
	struct error e;
	json *data;
	int rc = act_run_start(&c->now, act, script, &c->child, &e);

	free(script);
	if (rc < 0) {
		warning("%s", e.text);
		answer_text(a, 500, "it could not be started");
		return;
	}
	c->now.id = ++c->acts;
	if (act->shows_plan) {
		/* What was shown before is not what is asked for now. */
		act_run_fini(&c->shown);
		act_run_init(&c->shown);
	}
	data = json_object();
	json_put_int(data, "id", c->now.id);
	json_put_str(data, "act", act_name(act->kind));
	answer_json(a, 202, "application/json", data);
}

/* --- who may -------------------------------------------------------------- */

static void refuse_token(struct control *c, const struct asker *who,
	const char *what, struct answer *a)
{
	char *text = xasprintf("wrong token for %s,", what);

	if (guess_refuse(&c->guesses,
		    "wrong token: it must be SYNC_CONTROL_TOKEN", a))
		asker_log(c->settings->log_dir, "warn", text,
			a->status == 401 ? "from"
					 : "and no more of them in this "
					   "minute are noted, from",
			who);
	a->asks_token = true;
	free(text);
}

static bool is_right(const struct control *c, const struct asker *who)
{
	return c->token && (token_is_right(who->authorization, c->token) ||
				   token_is_same(who->token, c->token));
}

bool control_may_read(
	struct control *c, const struct asker *who, struct answer *a)
{
	if (!c->settings->page_private || is_right(c, who))
		return true;
	if (!who->token && !token_is_bearer(who->authorization)) {
		/*
		 * A page that nobody has signed in to is no guess, nor is what
		 * a browser sends to a proxy.
		 */
		answer_text(a, 401, "this page is private: it needs the token");
		a->asks_token = true;
		return false;
	}
	pthread_mutex_lock(&c->lock);
	refuse_token(c, who, "reading", a);
	pthread_mutex_unlock(&c->lock);
	return false;
}

bool control_reads(
	const struct control *c, const struct asker *who, struct intake *in)
{
	if (who->why_foreign || !asker_sends_json(who) || !is_right(c, who))
		return false;
	in->most = ACT_BODY_MAX;
	in->kept.max = ACT_BODY_MAX + 1;
	in->keeps = true;
	return true;
}

/* A message that may quote the body, as one line. */
static void answer_error(
	struct answer *a, unsigned status, const struct error *e)
{
	struct buf line = BUF_INIT(8 * ERROR_MAX);

	text_show(&line, e->text, 0);
	answer_text(a, status, buf_str(&line));
	buf_fini(&line);
}

static void sign_in(
	struct control *c, const struct asker *who, struct answer *a)
{
	if (pace_take(&c->signed_in) == 0)
		asker_log(c->settings->log_dir, "info", "sign-in", "from", who);
	answer_text(a, 204, "");
	buf_reset(&a->body);
}

static void start_for(struct control *c, const struct act *act,
	const struct asker *who, struct answer *a)
{
	struct buf words = BUF_INIT(1024);
	unsigned wait;

	look(c);
	if (c->child) {
		answer_text(a, 429,
			"an act that was started from this page is still "
			"under way");
		a->retry = BUSY_SECONDS;
		return;
	}
	wait = pace_take(&c->pace);
	if (wait) {
		answer_text(a, 429, "too many acts within a minute: wait");
		a->retry = wait;
		return;
	}
	act_words(act, &words);
	asker_log(c->settings->log_dir, "info", buf_str(&words), "asked for by",
		who);
	buf_fini(&words);
	start(c, act, a);
}

static void perform(struct control *c, enum act_kind kind,
	const struct asker *who, const struct intake *in, struct answer *a)
{
	struct act act;
	struct error e;

	if (!is_right(c, who)) {
		refuse_token(c, who, act_name(kind), a);
		return;
	}
	if (who->has_body && !asker_sends_json(who)) {
		answer_text(a, 415,
			"the body must be sent with Content-Type: "
			"application/json");
		return;
	}
	if (act_read(&act, kind, buf_str(&in->kept), in->kept.len, &e) < 0)
		answer_error(a, 400, &e);
	else if (kind == ACT_SIGN_IN)
		sign_in(c, who, a);
	else
		start_for(c, &act, who, a);
	act_fini(&act);
}

void control_act(struct control *c, enum act_kind kind, const struct asker *who,
	const struct intake *in, struct answer *a)
{
	if (!c->token) {
		answer_text(a, 404, "not found");
		return;
	}
	if (who->why_foreign) {
		answer_text(a, 403, who->why_foreign);
		return;
	}
	pthread_mutex_lock(&c->lock);
	perform(c, kind, who, in, a);
	pthread_mutex_unlock(&c->lock);
}

/* --- what is shown -------------------------------------------------------- */

/* Up to date, and with the lock. */
static void open_to_show(struct control *c, usec newest_run)
{
	struct act_run *shown = &c->shown;

	pthread_mutex_lock(&c->lock);
	look(c);
	if (shown->id == 0 || newest_run == USEC_NONE ||
		newest_run <= shown->started)
		return;
	act_run_fini(shown);
	act_run_init(shown);
}

json *control_data(struct control *c, usec newest_run)
{
	json *data = json_object();

	json_put_bool(data, "enabled", c->token != NULL);
	json_put_bool(data, "private", c->settings->page_private);
	open_to_show(c, newest_run);
	json_put(data, "running", act_run_data(&c->now));
	json_put(data, "last", act_run_data(&c->last));
	json_put(data, "plan", act_run_plan(&c->shown));
	pthread_mutex_unlock(&c->lock);
	return data;
}

bool control_plan(struct control *c, usec newest_run, struct control_plan *out)
{
	const struct act_run *r = &c->shown;
	bool found;

	*out = (struct control_plan){ .at = USEC_NONE };
	open_to_show(c, newest_run);
	found = act_run_has_plan(r);
	if (found) {
		*out = (struct control_plan){ .id = r->id,
			.kind = act_name(r->kind),
			.at = r->ended,
			.exit_code = r->exit_code,
			.restores = r->restores,
			.cut = r->plan.cut,
			.len = r->plan.text.len };
		memcpy(out->run, r->run, sizeof out->run);
		memcpy(out->plan_id, r->plan_id, sizeof out->plan_id);
		out->ndjson = xstrndup(buf_str(&r->plan.text), out->len);
	}
	pthread_mutex_unlock(&c->lock);
	return found;
}

int64_t control_plan_id(struct control *c, usec newest_run)
{
	int64_t id;

	open_to_show(c, newest_run);
	id = act_run_has_plan(&c->shown) ? c->shown.id : 0;
	pthread_mutex_unlock(&c->lock);
	return id;
}

void control_plan_fini(struct control_plan *p)
{
	free(p->ndjson);
	*p = (struct control_plan){ 0 };
}
