/*
 * plan: what must be written, and where, so that both sides agree. Reads a
 * record stream and the local base, writes a plan, and touches nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "absence.h"
#include "decide.h"
#include "guard.h"
#include "idle.h"
#include "output.h"
#include "sides.h"
#include "sync/base.h"
#include "undo.h"
#include "util/buf.h"
#include "util/opt.h"
#include "util/order.h"
#include "verify.h"
#include "waits_load.h"

enum {
	ID_CONFLICT = 256,
	ID_ORPHANS,
	ID_ALLOW,
	ID_ALLOW_PLAN,
	ID_ONLY_PLAN,
	ID_LAST_RULES,
	ID_MATCH,
	ID_HUMAN,
	ID_RESOLVE,
	ID_UNDO,
	ID_VERIFY,
	ID_RETRY,
	ID_HOLD,
	ID_DIRECTION,
	ID_SETTLE,
	ID_APPROVED,
	ID_SETTLING,
	ID_IDLE,
};

static const struct option_spec options[] = {
	{ 'b', "base", "FILE",
		"the local base, for merging field by field; one\n"
		"that is not there is empty" },
	{ ID_CONFLICT, "conflict", "RULE",
		"who wins where both sides changed: newer (the later\n"
		"edit, the default), supabase, notion, or stop (nobody)" },
	{ ID_ORPHANS, "orphans", "RULE",
		"what happens to a record whose other half is gone:\n"
		"keep (the default), restore (make it again), or trash" },
	{ ID_ALLOW, "allow", "GUARD,...",
		"let a plan pass that a guard would block: empty-side,\n"
		"mass-delete, mass-create, mass-change, scope" },
	{ ID_ALLOW_PLAN, "allow-plan", "ID",
		"let the plan with this id pass, whatever guards would\n"
		"block it; another plan is blocked as always" },
	{ ID_ONLY_PLAN, "only-plan", "ID",
		"block any plan but the one with this id" },
	{ ID_LAST_RULES, "last-rules", "JSON",
		"note in the plan which rules hold again after this run:\n"
		"the policy of an earlier plan" },
	{ ID_MATCH, "match", "RULE",
		"pair records that were never linked by decision, or by\n"
		"decision+date, where one row and one page have it" },
	{ ID_HOLD, "hold", "OP,...",
		"plan and show these ops, and let them wait: create,\n"
		"update, trash, restore, each for both sides or with\n"
		":notion or :supabase behind it; none" },
	{ ID_DIRECTION, "direction", "WAY",
		"to-notion or to-supabase holds all of these ops on the\n"
		"other side; both (the default)" },
	{ ID_SETTLE, "settle", "TIME",
		"let a record wait that was edited less than TIME ago,\n"
		"such as 2m; for an hour in all at most" },
	{ ID_SETTLING, "settling", "FILE",
		"since when such records wait, as apply wrote it" },
	{ ID_APPROVED, "approved", "FILE", "what approve(1) has let pass" },
	{ ID_RETRY, "retry", NULL,
		"send again now what a service did not keep" },
	{ ID_HUMAN, "human", NULL, "text for people instead of a stream" },
	{ ID_RESOLVE, "resolve", "FILE",
		"write what a person has decided of conflicts: lines of\n"
		"report --resolve" },
	{ ID_UNDO, "undo", "DIR",
		"plan to take back the run whose records are in DIR" },
	{ ID_IDLE, "idle", "PLAN",
		"where the fetch streams ROWS and PAGES bring nothing\n"
		"new since PLAN, which had no op, make it again; else\n"
		"exit 1" },
	{ ID_VERIFY, "verify", NULL,
		"plan nothing: compare every field of every pair, and\n"
		"exit with 0 only where nothing differs" },
};

static const struct command command = {
	.name = "plan",
	.operands = "[FILE | --idle PLAN ROWS PAGES]",
	.purpose = "Decide what must be written so that both sides agree.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes = "Reads a record stream (see normalize) from FILE or standard\n"
		 "input. Exit 3: a guard blocks the plan; 65: bad input.",
};

struct args {
	const char *input, *base, *undo;
	const char *idle, *rows, *pages;
	char base_sum[SHA256_TEXT_SIZE];
	char allow_plan[UUID_SIZE], only_plan[UUID_SIZE]; /* or "" */
	bool human, verify;
	json *last_rules; /* owned, or NULL */
	struct policy policy;
	struct resolutions resolve;
	struct guards guards;
	struct wait_options waits;
	struct wait_files wait_files;
};

/* The place of a word in a list that ends in NULL; -1. */
static int word(const char *const *words, const char *s)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], s) == 0)
			return i;
	return -1;
}

static int set_rule(const char *value, const char *option,
	const char *const *words, int *rule)
{
	struct buf right = BUF_INIT(100);
	int rc;

	*rule = word(words, value);
	if (*rule >= 0)
		return 0;
	for (int i = 0; words[i]; i++)
		buf_addf(&right, "%s%s", i ? ", " : "", words[i]);
	rc = opt_usage(&command, "--%s: no such rule: %.60s (there are: %s)",
		option, value, buf_str(&right));
	buf_fini(&right);
	return rc;
}

static int take_rules(const char *value, json **rules)
{
	struct error e;

	json_free(*rules);
	*rules = json_parse(value, strlen(value), JSON_STRICT, &e);
	if (json_is_object(*rules))
		return 0;
	return opt_usage(
		&command, "--last-rules: %.60s is not a JSON object", value);
}

static int take_wait_option(struct wait_options *o, int id, const char *value)
{
	const char **to = id == ID_HOLD	       ? &o->hold
			  : id == ID_DIRECTION ? &o->direction
			  : id == ID_SETTLE    ? &o->settle
			  : id == ID_APPROVED  ? &o->approved
					       : &o->settling;
	struct error e;

	*to = value;
	return wait_options_check(o, &e) < 0 ? opt_usage(&command, "%s", e.text)
					     : 0;
}

static int take_plan_id(
	const char *value, const char *option, char id[UUID_SIZE])
{
	if (uuid_normalize(value, id) == 0)
		return 0;
	return opt_usage(
		&command, "--%s: %.60s is not the id of a plan", option, value);
}

/* One option; an exit code, 0 to go on. */
static int take_option(struct args *a, int id, const char *value)
{
	static const char *const conflicts[] = { "newer", "supabase", "notion",
		"stop", NULL };
	static const char *const orphans[] = { "keep", "restore", "trash",
		NULL };
	static const char *const matches[] = { "none", "decision",
		"decision+date", NULL };
	struct error e;
	int rule = 0, rc = 0;

	switch (id) {
	case 'b':
		a->base = value;
		a->policy.use_base = true;
		break;
	case ID_CONFLICT:
		rc = set_rule(value, "conflict", conflicts, &rule);
		a->policy.conflict = (enum conflict_rule)rule;
		break;
	case ID_ORPHANS:
		rc = set_rule(value, "orphans", orphans, &rule);
		a->policy.orphans = (enum orphan_rule)rule;
		break;
	case ID_MATCH:
		rc = set_rule(value, "match", matches, &rule);
		a->policy.match = (enum match_rule)rule;
		break;
	case ID_ALLOW:
		if (guards_allow(&a->guards, value, &e) < 0)
			rc = opt_usage(&command, "--allow: %s", e.text);
		break;
	case ID_ALLOW_PLAN:
		rc = take_plan_id(value, "allow-plan", a->allow_plan);
		break;
	case ID_ONLY_PLAN:
		rc = take_plan_id(value, "only-plan", a->only_plan);
		break;
	case ID_LAST_RULES:
		rc = take_rules(value, &a->last_rules);
		break;
	case ID_HUMAN:
		a->human = true;
		break;
	case ID_RETRY:
		a->policy.again.asked = true;
		break;
	case ID_RESOLVE:
		a->policy.resolve = &a->resolve;
		if (resolutions_load(&a->resolve, value, &e) < 0)
			rc = error_report(&e);
		break;
	case ID_UNDO:
		a->undo = value;
		break;
	case ID_VERIFY:
		a->verify = true;
		break;
	case ID_IDLE:
		a->idle = value;
		break;
	default:
		rc = take_wait_option(&a->waits, id, value);
		break;
	}
	return rc;
}

/* What can't be meant together; an exit code, 0 to go on. */
static int check_options(const struct args *a)
{
	const struct wait_options *o = &a->waits;

	if (a->undo && a->verify)
		return opt_usage(
			&command, "--undo and --verify exclude each other");
	if ((a->undo || a->verify) && (o->hold || o->direction || o->settle))
		return opt_usage(&command,
			"--%s holds nothing: leave out --hold, --direction and "
			"--settle",
			a->undo ? "undo" : "verify");
	if (a->idle && (!a->base || a->human || a->undo || a->verify))
		return opt_usage(&command,
			"--idle needs --base, and excludes --human, --undo and "
			"--verify");
	if (a->verify && (*a->allow_plan || *a->only_plan))
		return opt_usage(&command,
			"--verify makes no plan: leave out --allow-plan and "
			"--only-plan");
	if (a->policy.resolve && (a->undo || a->verify))
		return opt_usage(&command,
			"--resolve can't be combined with --undo or --verify");
	return 0;
}

static bool parse_args(struct args *a, int argc, char **argv, int *code)
{
	struct opt o;
	int id;

	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, code)) >= 0) {
		*code = take_option(a, id, o.value);
		if (*code)
			return false;
	}
	if (id == OPT_EXIT)
		return false;
	*code = opt_operands(&o, a->idle ? 2 : 1);
	if (*code == 0)
		*code = check_options(a);
	if (*code == 0 && a->idle && argc - o.at != 2)
		*code = opt_usage(&command, "--idle needs ROWS and PAGES");
	if (*code == 0 && a->idle) {
		a->rows = argv[o.at];
		a->pages = argv[o.at + 1];
	}
	a->input = o.at < argc ? argv[o.at] : "-";
	return *code == 0;
}

static int read_sides(struct sides *w, const char *input, struct error *e)
{
	struct stream_reader r;
	const char *name;
	int fd, rc;

	if (stream_open(input, &fd, &name, e) < 0)
		return -1;
	stream_reader_init(&r, fd, name, STREAM_STRICT);
	rc = sides_read(w, &r, e);
	stream_reader_fini(&r);
	if (fd != STDIN_FILENO)
		close(fd);
	return rc;
}

/* A base of another scope says nothing about this one. */
static int read_base(
	struct base *b, struct args *a, const struct sides *w, struct error *e)
{
	if (!a->base)
		return 0;
	if (base_load(b, a->base, e) < 0)
		return -1;
	guard_scope(&a->guards, w, b);
	if (a->guards.tripped[GUARD_SCOPE])
		base_fini(b);
	return 0;
}

static void human_init(struct human *h)
{
	const char *columns = getenv("COLUMNS"), *plain = getenv("NO_COLOR");
	long n;

	*h = (struct human){ .out = stdout, .columns = 80 };
	if (columns && parse_number(columns, 40, 1000, &n) == 0)
		h->columns = (size_t)n;
	h->colour = isatty(STDOUT_FILENO) && (!plain || !*plain);
}

/* Every guard with its numbers, and the two ways on. */
static void report_guards(const struct plan *p)
{
	char text[PLAN_TEXT];

	for (enum guard i = 0; i < GUARDS; i++)
		if (guard_blocks(p->guards, i))
			warning("guard %s: %s", guard_name(i),
				p->guards->seen[i]);
	if (plan_changed(p, text, sizeof text))
		warning("%s", text);
	if (!guards_block(p->guards))
		return;
	plan_way_on(p, text, sizeof text);
	warning("if that is right: %s", text);
	if (plan_way_singly(p, text, sizeof text))
		warning("if some of it is: %s", text);
}

/* Nothing is written, but all the same somebody must know. */
static void report_emptiness(const struct guards *g)
{
	if (guards_see_emptiness(g))
		warning("%s; nothing is written", g->seen[GUARD_EMPTY_SIDE]);
}

/* Prints the plan; its exit code, or -1. */
static int put_plan(const struct args *a, const struct plan *p, struct error *e)
{
	struct human h;

	if (a->human) {
		human_init(&h);
		plan_show(p, &h);
	} else if (plan_write(p, stdout, e) < 0) {
		return -1;
	}
	if (!a->human) /* which has said it */
		report_guards(p);
	report_emptiness(p->guards);
	return plan_is_blocked(p)		 ? RC_GUARD
	       : guards_see_emptiness(p->guards) ? RC_ATTENTION
						 : RC_DONE;
}

/* No plan at all: the caller reads in full, and plans from that. */
static bool needs_full_reading(const struct sides *w, const struct op_list *ops)
{
	const char *why;
	const struct planned_op *op = absence_find(w, ops, &why);

	if (!op)
		return false;
	info("a full reading is needed first: an op for %s %s %s",
		op->row_id ? "row" : "page",
		op->row_id ? op->row_id : op->page_id, why);
	return true;
}

static int make_plan(struct args *a, const struct sides *w,
	const struct base *base, struct error *e)
{
	struct op_list ops = { 0 };
	struct plan p = { .sides = w,
		.policy = &a->policy,
		.guards = &a->guards,
		.ops = &ops,
		.last_rules = a->last_rules,
		.undo = a->undo };
	struct undo undo = { 0 };
	int rc = -1;

	if (a->undo) {
		if (undo_load(&undo, a->undo, w, e) < 0)
			goto out;
		undo_decide(&undo, w, base, &ops);
		p.live_pairs = count_live_pairs(w, base);
	} else {
		p.live_pairs = decide(w, base, &a->policy, &ops);
	}
	if (needs_full_reading(w, &ops)) {
		rc = RC_STREAM;
		goto out;
	}
	guards_check(&a->guards, w, base, &ops, p.live_pairs);
	if (*a->allow_plan)
		plan_allow(&p, &a->guards, a->allow_plan);
	if (*a->only_plan)
		plan_only(&p, a->only_plan);
	p.at = time_now();
	p.inputs = idle_inputs(&p, a->base, a->base_sum);
	rc = put_plan(a, &p, e);
out:
	json_free(p.inputs);
	op_list_fini(&ops);
	undo_fini(&undo);
	return rc;
}

/* A person wants more of this run than the plan of the last one. */
static bool asks_for_more(const struct args *a)
{
	return *a->allow_plan || *a->only_plan || a->last_rules ||
	       a->policy.resolve || a->policy.again.asked;
}

static int still_idle(struct args *a, struct idle *was, struct sides *w,
	const struct plan *p, struct error *why)
{
	if (asks_for_more(a))
		return fail(why, RC_ATTENTION, "an option asks for it");
	if (idle_load(was, a->idle, why) < 0 ||
		idle_check(was, a->rows, a->pages, a->base, w, why) < 0)
		return -1;
	/* What is wrong there is told by the plan that looks at the records. */
	if (waits_load(&a->policy.waits, &a->wait_files, &a->waits,
		    a->guards.allowed, why) < 0)
		return -1;
	return idle_check_rules(was, p, why);
}

/* Prints that plan again; RC_ATTENTION where something is new. */
static int repeat_plan(struct args *a, struct sides *w, struct error *e)
{
	struct op_list none = { 0 };
	struct plan p = { .sides = w,
		.policy = &a->policy,
		.guards = &a->guards,
		.ops = &none };
	struct idle was = { 0 };
	struct error why = { 0 };
	int rc = RC_ATTENTION;

	if (still_idle(a, &was, w, &p, &why) == 0) {
		idle_repeat(&was, &p);
		p.at = time_now();
		rc = put_plan(a, &p, e);
	} else {
		debug("the records are looked at: %s", why.text);
	}
	json_free(p.inputs);
	idle_fini(&was);
	return rc;
}

/* When the sides were read, so that the plan of the same input is the same. */
static usec time_of(const struct sides *w)
{
	usec latest = USEC_NONE;

	for (enum side s = 0; s < SIDES; s++) {
		usec at = USEC_NONE;

		time_parse(json_str(json_get(w->sources, side_name(s)), "at"),
			&at);
		latest = larger_of(latest, at);
	}
	return latest;
}

static int verify_sides(const struct args *a, const struct sides *w,
	const struct base *base, struct error *e)
{
	struct human h;

	human_init(&h);
	return verify(w, base, a->human ? &h : NULL, e);
}

int main(int argc, char **argv)
{
	struct args a = { 0 };
	struct sides w = { 0 };
	struct base base = { 0 };
	struct error e = { 0 };
	int code;

	json_use_pool();
	if (!parse_args(&a, argc, argv, &code)) {
		resolutions_fini(&a.resolve);
		return code;
	}
	if (a.idle) {
		code = repeat_plan(&a, &w, &e);
		goto close;
	}
	code = -1;
	if (waits_load(&a.policy.waits, &a.wait_files, &a.waits,
		    a.guards.allowed, &e) < 0 ||
		read_sides(&w, a.input, &e) < 0)
		goto out;
	idle_sum_base(&w, a.base, a.base_sum);
	if (read_base(&base, &a, &w, &e) < 0)
		goto out;
	a.policy.again.now = time_of(&w);
	waits_set_clocks(&a.policy.waits, &w);
	if (w.from_snapshot && (a.verify || a.undo)) {
		fail(&e, RC_STREAM,
			"%s needs a full reading: give notion-fetch no "
			"--snapshot",
			a.verify ? "--verify" : "--undo");
		goto out;
	}
	code = a.verify ? verify_sides(&a, &w, &base, &e)
			: make_plan(&a, &w, &base, &e);
close:
	if (code >= 0 && close_stdout(&e) < 0)
		code = -1;
out:
	base_fini(&base);
	sides_fini(&w);
	wait_files_fini(&a.wait_files);
	resolutions_fini(&a.resolve);
	json_free(a.last_rules);
	return code < 0 ? error_report(&e) : code;
}
