#include "known.h"

#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"

/* --- what is known of the pair so far ------------------------------------- */

static const char *row_of(const struct op *op, const struct outcome *o)
{
	return op->row_id ? op->row_id : *o->row_id ? o->row_id : NULL;
}

static const char *page_of(const struct op *op, const struct outcome *o)
{
	return op->page_id ? op->page_id : *o->page_id ? o->page_id : NULL;
}

/* The half that the op's content comes from; NULL: nothing was seen of it. */
static const struct seen *source_of(const struct op *op)
{
	return op->seen[other_side(op->side)];
}

/*
 * A request of an earlier run, whose answer was not noted, has arrived: the
 * half that plan saw says so, as it told plan (cmd/plan/merge_base.c).
 */
static void resolve_sent(struct base_pair *p, const struct op *op)
{
	const struct base_sent *s = &p->sent;
	const struct held *to_be = &s->held[s->to];
	const struct seen *seen = op->seen[s->to];
	bool arrived;

	if (!s->is || !seen)
		return;
	if (to_be->deleted)
		arrived = seen->held.deleted;
	else
		arrived =
			!held_diff(to_be, &seen->held) ||
			(seen->stored && text_same(seen->stored, s->checksum) &&
				!text_same(seen->stored, p->sum[s->to]) &&
				!text_same(seen->stored, p->checksum));
	if (!arrived)
		return;
	memcpy(p->held, s->held, sizeof p->held);
	p->known = true;
}

/*
 * The pair's line as it stands, into p, which borrows: what this op, or an
 * earlier one of the pair, has noted, else what the run found, where that can
 * be trusted. False, with p empty: there is none.
 */
static bool find_line(struct worker *w, const struct op *op,
	const struct outcome *o, struct base_pair *p)
{
	const struct base_pair *noted = o && o->known ? o->known : op->known;
	const struct base_pair *before;

	*p = (struct base_pair){ 0 };
	if (noted) {
		*p = *noted;
		return true;
	}
	if (!op->row_id || !op->page_id)
		return false;
	before = base_find_row(&w->journal->before, op->row_id);
	if (!before || strcmp(before->page_id, op->page_id) != 0)
		return false;
	for (enum side s = 0; s < SIDES; s++)
		if (op->seen[s] &&
			!base_explains(before, op->seen[s]->stored, s))
			return false;
	*p = *before;
	resolve_sent(p, op);
	return true;
}

static const struct base_pair *find_lone(
	struct worker *w, const char *row_id, const char *page_id)
{
	const struct base_pair *p = base_find_lone(&w->journal->before, row_id);

	return p ? p : base_find_lone(&w->journal->before, page_id);
}

/* --- what holds once a half is as `after` --------------------------------- */

static void set_both(
	struct held h[SIDES], const struct decision *is, bool deleted)
{
	h[SUPABASE] = h[NOTION] = (struct held){ *is, deleted };
}

/* What is left of the pair goes to the other half. */
static bool source_is_written_later(const struct op *op)
{
	const struct op *later = op->next;

	while (later && (later->target == op->target || !later->sets))
		later = later->next;
	return later != NULL;
}

/*
 * An undo moves what was known of the fields that it takes back, and of whether
 * the halves are there; what later runs have written stays known. Where there
 * is no line, both hold what plan found agreed; where plan found nothing,
 * nothing can be said of the pair: false.
 */
static bool halves_undone(struct held h[SIDES], const struct op *op,
	const struct held *after, const struct base_pair *p)
{
	bool deletes =
		op->kind == OP_TRASH || (op->settles && op->agreed.deleted);

	if (!p->known) {
		if (!op->settles && op->kind != OP_TRASH)
			return false;
		set_both(h, op->settles ? &op->agreed.is : &after->is, deletes);
		return true;
	}
	if (op->kind == OP_UPDATE && !op->settles)
		return false;
	memcpy(h, p->held, sizeof p->held);
	for (enum side s = 0; s < SIDES; s++) {
		if (deletes)
			h[s].deleted = true;
		else if (op->settles)
			h[s].is = decision_with(
				&h[s].is, &op->agreed.is, op->set_fields);
	}
	return true;
}

/*
 * What each half is known to hold once the op's half is as `after`
 * (doc/semantics.md, section 4). The first line that fits counts:
 *
 * the op                                     what both halves then hold
 * an undo, but of a trash                    halves_undone() says
 * notes an agreement, and is an adopt, or    what was agreed
 *   its other half was not seen
 * has an other half that was not seen        nothing can be said: false
 * trash, as the other half is               `after`, both deleted
 * a link that completes a deletion           what was agreed, both deleted
 * makes its half as the other one            each what it holds
 * any other, of a pair with a line           the line's, with the fields that
 *                                            have arrived moved on in both
 * any other, the other half written later    the source's in both: what differs
 *                                            from it is an edit of this half,
 *                                            and is on its way there
 * any other                                  nothing can be said: false
 */
static bool halves_after(struct held h[SIDES], const struct op *op,
	const struct held *after, const struct base_pair *p)
{
	const struct held *source = source_of(op) ? &source_of(op)->held : NULL;
	enum side from = other_side(op->side);
	unsigned differ;

	if (op->undoes && op->kind != OP_RESTORE)
		return halves_undone(h, op, after, p);
	if (op->settles && (op->kind == OP_ADOPT || !source)) {
		set_both(h, &op->agreed.is, op->agreed.deleted);
		return true;
	}
	if (!source)
		return false;
	differ = held_diff(after, source);
	if (op->kind == OP_TRASH && source->deleted) {
		set_both(h, &after->is, true);
	} else if (op->kind == OP_LINK && op->agreed.deleted) {
		set_both(h, &op->agreed.is, true);
	} else if (!differ) {
		h[op->side] = *after;
		h[from] = *source;
	} else if (p->known) {
		unsigned arrived = op->set_fields & ~differ;

		memcpy(h, p->held, sizeof p->held);
		h[op->side].is =
			decision_with(&h[op->side].is, &after->is, arrived);
		h[from].is = decision_with(&h[from].is, &source->is, arrived);
		if (!(differ & PRESENCE))
			h[op->side].deleted = h[from].deleted = after->deleted;
	} else if (source_is_written_later(op)) {
		set_both(h, &source->is, false);
	} else {
		return false;
	}
	return true;
}

/* --- lines ---------------------------------------------------------------- */

/*
 * The pair's next line: what the answers have shown of the stored checksums and
 * of what triggers and automations do, else what was known.
 */
static struct base_pair next_line(
	const struct op *op, const struct outcome *o, const struct base_pair *p)
{
	struct base_pair next = { .row_id = row_of(op, o),
		.page_id = page_of(op, o),
		.checksum = p->checksum };

	for (enum side s = 0; s < SIDES; s++) {
		const struct seen *last =
			o->after[s] ? o->after[s] : op->seen[s];
		bool shown = o->marks_shown[s];

		next.sum[s] = last && last->stored ? last->stored : p->sum[s];
		next.rewrites_checksum[s] = shown ? o->rewrites_checksum[s]
						  : p->rewrites_checksum[s];
		next.resets_synced[s] =
			shown ? o->resets_synced[s] : p->resets_synced[s];
	}
	next.rewrites_link =
		o->marks_shown[NOTION] ? o->rewrites_link : p->rewrites_link;
	return next;
}

/* Both hold this; `sum` gets the checksum, where that is one content. */
static void set_halves(struct base_pair *next, const struct held h[SIDES],
	char sum[CHECKSUM_SIZE])
{
	next->known = true;
	memcpy(next->held, h, sizeof next->held);
	if (held_diff(&h[SUPABASE], &h[NOTION]))
		return;
	decision_checksum(&h[SUPABASE].is, sum);
	next->checksum = sum;
}

bool known_has_line(struct worker *w, const struct op *op)
{
	const struct base_pair *p =
		op->row_id && !op->known
			? base_find_row(&w->journal->before, op->row_id)
			: NULL;

	return p && text_same(p->page_id, op->page_id);
}

/* --- before a write ------------------------------------------------------- */

static int note_sent(struct worker *w, const struct op *op,
	const struct held h[SIDES], const struct base_pair *p,
	struct outcome *o, struct error *e)
{
	struct base_pair next = next_line(op, o, p);

	next.known = p->known;
	memcpy(next.held, p->held, sizeof next.held);
	next.failed = p->failed;
	next.refused = p->refused;
	next.sent = (struct base_sent){ .is = true,
		.to = op->side,
		.checksum = op->checksum,
		.at = side_now(w, op->side) };
	memcpy(next.sent.held, h, sizeof next.sent.held);
	o->sent = true;
	return journal_line(w->journal, base_pair_line(&next, USEC_NONE), e);
}

bool known_sent(struct worker *w, const struct op *op, const struct held *after,
	struct outcome *o)
{
	struct held h[SIDES];
	struct base_pair p;
	struct error e;
	int rc = 0;

	find_line(w, op, o, &p);
	if (op->row_id && op->page_id && halves_after(h, op, after, &p))
		rc = note_sent(w, op, h, &p, o, &e);
	return rc == 0 ? true : journal_failed(w, &e, o);
}

static struct base_pair *parsed_copy(json *take_line)
{
	struct base_pair *p = xmalloc(sizeof *p);

	base_pair_parse(p, take_line); /* one that we made */
	return p;
}

bool known_revived(struct worker *w, const struct op *op, struct outcome *o)
{
	const struct decision nothing = { { NULL } };
	const struct decision *page =
		op->seen[NOTION] ? &op->seen[NOTION]->held.is : &nothing;
	struct base_pair p, next;
	struct held h[SIDES];
	struct error e;
	int rc;

	if (!find_line(w, op, NULL, &p) || !p.known) {
		set_both(h, page, false);
	} else {
		memcpy(h, p.held, sizeof h);
		h[NOTION].is =
			decision_with(&h[NOTION].is, page, op->set_fields);
		h[SUPABASE].deleted = h[NOTION].deleted = false;
	}
	rc = note_sent(w, op, h, &p, o, &e);

	/* What the second request starts from. */
	next = next_line(op, o, &p);
	next.known = true;
	memcpy(next.held, h, sizeof next.held);
	next.failed = p.failed;
	base_pair_free(o->known);
	o->known = parsed_copy(base_pair_line(&next, USEC_NONE));
	return rc == 0 ? true : journal_failed(w, &e, o);
}

/* --- after it ------------------------------------------------------------- */

/* Writes the line, and tells the later ops of the pair. */
static int hand_on(struct worker *w, struct op *op,
	const struct base_pair *next, struct error *e)
{
	json *line = base_pair_line(next, run_now(w));

	for (struct op *later = op->next; later; later = later->next) {
		base_pair_free(later->known);
		later->known = parsed_copy(json_copy(line));
	}
	return journal_line(w->journal, line, e);
}

static int note_done(struct worker *w, struct op *op, const struct outcome *o,
	const struct base_pair *p, struct error *e)
{
	const struct seen *answer = o->after[op->side];
	char sum[CHECKSUM_SIZE];
	struct base_pair next;
	struct held h[SIDES], after;

	/* A page of an earlier run, of which nobody knows what it holds. */
	if (op->kind == OP_CREATE && !answer && o->differs)
		return 0;
	/* An answer that said nothing of the content: as it was seen, and was
	 * set. */
	after = answer ? answer->held
		       : (struct held){ op_wanted(op), op->kind == OP_TRASH };
	if (!row_of(op, o) || !page_of(op, o))
		return 0;
	next = next_line(op, o, p);
	if (!halves_after(h, op, &after, p))
		/* What the line says was agreed has been taken back. */
		return op->undoes && p->known ? hand_on(w, op, &next, e) : 0;
	set_halves(&next, h, sum);
	if (held_diff(&h[SUPABASE], &h[NOTION]))
		next.refused = p->refused;
	return hand_on(w, op, &next, e);
}

/* A half that has no other: what could not be made for it. */
static int note_lone(struct worker *w, const struct op *op,
	const struct outcome *o, const struct base_refused *refused,
	struct error *e)
{
	/* By the half that was there: that is what plan looks for. */
	bool made_row = op->kind == OP_CREATE && op->side == SUPABASE;
	const char *row_id = made_row ? NULL : row_of(op, o);
	const char *page_id = row_id ? NULL : page_of(op, o);
	const struct base_pair *lone = find_lone(w, row_id, page_id);
	enum side side = row_id ? SUPABASE : NOTION;
	struct base_pair next = { .row_id = row_id,
		.page_id = page_id,
		.failed = (lone ? lone->failed : 0) + 1 };

	next.held[side] = op->seen[side] ? op->seen[side]->held
					 : (struct held){ op->set, false };
	if (refused)
		next.refused = *refused;
	return journal_line(w->journal, base_pair_line(&next, run_now(w)), e);
}

/* A row that the table has linked to another page than the one it is of. */
static bool is_made_for_another(const struct op *op, const struct seen *after)
{
	return op->kind == OP_CREATE && op->side == SUPABASE &&
	       !text_is_empty(after->link) &&
	       !text_same(after->link, op->page_id);
}

/*
 * The answer showed something else than was sent. Both halves are noted as
 * they are, so that neither passes for an edit.
 */
static int note_not_kept(struct worker *w, struct op *op,
	const struct outcome *o, const struct base_pair *p, struct error *e)
{
	const struct seen *source = source_of(op), *after = o->after[op->side];
	const struct decision nothing = { { NULL } };
	bool trash = op->kind == OP_TRASH;
	struct base_refused refused = { .is = true,
		.to = op->side,
		.set = { op->set, trash },
		.times = p->refused.times + 1,
		.at = run_now(w) };
	struct held h[SIDES];
	char sum[CHECKSUM_SIZE];
	struct base_pair next;

	if (!after)
		after = op->seen[op->side];
	if (!p->line) {
		const struct base_pair *lone =
			find_lone(w, row_of(op, o), page_of(op, o));

		refused.times = (lone ? lone->refused.times : 0) + 1;
	}
	/* The fields in which the target holds something else than was sent. */
	refused.fields =
		op->set_fields &
		decision_diff(&op->set, after ? &after->held.is : &nothing);
	if (after && after->held.deleted != trash &&
		(trash || op->kind == OP_RESTORE || op->kind == OP_CREATE))
		refused.fields |= PRESENCE;
	if (!row_of(op, o) || !page_of(op, o) || !after || !source ||
		is_made_for_another(op, after))
		return note_lone(w, op, o, &refused, e);
	h[op->side] = after->held;
	h[other_side(op->side)] = source->held;
	next = next_line(op, o, p);
	set_halves(&next, h, sum);
	next.failed = p->failed + 1;
	next.refused = refused;
	return hand_on(w, op, &next, e);
}

/*
 * Certainly not written: what was known before holds on, with all that its line
 * says. Where nothing was, a line with nothing but the count takes the place of
 * what was noted as sent.
 */
static int note_failed(struct worker *w, struct op *op, const struct outcome *o,
	const struct base_pair *p, struct error *e)
{
	bool kept_back = o->has_error && o->error.action == API_STOPPED;
	bool failed =
		(o->status == STATUS_FAILED && !kept_back) || is_changed(o);
	struct base_pair next;
	int rc;

	if (!p->line && !o->sent)
		return failed ? note_lone(w, op, o, NULL, e) : 0;
	next = (struct base_pair){ .row_id = row_of(op, o),
		.page_id = page_of(op, o) };
	if (p->line)
		base_pair_parse(&next, json_copy(p->line));
	if (failed)
		next.failed = p->failed + 1;
	rc = hand_on(w, op, &next, e);
	json_free(next.line);
	return rc;
}

int known_note(struct worker *w, struct op *op, const struct outcome *o,
	struct error *e)
{
	struct base_pair p;

	if (op->kind == OP_SKIP || w->dry_run)
		return 0;
	find_line(w, op, o->status == STATUS_DONE ? o : NULL, &p);
	if (o->status == STATUS_DONE)
		return note_done(w, op, o, &p, e);
	if (is_not_kept(o))
		return note_not_kept(w, op, o, &p, e);
	if (o->status == STATUS_FAILED || is_changed(o) ||
		(o->sent && o->status != STATUS_UNKNOWN))
		return note_failed(w, op, o, &p, e);
	return 0;
}

/* --- pairs that their decision has joined ----------------------------------
 */

int known_meetings(struct worker *w, const struct ops *ops, struct error *e)
{
	for (size_t i = 0; i < ops->n && !w->dry_run; i++) {
		const struct op *op = &ops->list[i];
		const struct base_pair met = { .row_id = op->row_id,
			.page_id = op->page_id,
			.met = true };
		struct base_pair line;

		if (!op->meets || op->follows || !op->row_id || !op->page_id ||
			find_line(w, op, NULL, &line))
			continue;
		if (journal_line(
			    w->journal, base_pair_line(&met, USEC_NONE), e) < 0)
			return -1;
	}
	return 0;
}
