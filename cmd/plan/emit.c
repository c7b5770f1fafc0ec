#include "emit.h"

#include <string.h>

#include "emit_parts.h"
#include "util/buf.h"
#include "util/humanize.h"
#include "util/text.h"

#define SHOWN_COLUMNS 30

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

/* The time and end of a day that a person has taken back. */
static const json *date_detail_for(const struct merge *m, enum side to)
{
	return to == NOTION && m->write[to] & FIELD_BIT(FIELD_DATE)
		       ? m->date_detail
		       : NULL;
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

	op = emit_op(s, revives ? OP_RESTORE : OP_UPDATE, to, p);
	emit_content(s, op, &m->result, m->write[to]);
	op_mark(op, checksum, true);
	if (lost)
		note_conflict(op, lost, other_side(to), &p->base);
	/* One that a rule has decided in another field is shown as its own. */
	op->resolved = lost && !(lost & ~m->resolved);
	op->set_detail = date_detail_for(m, to);

	if (m->kept_type) /* that is not the page's change */
		row_fields &= ~FIELD_BIT(FIELD_TYPE);
	if (revive == REVIVE_NONE) {
		if (m->write[to] & m->resolved)
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
	char command[COMMAND_SIZE];
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
	op_reason(op, "%s, and nobody has edited either since%s%s",
		buf_str(&text),
		p->base.refused.is
			? ": what was sent was not kept; look at the triggers, "
			  "rules and automations there, then run "
			: "; edit the one that is wrong",
		p->base.refused.is
			? humanize_command(
				  "scripts/sync-now.sh --retry", command)
			: "");
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
		struct planned_op op;

		w->any[to] = revives || m->write[to];
		if (!w->any[to])
			continue;
		op = op_to_judge(s, revives ? OP_RESTORE : OP_UPDATE, to, p,
			&m->result, m->write[to]);
		op.conflict = m->write[to] & m->won[other_side(to)];
		op.set_detail = date_detail_for(m, to);
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
 * or that of the last agreement, or else that of what it holds, from which a
 * write makes it differ.
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
		waits_put(emit_last(s), &w->verdict[to]);
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
	emit_link(s, p, of_nothing, false, link_reason(p));
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
		waits_put(emit_last(s), &w->verdict[to]);
	}
	if (needs_link(p, w, revive) && p->match)
		link_match(s, p);
	else if (needs_link(p, w, revive))
		emit_link(s, p, sum_for_link(p, w), true, link_reason(p));
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
		waits_put(emit_last(s), &w->verdict[order[i]]);
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
 * more than a side can hold   a skip; but not of an op that waits anyway
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
	find_writes(&w, s, p, m, revive);
	for (enum side to = 0; to < SIDES; to++)
		if (is_written(&w, to) &&
			emit_poison(s, p, to, &m->result, m->write[to]))
			return;
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
		emit_link(s, p, m->checksum, true,
			page_written ? "the pair agrees" : link_reason(p));
	if (s->ops->n > before)
		op_agree(emit_last(s), &m->result, m->checksum, false);
	if (!page_written)
		emit_stamp(s, p->row, p->page, &m->result, m->checksum,
			p->base.line);
	if (s->ops->n == before)
		emit_adopt(s, p, &m->result, m->checksum, false);
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
