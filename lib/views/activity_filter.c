/* Asking for some of the changes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"
#include "views/activity.h"
#include "views/activity_run.h"

#define CURSOR_SIZE (RUN_ID_SIZE + 24)

void activity_filter_init(struct activity_filter *f)
{
	*f = (struct activity_filter){
		.target = -1, .op = -1, .limit = ACTIVITY_LIMIT
	};
}

void activity_filter_fini(struct activity_filter *f)
{
	free(f->text);
	activity_filter_init(f);
}

/* --- what is asked for ---------------------------------------------------- */

static int set_side(
	struct activity_filter *f, const char *value, struct error *e)
{
	enum op_target target;

	if (op_target_parse(value, &target) < 0 ||
		!op_target_is_service(target))
		return fail(e, RC_USAGE,
			"side: %.60s is not a side: notion or supabase", value);
	f->target = (int)target;
	return 0;
}

static int set_kind(
	struct activity_filter *f, const char *value, struct error *e)
{
	static const enum op_kind kinds[] = { OP_CREATE, OP_UPDATE, OP_TRASH,
		OP_RESTORE };

	f->op = -1;
	f->conflict = strcmp(value, "conflict") == 0;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(op_kind_name(kinds[i]), value) == 0)
			f->op = (int)kinds[i];
	if (f->conflict || f->op >= 0)
		return 0;
	return fail(e, RC_USAGE,
		"kind: %.60s is not a kind of change: create, update, trash, "
		"restore or conflict",
		value);
}

static int set_text(
	struct activity_filter *f, const char *value, struct error *e)
{
	size_t len = strlen(value);

	if (len > ACTIVITY_TEXT_MAX || !utf8_valid(value, len))
		return fail(e, RC_USAGE,
			"text: it must be UTF-8 of at most %d bytes",
			ACTIVITY_TEXT_MAX);
	free(f->text);
	f->text = text_folded(value);
	return 0;
}

/* A whole number up to `most` of digits alone; -1. */
static int take_number(const char *s, size_t most, size_t *out)
{
	size_t n = 0;

	if (!*s || strspn(s, "0123456789") != strlen(s))
		return -1;
	for (; *s; s++) {
		n = 10 * n + (size_t)(*s - '0');
		if (n > most)
			return -1;
	}
	*out = n;
	return 0;
}

static int set_limit(
	struct activity_filter *f, const char *value, struct error *e)
{
	size_t n;

	if (take_number(value, ACTIVITY_LIMIT_MAX, &n) < 0 || n == 0)
		return fail(e, RC_USAGE,
			"limit: %.60s is not a number from 1 to %d", value,
			ACTIVITY_LIMIT_MAX);
	f->limit = n;
	return 0;
}

/* RUN-ID.SEQ */
static int set_after(
	struct activity_filter *f, const char *value, struct error *e)
{
	size_t n = strcspn(value, "."), seq;
	char id[RUN_ID_SIZE];

	if (n < sizeof id) {
		memcpy(id, value, n);
		id[n] = '\0';
		if (value[n] && run_id_is_valid(id) &&
			take_number(value + n + 1, 999999999, &seq) == 0) {
			strcpy(f->run_id, id);
			f->seq = seq;
			return 0;
		}
	}
	return fail(e, RC_USAGE,
		"after: %.60s is not the \"next\" of an earlier answer", value);
}

int activity_filter_set(struct activity_filter *f, const char *name,
	const char *value, struct error *e)
{
	static const struct {
		const char *name;
		int (*set)(
			struct activity_filter *, const char *, struct error *);
	} all[] = {
		{ "side", set_side },
		{ "kind", set_kind },
		{ "text", set_text },
		{ "limit", set_limit },
		{ "after", set_after },
	};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (strcmp(all[i].name, name) == 0)
			return all[i].set(f, value, e);
	return 1;
}

/* --- what fits ------------------------------------------------------------ */

static bool fits(const struct activity_filter *f, const struct activity_item *i)
{
	return (f->target < 0 || (int)i->target == f->target) &&
	       (f->op < 0 || (int)i->op == f->op) &&
	       (!f->conflict || i->conflict) &&
	       (!f->text || strstr(i->folded, f->text));
}

/* Whether it is older than what was given before. */
static bool is_after(const struct activity_filter *f,
	const struct activity_run *r, const struct activity_item *i)
{
	int order = *f->run_id ? strcmp(r->id, f->run_id) : -1;

	return order < 0 || (order == 0 && i->seq < f->seq);
}

/* What is given, item by item; false: no more. */
typedef bool give(
	void *arg, const struct activity_run *r, const struct activity_item *i);

/* Returns how many fit in all; *more: of them, after what was given. */
static size_t walk(const struct activity *a, const struct activity_filter *f,
	give *to, void *arg, size_t *more)
{
	size_t total = 0, given = 0;
	bool open = true;

	*more = 0;
	for (size_t r = 0; r < a->n_runs; r++) {
		const struct activity_run *run = &a->runs[r];

		for (size_t n = run->n; n-- > 0;) {
			const struct activity_item *i = &run->items[n];

			if (!fits(f, i))
				continue;
			total++;
			if (!is_after(f, run, i))
				continue;
			open = open && given < f->limit && to(arg, run, i);
			if (open)
				given++;
			else
				++*more;
		}
	}
	return total;
}

struct printing {
	struct buf *out;
	size_t most;
	char last[CURSOR_SIZE];
};

static bool print_one(
	void *arg, const struct activity_run *r, const struct activity_item *i)
{
	struct printing *p = arg;
	size_t len = strlen(i->text);

	/* One is given in any case, so that a reader comes to the end. */
	if (*p->last && p->out->len + len > p->most)
		return false;
	if (*p->last)
		buf_addc(p->out, ',');
	buf_add(p->out, i->text, len);
	snprintf(p->last, sizeof p->last, "%s.%zu", r->id, i->seq);
	return true;
}

void activity_print(const struct activity *a, const struct activity_filter *f,
	size_t most, struct buf *out)
{
	struct printing p = { .out = out, .most = most };
	size_t more, total;

	buf_adds(out, "{\"v\":1,\"activity\":[");
	total = walk(a, f, print_one, &p, &more);
	buf_adds(out, "],\"next\":");
	if (more)
		buf_addf(out, "\"%s\"", p.last);
	else
		buf_adds(out, "null");
	buf_addf(out, ",\"total\":%zu,\"left_out\":%zu}", total, a->left_out);
}

struct listing {
	void (*each)(void *arg, const json *change);
	void *arg;
};

static bool give_one(
	void *arg, const struct activity_run *r, const struct activity_item *i)
{
	struct listing *l = arg;
	struct error ignored;
	json *change = json_parse(
		i->text, strlen(i->text), JSON_MARK_UNREADABLE, &ignored);

	(void)r;
	l->each(l->arg, change);
	json_free(change);
	return true;
}

size_t activity_each(const struct activity *a, const struct activity_filter *f,
	void (*each)(void *arg, const json *change), void *arg)
{
	struct listing l = { each, arg };
	size_t more;

	walk(a, f, give_one, &l, &more);
	return more;
}
