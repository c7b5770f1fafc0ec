#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mask.h"
#include "spawn_child.h"
#include "token.h"
#include "util/alloc.h"

#define END_SECONDS 10

int control_init(struct control *c, const char *token, char *take_script,
	struct error *e)
{
	*c = (struct control){ .script = take_script,
		.token = token,
		.output = -1,
		.pressed = USEC_NONE };
	guesses_init(&c->guesses);
	pthread_mutex_init(&c->lock, NULL);
	for (int k = 0; k < CONTROLS; k++)
		c->runs[k] = (struct control_run){ .started = USEC_NONE,
			.ended = USEC_NONE,
			.output = BUF_INIT(CONTROL_OUTPUT_MAX) };
	if (!token || access(take_script, X_OK) == 0)
		return 0;
	return fail(e, RC_CONFIG,
		"SYNC_CONTROL_TOKEN is set, and %s can't be started: name its "
		"folder with --scripts",
		take_script);
}

static void keep(struct control_run *r, const char *data, size_t n)
{
	size_t room = CONTROL_OUTPUT_MAX - r->output.len;

	if (n > room) {
		r->cut = true;
		n = room;
	}
	buf_add(&r->output, data, n);
}

/* True at the end of the child's output. */
static bool read_output(struct control *c)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(c->output, chunk, sizeof chunk)) > 0)
		keep(&c->runs[c->kind], chunk, (size_t)n);
	return n == 0;
}

static void note_end(struct control *c, int status)
{
	struct control_run *r = &c->runs[c->kind];

	read_output(c);
	close(c->output);
	c->output = -1;
	c->child = 0;
	r->ended = time_now();
	r->exit_code = WIFEXITED(status) ? WEXITSTATUS(status)
					 : 128 + WTERMSIG(status);
}

void control_poll(struct control *c)
{
	int status;

	pthread_mutex_lock(&c->lock);
	if (c->child) {
		read_output(c);
		if (waitpid(c->child, &status, WNOHANG) == c->child)
			note_end(c, status);
	}
	pthread_mutex_unlock(&c->lock);
}

void control_fini(struct control *c)
{
	if (c->child)
		kill(c->child, SIGTERM);
	for (int i = 0; c->child && i < END_SECONDS * 10; i++) {
		poll(NULL, 0, 100);
		control_poll(c);
	}
	if (c->child)
		warning("process %ld, started from the page, is still running",
			(long)c->child);
	if (c->output >= 0)
		close(c->output);
	for (int k = 0; k < CONTROLS; k++)
		buf_fini(&c->runs[k].output);
	free(c->script);
	pthread_mutex_destroy(&c->lock);
}

static void start(
	struct control *c, enum control_kind kind, usec now, struct answer *a)
{
	struct control_run *r = &c->runs[kind];
	struct error e;

	if (spawn_child(c->script, kind == CONTROL_DRY_RUN ? "--dry-run" : NULL,
		    &c->child, &c->output, &e) < 0) {
		warning("%s", e.text);
		answer_text(a, 500, "the run could not be started");
		return;
	}
	c->kind = kind;
	c->pressed = now;
	buf_reset(&r->output);
	r->started = now;
	r->ended = USEC_NONE;
	r->cut = false;
	answer_text(a, 202, "started");
}

static bool too_soon(const struct control *c, usec now)
{
	return c->pressed != USEC_NONE && now >= c->pressed &&
	       now - c->pressed < CONTROL_PAUSE * USEC_SECOND;
}

static void press(struct control *c, enum control_kind kind,
	const char *authorization, struct answer *a)
{
	usec now = time_now();

	if (!token_is_right(authorization, c->token)) {
		guess_refuse(&c->guesses,
			"wrong token: it must be SYNC_CONTROL_TOKEN", a);
		a->asks_token = true;
	} else if (c->child) {
		answer_text(a, 429,
			"a run started from this page is still under way");
		a->retry = "10";
	} else if (too_soon(c, now)) {
		answer_text(a, 429, "pressed too often: wait ten seconds");
		a->retry = "10";
	} else {
		start(c, kind, now, a);
	}
}

void control_press(struct control *c, enum control_kind kind,
	const char *authorization, const char *why_foreign, struct answer *a)
{
	if (!c->token) {
		answer_text(a, 404, "not found");
		return;
	}
	if (why_foreign) {
		answer_text(a, 403, why_foreign);
		return;
	}
	pthread_mutex_lock(&c->lock);
	press(c, kind, authorization, a);
	pthread_mutex_unlock(&c->lock);
}

/* The last character may be cut off, and a child may print anything. */
static json *output_data(const struct control_run *r)
{
	char *clean = repair_text(buf_str(&r->output), r->output.len);
	char *text = mask_paths(clean);
	json *data = json_string(text);

	free(text);
	free(clean);
	return data;
}

static json *run_data(const struct control_run *r)
{
	json *data;
	char stamp[TIME_SIZE];

	if (r->started == USEC_NONE)
		return json_string(NULL);
	data = json_object();
	json_put_str(data, "started_at", time_format(r->started, stamp));
	if (r->ended == USEC_NONE)
		return data;
	json_put_str(data, "ended_at", time_format(r->ended, stamp));
	json_put_int(data, "exit_code", r->exit_code);
	json_put_bool(data, "cut", r->cut);
	json_put(data, "output", output_data(r));
	return data;
}

static void drop_old_plan(struct control_run *dry, usec newest_run)
{
	if (dry->ended == USEC_NONE || newest_run == USEC_NONE ||
		newest_run <= dry->started)
		return;
	buf_reset(&dry->output);
	dry->started = dry->ended = USEC_NONE;
}

json *control_data(struct control *c, usec newest_run)
{
	json *data = json_object();

	json_put_bool(data, "enabled", c->token != NULL);
	if (!c->token)
		return data;
	pthread_mutex_lock(&c->lock);
	drop_old_plan(&c->runs[CONTROL_DRY_RUN], newest_run);
	json_put_bool(data, "running", c->child != 0);
	json_put(data, "sync", run_data(&c->runs[CONTROL_SYNC]));
	json_put(data, "dry_run", run_data(&c->runs[CONTROL_DRY_RUN]));
	pthread_mutex_unlock(&c->lock);
	return data;
}
