/*
 * The id of a plan: what it would do, and to what. Two plans that would do the
 * same to records that hold the same have one id, in whatever order the
 * services have listed them and whenever these were edited; anything else that
 * is done, or written over, makes it another one, and so does a guard that
 * trips for one plan alone. So whoever allows a plan by its id allows what was
 * seen, and no more.
 */
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/hex.h"
#include "util/sha256.h"
#include "util/stream.h"

struct digest {
	unsigned char bytes[SHA256_BYTES];
};

/*
 * A text between a 1 and its NUL, and a 0 where there is none, so that no two
 * lists of texts look alike.
 */
static void add_text(struct buf *to, const char *s)
{
	buf_addc(to, s ? '\1' : '\0');
	if (s)
		buf_add(to, s, strlen(s) + 1);
}

static void add_flag(struct buf *to, bool flag)
{
	add_text(to, flag ? "+" : "-");
}

static void add_json(struct buf *to, const json *v)
{
	/* It was in a line. */
	struct buf text = BUF_INIT(2 * (size_t)STREAM_LINE_MAX);

	if (v)
		json_print(v, &text);
	add_text(to, v ? buf_str(&text) : NULL);
	buf_fini(&text);
}

/* What is there now, to the letter: it is written over, or the op rests on it.
 */
static void add_half(struct buf *to, const struct record *r)
{
	if (!r) {
		add_text(to, NULL);
		return;
	}
	for (enum field f = 0; f < FIELDS; f++)
		add_text(to, r->is.value[f]);
	add_flag(to, r->deleted);
	add_text(to, r->link);
	add_json(to, r->date_detail);
}

/* What is written. */
static void add_set(struct buf *to, const struct planned_op *op)
{
	for (enum field f = 0; f < FIELDS; f++) {
		if (!(op->fields & FIELD_BIT(f)))
			continue;
		add_text(to, field_name(f));
		add_text(to, op->set.value[f]);
	}
	add_json(to, op->set_detail);
	if (op->marks) {
		add_text(to, op->checksum);
		add_flag(to, op->synced);
	}
	if (op->settles) {
		add_text(to, op->agreed_checksum);
		add_flag(to, op->agreed.deleted);
	}
}

static void add_conflict(struct buf *to, const struct planned_op *op)
{
	for (enum field f = 0; f < FIELDS; f++)
		if (op->conflict & FIELD_BIT(f))
			add_text(to, field_name(f));
	add_text(to, op->undecided ? NULL : side_name(op->winner));
}

static void add_op(struct buf *to, const struct planned_op *op)
{
	add_text(to, op_kind_name(op->kind));
	add_text(to, op_target_name(op->target));
	add_text(to, op->row_id);
	add_text(to, op->page_id);
	add_text(to, op->code);
	add_text(to, op->match);
	add_set(to, op);
	add_half(to, op->row);
	add_half(to, op->page);
	if (op->waits) {
		add_text(to, op_kind_name(op->would));
		add_text(to, op_target_name(op->would_target));
	}
	if (op->conflict)
		add_conflict(to, op);
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, SHA256_BYTES);
}

/* One op after another, in an order that only they decide. */
static void add_ops(struct buf *to, const struct op_list *ops)
{
	struct digest *all = xcalloc(ops->n ? ops->n : 1, sizeof *all);
	struct buf one = BUF_INIT(SIZE_MAX / 2);

	for (size_t i = 0; i < ops->n; i++) {
		buf_reset(&one);
		add_op(&one, &ops->at[i]);
		sha256(one.data, one.len, all[i].bytes);
	}
	qsort(all, ops->n, sizeof *all, by_bytes);
	buf_add(to, all, ops->n * sizeof *all);
	buf_fini(&one);
	free(all);
}

static void add_rules(struct buf *to, const struct plan *p)
{
	const json *columns = json_get(p->sides->scope, "columns");

	for (enum side s = 0; s < SIDES; s++)
		add_text(to, json_str(p->sides->scope, side_name(s)));
	for (const json *v = json_first(columns); v; v = json_next(v)) {
		add_text(to, json_key(v));
		add_text(to, json_text(v));
	}
	add_text(to, conflict_rule_name(p->policy->conflict));
	add_text(to, orphan_rule_name(p->policy->orphans));
	add_text(to, match_rule_name(p->policy->match));
	add_text(to, plan_undone(p));
}

/* Whether they are allowed or not: that is what the id is asked for. */
static void add_guards(struct buf *to, const struct guards *g)
{
	for (enum guard i = 0; i < GUARDS; i++)
		if (g->tripped[i])
			add_text(to, guard_name(i));
	add_text(to, NULL);
}

void plan_id(const struct plan *p, char id[UUID_SIZE])
{
	unsigned char digest[SHA256_BYTES];
	struct buf all = BUF_INIT(SIZE_MAX / 2);
	char hex[33];

	add_rules(&all, p);
	add_guards(&all, p->guards);
	add_ops(&all, p->ops);
	sha256(all.data, all.len, digest);
	buf_fini(&all);
	*hex_put(hex, digest, 16) = '\0';
	uuid_normalize(hex, id);
}
