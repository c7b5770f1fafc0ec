#include "emit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/value.h"
#include "supabase/row.h"
#include "util/buf.h"
#include "util/humanize.h"
#include "util/text.h"

#define SHOWN_COLUMNS 30

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

static struct planned_op *add(const struct emitter *s, enum op_kind kind,
	enum side side, const struct live_pair *p)
{
	return op_list_add(s->ops, kind, target_of(side), p->row, p->page);
}

static struct planned_op *last_op(const struct emitter *s)
{
	return &s->ops->at[s->ops->n - 1];
}

static void mark(struct planned_op *op, const char *checksum, bool synced)
{
	op->marks = true;
	op->synced = synced;
	snprintf(op->checksum, sizeof op->checksum, "%s", checksum);
}

static void agree(struct planned_op *op, const struct decision *c,
	const char *checksum, bool deleted)
{
	op->settles = true;
	op->agreed = (struct held){ *c, deleted };
	memcpy(op->agreed_checksum, checksum, CHECKSUM_SIZE);
}

/* What is written to a page: the type as the option that equals it is spelled.
 */
static void set_content(const struct emitter *s, struct planned_op *op,
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
static bool is_poison(const struct emitter *s, const struct live_pair *p,
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
static bool row_is_stale(
	const struct live_pair *p, const char *checksum, bool synced)
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
static void adopt(const struct emitter *s, const struct live_pair *p,
	const struct decision *c, const char *checksum, bool deleted)
{
	const struct base_pair *line = p->base.line;
	const struct held both = { *c, deleted };
	struct planned_op *op;

	if (!s->use_base)
		return;
	if (line && strcmp(line->page_id, p->page->id) == 0 && line->known &&
		!line->sent.is && !line->refused.is && line->failed == 0 &&
		text_same(line->checksum, checksum) &&
		!held_diff(&line->held[SUPABASE], &both) &&
		!held_diff(&line->held[NOTION], &both))
		return;
	op = op_list_add(s->ops, OP_ADOPT, TARGET_BASE, p->row, p->page);
	agree(op, c, checksum, deleted);
	op_reason(op, deleted ? "both are deleted" : "both are equal");
}

static void link_pair(const struct emitter *s, const struct live_pair *p,
	const char *checksum, bool synced, const char *why)
{
	struct planned_op *op = add(s, OP_LINK, SUPABASE, p);

	mark(op, checksum, synced);
	op_reason(op, "%s", why);
}

static const char *link_reason(const struct live_pair *p)
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
static void stamp(const struct emitter *s, const struct record *row,
	const struct record *page, const struct decision *c,
	const char *checksum, const struct base_pair *line)
{
	struct planned_op *op;

	if (page->archived ||
		!page_is_stale(s->sides, page, row, checksum, line))
		return;
	op = op_list_add(s->ops, OP_STAMP, TARGET_NOTION, row, page);
	mark(op, checksum, true);
	if (row) /* a row that is still to be made has no line yet */
		agree(op, c, checksum, false);
	op_reason(op, link_is_stale(s->sides, page, row, line)
			      ? "the page doesn't show its row yet"
			      : "the page's checksum or mark is missing or "
				"stale");
}

/* --- what waits: waits.h -------------------------------------------------- */

/* The op that was added last passes, or becomes one that waits. */
static bool may_pass(const struct emitter *s)
{
	struct verdict v = waits_judge(s->waits, last_op(s));

	waits_put(last_op(s), &v);
	return v.wait == WAIT_NOT;
}

/* --- a pair whose halves live on ------------------------------------------ */

static void note_conflict(struct planned_op *op, unsigned fields,
	enum side winner, const struct merge_base *base)
{
	op->conflict = fields;
	op->winner = winner;
	op->has_base = base->kind == MERGE_BASE_FIELDS;
	/* Of a field in conflict, what the half held that gives way. */
	op->base = base->held[other_side(winner)].is;
}

static void skip_conflict(const struct emitter *s, const struct live_pair *p,
	enum side winner, unsigned fields)
{
	struct planned_op *op = emit_skip(s, "conflict", p->row, p->page);
	char command[COMMAND_SIZE];

	note_conflict(op, fields, winner, &p->base);
	op->undecided = true;
	op_reason(op,
		"both sides changed%s%s; make them equal, decide with %s, or "
		"run with --conflict newer, supabase or notion",
		p->base.why ? ", or which one did is not known: " : "",
		p->base.why ? p->base.why : "",
		humanize_command(
			"scripts/controls.sh resolve --list", command));
}

/*
 * One half gets the fields that the merge has for it, out of the trash first
 * where it is to be revived; nothing where neither is to be done. Its reason:
 *
 * revived                                  why, as the caller has it
 * a person has decided a field of it       whose value it gets
 * it gets a field in conflict              who wins
 * a row gets its type back, nothing else   "a cleared type"
 * both halves get fields                   both changed, in different fields
 * else                                     the other side changed
 */
static void write_half(const struct emitter *s, const struct live_pair *p,
	const struct merge *m, const char *checksum, enum side to,
	enum revive revive, const char *why)
{
	bool revives = revive == (to == NOTION ? REVIVE_PAGE : REVIVE_ROW);
	unsigned lost = m->write[to] & m->won[other_side(to)];
	unsigned row_fields = m->write[SUPABASE];
	struct planned_op *op;

	op = add(s, revives ? OP_RESTORE : OP_UPDATE, to, p);
	set_content(s, op, &m->result, m->write[to]);
	mark(op, checksum, true);
	if (lost)
		note_conflict(op, lost, other_side(to), &p->base);
	op->resolved = m->write[to] & m->resolved;
	if (to == NOTION && m->write[to] & FIELD_BIT(FIELD_DATE))
		op->set_detail = m->date_detail;

	if (m->kept_type) /* that is not the page's change */
		row_fields &= ~FIELD_BIT(FIELD_TYPE);
	if (revive == REVIVE_NONE) {
		if (op->resolved)
			why = m->won[SUPABASE] & m->resolved
				      ? "resolved: Supabase's value is taken"
				      : "resolved: Notion's value is taken";
		else if (lost)
			why = to == NOTION ? "conflict: Supabase wins"
					   : "conflict: Notion wins";
		else if (to == SUPABASE && !row_fields)
			why = "a cleared type";
		else if (row_fields && m->write[NOTION])
			why = "both changed, in different fields";
		else
			why = to == NOTION ? "Supabase changed"
					   : "Notion changed";
	}
	op_reason(op, "%s%s", why,
		m->kept_type && to == SUPABASE
			? "; the page has further types, so its type is kept"
			: "");
}

void emit_not_kept(
	const struct emitter *s, const struct live_pair *p, unsigned fields)
{
	struct planned_op *op = emit_skip(s, OP_NOT_KEPT, p->row, p->page);
	struct buf text = BUF_INIT(4096);
	enum field f = 0;

	while (f < FIELDS && !(fields & FIELD_BIT(f)))
		f++;
	if (f < FIELDS) {
		buf_addf(&text, "%s: Supabase holds ", field_name(f));
		field_show(&text, p->row->is.value[f], SHOWN_COLUMNS);
		buf_adds(&text, " and Notion ");
		field_show(&text, p->page->is.value[f], SHOWN_COLUMNS);
	} else if (p->row->deleted != p->page->deleted) {
		buf_addf(&text, "the row is %s and the page is %s",
			p->row->deleted ? "deleted" : "live",
			p->page->deleted ? "in the trash" : "live");
	} else {
		buf_adds(&text,
			"the row's link, checksum or mark is not what was sent");
	}
	op_reason(op, "%s, and nobody has edited either since%s",
		buf_str(&text),
		p->base.refused.is
			? ": what was sent was not kept; look at the triggers, "
			  "rules and automations there, then run "
			  "scripts/sync-now.sh --retry"
			: "; edit the one that is wrong");
	buf_fini(&text);
}

/* What is to be written to each half, and whether it must wait. */
struct writes {
	bool any[SIDES];
	struct verdict verdict[SIDES];
	bool waits; /* one of them does */
};

static bool is_written(const struct writes *w, enum side to)
{
	return w->any[to] && w->verdict[to].wait == WAIT_NOT;
}

/*
 * A pair of which one op waits:
 *
 * the halves are known field by field, and
 *   the op that waits is an update    the other half is written, and nothing is
 *                                     noted as agreed
 *   it is a restore                   all of the pair waits: it is none yet
 * only the checksum tells who changed  all of it waits, because of a pair that
 *                                     is half done it could tell no more
 */
static void find_writes(struct writes *w, const struct emitter *s,
	const struct live_pair *p, const struct merge *m, enum revive revive)
{
	bool together = p->base.kind != MERGE_BASE_FIELDS;

	*w = (struct writes){ 0 };
	for (enum side to = 0; to < SIDES; to++) {
		bool revives =
			revive == (to == NOTION ? REVIVE_PAGE : REVIVE_ROW);
		struct planned_op op = {
			.kind = revives ? OP_RESTORE : OP_UPDATE,
			.target = target_of(to),
			.row = p->row,
			.page = p->page,
			.row_id = p->row->id,
			.page_id = p->page->id,
			.conflict = m->write[to] & m->won[other_side(to)],
		};

		w->any[to] = revives || m->write[to];
		if (!w->any[to])
			continue;
		w->verdict[to] = waits_judge(s->waits, &op);
		if (w->verdict[to].wait == WAIT_NOT)
			continue;
		w->waits = true;
		together |= revives;
	}
	for (enum side to = 0; to < SIDES && w->waits && together; to++)
		if (is_written(w, to))
			w->verdict[to] = (struct verdict){ .wait = WAIT_PAIR,
				.since = w->verdict[other_side(to)].since };
}

/*
 * The checksum that a half keeps while the pair does not agree: the one it has,
 * or that of the last agreement.
 */
static const char *standing_sum(
	const struct live_pair *p, const struct record *r)
{
	const struct base_pair *line = p->base.line;

	return r->stored		? r->stored
	       : line && line->checksum ? line->checksum
					: r->checksum;
}

/*
 * The same for a link that is made while the pair waits: where they have never
 * agreed, no checksum may say that they did.
 */
static const char *sum_for_link(
	const struct live_pair *p, const struct writes *w)
{
	const struct base_pair *line = p->base.line;

	if (!w->waits || p->row->stored || (line && line->checksum))
		return standing_sum(p, p->row);
	return "";
}

/* The link is missing, or the mark says still that the pair was deleted. */
static bool needs_link(
	const struct live_pair *p, const struct writes *w, enum revive revive)
{
	const struct base_pair *line = p->base.line;

	if (is_written(w, SUPABASE))
		return false;
	return !text_same(p->row->link, p->page->id) ||
	       (revive == REVIVE_PAGE && is_written(w, NOTION) &&
		       !p->row->synced &&
		       !(line && line->resets_synced[SUPABASE]));
}

static void put_waiting(const struct emitter *s, const struct live_pair *p,
	const struct merge *m, const struct writes *w, enum revive revive,
	const char *why)
{
	static const enum side order[SIDES] = { NOTION, SUPABASE };

	for (size_t i = 0; i < SIDES; i++) {
		enum side to = order[i];

		if (!w->any[to] || is_written(w, to))
			continue;
		write_half(s, p, m, "", to, revive, why);
		waits_put(last_op(s), &w->verdict[to]);
	}
}

/*
 * A pair that was found by its decision gets its link although its content
 * isn't written, or the next run would make both halves again; without a
 * checksum that could make one half of it pass for the changed one.
 */
static void link_match(const struct emitter *s, const struct live_pair *p)
{
	const struct decision nothing = { { NULL } };
	char of_nothing[CHECKSUM_SIZE] = "";

	if (p->row->stored || p->page->stored)
		decision_checksum(&nothing, of_nothing);
	link_pair(s, p, of_nothing, false, link_reason(p));
}

/*
 * Some fields are left alone, or are in a conflict that nobody has decided
 * while another was, or an op waits: what else changed is written, and nothing
 * is noted as agreed. A link is evidence and isn't lost. What isn't done comes
 * last, because apply ends a pair there.
 */
static void emit_rest(const struct emitter *s, const struct live_pair *p,
	const struct merge *m, const struct writes *w, enum revive revive,
	const char *why)
{
	static const enum side order[SIDES] = { NOTION, SUPABASE };

	for (size_t i = 0; i < SIDES; i++) {
		enum side to = order[i];
		const struct record *r = to == NOTION ? p->page : p->row;

		if (!is_written(w, to))
			continue;
		write_half(s, p, m, standing_sum(p, r), to, revive, why);
		waits_put(last_op(s), &w->verdict[to]);
	}
	if (needs_link(p, w, revive) && p->match)
		link_match(s, p);
	else if (needs_link(p, w, revive))
		link_pair(s, p, sum_for_link(p, w), true, link_reason(p));
	put_waiting(s, p, m, w, revive, why);
	if (m->left_alone)
		emit_not_kept(s, p, m->left_alone);
	if (m->open)
		skip_conflict(s, p, m->winner, m->open);
}

static void write_both(const struct emitter *s, const struct live_pair *p,
	const struct merge *m, const struct writes *w, enum revive revive,
	const char *why)
{
	static const enum side order[SIDES] = { NOTION, SUPABASE };

	for (size_t i = 0; i < SIDES; i++) {
		if (!w->any[order[i]])
			continue;
		write_half(s, p, m, m->checksum, order[i], revive, why);
		waits_put(last_op(s), &w->verdict[order[i]]);
	}
}

/* Nothing of the content is written. */
static void emit_stopped(const struct emitter *s, const struct live_pair *p,
	const struct merge *m)
{
	if (p->match)
		link_match(s, p);
	skip_conflict(s, p, m->winner, m->conflict);
}

/*
 * the merge is                ops
 * stopped by a conflict       a skip; and a link, if a decision joined the pair
 * more than a side can hold   a skip
 * not of all fields, or an    what else changed, and skips; no agreement
 *   op of it waits
 * whole                       page, then row; a link where no op writes the
 *                             row, a stamp where none writes the page, and an
 *                             adopt where nothing at all is to be written
 *
 * The last op that is not a stamp notes the agreement.
 */
void emit_live(const struct emitter *s, const struct live_pair *p,
	const struct merge *m, enum revive revive, const char *why)
{
	bool page_written = m->write[NOTION] || revive == REVIVE_PAGE;
	bool row_written = m->write[SUPABASE] || revive == REVIVE_ROW;
	const struct refusal *refused = &p->base.refused;
	size_t before = s->ops->n;
	struct writes w;
	bool stale;

	if (m->stopped) {
		emit_stopped(s, p, m);
		return;
	}
	for (enum side to = 0; to < SIDES; to++)
		if (is_poison(s, p, to, &m->result, m->write[to]))
			return;
	find_writes(&w, s, p, m, revive);
	if (m->left_alone || m->open || w.waits) {
		emit_rest(s, p, m, &w, revive, why);
		return;
	}
	write_both(s, p, m, &w, revive, why);

	/* From here on both hold the same, or will. */
	stale = !row_written && row_is_stale(p, m->checksum, true);
	if (stale && !page_written && refused->is && !refused->again &&
		!refused->fields) {
		/* The table has kept neither link nor mark. */
		emit_not_kept(s, p, 0);
		return;
	}
	if (stale)
		link_pair(s, p, m->checksum, true,
			page_written ? "the pair agrees" : link_reason(p));
	if (s->ops->n > before)
		agree(last_op(s), &m->result, m->checksum, false);
	if (!page_written)
		stamp(s, p->row, p->page, &m->result, m->checksum,
			p->base.line);
	if (s->ops->n == before)
		adopt(s, p, &m->result, m->checksum, false);
}

void emit_not_resolved(const struct emitter *s, const struct live_pair *p,
	const struct merge *m, const char *why)
{
	struct planned_op *op = emit_skip(s, OP_NOT_RESOLVED, p->row, p->page);
	char command[COMMAND_SIZE];

	if (m && m->stopped) { /* as before, and shown as such */
		op->code = "conflict";
		note_conflict(op, m->conflict, m->winner, &p->base);
		op->undecided = true;
	}
	op_reason(op, "not resolved: %s; if it is still to be decided: %s", why,
		humanize_command(
			"scripts/controls.sh resolve --list", command));
}

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
	op = add(s, OP_TRASH, side, p);
	if (side == SUPABASE)
		mark(op, r->checksum, false);
	op_reason(op, "%s",
		side == SUPABASE ? "its page was moved to the trash"
				 : "its row was deleted");
	if (!may_pass(s))
		return;
	if (side == NOTION) {
		if (row_is_stale(p, r->checksum, false))
			link_pair(s, p, r->checksum, false,
				"the deletion is complete");
	}
	agree(last_op(s), &r->is, r->checksum, true);
}

/*
 * Both are deleted (doc/semantics.md, section 5): nothing but the mark and the
 * base line. What they last agreed on:
 *
 * there is a trusted line      what the page held
 * else, and both are equal     what both hold
 * else                         unknown: no base line, and the row keeps its
 *                              checksum
 */
void emit_deleted(const struct emitter *s, const struct live_pair *p)
{
	const char *kept = p->row->stored ? p->row->stored : p->page->stored;
	const struct base_pair *line = p->base.line;
	struct decision c = p->row->is;
	char checksum[CHECKSUM_SIZE];
	bool known = true;

	if (p->base.kind == MERGE_BASE_FIELDS)
		c = p->base.held[NOTION].is;
	else
		known = !decision_diff(&p->row->is, &p->page->is);
	decision_checksum(&c, checksum);
	if (known)
		kept = checksum;
	/* Without any checksum the mark would claim an agreement. */
	if (p->row->synced && kept &&
		!(line && line->resets_synced[SUPABASE])) {
		link_pair(s, p, kept, false, "both are deleted");
		if (known)
			agree(last_op(s), &c, checksum, true);
	} else if (known) {
		adopt(s, p, &c, checksum, true);
	}
}

/* --- lone records --------------------------------------------------------- */

void emit_create(
	const struct emitter *s, const struct record *only, const char *why)
{
	enum side to = other_side(only->side);
	struct live_pair p = { .row = to == NOTION ? only : NULL,
		.page = to == SUPABASE ? only : NULL };
	struct planned_op *op;

	if (is_poison(s, &p, to, &only->is, ALL_FIELDS))
		return;
	op = add(s, OP_CREATE, to, &p);
	set_content(s, op, &only->is, ALL_FIELDS);
	mark(op, only->checksum, true);
	agree(op, &only->is, only->checksum, false);
	op_reason(op, "%s", why);
	if (may_pass(s) && to == SUPABASE)
		stamp(s, NULL, only, &only->is, only->checksum, NULL);
}

void emit_trash_page(
	const struct emitter *s, const struct record *page, const char *row_id)
{
	struct live_pair p = { .page = page };
	struct planned_op *op = add(s, OP_TRASH, NOTION, &p);

	op->row_id = row_id;
	agree(op, &page->is, page->checksum, true);
	op_reason(op, "its row was erased");
	may_pass(s);
}
