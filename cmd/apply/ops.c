#include "ops.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sync/checksum.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/humanize.h"
#include "util/stream.h"
#include "util/times.h"
#include "util/uuid.h"

/* NULL where it is absent; false where it is there and no id. */
static bool id_member(const json *line, const char *key, const char **out)
{
	const json *v = json_get(line, key);
	char normal[UUID_SIZE];

	*out = json_text(v);
	if (json_is_null(v))
		return true;
	return *out && uuid_normalize(*out, normal) == 0 &&
	       strcmp(*out, normal) == 0;
}

/* A text field that is a string or null; the date must be one. */
static bool is_field(const json *set, const char *key)
{
	const json *v = json_get(set, key);

	if (json_is_null(v))
		return true;
	if (strcmp(key, "date") == 0)
		return date_is_valid(json_text(v));
	return json_is_string(v);
}

static bool set_is_valid(const json *set)
{
	return json_is_object(set) && is_field(set, "decision") &&
	       is_field(set, "type") && is_field(set, "date");
}

/* It goes into the base as it is. */
static bool agreed_is_valid(const json *agreed)
{
	return set_is_valid(agreed) &&
	       checksum_is_valid(json_str(agreed, "checksum"));
}

/* Where a kind of op may be aimed at, and what it can't do without. */
static const struct shape {
	bool notion, supabase, base, none;
	bool needs_set, needs_checksum;
} shapes[OP_KINDS] = {
	[OP_CREATE] = { .notion = true,
		.supabase = true,
		.needs_set = true,
		.needs_checksum = true },
	[OP_UPDATE] = { .notion = true,
		.supabase = true,
		.needs_set = true,
		.needs_checksum = true },
	[OP_LINK] = { .supabase = true },
	[OP_STAMP] = { .notion = true },
	[OP_TRASH] = { .notion = true, .supabase = true },
	[OP_RESTORE] = { .notion = true, .supabase = true },
	[OP_ADOPT] = { .base = true },
	[OP_SKIP] = { .none = true },
};

static bool target_fits(const struct shape *s, enum op_target t)
{
	switch (t) {
	case TARGET_NOTION:
		return s->notion;
	case TARGET_SUPABASE:
		return s->supabase;
	case TARGET_BASE:
		return s->base;
	default:
		return s->none;
	}
}

/* A create has one half, every other writing op has both. */
static const char *missing_id(const struct op *op)
{
	switch (op->kind) {
	case OP_CREATE:
		if (op->target == TARGET_NOTION)
			return op->row_id ? NULL : "no row_id";
		return op->page_id ? NULL : "no page_id";
	case OP_STAMP: /* its row may be one that is made just before */
		return op->page_id ? NULL : "no page_id";
	default:
		return op->row_id && op->page_id ? NULL
						 : "no row_id or page_id";
	}
}

/* Without one of these nobody can tell whether a person was there since. */
static const char *missing_expect(const struct op *op)
{
	switch (op->kind) {
	case OP_UPDATE:
	case OP_TRASH:
	case OP_RESTORE:
		if (op->content_sum)
			return NULL;
		if (op->target == TARGET_NOTION)
			return op->page ? NULL
					: "neither expect.page nor "
					  "expect.checksum";
		return op->row ? NULL
			       : "neither expect.row nor expect.checksum";
	case OP_LINK:
		return op->row || op->checksum
			       ? NULL
			       : "neither expect.row nor checksum";
	case OP_STAMP:
		return op->page || op->checksum
			       ? NULL
			       : "neither expect.page nor checksum";
	case OP_ADOPT:
		return op->agreed ? NULL : "no agreed";
	default:
		return NULL;
	}
}

/* What is wrong with the op, or NULL. */
static const char *what_is_wrong(const struct op *op)
{
	const struct shape *s = &shapes[op->kind];

	if (!target_fits(s, op->target))
		return "no such target";
	if (op->kind == OP_SKIP)
		return NULL;
	if (s->needs_set && !op->set)
		return "no set";
	if (op->set && !set_is_valid(op->set))
		return "a value in set that can't be one";
	if (op->checksum ? !checksum_is_valid(op->checksum) : s->needs_checksum)
		return "no checksum";
	if (op->agreed && !agreed_is_valid(op->agreed))
		return "an agreed that is none";
	if (op->content_sum && !checksum_is_valid(op->content_sum))
		return "an expect.checksum that is none";
	return missing_id(op) ? missing_id(op) : missing_expect(op);
}

/* Nothing is expected of its row: there was none when it was planned. */
static bool was_planned_without_row(const struct op *op)
{
	return op->target == TARGET_NOTION && op->kind != OP_CREATE &&
	       op->row_id && !op->row && !op->updated_at &&
	       (op->page || op->kind == OP_TRASH);
}

static json *copy_of(const json *v)
{
	return json_is_object(v) ? json_copy(v) : NULL;
}

static int parse_op(const struct stream_reader *r, struct op *op, json *line,
	struct error *e)
{
	const json *expect = json_get(line, "expect");
	const char *why;

	*op = (struct op){ .line = line };
	if (strcmp(json_str(line, "kind"), "op") != 0)
		return stream_refuse(
			r, e, "unknown kind \"%.50s\"", json_str(line, "kind"));
	if (op_kind_parse(json_str(line, "op"), &op->kind) < 0 ||
		op_target_parse(json_str(line, "target"), &op->target) < 0)
		return stream_refuse(r, e, "unknown op or target");
	if (json_whole(json_get(line, "n"), &op->n) < 0)
		return stream_refuse(r, e, "no number n");
	if (!id_member(line, "row_id", &op->row_id) ||
		!id_member(line, "page_id", &op->page_id))
		return stream_refuse(r, e, "a row_id or page_id that is no id");
	op->checksum = json_str(line, "checksum");
	op->synced = json_get(line, "synced") ? json_true(line, "synced")
					      : op->kind != OP_TRASH;
	op->set = json_get(line, "set");
	op->agreed = json_get(line, "agreed");
	op->row = copy_of(json_get(expect, "row"));
	op->page = copy_of(json_get(expect, "page"));
	op->updated_at = xstrdup(json_str(expect, "updated_at"));
	op->content_sum = json_str(expect, "checksum");
	op->row_gone = was_planned_without_row(op);
	why = what_is_wrong(op);
	if (!why)
		return 0;
	return stream_refuse(r, e,
		"op %" PRId64 ", %s in %s, has %s: plan it anew, or leave in "
		"the plan what vaultsync-streams(5) lists",
		op->n, op_kind_name(op->kind), op_target_name(op->target), why);
}

static int read_body(struct ops *ops, struct stream_reader *r, struct error *e)
{
	json *line;
	int got;

	while ((got = stream_read(r, &line, e)) > 0) {
		ops->list =
			grow(ops->list, ops->n, &ops->cap, sizeof *ops->list);
		if (parse_op(r, &ops->list[ops->n++], line, e) < 0)
			return -1;
	}
	if (got == 0)
		json_free(line);
	return got < 0 ? -1 : stream_read_eof(r, e);
}

int ops_read(struct ops *ops, int fd, const char *name, struct error *e)
{
	struct stream_reader r;
	int rc;

	*ops = (struct ops){ 0 };
	stream_reader_init(&r, fd, name, STREAM_ANY_COUNT);
	rc = stream_read_head(&r, "plan", &ops->head, e);
	if (rc == 0)
		rc = stream_refuse(&r, e, "no plan: the input is empty");
	else if (rc > 0)
		rc = read_body(ops, &r, e);
	stream_reader_fini(&r);
	if (rc == 0)
		rc = ops_chain(ops, name, e);
	if (rc < 0)
		ops_fini(ops);
	return rc;
}

void ops_fini(struct ops *ops)
{
	for (size_t i = 0; i < ops->n; i++) {
		json_free(ops->list[i].line);
		json_free(ops->list[i].row);
		json_free(ops->list[i].page);
		json_free(ops->list[i].known);
		free(ops->list[i].updated_at);
	}
	free(ops->list);
	json_free(ops->head);
	*ops = (struct ops){ 0 };
}

/* A guard that we don't know can't be allowed. */
static bool is_allowed(const char *name, const bool allowed[GUARDS])
{
	for (enum guard i = 0; i < GUARDS; i++)
		if (strcmp(guard_name(i), name) == 0)
			return allowed[i];
	return false;
}

int ops_check_guards(
	const struct ops *ops, const bool allowed[GUARDS], struct error *e)
{
	const json *guards = json_get(ops->head, "guards");
	struct buf seen = BUF_INIT(600), blocked = BUF_INIT(200);
	struct buf tripped = BUF_INIT(200);
	char command[COMMAND_SIZE];
	int rc = 0;

	for (const json *v = json_first(json_get(ops->head, "blocked")); v;
		v = json_next(v)) {
		const char *name = json_text(v);
		const char *saw = json_str(guards, name ? name : "");

		if (!name)
			name = "an unknown guard";
		if (is_allowed(name, allowed))
			continue;
		buf_addf(&blocked, "%s%s", blocked.len ? "," : "", name);
		buf_addf(&seen, "%s%s", seen.len ? "; " : "", saw ? saw : "");
	}
	for (const json *v = json_first(guards); v; v = json_next(v))
		buf_addf(&tripped, "%s%s", tripped.len ? "," : "", json_key(v));
	if (blocked.len)
		rc = fail(e, RC_GUARD,
			"the plan is blocked by %s: %s; "
			"to go on all the same: %s --allow %s",
			buf_str(&blocked), buf_str(&seen),
			humanize_command("scripts/sync-now.sh", command),
			buf_str(tripped.len ? &tripped : &blocked));
	buf_fini(&seen);
	buf_fini(&blocked);
	buf_fini(&tripped);
	return rc;
}
