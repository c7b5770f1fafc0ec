/* An op as its line in the plan. */
#include <string.h>

#include "op_list.h"
#include "util/stream.h"

static const struct record *target_record(const struct planned_op *op)
{
	enum op_target target = op->waits ? op->would_target : op->target;

	return target == TARGET_NOTION ? op->page : op->row;
}

static void put_detail(json *to, const json *detail)
{
	if (detail)
		json_put(to, "date_detail", json_copy(detail));
}

static void put_set(json *line, const struct planned_op *op)
{
	const struct record *target = target_record(op);
	json *set, *was;

	if (!op->fields)
		return;
	set = json_put(line, "set", decision_json(&op->set, op->fields));
	put_detail(set, op->set_detail);
	if (!target)
		return;
	was = json_put(line, "was", decision_json(&target->is, op->fields));
	if (op->fields & FIELD_BIT(FIELD_DATE))
		put_detail(was, target->date_detail);
}

static void put_time(json *to, const char *key, const struct record *r)
{
	if (r)
		json_put_str(to, key, r->edited_at);
}

static void put_conflict(json *line, const struct planned_op *op)
{
	const struct record *loser =
		op->winner == SUPABASE ? op->page : op->row;
	json *c;

	if (!op->conflict)
		return;
	c = json_put(line, "conflict", json_object());
	json_put(c, "fields", fields_json(op->conflict));
	if (op->undecided) {
		json_put(c, "supabase",
			decision_json(&op->row->is, op->conflict));
		json_put(c, "notion",
			decision_json(&op->page->is, op->conflict));
	} else {
		json_put_str(c, "winner", side_name(op->winner));
		if (op->resolved)
			json_put_bool(c, "resolved", true);
		json_put(c, "lost", decision_json(&loser->is, op->conflict));
		if (op->conflict & FIELD_BIT(FIELD_DATE))
			put_detail(json_get(c, "lost"), loser->date_detail);
	}
	if (op->has_base)
		json_put(c, "base", decision_json(&op->base, op->conflict));
	put_time(c, "supabase_at", op->row);
	put_time(c, "notion_at", op->page);
}

static void put_agreed(json *line, const struct planned_op *op)
{
	json *agreed;

	if (!op->settles)
		return;
	agreed = json_put(line, "agreed", held_json(&op->agreed));
	json_put_str(agreed, "checksum", op->agreed_checksum);
}

json *record_seen(const struct record *r)
{
	json *object = decision_json(&r->is, ALL_FIELDS);

	if (r->side == SUPABASE)
		json_put_str(object, "link", r->link);
	json_put_bool(object, "deleted", r->deleted);
	json_put_str(object, "stored_checksum", r->stored);
	json_put_bool(object, "synced", r->synced);
	return object;
}

static void put_expect(json *line, const struct planned_op *op)
{
	const struct record *target = target_record(op);
	json *expect;

	if (op->kind == OP_SKIP && !op->waits)
		return;
	expect = json_put(line, "expect", json_object());
	put_time(expect, "updated_at", op->row);
	put_time(expect, "page_edited_at", op->page);
	if (target && (op->waits || op_target_is_service(op->target)))
		json_put_str(expect, "checksum", target->checksum);
	if (op->row)
		json_put(expect, "row", record_seen(op->row));
	if (op->page)
		json_put(expect, "page", record_seen(op->page));
}

/* Of a skip that waits: what it would do, and since when it waits. */
static void put_would(json *line, const struct planned_op *op)
{
	char at[TIME_SIZE];
	json *would;

	if (op->approved)
		json_put_bool(line, "approved", true);
	if (!op->waits)
		return;
	would = json_put(line, "would", json_object());
	json_put_str(would, "op", op_kind_name(op->would));
	json_put_str(would, "target", op_target_name(op->would_target));
	if (op->since != USEC_NONE)
		json_put_str(line, "since", time_format(op->since, at));
}

json *op_line(const struct planned_op *op, size_t n)
{
	json *line = stream_line("op");

	json_put_int(line, "n", (int64_t)n);
	json_put_str(line, "op", op_kind_name(op->kind));
	json_put_str(line, "target", op_target_name(op->target));
	if (op->row_id)
		json_put_str(line, "row_id", op->row_id);
	if (op->page_id)
		json_put_str(line, "page_id", op->page_id);
	put_set(line, op);
	if (op->marks) {
		json_put_str(
			line, "checksum", *op->checksum ? op->checksum : NULL);
		json_put_bool(line, "synced", op->synced);
	}
	if (op->code)
		json_put_str(line, "code", op->code);
	json_put_str(line, "reason", op->reason);
	if (op->match)
		json_put_str(line, "match", op->match);
	put_would(line, op);
	if (op->failures)
		json_put_int(line, "failures", op->failures);
	put_conflict(line, op);
	put_agreed(line, op);
	put_expect(line, op);
	return line;
}
