#include "output.h"

#include <string.h>

#include "runs/records.h"
#include "util/buf.h"
#include "util/humanize.h"
#include "util/stream.h"

const char *conflict_rule_name(enum conflict_rule r)
{
	static const char *const names[] = {
		[RULE_NEWER] = "newer",
		[RULE_SUPABASE] = "supabase",
		[RULE_NOTION] = "notion",
		[RULE_STOP] = "stop",
	};

	return names[r];
}

const char *orphan_rule_name(enum orphan_rule r)
{
	static const char *const names[] = {
		[ORPHANS_KEEP] = "keep",
		[ORPHANS_RESTORE] = "restore",
		[ORPHANS_TRASH] = "trash",
	};

	return names[r];
}

/* --- the stream ----------------------------------------------------------- */

void plan_allow(struct plan *p, struct guards *g, const char *id)
{
	char its[UUID_SIZE];

	plan_id(p, its);
	if (strcmp(id, its) != 0) {
		snprintf(p->seen, sizeof p->seen, "%s", id);
		return;
	}
	p->allowed = guards_block(g);
	for (enum guard i = 0; i < GUARDS; i++)
		g->allowed[i] |= g->tripped[i];
}

void plan_only(struct plan *p, const char *id)
{
	char its[UUID_SIZE];

	plan_id(p, its);
	p->is_other = strcmp(id, its) != 0;
	if (p->is_other)
		snprintf(p->seen, sizeof p->seen, "%s", id);
}

bool plan_is_blocked(const struct plan *p)
{
	return p->is_other || guards_block(p->guards);
}

const char *plan_undone(const struct plan *p)
{
	const char *slash = p->undo ? strrchr(p->undo, '/') : NULL;

	return slash && slash[1] ? slash + 1 : p->undo;
}

bool plan_changed(const struct plan *p, char *out, size_t size)
{
	char id[UUID_SIZE], command[COMMAND_SIZE];

	if (!*p->seen || !plan_is_blocked(p))
		return false;
	plan_id(p, id);
	if (p->undo)
		humanize_command("scripts/controls.sh undo", command);
	else
		humanize_command("scripts/sync-now.sh", command);
	snprintf(out, size,
		"the plan has changed since it was seen: it is %s now, and not "
		"%s; look at it again: %s%s%s --dry-run",
		id, p->seen, command, p->undo ? " " : "",
		p->undo ? plan_undone(p) : "");
	return true;
}

/* Those that were allowed already belong to it: they trip again. */
void plan_way_on(const struct plan *p, char *out, size_t size)
{
	struct buf names = BUF_INIT(100);
	char command[COMMAND_SIZE];

	for (enum guard g = 0; g < GUARDS; g++)
		if (p->guards->tripped[g])
			buf_addf(&names, "%s%s", names.len ? "," : "",
				guard_name(g));
	if (p->undo && run_id_is_valid(plan_undone(p)))
		snprintf(out, size, "%s %s --allow %s",
			humanize_command("scripts/controls.sh undo", command),
			plan_undone(p), buf_str(&names));
	else if (p->undo)
		snprintf(out, size, "plan --undo %s --allow %s", p->undo,
			buf_str(&names));
	else
		snprintf(out, size, "%s --allow %s",
			humanize_command("scripts/sync-now.sh", command),
			buf_str(&names));
	buf_fini(&names);
}

bool plan_way_singly(const struct plan *p, char *out, size_t size)
{
	char command[COMMAND_SIZE];

	for (enum guard g = 0; g < GUARDS; g++) {
		if (p->undo || !guard_blocks(p->guards, g) ||
			guard_counts(g) == OP_SKIP)
			continue;
		snprintf(out, size, "%s ID...; its --list shows them",
			humanize_command(
				"scripts/controls.sh approve", command));
		return true;
	}
	return false;
}

/* What each blocking guard counts, so that single ops can be approved. */
static void put_counted(json *head, const struct guards *g)
{
	json *counted = json_array();

	for (enum guard i = 0; i < GUARDS; i++)
		for (enum side s = 0; s < SIDES; s++) {
			json *one;

			if (!guard_blocks(g, i) || !g->counted[i][s])
				continue;
			one = json_add(counted, json_object());
			json_put_str(one, "guard", guard_name(i));
			json_put_str(one, "op", op_kind_name(guard_counts(i)));
			json_put_str(one, "target", side_name(s));
		}
	json_put(head, "counted", counted);
}

static json *allowed_json(const struct waits *w)
{
	json *allowed = json_array();

	for (enum guard i = 0; i < GUARDS; i++)
		if (w->allowed[i])
			json_add(allowed, json_string(guard_name(i)));
	return allowed;
}

static void put_waits(json *policy, const struct waits *w)
{
	json *held = hold_json(&w->hold), *allowed = allowed_json(w);

	if (json_count(allowed))
		json_put(policy, "allow", allowed);
	else
		json_free(allowed);
	if (json_count(held))
		json_put(policy, "hold", held);
	else
		json_free(held);
	if (w->settle)
		json_put_int(policy, "settle_seconds", w->settle / USEC_SECOND);
}

static void put_guards(json *head, const struct plan *p)
{
	const struct guards *g = p->guards;
	json *blocked = json_put(head, "blocked", json_array());
	json *seen = json_object();
	char text[PLAN_TEXT];

	for (enum guard i = 0; i < GUARDS; i++) {
		if (!g->tripped[i])
			continue;
		if (guard_blocks(g, i))
			json_add(blocked, json_string(guard_name(i)));
		json_put_str(seen, guard_name(i), g->seen[i]);
	}
	/* No guard, so no option allows it, and apply(1) refuses it. */
	if (p->is_other && plan_changed(p, text, sizeof text)) {
		json_add(blocked, json_string(OTHER_PLAN));
		json_put_str(seen, OTHER_PLAN, text);
	}
	json_put(head, "guards", seen);
	if (guards_see_emptiness(g))
		json_put_str(head, "emptied", g->seen[GUARD_EMPTY_SIDE]);
}

/* Those of the sync; what takes a run back goes by none. */
static void put_rules(json *to, const struct policy *p)
{
	json_put_str(to, "conflict", conflict_rule_name(p->conflict));
	json_put_str(to, "orphans", orphan_rule_name(p->orphans));
	if (p->match != MATCH_NONE)
		json_put_str(to, "match", match_rule_name(p->match));
}

json *plan_policy(const struct plan *p)
{
	json *policy = json_object();
	char id[UUID_SIZE];

	if (!p->undo)
		put_rules(policy, p->policy);
	put_waits(policy, &p->policy->waits);
	if (p->allowed) {
		plan_id(p, id);
		json_put_str(policy, "allow_plan", id);
	}
	if (p->last_rules)
		json_put(policy, "last_rules", json_copy(p->last_rules));
	return policy;
}

static json *plan_head(const struct plan *p)
{
	const struct approvals *approvals = p->policy->waits.approvals;
	json *head = stream_head("plan");
	char id[UUID_SIZE], at[TIME_SIZE];

	plan_id(p, id);
	json_put_str(head, "plan_id", id);
	json_put_str(head, "at", time_format(p->at, at));
	json_put(head, "scope", json_copy(p->sides->scope));
	json_put(head, "policy", plan_policy(p));
	if (p->undo)
		json_put_str(head, "undo", p->undo);
	put_guards(head, p);
	put_counted(head, p->guards);
	if (approvals && approvals->n)
		json_put_str(head, "approved_until",
			time_format(approvals->until, at));
	if (p->inputs)
		json_put(head, "inputs", json_copy(p->inputs));
	json_put(head, "sources", json_copy(p->sides->sources));
	return head;
}

static json *plan_end(const struct plan *p)
{
	json *end = stream_line("end"), *totals;
	struct totals t;

	op_list_count(p->ops, &t);
	totals = json_put(end, "totals", totals_json(&t));
	json_put_int(totals, "live_pairs", (int64_t)p->live_pairs);
	return end;
}

/* What can't be written says whose it is: a record may be as long as a line. */
static int write_op(struct stream_writer *w, const struct planned_op *op,
	size_t n, struct error *e)
{
	struct error why;

	if (stream_write(w, op_line(op, n), e) == 0)
		return 0;
	why = *e;
	return fail(e, why.code, "op %zu, for row %s and page %s: %.900s", n,
		op->row_id ? op->row_id : "-", op->page_id ? op->page_id : "-",
		why.text);
}

int plan_write(const struct plan *p, FILE *out, struct error *e)
{
	struct stream_writer w;
	int rc;

	stream_writer_init(&w, out);
	rc = stream_write(&w, plan_head(p), e);
	for (size_t i = 0; i < p->ops->n && rc == 0; i++)
		rc = write_op(&w, &p->ops->at[i], i + 1, e);
	if (rc == 0)
		rc = stream_write_end(&w, plan_end(p), true, e);
	stream_writer_fini(&w);
	return rc;
}
