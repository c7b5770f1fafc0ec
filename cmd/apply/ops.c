#include "ops.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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

/*
 * Where a kind of op may be aimed at, what it can't do without, and whether it
 * writes no content: a stamp doesn't look at its page before.
 */
static const struct shape {
	bool notion, supabase, base, none;
	bool needs_set, needs_checksum, no_set;
} shapes[OP_KINDS] = {
	[OP_CREATE] = { .notion = true,
		.supabase = true,
		.needs_set = true,
		.needs_checksum = true },
	[OP_UPDATE] = { .notion = true,
		.supabase = true,
		.needs_set = true,
		.needs_checksum = true },
	[OP_LINK] = { .supabase = true, .no_set = true },
	[OP_STAMP] = { .notion = true, .no_set = true },
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
			return op->row_id ? NULL : "row_id is missing";
		return op->page_id ? NULL : "page_id is missing";
	case OP_STAMP: /* its row may be one that is made just before */
		return op->page_id ? NULL : "page_id is missing";
	default:
		return op->row_id && op->page_id
			       ? NULL
			       : "row_id or page_id is missing";
	}
}

/* Without one of these nobody can tell whether a person was there since. */
static const char *missing_expect(const struct op *op)
{
	switch (op->kind) {
	case OP_UPDATE:
	case OP_TRASH:
	case OP_RESTORE:
		if (op->content_sum || op->seen[op->side])
			return NULL;
		return op->side == NOTION ? "it has neither expect.page nor "
					    "expect.checksum"
					  : "it has neither expect.row nor "
					    "expect.checksum";
	case OP_LINK:
		return op->seen[SUPABASE] || op->checksum
			       ? NULL
			       : "it has neither expect.row nor checksum";
	case OP_STAMP:
		return op->seen[NOTION] || op->checksum
			       ? NULL
			       : "it has neither expect.page nor checksum";
	case OP_ADOPT:
		return op->settles ? NULL : "agreed is missing";
	default:
		return NULL;
	}
}

static void parse_detail(struct date_detail *d, const json *of)
{
	const json *detail = json_get(of, "date_detail");

	d->is = !json_is_null(detail);
	d->start = json_str(detail, "start");
	d->end = json_str(detail, "end");
}

/* What it writes, and what that replaces; NULL, or what is wrong. */
static const char *parse_content(struct op *op, const json *line)
{
	const json *set = json_get(line, "set"), *was = json_get(line, "was");
	const json *agreed = json_get(line, "agreed");

	op->sets = set != NULL;
	op->settles = agreed != NULL;
	if (op->sets &&
		(!json_is_object(set) ||
			decision_parse(&op->set, &op->set_fields, set) < 0))
		return "a value in set is not valid";
	parse_detail(&op->set_detail, set);
	decision_parse(&op->was, &op->was_fields, was);
	parse_detail(&op->was_detail, was);
	/* It goes into the base as it is. */
	if (op->settles &&
		(!json_is_object(agreed) ||
			decision_parse(&op->agreed.is, &op->agreed_fields,
				agreed) < 0 ||
			!checksum_is_valid(json_str(agreed, "checksum"))))
		return "agreed is not valid";
	op->agreed.deleted = json_true(agreed, "deleted");
	return NULL;
}

/* What the plan saw; NULL, or what is wrong. */
static const char *parse_expect(struct op *op, const json *expect)
{
	const char *updated_at = json_str(expect, "updated_at");

	op->seen[SUPABASE] = seen_parse(json_get(expect, "row"));
	op->seen[NOTION] = seen_parse(json_get(expect, "page"));
	op->content_sum = json_str(expect, "checksum");
	op->updated_at = USEC_NONE;
	if (updated_at && time_parse(updated_at, &op->updated_at) < 0)
		return "expect.updated_at is not a valid time";
	if (op->content_sum && !checksum_is_valid(op->content_sum))
		return "expect.checksum is not valid";
	return NULL;
}

/* What the op says; NULL, or what is wrong with it. */
static const char *parse_parts(struct op *op, const json *line)
{
	const struct shape *shape = &shapes[op->kind];
	const char *why, *expected;

	op->side = op->target == TARGET_NOTION ? NOTION : SUPABASE;
	op->code = json_str(line, "code");
	json_whole(json_get(line, "failures"), &op->failures);
	op->meets = json_str(line, "match") != NULL;
	op->checksum = json_str(line, "checksum");
	op->synced = json_get(line, "synced") ? json_true(line, "synced")
					      : op->kind != OP_TRASH;
	/* What one that waits would set is written by no op of this plan. */
	if (op->kind == OP_SKIP)
		return target_fits(shape, op->target) ? NULL
						      : "the op is not known";
	why = parse_content(op, line);
	expected = parse_expect(op, json_get(line, "expect"));
	/* Nothing is expected of its row: there was none when it was planned.
	 */
	op->row_gone = op->target == TARGET_NOTION && op->kind != OP_CREATE &&
		       op->row_id && !op->seen[SUPABASE] &&
		       op->updated_at == USEC_NONE &&
		       (op->seen[NOTION] || op->kind == OP_TRASH);
	if (!target_fits(shape, op->target))
		return "the op is not known";
	if (shape->needs_set && !op->sets)
		return "set is missing";
	if (shape->no_set && op->sets)
		return "it writes no content, but has set";
	if (!why && (op->checksum ? !checksum_is_valid(op->checksum)
				  : shape->needs_checksum))
		why = "checksum is missing or not valid";
	if (!why)
		why = expected;
	if (!why)
		why = missing_id(op);
	return why ? why : missing_expect(op);
}

static int parse_op(const struct stream_reader *r, struct op *op, json *line,
	struct error *e)
{
	const char *why;

	*op = (struct op){ .line = line };
	if (strcmp(json_str(line, "kind"), "op") != 0)
		return stream_refuse(
			r, e, "unknown kind \"%.50s\"", json_str(line, "kind"));
	if (op_kind_parse(json_str(line, "op"), &op->kind) < 0 ||
		op_target_parse(json_str(line, "target"), &op->target) < 0)
		return stream_refuse(r, e, "unknown op or target");
	if (json_whole(json_get(line, "n"), &op->n) < 0)
		return stream_refuse(r, e, "n is missing or not a number");
	if (!id_member(line, "row_id", &op->row_id) ||
		!id_member(line, "page_id", &op->page_id))
		return stream_refuse(
			r, e, "row_id or page_id is not a valid id");
	why = parse_parts(op, line);
	if (!why)
		return 0;
	return stream_refuse(r, e,
		"op %" PRId64 ", %s in %s: %s; make a new plan, or leave in "
		"the plan what vaultsync-streams(5) lists",
		op->n, op_kind_name(op->kind), op_target_name(op->target), why);
}

const char *op_link(const struct op *op)
{
	return op->seen[SUPABASE] ? op->seen[SUPABASE]->link : NULL;
}

struct decision op_wanted(const struct op *op)
{
	const struct seen *seen = op->seen[op->side];
	const struct decision nothing = { { NULL } };

	return decision_with(
		seen ? &seen->held.is : &nothing, &op->set, op->set_fields);
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
		rc = stream_refuse(&r, e, "the input is empty, and not a plan");
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
		struct op *op = &ops->list[i];

		json_free(op->line);
		base_pair_free(op->known);
		for (enum side s = 0; s < SIDES; s++)
			free(op->seen[s]);
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
