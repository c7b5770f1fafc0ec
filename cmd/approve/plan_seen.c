#include "plan_seen.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings/hold.h"
#include "sync/decision.h"
#include "util/alloc.h"
#include "util/humanize.h"
#include "util/text.h"
#include "util/uuid.h"

#define PREFIX_MIN 4
/* Of an id without dashes, and of what is longer than any. */
#define BARE_SIZE (UUID_SIZE + 1)
#define TITLE_MAX 60

/* The guard that has counted such ops, as the head says. */
static bool find_guard(const json *head, struct candidate *c)
{
	const json *counted = json_get(head, "counted");

	for (const json *v = json_first(counted); v; v = json_next(v)) {
		struct op_key key;

		if (op_key_parse(&key, v) < 0 || key.kind != c->key.kind ||
			key.target != c->key.target)
			continue;
		for (c->guard = 0; c->guard < GUARDS; c->guard++)
			if (text_same(
				    guard_name(c->guard), json_str(v, "guard")))
				return true;
	}
	return false;
}

/* The line may be damaged: what names no record can't be approved. */
static bool names_record(const struct op_key *key)
{
	return (key->row_id || key->page_id) &&
	       (!key->row_id || uuid_is_normal(key->row_id)) &&
	       (!key->page_id || uuid_is_normal(key->page_id));
}

static void each_line_of_plan(void *arg, const json *line)
{
	struct plan_seen *p = arg;
	const char *kind = json_str(line, "kind");
	const json *would = json_get(line, "would");
	struct candidate c = { .line = json_copy(line) };

	if (text_same(kind, "head")) {
		json_free(p->head);
		p->head = c.line;
		return;
	}
	if (!text_same(kind, "op") ||
		op_key_parse(&c.key, would ? would : c.line) < 0 ||
		!op_key_can_wait(&c.key)) {
		json_free(c.line);
		return;
	}
	c.key.row_id = json_str(c.line, "row_id");
	c.key.page_id = json_str(c.line, "page_id");
	if (!names_record(&c.key)) {
		json_free(c.line);
		return;
	}
	/* A guard counts what settles, and not what is held. */
	c.of_guard =
		(!would || json_get(line, "since")) && find_guard(p->head, &c);
	if (!would && !c.of_guard) {
		json_free(c.line);
		return;
	}
	p->at = grow(p->at, p->n, &p->cap, sizeof *p->at);
	p->at[p->n++] = c;
}

int plan_seen_load(
	struct plan_seen *p, const struct run_records *l, struct error *e)
{
	char command[COMMAND_SIZE];

	for (size_t i = l->n; i-- > 0;) {
		const char *id = l->runs[i].id;
		struct error ignored;

		*p = (struct plan_seen){ 0 };
		/* What takes a run back is allowed as a whole. */
		if (!run_undoes(&l->runs[i]) &&
			run_lines(l, id, "plan", each_line_of_plan, p,
				&ignored) > 0) {
			snprintf(p->run_id, sizeof p->run_id, "%s", id);
			return 0;
		}
		plan_seen_fini(p);
	}
	return fail(e, RC_USAGE,
		"no run has kept a plan yet (a dry run keeps none): run %s",
		humanize_command("scripts/sync-now.sh", command));
}

void plan_seen_fini(struct plan_seen *p)
{
	for (size_t i = 0; i < p->n; i++)
		json_free(p->at[i].line);
	/* *p is cleared below. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	free(p->at);
	json_free(p->head);
	*p = (struct plan_seen){ 0 };
}

/* In lower case and without dashes, as a link of Notion's may have it. */
static void bare_id(char out[BARE_SIZE], const char *id)
{
	size_t n = 0;

	for (; *id && n + 1 < BARE_SIZE; id++)
		if (*id != '-')
			out[n++] = (char)tolower((unsigned char)*id);
	out[n] = '\0';
}

static bool begins(const char *id, const char *prefix)
{
	char bare[BARE_SIZE];

	if (!id)
		return false;
	bare_id(bare, id);
	return strncmp(bare, prefix, strlen(prefix)) == 0;
}

static bool same_record(const struct op_key *a, const struct op_key *b)
{
	return text_same(a->row_id, b->row_id) &&
	       text_same(a->page_id, b->page_id);
}

int plan_seen_choose(struct plan_seen *p, const char *id, struct error *e)
{
	const struct candidate *first = NULL;
	char command[COMMAND_SIZE], prefix[BARE_SIZE];

	bare_id(prefix, id);
	for (size_t i = 0; i < p->n && strlen(prefix) >= PREFIX_MIN; i++) {
		struct candidate *c = &p->at[i];

		if (!begins(c->key.row_id, prefix) &&
			!begins(c->key.page_id, prefix))
			continue;
		if (first && !same_record(&first->key, &c->key))
			return fail(e, RC_USAGE,
				"%.60s is how the ids of several records "
				"begin: write more of it",
				id);
		first = c;
		c->chosen = true;
	}
	if (first)
		return 0;
	return fail(e, RC_USAGE,
		"nothing of %.60s waits or is blocked in the plan of run %s; "
		"what is: %s --list",
		id, p->run_id,
		humanize_command("scripts/controls.sh approve", command));
}

static bool is_of(const struct hold *what, const struct op_key *key)
{
	for (enum held_op o = 0; o < HELD_OPS; o++)
		for (enum held_side s = 0; s < HELD_SIDES; s++)
			if (what->of[o][s] &&
				text_same(held_op_name(o),
					op_kind_name(key->kind)) &&
				text_same(held_side_name(s),
					op_target_name(key->target)))
				return true;
	return false;
}

int plan_seen_choose_all(struct plan_seen *p, const char *what, struct error *e)
{
	struct hold kinds = { 0 };
	bool any = false;

	if (hold_add(&kinds, what, "--all", RC_USAGE, e) < 0)
		return -1;
	for (size_t i = 0; i < p->n; i++) {
		if (!is_of(&kinds, &p->at[i].key))
			continue;
		p->at[i].chosen = any = true;
	}
	if (any)
		return 0;
	return fail(e, RC_USAGE,
		"no %.60s waits or is blocked in the plan of run %s", what,
		p->run_id);
}

/* --- for people ----------------------------------------------------------- */

/* What the record is called: what it holds, or is to hold. */
static const char *title_of(const json *line)
{
	static const char *const halves[] = { "row", "page" };
	const json *expect = json_get(line, "expect");

	for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++) {
		const char *title = json_str(json_get(expect, halves[i]),
			field_name(FIELD_DECISION));

		if (!text_is_empty(title))
			return title;
	}
	return "(empty)";
}

static void list_one(const struct candidate *c)
{
	const json *set = json_get(c->line, "set");
	const json *was = json_get(c->line, "was");
	struct buf text = BUF_INIT(65536);

	buf_addf(&text, "  %-7s in %-8s  %s %s  ", op_kind_name(c->key.kind),
		humanize_side(op_target_name(c->key.target)),
		c->key.row_id ? "row " : "page",
		c->key.row_id ? c->key.row_id : c->key.page_id);
	text_show(&text, title_of(c->line), TITLE_MAX);
	if (c->of_guard)
		buf_addf(&text, "  (%s)", guard_name(c->guard));
	for (const json *v = json_first(set); v && json_is_object(was);
		v = json_next(v)) {
		if (!json_get(was, json_key(v)))
			continue;
		buf_adds(&text, "\n      ");
		text_show(&text, json_key(v), TITLE_MAX);
		buf_adds(&text, ": ");
		text_show(&text, json_str(was, json_key(v)), TITLE_MAX);
		buf_adds(&text, " → ");
		text_show(&text, json_text(v), TITLE_MAX);
	}
	puts(buf_str(&text));
	buf_fini(&text);
}

void plan_seen_list(const struct plan_seen *p)
{
	const char *id = json_str(p->head, "plan_id");
	char command[COMMAND_SIZE];

	if (!id || !uuid_is_normal(id))
		id = "?";
	printf("plan %s of run %s: ", id, p->run_id);
	if (p->n == 0) {
		puts("nothing waits, and no op is blocked");
		return;
	}
	printf("%zu %s be approved\n", p->n, p->n == 1 ? "op can" : "ops can");
	for (size_t i = 0; i < p->n; i++)
		list_one(&p->at[i]);
	printf("one by one: %s ID...; all of a kind: --plan %s --all "
	       "KIND[:SIDE]\n",
		humanize_command("scripts/controls.sh approve", command), id);
}
