/*
 * approve: lets single ops of the last plan pass, and drops from the file of
 * approvals what a run has done with them.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "carried_out.h"
#include "plan_seen.h"
#include "settings/settings.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/humanize.h"
#include "util/lock.h"
#include "util/opt.h"
#include "util/stream.h"
#include "util/text.h"

#define LOCK_TRIES 200 /* ten seconds */

enum {
	OPT_ALL = 256,
	OPT_LIST,
	OPT_PLAN,
	OPT_FILE,
	OPT_DONE_BY,
};

static const struct option_spec options[] = {
	{ OPT_ALL, "all", "KIND",
		"all such ops of the last plan: create, update, trash,\n"
		"restore, each alone or with :notion or :supabase\n"
		"behind it; a list" },
	{ OPT_LIST, "list", NULL, "show what can be approved" },
	{ OPT_PLAN, "plan", "ID",
		"approve only if the last plan is the one with this id" },
	{ OPT_FILE, "file", "FILE",
		"the approvals (SYNC_STATE_DIR/approved.ndjson)" },
	{ OPT_DONE_BY, "done-by", "RUN",
		"drop what that run has carried out, or no longer plans" },
};

static const struct command command = {
	.name = "approve",
	.operands = "[ID ...]",
	.purpose = "Let single ops pass that wait, or that a guard blocks.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes = "ID is that of a row or page, or how it begins. What is "
		 "approved is carried\nout by the next run, as long as both "
		 "halves are as the last plan saw them.",
};

struct args {
	const char *all, *plan, *file, *done_by;
	bool list;
	char **ids;
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
		switch (id) {
		case OPT_ALL:
			a->all = o.value;
			break;
		case OPT_LIST:
			a->list = true;
			break;
		case OPT_PLAN:
			a->plan = o.value;
			break;
		case OPT_FILE:
			a->file = o.value;
			break;
		default:
			a->done_by = o.value;
			break;
		}
	}
	if (id == OPT_EXIT)
		return code;
	a->ids = argv + o.at;
	a->n = argc - o.at;
	if (!a->list && !a->done_by && !a->all && a->n == 0)
		return opt_usage(&command,
			"name the ids, or --all and a kind; --list shows them");
	if ((a->list || a->done_by) && (a->all || a->n))
		return opt_usage(
			&command, "--list and --done-by approve nothing");
	if (a->list && a->done_by)
		return opt_usage(
			&command, "--list and --done-by exclude each other");
	return -1;
}

/* --- approving ------------------------------------------------------------ */

static json *new_line(struct approvals *a, const struct plan_seen *p,
	const char *kind, const struct op_key *key)
{
	json *line = stream_line(kind);
	char at[TIME_SIZE];
	usec now = time_now();

	if (a->until != USEC_NONE && now <= a->until)
		now = a->until + 1;
	json_put_str(line, "plan_id", json_str(p->head, "plan_id"));
	json_put_str(line, "at", time_format(now, at));
	op_key_put(line, key);
	return line;
}

static void add_chosen(struct approvals *a, const struct plan_seen *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct candidate *c = &p->at[i];
		json *line;

		if (!c->chosen)
			continue;
		line = new_line(a, p, "approved", &c->key);
		json_put(line, "seen", json_copy(json_get(c->line, "expect")));
		if (json_get(c->line, "set"))
			json_put(line, "set",
				json_copy(json_get(c->line, "set")));
		approvals_add(a, line);
	}
}

/* How many of those that this guard blocked there wait on. */
static size_t count_left(
	const struct plan_seen *p, const struct candidate *like)
{
	size_t left = 0;

	for (size_t i = 0; i < p->n; i++)
		left += p->at[i].of_guard && !p->at[i].chosen &&
			p->at[i].key.kind == like->key.kind &&
			p->at[i].key.target == like->key.target;
	return left;
}

/* The records of those that this guard blocked there, approved or not. */
static void add_blocked(
	json *line, const struct plan_seen *p, const struct candidate *like)
{
	json *ids = json_array();

	for (size_t i = 0; i < p->n; i++) {
		const struct candidate *c = &p->at[i];

		if (c->of_guard && c->key.kind == like->key.kind &&
			c->key.target == like->key.target)
			guard_ids_add(ids, c->line);
	}
	guard_ids_put(line, ids);
}

/*
 * A guard of whose ops some are approved, or all, holds the others from now on,
 * and what changes or comes in before the next run; it stops nothing else any
 * more.
 */
static void add_guards(struct approvals *a, const struct plan_seen *p)
{
	static const bool none[GUARDS] = { false };

	for (size_t i = 0; i < p->n; i++) {
		const struct candidate *c = &p->at[i];
		const struct op_key kind = { .kind = c->key.kind,
			.target = c->key.target };
		size_t left = count_left(p, c);
		json *line;

		if (!c->chosen || !c->of_guard ||
			approvals_guard(a, &kind, none))
			continue;
		line = new_line(a, p, "guard", &kind);
		json_put_str(line, "guard", guard_name(c->guard));
		add_blocked(line, p, c);
		approvals_add(a, line);
		if (left == 0)
			continue;
		info("%zu more that %s blocked wait until they are approved, "
		     "and everything else goes on",
			left, guard_name(c->guard));
	}
}

/* A guard that counts no ops can only be allowed. */
static void tell_of_others(const struct plan_seen *p)
{
	const json *blocked = json_get(p->head, "blocked");
	const json *counted = json_get(p->head, "counted");
	char text[COMMAND_SIZE];

	for (const json *b = json_first(blocked); b; b = json_next(b)) {
		bool is_counted = false;

		for (const json *v = json_first(counted); v; v = json_next(v))
			is_counted |=
				text_same(json_str(v, "guard"), json_text(b));
		if (!is_counted && json_text(b))
			warning("the plan is blocked by %s too, which no "
				"approval passes: %s --allow %s",
				json_text(b),
				humanize_command("scripts/sync-now.sh", text),
				json_text(b));
	}
}

static size_t count_chosen(const struct plan_seen *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->at[i].chosen;
	return n;
}

static int choose(struct plan_seen *p, const struct args *a, struct error *e)
{
	const char *id = json_str(p->head, "plan_id");

	if (a->plan && !text_same(a->plan, id))
		return fail(e, RC_USAGE,
			"the last plan is %s, of run %s, and not %.60s: look "
			"at it first, with --list",
			id ? id : "unknown", p->run_id, a->plan);
	if (a->all && plan_seen_choose_all(p, a->all, e) < 0)
		return -1;
	for (int i = 0; i < a->n; i++)
		if (plan_seen_choose(p, a->ids[i], e) < 0)
			return -1;
	return 0;
}

static int approve(const struct plan_seen *p, const char *file, struct error *e)
{
	struct approvals approvals;
	size_t n = count_chosen(p);
	int rc;

	if (approvals_load(&approvals, file, e) < 0)
		return -1;
	add_chosen(&approvals, p);
	add_guards(&approvals, p);
	rc = approvals_save(&approvals, file, e);
	approvals_fini(&approvals);
	if (rc < 0)
		return -1;
	info("%zu approved: the next run carries %s out, if both halves are "
	     "still as they were seen",
		n, n == 1 ? "it" : "them");
	tell_of_others(p);
	return 0;
}

/* --- all ------------------------------------------------------------------ */

/* Another approve is done in a moment. */
static int take_lock(const char *path, struct error *e)
{
	int fd = lock_take(path, e);

	for (int i = 0; fd < 0 && e->code == RC_TEMPORARY && i < LOCK_TRIES;
		i++) {
		const struct timespec pause = { .tv_nsec = 50000000 };

		nanosleep(&pause, NULL);
		fd = lock_take(path, e);
	}
	return fd;
}

/* What changes the file, under its lock. */
static int change(const struct args *a, const struct plan_seen *p,
	const struct run_records *l, const char *file, struct error *e)
{
	char *lock = xasprintf("%s.lock", file);
	int fd = take_lock(lock, e), rc = -1;

	if (fd >= 0)
		rc = a->done_by ? drop_carried_out(l, a->done_by, file, e)
				: approve(p, file, e);
	if (fd >= 0)
		close(fd);
	free(lock);
	return rc;
}

static int perform(const struct args *a, const struct settings *s,
	const char *file, struct error *e)
{
	struct plan_seen p = { 0 };
	struct run_records l;
	int rc = 0;

	if (run_records_load(&l, s->log_dir, e) < 0)
		return -1;
	if (!a->done_by)
		rc = plan_seen_load(&p, &l, e);
	if (rc == 0 && a->list)
		plan_seen_list(&p);
	else if (rc == 0 && !a->done_by)
		rc = choose(&p, a, e);
	if (rc == 0 && !a->list && !a->file)
		rc = file_make_dirs(s->state_dir, e);
	if (rc == 0 && !a->list)
		rc = change(a, &p, &l, file, e);
	plan_seen_fini(&p);
	run_records_fini(&l);
	return rc;
}

int main(int argc, char **argv)
{
	struct settings s = { 0 };
	struct error e, closing;
	struct args a;
	char *file = NULL;
	int code = parse_args(&a, argc, argv);

	if (code >= 0)
		return code;
	code = settings_load(&s, 0, &e) < 0 ? -1 : 0;
	if (code == 0) {
		file = a.file ? xstrdup(a.file)
			      : path_join(s.state_dir, "approved.ndjson");
		code = perform(&a, &s, file, &e);
	}
	if (code < 0)
		code = error_report(&e);
	free(file);
	settings_fini(&s);
	if (close_stdout(&closing) < 0)
		code = error_report(&closing);
	return code;
}
