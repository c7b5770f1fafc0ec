#include "views/run_view.h"

#include <string.h>

#include "sync/op_names.h"
#include "util/humanize.h"
#include "views/kept_plan.h"
#include "views/scan.h"
#include "views/titles.h"

/* --- the head ------------------------------------------------------------- */

static bool can_undo(const struct run *r)
{
	static const char *const ops[] = { "create", "update", "trash",
		"restore" };
	int64_t n = run_changes(r);

	for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
		n += run_ops(r, ops[i], NULL, "unknown");
	return n > 0;
}

static void put_time(json *to, const char *key, usec t)
{
	char stamp[TIME_SIZE];

	json_put_str(to, key, time_stamp(t, stamp));
}

/* What isn't known isn't there. */
static void put_count(json *to, const char *key, int64_t n)
{
	if (n >= 0)
		json_put_int(to, key, n);
}

static void put_run(json *to, const struct run_records *l, const struct run *r,
	view_copy *copy)
{
	const struct run *undone_by = run_undone_by(l, r);
	json *record =
		r->record && copy ? copy(r->record) : json_copy(r->record);
	int64_t code = -1;

	json_whole(json_get(record, "exit_code"), &code);
	json_put_str(to, "run_id", r->id);
	json_put_str(to, "status", run_status_name(r->status));
	put_count(to, "exit_code", code);
	put_time(to, "started_at", r->started);
	put_time(to, "ended_at", r->ended);
	put_count(to, "duration_ms", run_duration(r));
	json_put_int(to, "changes", run_changes(r));
	json_put_int(to, "errors", json_int(record, "errors"));
	json_put_int(to, "conflicts", json_int(record, "conflicts"));
	json_put(to, "ops",
		json_is_object(json_get(record, "ops"))
			? json_copy(json_get(record, "ops"))
			: json_object());
	json_put_str(to, "message", json_str(record, "message"));
	json_put_str(to, "undoes", run_undoes(r));
	json_put_str(to, "undone_by", undone_by ? undone_by->id : NULL);
	json_put_bool(to, "can_undo", !undone_by && can_undo(r));
	json_free(record);
}

json *runs_json(const struct run_records *l, view_copy *copy)
{
	json *data = json_object(), *runs;

	json_put_int(data, "v", 1);
	runs = json_put(data, "runs", json_array());
	for (size_t i = l->n; i-- > 0;)
		put_run(json_add(runs, json_object()), l, &l->runs[i], copy);
	return data;
}

const struct run *run_wanted(const struct run_records *l, const char *id)
{
	if (strcmp(id, "last") == 0)
		return l->n ? &l->runs[l->n - 1] : NULL;
	return run_id_is_valid(id) ? run_records_find(l, id) : NULL;
}

/* --- its ops -------------------------------------------------------------- */

struct listing {
	const char *kind; /* of the lines that are listed */
	struct run_limits limits;
	const char *run_id;
	usec at;
	json *list;
	size_t n, bytes, left_out;
	bool any, complete;
	json *head;  /* of a plan in a text */
	json *total; /* of all that is written; NULL: not asked for */
};

static size_t weight(const json *v)
{
	size_t n = 16 + (json_text(v) ? strlen(json_text(v)) : 0);

	for (const json *m = json_first(v); m; m = json_next(m))
		n += weight(m);
	return n;
}

static bool is_full(const struct listing *g)
{
	return g->n >= RESULTS_MAX ||
	       (g->limits.bytes && g->bytes >= g->limits.bytes);
}

/* Beyond the limit, lines are counted by their text. */
static bool wanted(void *arg, const char *text, size_t len)
{
	struct listing *g = arg;

	g->any = true;
	if (g->total || !is_full(g) ||
		text_contains(text, len, "\"kind\":\"end\""))
		return true;
	g->left_out += text_contains(text, len, g->kind);
	return false;
}

/* An op that writes, by op and target. */
static void count(json *total, const json *line)
{
	const char *target = json_str(line, "target");
	enum op_target to;
	enum op_kind op;
	json *of;

	if (op_kind_parse(json_str(line, "op"), &op) < 0 || op == OP_SKIP ||
		op_target_parse(target, &to) < 0 || !op_target_is_service(to))
		return;
	of = json_get(total, op_kind_name(op));
	if (!of)
		of = json_put(total, op_kind_name(op), json_object());
	json_put_int(of, target, json_int(of, target) + 1);
}

static void take_line(void *arg, const json *line)
{
	struct listing *g = arg;
	json *copy, *change;

	if (line_has(line, "kind", "head") && !g->head)
		g->head = json_copy(line);
	if (line_has(line, "kind", "end"))
		g->complete = json_true(line, "complete");
	if (!line_has(line, "kind", "op") && !line_has(line, "kind", "result"))
		return;
	if (g->total)
		count(g->total, line);
	if (is_full(g)) {
		g->left_out++;
		return;
	}
	copy = g->limits.copy ? g->limits.copy(line) : NULL;
	change = change_json(copy ? copy : line, g->run_id, g->at);
	g->bytes += weight(change);
	json_add(g->list, change);
	g->n++;
	json_free(copy);
}

static void put_listing(json *to, struct listing *g)
{
	if (g->limits.state_dir)
		titles_fill(g->list, g->limits.state_dir);
	json_put_bool(to, "complete", g->complete);
	json_put(to, "results", g->list);
	json_put_int(to, "left_out", (int64_t)g->left_out);
	json_free(g->head);
}

/* --- guards --------------------------------------------------------------- */

static const json *counted_by(const json *head, const char *guard)
{
	const json *c = json_first(json_get(head, "counted"));

	while (c && !line_has(c, "guard", guard))
		c = json_next(c);
	return c;
}

static void put_blocked(json *to, const json *names, const json *head)
{
	json *blocked = json_put(to, "blocked", json_array()), *one;

	for (const json *g = json_first(names); g; g = json_next(g)) {
		const json *counted;

		if (!json_text(g))
			continue;
		counted = counted_by(head, json_text(g));
		one = json_add(blocked, json_object());
		json_put_str(one, "guard", json_text(g));
		json_put_str(one, "reason",
			json_str(json_get(head, "guards"), json_text(g)));
		json_put_str(one, "op", json_str(counted, "op"));
		json_put_str(one, "target", json_str(counted, "target"));
	}
}

/* --- one run, one plan ---------------------------------------------------- */

json *run_json(const struct run_records *l, const struct run *r,
	struct run_limits limits)
{
	struct listing g = { .kind = "\"kind\":\"result\"",
		.limits = limits,
		.run_id = r->id,
		.at = run_time(r),
		.list = json_array() };
	const struct scan scan = { wanted, take_line, &g };
	json *data = json_object(), *head = plan_head(l, r->id);
	const char *plan_id = json_str(r->record, "plan_id");

	json_put_int(data, "v", 1);
	put_run(data, l, r, limits.copy);
	json_put_str(
		data, "plan_id", plan_id ? plan_id : json_str(head, "plan_id"));
	put_blocked(data, json_get(r->record, "blocked"), head);
	json_free(head);
	scan_run(l->dir, r->id, "results", &scan);
	if (!g.any) {
		g.kind = "\"kind\":\"op\"";
		scan_run(l->dir, r->id, "plan", &scan);
	}
	put_listing(data, &g);
	return data;
}

json *plan_view_limited(
	const char *ndjson, size_t len, struct run_limits limits)
{
	struct listing g = { .kind = "\"kind\":\"op\"",
		.limits = limits,
		.at = USEC_NONE,
		.list = json_array(),
		.total = json_object() };
	const struct scan scan = { wanted, take_line, &g };
	json *data = json_object();
	usec at = USEC_NONE;

	scan_text(ndjson, len, &scan);
	if (!line_has(g.head, "stream", "plan")) {
		json_free(g.head);
		g.head = NULL;
	}
	time_parse(json_str(g.head, "at"), &at);
	json_put_str(data, "plan_id", json_str(g.head, "plan_id"));
	put_time(data, "at", at);
	put_blocked(data, json_get(g.head, "blocked"), g.head);
	for (json *c = json_first(g.list); c; c = json_next(c))
		put_time(c, "at", at);
	json_put(data, "total", g.total);
	put_listing(data, &g);
	return data;
}

json *plan_view(const char *ndjson, size_t len)
{
	return plan_view_limited(ndjson, len, (struct run_limits){ 0 });
}
