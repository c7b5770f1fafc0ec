/* What is deleted on one side, or has no other half. */
#include "emit_parts.h"

/* --- deletions ------------------------------------------------------------ */

/*
 * side      ops
 * the row   trash it, with its mark set to false; where the table has no
 *           deleted_at, a skip, and the row stays
 * the page  trash it, and a link that sets the row's mark to false where it
 *           isn't yet
 *
 * The last of them notes the deletion as agreed.
 */
void emit_trash(
	const struct emitter *s, const struct live_pair *p, enum side side)
{
	const struct record *r = side == SUPABASE ? p->row : p->page;
	struct planned_op *op;

	if (side == SUPABASE && !s->sides->soft_delete) {
		op = emit_skip(s, "trashed", p->row, p->page);
		op_reason(op,
			"the page is in the trash and the table has no %s, so "
			"the row stays; add the column, delete the row, or "
			"restore the page",
			sides_column(s->sides, "deleted_at"));
		return;
	}
	op = emit_op(s, OP_TRASH, side, p);
	if (side == SUPABASE)
		op_mark(op, r->checksum, false);
	op_reason(op, "%s",
		side == SUPABASE ? "its page was moved to the trash"
				 : "its row was deleted");
	if (!emit_may_pass(s))
		return;
	if (side == NOTION) {
		if (row_is_stale(p, r->checksum, false))
			emit_link(s, p, r->checksum, false,
				"the deletion is complete");
	}
	op_agree(emit_last(s), &r->is, r->checksum, true);
}

/*
 * Both are deleted (doc/semantics.md, section 5): nothing but the mark and the
 * base line. What they last agreed on:
 *
 * both are equal                what both hold
 * else, there is a trusted line what the page held
 * else                          unknown: no base line, and the row keeps its
 *                               checksum
 */
void emit_deleted(const struct emitter *s, const struct live_pair *p)
{
	const char *kept = p->row->stored ? p->row->stored : p->page->stored;
	const struct base_pair *line = p->base.line;
	struct decision c = p->row->is;
	char checksum[CHECKSUM_SIZE];
	bool known = true;

	if (decision_diff(&p->row->is, &p->page->is)) {
		known = p->base.kind == MERGE_BASE_FIELDS;
		if (known)
			c = p->base.held[NOTION].is;
	}
	decision_checksum(&c, checksum);
	if (known)
		kept = checksum;
	/* Without any checksum the mark would claim an agreement. */
	if (p->row->synced && kept &&
		!(line && line->resets_synced[SUPABASE])) {
		emit_link(s, p, kept, false, "both are deleted");
		if (known)
			op_agree(emit_last(s), &c, checksum, true);
	} else if (known) {
		emit_adopt(s, p, &c, checksum, true);
	}
}

/* --- lone records --------------------------------------------------------- */

void emit_create(
	const struct emitter *s, const struct record *only, const char *why)
{
	enum side to = other_side(only->side);
	struct live_pair p = { .row = to == NOTION ? only : NULL,
		.page = to == SUPABASE ? only : NULL };
	struct planned_op would =
		op_to_judge(s, OP_CREATE, to, &p, &only->is, ALL_FIELDS);
	struct verdict v = waits_judge(s->waits, &would);
	struct planned_op *op;

	if (v.wait == WAIT_NOT && emit_poison(s, &p, to, &only->is, ALL_FIELDS))
		return;
	op = emit_op(s, OP_CREATE, to, &p);
	emit_content(s, op, &only->is, ALL_FIELDS);
	op_mark(op, only->checksum, true);
	op_agree(op, &only->is, only->checksum, false);
	op_reason(op, "%s", why);
	waits_put(op, &v);
	if (v.wait == WAIT_NOT && to == SUPABASE)
		emit_stamp(s, NULL, only, &only->is, only->checksum, NULL);
}

void emit_trash_page(
	const struct emitter *s, const struct record *page, const char *row_id)
{
	struct live_pair p = { .page = page };
	struct planned_op *op = emit_op(s, OP_TRASH, NOTION, &p);

	op->row_id = row_id;
	op_agree(op, &page->is, page->checksum, true);
	op_reason(op, "its row was erased");
	emit_may_pass(s);
}
