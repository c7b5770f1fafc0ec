#include "emit.h"

#include <stdio.h>
#include <string.h>

#include "notion/value.h"
#include "supabase/row.h"
#include "util/buf.h"
#include "util/text.h"

#define SHOWN_COLUMNS 30

struct op *skip(const struct emitter *s, const char *code,
	const struct record *row, const struct record *page)
{
	struct op *op = ops_add(s->ops, OP_SKIP, TARGET_NONE, row, page);

	op->code = code;
	return op;
}

static struct op *add(const struct emitter *s, enum op_kind kind,
	enum side side, const struct live_pair *p)
{
	return ops_add(s->ops, kind, target_of(side), p->row, p->page);
}

static void mark(struct op *op, const char *checksum, bool synced)
{
	op->marks = true;
	op->synced = synced;
	snprintf(op->checksum, sizeof op->checksum, "%s", checksum);
}

static void agree(struct op *op, const struct content *c, const char *checksum,
	bool deleted)
{
	op->settles = true;
	op->deleted = deleted;
	op->agreed = *c;
	memcpy(op->agreed_checksum, checksum, CHECKSUM_SIZE);
}

/* What is written to a page: the type as the option that equals it is spelled.
 */
static void set_content(const struct emitter *s, struct op *op,
	const struct content *c, unsigned fields)
{
	const char *option = NULL;

	op->fields = fields;
	op->set = *c;
	if (op->target == TARGET_NOTION && c->value[TYPE])
		option = notion_option_spelling(
			s->world->type_options, c->value[TYPE]);
	if (option)
		op->set.value[TYPE] = option;
}

/* Whether a side can hold the fields of c at all; -1 with the reason. */
static int can_hold(enum side side, const struct content *c, unsigned fields,
	struct problem *why)
{
	struct content part = { { NULL } };

	for (enum field f = 0; f < FIELDS; f++)
		if (fields & BIT(f))
			part.value[f] = c->value[f];
	if (side == SUPABASE)
		return supabase_can_hold(part.value[DATE], why);
	return notion_can_hold(part.value[DECISION], part.value[TYPE], why);
}

static void skip_poison(const struct emitter *s, const struct live_pair *p,
	enum side side, const struct problem *why)
{
	struct op *op = skip(s, "poison", p->row, p->page);

	op_reason(op, "%s can't hold this: %s; change it in %s",
		side_title(side), why->detail, side_title(other_side(side)));
}

/* --- bookkeeping ---------------------------------------------------------- */

static bool row_is_stale(
	const struct live_pair *p, const char *checksum, bool synced)
{
	const struct base_pair *line = p->basis.line;

	return !same_text(p->row->link, p->page->id) ||
	       (!same_text(p->row->stored, checksum) &&
		       !(line && line->rewrites_checksum)) ||
	       (p->row->synced != synced && !(line && line->resets_synced));
}

static bool page_is_stale(const struct sides *w, const struct record *page,
	const char *checksum, const struct base_pair *line)
{
	return (w->has_checksum && !same_text(page->stored, checksum) &&
		       !(line && line->page_rewrites_checksum)) ||
	       (w->has_synced && !page->synced &&
		       !(line && line->page_resets_synced));
}

static bool half_differs(
	const struct base_half *h, const struct content *c, bool deleted)
{
	struct content was = agreed_content(h);

	return h->deleted != deleted || content_diff(&was, c) != 0;
}

/* Whether the line says anything else than that both halves agree on this. */
static bool line_differs(const struct base_pair *line,
	const struct record *page, const struct content *c,
	const char *checksum, bool deleted)
{
	return !line || strcmp(line->page_id, page->id) != 0 || !line->known ||
	       line->sent.is || line->refused.is || line->failed > 0 ||
	       !same_text(line->checksum, checksum) ||
	       half_differs(&line->row, c, deleted) ||
	       half_differs(&line->page, c, deleted);
}

static void adopt(const struct emitter *s, const struct live_pair *p,
	const struct content *c, const char *checksum, bool deleted)
{
	struct op *op;

	if (!s->use_base ||
		!line_differs(p->basis.line, p->page, c, checksum, deleted))
		return;
	op = ops_add(s->ops, OP_ADOPT, TARGET_BASE, p->row, p->page);
	agree(op, c, checksum, deleted);
	op_reason(op, deleted ? "both are deleted" : "both are equal");
}

static void link_pair(const struct emitter *s, const struct live_pair *p,
	const char *checksum, bool synced, const char *why)
{
	struct op *op = add(s, OP_LINK, SUPABASE, p);

	mark(op, checksum, synced);
	op_reason(op, "%s", why);
}

static const char *link_reason(const struct live_pair *p)
{
	if (!p->row->link)
		return "the pair was found, its link is missing";
	if (strcmp(p->row->link, p->page->id) != 0)
		return "the pair was found, its link leads elsewhere";
	return "the row's checksum or mark is missing or stale";
}

/* An archived page is stamped when it is back: Notion may refuse its edits. */
static void stamp(const struct emitter *s, const struct record *row,
	const struct record *page, const struct content *c,
	const char *checksum, const struct base_pair *line)
{
	struct op *op;

	if (page->archived || !page_is_stale(s->world, page, checksum, line))
		return;
	op = ops_add(s->ops, OP_STAMP, TARGET_NOTION, row, page);
	mark(op, checksum, true);
	if (row) /* a row that is still to be made has no line yet */
		agree(op, c, checksum, false);
	op_reason(op, "the page's checksum or mark is missing or stale");
}

/* --- a pair whose halves live on ------------------------------------------ */

static const char *content_reason(const struct merge *m, enum side to)
{
	unsigned row_fields = m->write[SUPABASE];

	if (m->kept_type)
		row_fields &= ~BIT(TYPE);
	if (m->write[to] & m->conflict)
		return to == NOTION ? "conflict: Supabase wins"
				    : "conflict: Notion wins";
	if (to == SUPABASE && !row_fields)
		return "a cleared type";
	if (row_fields && m->write[NOTION])
		return "both changed, in different fields";
	return to == NOTION ? "Supabase changed" : "Notion changed";
}

static void give_reason(struct op *op, const struct merge *m, enum side to,
	enum revive revive, const char *why)
{
	bool note = m->kept_type && to == SUPABASE;

	op_reason(op, "%s%s",
		revive == REVIVE_NONE ? content_reason(m, to) : why,
		note ? "; the page has further types, so its type is kept"
		     : "");
}

static void note_conflict(
	struct op *op, const struct merge *m, const struct merge_base *basis)
{
	op->conflict = m->conflict;
	op->winner = m->winner;
	op->undecided = m->stopped;
	op->has_base = basis->kind == MERGE_BASE_FIELDS;
	/* Of a field in conflict, what the half held that gives way. */
	op->base = basis->held[other_side(m->winner)].is;
}

static void write_side(const struct emitter *s, const struct live_pair *p,
	const struct merge *m, enum side to, enum revive revive,
	const char *why)
{
	bool revives = revive == (to == NOTION ? REVIVE_PAGE : REVIVE_ROW);
	struct op *op;

	if (!revives && !m->write[to])
		return;
	op = add(s, revives ? OP_RESTORE : OP_UPDATE, to, p);
	set_content(s, op, &m->result, m->write[to]);
	mark(op, m->checksum, true);
	give_reason(op, m, to, revive, why);
	if (m->write[to] & m->conflict)
		note_conflict(op, m, &p->basis);
}

static void skip_conflict(const struct emitter *s, const struct live_pair *p,
	const struct merge *m)
{
	struct op *op = skip(s, "conflict", p->row, p->page);

	note_conflict(op, m, &p->basis);
	op_reason(op,
		"both sides changed%s%s; make them equal, or run with "
		"--conflict newer, supabase or notion",
		p->basis.why ? " or can't be told apart: " : "",
		p->basis.why ? p->basis.why : "");
}

/* What must be written can't be, or must not: the whole pair is left alone. */
static bool is_refused(const struct emitter *s, const struct live_pair *p,
	const struct merge *m)
{
	struct problem why;

	if (m->stopped) {
		skip_conflict(s, p, m);
		return true;
	}
	for (enum side to = 0; to < SIDES; to++) {
		if (can_hold(to, &m->result, m->write[to], &why) < 0) {
			skip_poison(s, p, to, &why);
			return true;
		}
	}
	return false;
}

static void show(struct buf *text, const char *value)
{
	if (text_is_empty(value)) {
		buf_adds(text, "nothing");
		return;
	}
	buf_addc(text, '"');
	text_show(text, value, SHOWN_COLUMNS);
	buf_addc(text, '"');
}

void emit_not_kept(
	const struct emitter *s, const struct live_pair *p, unsigned fields)
{
	struct op *op = skip(s, OP_NOT_KEPT, p->row, p->page);
	struct buf text = BUF_INIT(4096);
	enum field f = 0;

	while (f < FIELDS && !(fields & BIT(f)))
		f++;
	if (f == FIELDS && p->row->deleted == p->page->deleted) {
		buf_adds(&text,
			"the row's link, checksum or mark is not what was sent");
	} else if (f == FIELDS) {
		buf_addf(&text, "the row is %s and the page is %s",
			p->row->deleted ? "deleted" : "live",
			p->page->deleted ? "in the trash" : "live");
	} else {
		buf_addf(&text, "%s: Supabase holds ", field_name(f));
		show(&text, p->row->is.value[f]);
		buf_adds(&text, " and Notion ");
		show(&text, p->page->is.value[f]);
	}
	op_reason(op, "%s, and nobody has edited either since%s",
		buf_str(&text),
		p->basis.refused.is
			? ": what was sent was not kept; look at the triggers, "
			  "rules and automations there, then run "
			  "scripts/sync-now.sh --retry"
			: "; edit the one that is wrong");
	buf_fini(&text);
}

/*
 * The checksum that a half keeps while the pair is not one: that which it has,
 * or that of the last agreement.
 */
static const char *standing_sum(const struct live_pair *p, enum side side)
{
	const char *stored =
		side == SUPABASE ? p->row->stored : p->page->stored;

	if (!stored && p->basis.line)
		stored = p->basis.line->checksum;
	return stored ? stored
		      : (side == SUPABASE ? p->row : p->page)->checksum;
}

/*
 * Some fields are left alone: what else changed is written, and nothing is
 * noted as agreed. A link is evidence and isn't lost.
 */
static void emit_rest(const struct emitter *s, const struct live_pair *p,
	const struct merge *m, enum revive revive, const char *why)
{
	struct merge each = *m;

	for (int i = 0; i < SIDES; i++) {
		enum side to = i == 0 ? NOTION : SUPABASE;

		snprintf(each.checksum, sizeof each.checksum, "%s",
			standing_sum(p, to));
		write_side(s, p, &each, to, revive, why);
	}
	if (!m->write[SUPABASE] && revive != REVIVE_ROW &&
		!same_text(p->row->link, p->page->id))
		link_pair(
			s, p, standing_sum(p, SUPABASE), true, link_reason(p));
	emit_not_kept(s, p, m->left_alone);
}

/* The table has kept neither link nor mark less than a day ago. */
static bool link_was_refused(const struct live_pair *p)
{
	const struct refusal *r = &p->basis.refused;

	return r->is && !r->again && !r->fields && !r->deleted;
}

void emit_live(const struct emitter *s, const struct live_pair *p,
	const struct merge *m, enum revive revive, const char *why)
{
	size_t before = s->ops->n, last;
	bool page_written = m->write[NOTION] || revive == REVIVE_PAGE;
	bool row_written = m->write[SUPABASE] || revive == REVIVE_ROW;

	if (is_refused(s, p, m))
		return;
	if (m->left_alone) {
		emit_rest(s, p, m, revive, why);
		return;
	}
	write_side(s, p, m, NOTION, revive, why);
	write_side(s, p, m, SUPABASE, revive, why);
	if (!row_written && !page_written && link_was_refused(p) &&
		row_is_stale(p, m->checksum, true)) {
		emit_not_kept(s, p, 0);
		return;
	}
	if (!row_written && row_is_stale(p, m->checksum, true))
		link_pair(s, p, m->checksum, true,
			page_written ? "the pair agrees" : link_reason(p));
	last = s->ops->n;
	if (last > before)
		agree(&s->ops->at[last - 1], &m->result, m->checksum, false);
	if (!page_written)
		stamp(s, p->row, p->page, &m->result, m->checksum,
			p->basis.line);
	if (s->ops->n == before)
		adopt(s, p, &m->result, m->checksum, false);
}

/* --- deletions ------------------------------------------------------------ */

static void trash_row(const struct emitter *s, const struct live_pair *p)
{
	struct op *op;

	if (!s->world->soft_delete) {
		op = skip(s, "trashed", p->row, p->page);
		op_reason(op,
			"the page is in the trash and the table has no "
			"deleted_at, so the row stays; add the column, delete "
			"the row, or restore the page");
		return;
	}
	op = add(s, OP_TRASH, SUPABASE, p);
	mark(op, p->row->checksum, false);
	agree(op, &p->row->is, p->row->checksum, true);
	op_reason(op, "its page was moved to the trash");
}

static void trash_page(const struct emitter *s, const struct live_pair *p)
{
	struct op *op = add(s, OP_TRASH, NOTION, p);

	op_reason(op, "its row was deleted");
	if (row_is_stale(p, p->page->checksum, false))
		link_pair(s, p, p->page->checksum, false,
			"the deletion is complete");
	agree(&s->ops->at[s->ops->n - 1], &p->page->is, p->page->checksum,
		true);
}

void emit_trash(
	const struct emitter *s, const struct live_pair *p, enum side side)
{
	if (side == SUPABASE)
		trash_row(s, p);
	else
		trash_page(s, p);
}

/* What a deleted pair last agreed on; false where nothing tells. */
static bool deleted_content(const struct live_pair *p, struct content *c)
{
	*c = p->row->is;
	if (p->basis.kind == MERGE_BASE_FIELDS)
		*c = p->basis.held[NOTION].is;
	else if (content_diff(&p->row->is, &p->page->is))
		return false;
	return true;
}

void emit_deleted(const struct emitter *s, const struct live_pair *p)
{
	char checksum[CHECKSUM_SIZE];
	const char *kept = p->row->stored ? p->row->stored : p->page->stored;
	struct content c;
	bool known = deleted_content(p, &c);

	content_checksum(&c, checksum);
	if (known)
		kept = checksum;
	/* Without any checksum the mark would claim an agreement. */
	if (p->row->synced && kept &&
		!(p->basis.line && p->basis.line->resets_synced)) {
		link_pair(s, p, kept, false, "both are deleted");
		if (known)
			agree(&s->ops->at[s->ops->n - 1], &c, checksum, true);
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
	struct problem reason;
	struct op *op;

	if (can_hold(to, &only->is, ALL_FIELDS, &reason) < 0) {
		skip_poison(s, &p, to, &reason);
		return;
	}
	op = add(s, OP_CREATE, to, &p);
	set_content(s, op, &only->is, ALL_FIELDS);
	mark(op, only->checksum, true);
	agree(op, &only->is, only->checksum, false);
	op_reason(op, "%s", why);
	if (to == SUPABASE)
		stamp(s, NULL, only, &only->is, only->checksum, NULL);
}

void emit_trash_page(
	const struct emitter *s, const struct record *page, const char *row_id)
{
	struct live_pair p = { .page = page };
	struct op *op = add(s, OP_TRASH, NOTION, &p);

	op->row_id = row_id;
	agree(op, &page->is, page->checksum, true);
	op_reason(op, "its row was erased");
}
