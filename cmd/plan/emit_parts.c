#include "emit_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/value.h"
#include "supabase/row.h"
#include "util/text.h"

struct planned_op *emit_skip(const struct emitter *s, const char *code,
	const struct record *row, const struct record *page)
{
	struct planned_op *op =
		op_list_add(s->ops, OP_SKIP, TARGET_NONE, row, page);

	op->code = code;
	return op;
}

void emit_paused(const struct emitter *s, const struct record *row,
	const struct record *page)
{
	struct planned_op *op = emit_skip(s, OP_PAUSED, row, page);

	op_reason(op, row ? "its page is paused: nothing is written to either "
			    "half until that is unticked in Notion"
			  : "the page is paused: it gets no row until that is "
			    "unticked in Notion");
}

struct planned_op *emit_op(const struct emitter *s, enum op_kind kind,
	enum side side, const struct live_pair *p)
{
	return op_list_add(s->ops, kind, target_of(side), p->row, p->page);
}

struct planned_op *emit_last(const struct emitter *s)
{
	return &s->ops->at[s->ops->n - 1];
}

void op_mark(struct planned_op *op, const char *checksum, bool synced)
{
	op->marks = true;
	op->synced = synced;
	snprintf(op->checksum, sizeof op->checksum, "%s", checksum);
}

void op_agree(struct planned_op *op, const struct decision *c,
	const char *checksum, bool deleted)
{
	op->settles = true;
	op->agreed = (struct held){ *c, deleted };
	memcpy(op->agreed_checksum, checksum, CHECKSUM_SIZE);
}

/* What is written to a page: the type as the option that equals it is spelled.
 */
void emit_content(const struct emitter *s, struct planned_op *op,
	const struct decision *c, unsigned fields)
{
	const char *option = NULL;

	op->fields = fields;
	op->set = *c;
	if (op->target == TARGET_NOTION && c->value[FIELD_TYPE])
		option = notion_option_spelling(
			s->sides->type_options, c->value[FIELD_TYPE]);
	if (option)
		op->set.value[FIELD_TYPE] = option;
}

/* A side can't hold the fields of c: the whole pair is left alone. */
bool emit_poison(const struct emitter *s, const struct live_pair *p,
	enum side side, const struct decision *c, unsigned fields)
{
	const struct decision nothing = { { NULL } };
	struct decision part = decision_with(&nothing, c, fields);
	struct problem why;
	struct planned_op *op;

	if ((side == SUPABASE ? supabase_can_hold(&part, &why)
			      : notion_can_hold(&part, s->sides->type_kind,
					s->sides->type_options, &why)) == 0)
		return false;
	op = emit_skip(s, "poison", p->row, p->page);
	op_reason(op, "%s can't hold this: %s; change it in %s",
		side_title(side), why.detail, side_title(other_side(side)));
	return true;
}

/* --- bookkeeping ---------------------------------------------------------- */

/* What the table or the database changes by itself isn't written for ever. */
bool row_is_stale(const struct live_pair *p, const char *checksum, bool synced)
{
	const struct base_pair *line = p->base.line;

	return !text_same(p->row->link, p->page->id) ||
	       (!text_same(p->row->stored, checksum) &&
		       !(line && line->rewrites_checksum[SUPABASE])) ||
	       (p->row->synced != synced &&
		       !(line && line->resets_synced[SUPABASE]));
}

/* The page shows another row than its own, or none; one that is to be made has
 * no id yet. */
static bool link_is_stale(const struct sides *w, const struct record *page,
	const struct record *row, const struct base_pair *line)
{
	char *text;
	bool stale;

	if (!w->has_link || (line && line->rewrites_link))
		return false;
	if (!row)
		return true;
	text = notion_link_text(w->link_template, row->id);
	stale = !text_same(page->shows, text);
	free(text);
	return stale;
}

static bool page_is_stale(const struct sides *w, const struct record *page,
	const struct record *row, const char *checksum,
	const struct base_pair *line)
{
	if (link_is_stale(w, page, row, line))
		return true;
	return (w->has_checksum && !text_same(page->stored, checksum) &&
		       !(line && line->rewrites_checksum[NOTION])) ||
	       (w->has_synced && !page->synced &&
		       !(line && line->resets_synced[NOTION]));
}

/* A base line for an equal pair, unless the line says just that. */
void emit_adopt(const struct emitter *s, const struct live_pair *p,
	const struct decision *c, const char *checksum, bool deleted)
{
	const struct base_pair *line = p->base.line;
	const struct held both = { *c, deleted };
	struct planned_op *op;

	if (!s->use_base)
		return;
	if (line && line->known && !line->sent.is && !line->refused.is &&
		line->failed == 0 && text_same(line->checksum, checksum) &&
		!held_diff(&line->held[SUPABASE], &both) &&
		!held_diff(&line->held[NOTION], &both))
		return;
	op = op_list_add(s->ops, OP_ADOPT, TARGET_BASE, p->row, p->page);
	op_agree(op, c, checksum, deleted);
	op_reason(op, deleted ? "both are deleted" : "both are equal");
}

void emit_link(const struct emitter *s, const struct live_pair *p,
	const char *checksum, bool synced, const char *why)
{
	struct planned_op *op = emit_op(s, OP_LINK, SUPABASE, p);

	op_mark(op, checksum, synced);
	op_reason(op, "%s", why);
}

const char *link_reason(const struct live_pair *p)
{
	if (p->match)
		return "the two have the same decision";
	if (!p->row->link)
		return "the pair was found, its link is missing";
	if (strcmp(p->row->link, p->page->id) != 0)
		return "the pair was found, its link leads elsewhere";
	return "the row's checksum or mark is missing or stale";
}

/* An archived page is stamped when it is back: Notion may refuse its edits. */
void emit_stamp(const struct emitter *s, const struct record *row,
	const struct record *page, const struct decision *c,
	const char *checksum, const struct base_pair *line)
{
	struct planned_op *op;

	if (page->archived ||
		!page_is_stale(s->sides, page, row, checksum, line))
		return;
	op = op_list_add(s->ops, OP_STAMP, TARGET_NOTION, row, page);
	op_mark(op, checksum, true);
	if (row) /* a row that is still to be made has no line yet */
		op_agree(op, c, checksum, false);
	op_reason(op, link_is_stale(s->sides, page, row, line)
			      ? "the page doesn't show its row yet"
			      : "the page's checksum or mark is missing or "
				"stale");
}

/* --- what waits: waits.h -------------------------------------------------- */

struct planned_op op_to_judge(const struct emitter *s, enum op_kind kind,
	enum side side, const struct live_pair *p, const struct decision *c,
	unsigned fields)
{
	struct planned_op op = { .kind = kind,
		.target = target_of(side),
		.row = p->row,
		.page = p->page,
		.row_id = p->row ? p->row->id : NULL,
		.page_id = p->page ? p->page->id : NULL };

	emit_content(s, &op, c, fields);
	return op;
}

/* The op that was added last passes, or becomes one that waits. */
bool emit_may_pass(const struct emitter *s)
{
	struct verdict v = waits_judge(s->waits, emit_last(s));

	waits_put(emit_last(s), &v);
	return v.wait == WAIT_NOT;
}
