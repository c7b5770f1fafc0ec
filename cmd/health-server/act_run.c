#include "act_run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mask.h"
#include "spawn_child.h"
#include "util/alloc.h"

void act_run_init(struct act_run *r)
{
	*r = (struct act_run){
		.started = USEC_NONE,
		.ended = USEC_NONE,
		.said = { .fd = -1, .text = BUF_INIT(CONTROL_OUTPUT_MAX) },
		.plan = { .fd = -1, .text = BUF_INIT(CONTROL_PLAN_MAX) },
	};
}

void act_run_fini(struct act_run *r)
{
	if (r->said.fd >= 0)
		close(r->said.fd);
	if (r->plan.fd >= 0)
		close(r->plan.fd);
	buf_fini(&r->said.text);
	buf_fini(&r->plan.text);
}

int act_run_start(struct act_run *r, const struct act *act, const char *script,
	pid_t *child, struct error *e)
{
	char **argv = xcalloc(act->n + 2, sizeof *argv);
	int ends[2], rc;

	argv[0] = (char *)script;
	if (act->n)
		memcpy(argv + 1, act->args, act->n * sizeof *argv);
	rc = spawn_child(argv, act->shows_plan, child, ends, e);
	free(argv);
	if (rc < 0)
		return -1;
	r->said.fd = act->shows_plan ? ends[1] : ends[0];
	r->plan.fd = act->shows_plan ? ends[0] : -1;
	r->kind = act->kind;
	r->shows_plan = act->shows_plan;
	r->restores = act->restores;
	memcpy(r->run, act->run, sizeof r->run);
	r->started = time_now();
	return 0;
}

/* --- what it says --------------------------------------------------------- */

static void keep(struct printed *p, const char *data, size_t n)
{
	size_t room = p->text.max - p->text.len;

	if (n > room) {
		p->cut = true;
		n = room;
	}
	buf_add(&p->text, data, n);
}

static void read_printed(struct printed *p)
{
	char chunk[16384];
	ssize_t n = -1;

	while (p->fd >= 0 && (n = read(p->fd, chunk, sizeof chunk)) > 0)
		keep(p, chunk, (size_t)n);
	if (n != 0 || p->fd < 0)
		return;
	close(p->fd);
	p->fd = -1;
}

void act_run_read(struct act_run *r)
{
	read_printed(&r->said);
	read_printed(&r->plan);
}

/* Of a plan that is cut, whole lines; its head names its id. */
static void end_plan(struct act_run *r)
{
	struct buf *text = &r->plan.text;
	size_t len = text->len;
	struct error ignored;
	json *head;

	while (len && text->data[len - 1] != '\n')
		len--;
	if (len < text->len)
		r->plan.cut = true;
	buf_cut(text, len);
	if (!len || r->exit_code > RC_GUARD)
		return;
	head = json_parse(text->data, strcspn(text->data, "\n"),
		JSON_MARK_UNREADABLE, &ignored);
	if (!json_str(head, "plan_id") ||
		uuid_normalize(json_str(head, "plan_id"), r->plan_id) < 0)
		r->plan_id[0] = '\0';
	json_free(head);
}

void act_run_end(struct act_run *r, int status)
{
	act_run_read(r);
	r->ended = time_now();
	r->exit_code = WIFEXITED(status) ? WEXITSTATUS(status)
					 : 128 + WTERMSIG(status);
	if (r->shows_plan)
		end_plan(r);
}

bool act_run_has_plan(const struct act_run *r)
{
	return *r->plan_id != '\0';
}

/* --- as JSON -------------------------------------------------------------- */

static void put_time(json *to, const char *key, usec t)
{
	char stamp[TIME_SIZE];

	json_put_str(to, key, time_format(t, stamp));
}

/* The last character may be cut off, and a child may print anything. */
static json *output_data(const struct printed *said)
{
	char *clean = repair_text(buf_str(&said->text), said->text.len);
	char *text = mask_paths(clean);
	json *data = json_string(text);

	free(text);
	free(clean);
	return data;
}

json *act_run_data(const struct act_run *r)
{
	json *data;

	if (r->id == 0)
		return json_string(NULL);
	data = json_object();
	json_put_int(data, "id", r->id);
	json_put_str(data, "act", act_name(r->kind));
	put_time(data, "started_at", r->started);
	if (r->ended == USEC_NONE)
		return data;
	put_time(data, "ended_at", r->ended);
	json_put_int(data, "exit_code", r->exit_code);
	json_put_bool(data, "cut", r->said.cut);
	json_put(data, "output", output_data(&r->said));
	return data;
}

json *act_run_plan(const struct act_run *r)
{
	json *data;

	if (!act_run_has_plan(r))
		return json_string(NULL);
	data = json_object();
	json_put_int(data, "id", r->id);
	json_put_str(data, "kind", act_name(r->kind));
	json_put_str(data, "run_id", *r->run ? r->run : NULL);
	json_put_str(data, "orphans", r->restores ? "restore" : NULL);
	put_time(data, "at", r->ended);
	json_put_str(data, "plan_id", r->plan_id);
	return data;
}
