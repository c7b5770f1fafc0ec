#include "runs/pending.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/humanize.h"

/* How many different notes are kept; there are few. */
#define NOTES_MAX 20
#define TOTALS_MAX 20

const char *pending_name(enum pending_kind k)
{
	static const char *const names[PENDING_KINDS] = {
		[PENDING_FAILED] = "failed",
		[PENDING_UNCLEAR] = "unclear",
		[PENDING_NOT_KEPT] = "not-kept",
		[PENDING_CONFLICT] = "conflict",
		[PENDING_NOT_RESOLVED] = "not-resolved",
		[PENDING_POISON] = "poison",
		[PENDING_PROBLEM] = "problem",
		[PENDING_DOUBLE_LINK] = "double-link",
		[PENDING_UNKNOWN_PAGE] = "unknown-page",
		[PENDING_TRASHED] = "trashed",
		[PENDING_ORPHAN] = "orphan",
		[PENDING_WAITS] = "waits",
		[PENDING_PAUSED] = "paused",
		[PENDING_HELD] = "held",
		[PENDING_SETTLING] = "settling",
		[PENDING_CHANGED] = "changed",
		[PENDING_OTHER] = "other",
	};

	return names[k];
}

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

bool pending_kind_of(const json *result, enum pending_kind *k)
{
	const char *status = json_str(result, "status");
	const char *code = json_str(result, "code");

	*k = PENDING_OTHER;
	if (is(status, "failed") &&
		is(json_str(json_get(result, "error"), "code"), "not-kept"))
		return *k = PENDING_NOT_KEPT, true;
	if (is(status, "failed"))
		return *k = PENDING_FAILED, true;
	if (is(status, "unknown"))
		return *k = PENDING_UNCLEAR, true;
	/* The pair is listed by the op that held it up. */
	if (!is(status, "skipped") || is(code, "pair") || is(code, "dry-run"))
		return false;
	for (int i = PENDING_NOT_KEPT; i < PENDING_OTHER; i++)
		if (is(code, pending_name((enum pending_kind)i)))
			*k = (enum pending_kind)i;
	return true;
}

void pending_reason(const json *result, struct buf *out)
{
	const json *error = json_get(result, "error");
	const char *why = json_str(result, "why");
	const char *code = json_str(error, "code");
	const char *message = json_str(error, "message");
	int64_t http = json_int(error, "http");

	if (json_is_null(error)) {
		if (!why)
			why = json_str(result, "reason");
		buf_adds(out, why ? why : "");
		return;
	}
	buf_adds(out, code ? code : "error");
	if (http > 0)
		buf_addf(out, ", HTTP %" PRId64, http);
	buf_addf(out, ": %s", message ? message : "");
}

static json *item_data(const json *line, enum pending_kind k)
{
	static const char *const keys[] = { "op", "target", "code", "row_id",
		"page_id" };
	const json *would = json_get(line, "would");
	struct buf reason = REASON_INIT;
	json *data = json_object();

	json_put_str(data, "kind", pending_name(k));
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		json_put_str(data, keys[i],
			json_str(i < 2 && would ? would : line, keys[i]));
	pending_reason(line, &reason);
	json_put_str(data, "reason", buf_str(&reason));
	buf_fini(&reason);
	if (json_int(line, "failures"))
		json_put_int(data, "failures", json_int(line, "failures"));
	if (json_is_object(json_get(line, "error")))
		json_put(data, "error", json_copy(json_get(line, "error")));
	return data;
}

/* Both values of an undecided conflict, as plan(1) saw them. */
static void put_conflict(struct pending *w, json *data, const json *line)
{
	const json *conflict = json_get(line, "conflict");
	struct buf text = BUF_INIT(PENDING_VALUES_MAX - w->values);

	if (json_is_object(conflict) && json_print(conflict, &text) == 0) {
		w->values += text.len;
		json_put(data, "conflict", json_copy(conflict));
	}
	buf_fini(&text);
}

/* As text, which takes a tenth of the memory. */
static char *keep_line(struct pending *w, const json *line)
{
	struct buf text = BUF_INIT(PENDING_LINES_MAX - w->lines);
	char *kept = NULL;

	if (json_print(line, &text) == 0) {
		w->lines += text.len;
		kept = xstrndup(buf_str(&text), text.len);
	}
	buf_fini(&text);
	return kept;
}

/* --- which of them are held ----------------------------------------------- */

static bool is_passing(enum pending_kind k)
{
	return k == PENDING_WAITS || k == PENDING_PAUSED ||
	       k == PENDING_SETTLING || k == PENDING_CHANGED;
}

/* The smaller, the more urgent. */
static int rank(enum pending_kind k)
{
	return (int)k + (is_passing(k) ? PENDING_KINDS : 0);
}

/* The last item of the least urgent kind that is less urgent than k; or NULL.
 */
static struct pending_item *less_urgent(
	struct pending *w, enum pending_kind k, bool with_line)
{
	struct pending_item *found = NULL;

	for (size_t i = 0; i < w->n; i++) {
		struct pending_item *x = &w->items[i];

		if (rank(x->kind) <= rank(k) || (with_line && !x->line))
			continue;
		if (!found || rank(x->kind) > rank(found->kind) ||
			(x->kind == found->kind && x->order > found->order))
			found = x;
	}
	return found;
}

static void drop_line(struct pending *w, struct pending_item *x)
{
	w->lines -= x->line ? strlen(x->line) : 0;
	free(x->line);
	x->line = NULL;
}

static bool holds_less_urgent(const struct pending *w, enum pending_kind k)
{
	for (int other = 0; other < PENDING_KINDS; other++)
		if (w->held[other] && rank((enum pending_kind)other) > rank(k))
			return true;
	return false;
}

/* A place for one of that kind; NULL: all are taken by more urgent ones. */
static struct pending_item *place(struct pending *w, enum pending_kind k)
{
	struct pending_item *x;

	if (w->n < PENDING_MAX) {
		w->items = grow(w->items, w->n, &w->cap, sizeof *w->items);
		x = &w->items[w->n++];
	} else if (holds_less_urgent(w, k)) {
		x = less_urgent(w, k, false);
		w->held[x->kind]--;
		drop_line(w, x);
		json_free(x->data);
	} else {
		return NULL;
	}
	*x = (struct pending_item){ .kind = k, .order = w->total };
	w->held[k]++;
	return x;
}

static void hold_line(
	struct pending *w, struct pending_item *x, const json *line)
{
	struct pending_item *other;

	while (!(x->line = keep_line(w, line)) &&
		(other = less_urgent(w, x->kind, true)))
		drop_line(w, other);
}

/* --- the streams ---------------------------------------------------------- */

static void note(struct pending *w, const char *text)
{
	if (!text)
		return;
	if (!w->notes)
		w->notes = json_object();
	if (json_get(w->notes, text) || json_count(w->notes) < NOTES_MAX)
		json_put_int(w->notes, text, json_int(w->notes, text) + 1);
}

static void add_total(struct pending *w, const char *kind, const json *op)
{
	char key[64];
	json *of = json_get(w->totals, kind);

	if (!json_str(op, "op") || !json_str(op, "target"))
		return;
	if (!of)
		of = json_put(w->totals, kind, json_object());
	snprintf(key, sizeof key, "%s:%s", json_str(op, "op"),
		json_str(op, "target"));
	/* There are few; a file that somebody has written may name any. */
	if (json_get(of, key) || json_count(of) < TOTALS_MAX)
		json_put_int(of, key, json_int(of, key) + 1);
}

static void count_result(
	struct pending *w, const json *line, enum pending_kind k)
{
	const json *would = json_get(line, "would");

	if (k == PENDING_HELD)
		add_total(w, "held", would ? would : line);
	else if (is(json_str(line, "code"), "blocked"))
		add_total(w, "blocked", would ? would : line);
}

static void each_result(void *arg, const json *line)
{
	struct pending *w = arg;
	struct pending_item *x;
	enum pending_kind k;

	if (!is(json_str(line, "kind"), "result"))
		return;
	note(w, json_str(line, "note"));
	if (!pending_kind_of(line, &k))
		return;
	count_result(w, line, k);
	w->counts[k]++;
	w->total++;
	x = place(w, k);
	if (!x)
		return;
	x->data = item_data(line, k);
	hold_line(w, x, line);
	if (k == PENDING_CONFLICT)
		put_conflict(w, x->data, line);
}

static void take_head(struct pending *w, const json *head)
{
	w->guards = json_copy(json_get(head, "guards"));
	/* What blocks an undo isn't approved one by one. */
	if (!json_str(head, "undo"))
		w->counted = json_copy(json_get(head, "counted"));
}

/* An op of those that a guard has counted. */
static bool is_counted(const struct pending *w, const json *line)
{
	const char *target = json_str(line, "target");
	const char *op = json_str(line, "op");

	for (const json *c = json_first(w->counted); c && op && target;
		c = json_next(c))
		if (is(json_str(c, "op"), op) &&
			is(json_str(c, "target"), target))
			return true;
	return false;
}

static void each_planned(void *arg, const json *line)
{
	struct pending *w = arg;
	const json *pairs = json_get(json_get(line, "totals"), "live_pairs");

	if (is(json_str(line, "kind"), "head") &&
		json_is_object(json_get(line, "guards")))
		take_head(w, line);
	if (is(json_str(line, "kind"), "op") && is_counted(w, line))
		add_total(w, "blocked", line);
	if (json_whole(pairs, &w->live_pairs) < 0)
		w->live_pairs = -1;
}

static int by_kind(const void *a, const void *b)
{
	const struct pending_item *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* False where the run has left no results. */
static bool load_results(
	struct pending *w, struct run_records *l, const struct run *r)
{
	struct error e;
	int got;

	if (!r || !*r->id)
		return false;
	got = run_lines(l, r->id, "results", each_result, w, &e);
	/* A run that was stopped has results without an end line. */
	if (got < 0 && run_is_success(r))
		json_add(l->damage, json_string(e.text));
	if (got != 0)
		strcpy(w->run_id, r->id);
	return got != 0;
}

void pending_load(struct pending *w, struct run_records *l)
{
	struct error e;

	*w = (struct pending){ .live_pairs = -1, .totals = json_object() };
	if (!load_results(w, l, l->sync))
		load_results(w, l, l->success);
	if (w->n)
		qsort(w->items, w->n, sizeof *w->items, by_kind);
	if (l->sync && *l->sync->id &&
		run_lines(l, l->sync->id, "plan", each_planned, w, &e) < 0 &&
		run_is_success(l->sync))
		json_add(l->damage, json_string(e.text));
}

void pending_fini(struct pending *w)
{
	for (size_t i = 0; i < w->n; i++) {
		json_free(w->items[i].data);
		free(w->items[i].line);
	}
	free(w->items);
	json_free(w->guards);
	json_free(w->notes);
	json_free(w->totals);
	json_free(w->counted);
	*w = (struct pending){ 0 };
}
