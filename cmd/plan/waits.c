#include "waits.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/order.h"
#include "util/text.h"

/* --- what is held --------------------------------------------------------- */

static enum held_op held_op_of(enum op_kind k)
{
	return k == OP_CREATE	? HOLD_CREATE
	       : k == OP_UPDATE ? HOLD_UPDATE
	       : k == OP_TRASH	? HOLD_TRASH
				: HOLD_RESTORE;
}

static bool is_held(const struct hold *h, const struct op_key *key)
{
	return h->of[held_op_of(key->kind)][key->target == TARGET_NOTION
						    ? HOLD_NOTION
						    : HOLD_SUPABASE];
}

/* --- what was approved ---------------------------------------------------- */

static bool same_value(const json *a, const json *b, const char *key)
{
	a = json_get(a, key);
	b = json_get(b, key);
	return (json_is_null(a) && json_is_null(b)) || json_equal(a, b);
}

static bool same_fields(const json *a, const json *b, unsigned fields)
{
	for (enum field f = 0; f < FIELDS; f++)
		if (fields & FIELD_BIT(f) && !same_value(a, b, field_name(f)))
			return false;
	return true;
}

/* `revived`: it is out of the trash by now, and otherwise the same. */
static bool same_half(
	const json *seen, const struct record *r, unsigned fields, bool revived)
{
	json *now;
	bool same;

	if (!r || !json_is_object(seen))
		return !r && json_is_null(seen);
	now = record_seen(r);
	if (revived)
		json_put_bool(now, "deleted", true);
	same = same_fields(seen, now, fields) &&
	       same_value(seen, now, "link") &&
	       same_value(seen, now, "deleted");
	json_free(now);
	return same;
}

static unsigned fields_of(const json *set)
{
	unsigned fields = 0;

	for (enum field f = 0; f < FIELDS; f++)
		if (json_get(set, field_name(f)))
			fields |= FIELD_BIT(f);
	return fields;
}

/*
 * It writes what was approved, and nothing else; `left`: some of it may be
 * done. Equal halves don't say that: what is to be written is also decided by
 * the base, and that may be lost.
 */
static bool sets_the_same(
	const json *approved, const struct planned_op *op, bool left)
{
	unsigned fields = fields_of(approved);
	json *set;
	bool same;

	if (op->fields & ~fields || (!left && op->fields != fields))
		return false;
	set = decision_json(&op->set, op->fields);
	if (op->set_detail)
		json_put(set, "date_detail", json_copy(op->set_detail));
	same = same_fields(approved, set, op->fields) &&
	       (!(op->fields & FIELD_BIT(FIELD_DATE)) ||
		       same_value(approved, set, "date_detail"));
	json_free(set);
	return same;
}

/*
 * Both halves are as they were seen. Where the op is about presence the times
 * count as well, because then more is at stake than the values: what else a
 * page holds. An update replaces just the values of its fields. What else the
 * halves hold may have been written since by the rest of the same merge, and
 * our own bookkeeping may have moved the times.
 */
static bool is_as_seen(const json *seen, const struct planned_op *op)
{
	unsigned fields = op->kind == OP_UPDATE ? op->fields : ALL_FIELDS;

	if (!same_half(json_get(seen, "row"), op->row, fields, false) ||
		!same_half(json_get(seen, "page"), op->page, fields, false))
		return false;
	if (op->kind != OP_TRASH && op->kind != OP_RESTORE)
		return true;
	return (!op->row || text_same(json_str(seen, "updated_at"),
				    op->row->edited_at)) &&
	       (!op->page || text_same(json_str(seen, "page_edited_at"),
				     op->page->edited_at));
}

/*
 * A restore with content is two requests on a page: a run that was cut between
 * them leaves an update, of just what was approved.
 */
static bool completes_restore(
	const struct approvals *approvals, const struct planned_op *op)
{
	const struct op_key key = { OP_RESTORE, op->target, op->row_id,
		op->page_id };
	const struct approval *a = approvals_find(approvals, &key);
	bool of_page = op->target == TARGET_NOTION;
	const json *seen = a ? json_get(a->line, "seen") : NULL;

	return a && op->kind == OP_UPDATE &&
	       sets_the_same(json_get(a->line, "set"), op, true) &&
	       same_half(
		       json_get(seen, "row"), op->row, ALL_FIELDS, !of_page) &&
	       same_half(json_get(seen, "page"), op->page, ALL_FIELDS, of_page);
}

/* --- what was edited a moment ago ----------------------------------------- */

/*
 * Notion cuts its times to the minute, so an edit may be as late as the end of
 * its minute; the same is assumed of a row, so that the sides are equal. A time
 * far in the future says nothing.
 */
static bool is_fresh(const struct waits *w, const struct record *r)
{
	usec now;

	if (!r || r->edited == USEC_NONE)
		return false;
	now = w->now[r->side];
	return now != USEC_NONE &&
	       minute_of(r->edited) + USEC_MINUTE + w->settle > now &&
	       r->edited < now + SETTLING_MAX;
}

static usec latest(const struct waits *w)
{
	return larger_of(w->now[NOTION], w->now[SUPABASE]);
}

/* The half that the op's content comes from; of a conflict, either. */
static bool must_settle(
	const struct waits *w, const struct planned_op *op, usec *since)
{
	const struct record *source =
		op->target == TARGET_NOTION ? op->row : op->page;
	const struct record *target =
		op->target == TARGET_NOTION ? op->page : op->row;
	usec now = latest(w);

	if (w->settle <= 0 || (!is_fresh(w, source) &&
				      !(op->conflict && is_fresh(w, target))))
		return false;
	*since = w->settling
			 ? settling_since(w->settling, op->row_id, op->page_id)
			 : USEC_NONE;
	if (*since == USEC_NONE || *since > now)
		*since = now;
	return now - *since < SETTLING_MAX;
}

/* --- all ------------------------------------------------------------------ */

/* The guard that such ops were approved for is allowed. */
static bool is_allowed(const struct waits *w, const struct op_key *key)
{
	static const bool none[GUARDS] = { false };

	return approvals_guard(w->approvals, key, none) &&
	       !approvals_guard(w->approvals, key, w->allowed);
}

struct verdict waits_judge(const struct waits *w, const struct planned_op *op)
{
	const struct op_key key = { op->kind, op->target, op->row_id,
		op->page_id };
	const struct approval *a =
		w->approvals ? approvals_find(w->approvals, &key) : NULL;
	struct verdict v = { .since = USEC_NONE };

	if ((a && sets_the_same(json_get(a->line, "set"), op, false) &&
		    is_as_seen(json_get(a->line, "seen"), op)) ||
		(w->approvals && completes_restore(w->approvals, op))) {
		v.approved = true;
		return v;
	}
	v.changed = a != NULL;
	if (is_held(&w->hold, &key))
		v.wait = WAIT_HELD;
	else if (w->approvals &&
		 approvals_guard(w->approvals, &key, w->allowed))
		v.wait = WAIT_GUARD;
	else if (v.changed && !is_allowed(w, &key))
		v.wait = WAIT_CHANGED;
	else if (must_settle(w, op, &v.since))
		v.wait = WAIT_SETTLING;
	return v;
}

void waits_put(struct planned_op *op, const struct verdict *v)
{
	static const char *const texts[] = {
		[WAIT_HELD] = "held",
		[WAIT_GUARD] = ("waits for approval, because a guard has "
				"blocked such ops"),
		[WAIT_CHANGED] = "waits for approval",
		[WAIT_SETTLING] = "edited a moment ago, waits to be left alone",
		[WAIT_PAIR] = "waits with the other half",
	};
	char *reason;

	op->approved = v->approved;
	if (v->wait == WAIT_NOT && !v->changed)
		return;
	reason = xasprintf("%s%s%s%s", op->reason,
		v->wait == WAIT_NOT ? "" : "; ",
		v->wait == WAIT_NOT ? "" : texts[v->wait],
		v->changed ? "; it was approved, but has changed since" : "");
	op_reason(op, "%s", reason);
	free(reason);
	if (v->wait == WAIT_NOT)
		return;
	op->waits = true;
	op->would = op->kind;
	op->would_target = op->target;
	op->since = v->since;
	op->kind = OP_SKIP;
	op->target = TARGET_NONE;
	op->code = op_is_settling(op) ? "settling" : "held";
	op->marks = op->settles = false;
	op->conflict = 0;
}
