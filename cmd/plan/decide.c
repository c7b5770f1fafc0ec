#include "decide.h"

#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "emit_parts.h"
#include "pair.h"
#include "util/alloc.h"
#include "util/humanize.h"
#include "util/text.h"

#define LINK "notion_page_id"
#define FETCH_AHEAD 8 /* pairs */

struct deciding {
	const struct sides *sides;
	const struct policy *policy;
	struct lines lines;
	struct pairing pairing;
	struct emitter to;
	bool *met; /* of each of the resolutions: its pair was there */
};

/* --- a pair: sections 4 and 5 --------------------------------------------- */

/*
 * One half is live, the other soft-deleted or in the trash: doc/semantics.md,
 * section 5. What that means, where a trusted line says what each half was:
 *
 * the live half    the deleted half    meaning
 * deleted          any                 the live half came back
 * live             live                the other half was deleted since
 * live             deleted             neither changed: a write was not kept
 *
 * and by the row's notion_synced, where the base has no line:
 *
 * true                                 the other half was deleted since
 * false (an agreed deletion sets it)   the live half came back
 *
 * A row that was deleted proves nothing by being live where its table has no
 * deleted_at any more, or one answer said so.
 *
 * What is done:
 *
 * can't be known   nothing: the page in the trash is reported
 * it came back     restore the deleted half, and merge as section 4 does
 * deleted since    trash the live half too; but a change of the live half since
 *                  the base wins: restore the other half with its content
 * not kept         leave the pair alone until the write is to be sent again
 */
static void decide_half_deleted(
	const struct deciding *d, const struct live_pair *p)
{
	bool row_lives = !p->row->deleted;
	const struct record *live = row_lives ? p->row : p->page;
	enum side dead = other_side(live->side);
	enum revive revive = row_lives ? REVIVE_PAGE : REVIVE_ROW;
	const struct merge_base *base = &p->base;
	bool changed, was_deleted, came_back = false, not_kept = false;
	struct merge m;

	was_deleted = base->kind == MERGE_BASE_FIELDS
			      ? base->held[live->side].deleted
			      : !p->row->synced;
	if (was_deleted && row_lives && !d->sides->soft_delete) {
		emit_trash(&d->to, p, SUPABASE);
		return;
	}

	/* A half that equals the deleted one has not changed. */
	changed = decision_diff(&p->row->is, &p->page->is) != 0;
	if (changed && base->kind == MERGE_BASE_FIELDS)
		changed = decision_diff(
				  &live->is, &base->held[live->side].is) != 0;
	else if (changed && base->kind == MERGE_BASE_CHECKSUM)
		changed = strcmp(live->checksum, base->checksum) != 0;

	if (base->kind != MERGE_BASE_FIELDS || was_deleted) {
		came_back = was_deleted;
	} else if (base->held[dead].deleted && !changed) {
		/* Neither half has changed: the refused write comes again, to
		 * the half that it was meant for, when its time has come. */
		const struct refusal *r = &base->refused;

		if (!r->is || !(r->fields & PRESENCE) || !r->again)
			not_kept = true;
		else
			came_back = r->to != live->side;
	}
	if (not_kept) {
		emit_not_kept(&d->to, p, 0);
	} else if (came_back) {
		merge_pair(&m, p->row, p->page, base, d->policy->conflict);
		emit_live(&d->to, p, &m, revive,
			row_lives ? "the row came back" : "the page came back");
	} else if (changed) {
		merge_take(&m, p->row, p->page, live->side);
		emit_live(&d->to, p, &m, revive,
			row_lives ? "the row changed, and a change beats "
				    "the page's deletion"
				  : "the page changed, and a change beats "
				    "the row's deletion");
	} else {
		emit_trash(&d->to, p, live->side);
	}
}

/*
 * A person has decided a conflict of the pair. False: nobody has. Where the
 * decision doesn't fit any more, this run leaves the whole pair alone.
 */
static bool resolve_pair(const struct deciding *d, const struct live_pair *p)
{
	const struct resolutions *all = d->policy->resolve;
	const struct resolution *r =
		resolution_find(all, p->row->id, p->page->id);
	struct buf why = BUF_INIT(4096);
	struct merge m;

	if (!r)
		return false;
	d->met[r - all->at] = true;
	if (p->row->deleted || p->page->deleted) {
		emit_not_resolved(&d->to, p, NULL,
			p->page->deleted ? "the page is in the trash now"
					 : "the row is deleted now");
		return true;
	}
	merge_pair(&m, p->row, p->page, &p->base, d->policy->conflict);
	if (resolution_apply(r, &m, p->row, p->page, &p->base, &why) < 0)
		emit_not_resolved(&d->to, p, &m, buf_str(&why));
	else
		emit_live(&d->to, p, &m, REVIVE_NONE, NULL);
	buf_fini(&why);
	return true;
}

/* It waits for the pair, like everything else. */
static void keep_resolution(const struct deciding *d, const struct record *row,
	const struct record *page)
{
	const struct resolutions *all = d->policy->resolve;
	const struct resolution *r = resolution_find(all, row->id, page->id);

	if (r)
		d->met[r - all->at] = true;
}

/* Decisions on pairs that are none any more, each the last one of its pair. */
static void report_unmet(const struct deciding *d)
{
	const struct resolutions *all = d->policy->resolve;
	const struct live_pair nothing = { 0 };

	for (size_t i = 0; all && i < all->n; i++) {
		const struct resolution *r = &all->at[i];
		struct planned_op *op;

		if (d->met[i] ||
			resolution_find(all, r->row_id, r->page_id) != r)
			continue;
		emit_not_resolved(&d->to, &nothing, NULL,
			"the row and the page are not a pair of two live "
			"halves now");
		op = &d->to.ops->at[d->to.ops->n - 1];
		op->row_id = r->row_id;
		op->page_id = r->page_id;
	}
}

/* The ops from that place on are of a pair that its decision has joined. */
static void mark_match(struct op_list *ops, size_t from, const char *rule)
{
	bool met = false;

	for (size_t i = from; i < ops->n; i++) {
		struct planned_op *op = &ops->at[i];

		op->match = rule;
		op->meets = !met && op->kind != OP_LINK && op->kind != OP_STAMP;
		met |= op->meets;
	}
}

/*
 * doc/semantics.md, sections 4 and 5:
 *
 * row        page       what happens
 * live       live       section 4: merge field by field
 * one of them live      section 5: decide_half_deleted()
 * deleted    deleted    nothing but the mark and the base line
 *
 * and section 10: nothing at all while the page is paused.
 */
static void decide_pair(const struct deciding *d, const struct half *half)
{
	const struct record *row = half->record, *page = half->partner->record;
	struct live_pair p = { .row = row, .page = page };
	size_t before = d->to.ops->n;
	struct merge m;

	if (page->paused) {
		keep_resolution(d, row, page);
		/* Nothing but the base tells of this pair by then. */
		if (half->found == FOUND_BY_CHECKSUM &&
			decision_diff(&row->is, &page->is) == 0)
			emit_adopt(&d->to, &p, &row->is, row->checksum, false);
		/* Both gone: nothing waits but a mark. */
		if (!row->deleted || !page->deleted)
			emit_paused(&d->to, row, page);
		if (half->found == FOUND_BY_DECISION)
			mark_match(d->to.ops, before,
				match_rule_name(d->policy->match));
		return;
	}
	if (half->found == FOUND_BY_DECISION) {
		p.match = match_rule_name(d->policy->match);
		p.base.why = NEVER_LINKED;
	} else {
		merge_base_find(
			&p.base, &d->lines, row, page, &d->policy->again);
	}
	if (resolve_pair(d, &p)) {
		/* as the person has decided */
	} else if (row->deleted && page->deleted) {
		emit_deleted(&d->to, &p);
	} else if (row->deleted || page->deleted) {
		decide_half_deleted(d, &p);
	} else {
		merge_pair(&m, row, page, &p.base, d->policy->conflict);
		emit_live(&d->to, &p, &m, REVIVE_NONE, NULL);
	}
	if (p.match)
		mark_match(d->to.ops, before, p.match);
}

/* --- records without a partner: section 5 --------------------------------- */

/* A row whose link could not be read may be any page's: this record waits. */
static bool must_wait(const struct deciding *d, const struct record *row,
	const struct record *page)
{
	const struct trouble *t = d->pairing.unread_link;
	struct planned_op *op;

	if (!t)
		return false;
	op = emit_skip(&d->to, "problem", row, page);
	op_reason(op,
		"waits: the link of row %s can't be read, so its page is not "
		"known; fix %s in that row",
		t->row_id ? t->row_id : "?", sides_column(d->sides, LINK));
	return true;
}

/*
 * Makes the missing half; but not where the service did not keep this very
 * content less than a day ago.
 */
static void create_other(
	const struct deciding *d, const struct record *only, const char *why)
{
	const struct base_pair *line = base_find_lone(d->lines.base, only->id);
	char command[COMMAND_SIZE];
	struct planned_op *op;

	if (!line || !is_refused_now(&line->refused, &d->policy->again) ||
		decision_diff(&line->held[only->side].is, &only->is)) {
		emit_create(&d->to, only, why);
		return;
	}
	op = emit_skip(&d->to, OP_NOT_KEPT,
		only->side == SUPABASE ? only : NULL,
		only->side == NOTION ? only : NULL);
	op_reason(op,
		"%s answered with success and kept nothing: look at the "
		"triggers, rules and automations there, then run %s",
		side_title(other_side(only->side)),
		humanize_command("scripts/sync-now.sh --retry", command));
}

/*
 * doc/semantics.md, section 5, from the row's side:
 *
 * row                             page          what happens
 * live, never linked              none          create the page
 * live                            gone          keep the row, report an orphan;
 *                                               --orphans restore: create
 * live, linked                    no record     leave it alone and report it
 * live, as another row of a page  any           leave it alone and report it
 * soft-deleted                    none or gone  nothing
 * any                             there         as a pair
 */
static void decide_row(const struct deciding *d, const struct half *half)
{
	const struct record *row = half->record, *page = NULL;
	struct planned_op *op;
	bool moved;

	if (half->partner)
		page = half->partner->record;
	if (half->held) /* by what could not be read: report_trouble() */
		return;
	if (page && !page->state) {
		decide_pair(d, half);
	} else if (page && row->deleted) {
		return;
	} else if (page) { /* moved out, unshared or erased */
		if (must_wait(d, row, NULL))
			return;
		if (d->policy->orphans == ORPHANS_RESTORE) {
			create_other(d, row, "its page is gone: made again");
			return;
		}
		moved = strcmp(page->state, "moved") == 0;
		op = emit_skip(&d->to, "orphan", row, NULL);
		op->page_id = row->link;
		op_reason(op,
			"its page is %s, so the row is kept; %s, or make a new "
			"page with --orphans restore",
			moved ? "in another place"
			      : "erased or not shared with us",
			moved ? "move it back"
			      : "share it with the connection");
	} else if (half->doubled) {
		op = emit_skip(&d->to, "double-link", row, NULL);
		op->page_id = row->link;
		op_reason(op,
			"another row links to this page too; clear %s in the "
			"wrong one",
			sides_column(d->sides, LINK));
	} else if (row->deleted) {
		return;
	} else if (half->waits) {
		must_wait(d, row, NULL);
	} else if (!row->link) {
		create_other(d, row, "only in Supabase");
	} else {
		op = emit_skip(&d->to, "unknown-page", row, NULL);
		op->page_id = row->link;
		op_reason(op,
			"its page is not in the listing and was not looked up; "
			"run notion-fetch with --known, or clear %s to get a "
			"new page",
			sides_column(d->sides, LINK));
	}
}

/* A row that is in no row of a complete listing, and could be read. */
static bool row_is_gone(const struct deciding *d, const char *row_id)
{
	if (sides_find(d->sides, SUPABASE, row_id))
		return false;
	for (size_t i = 0; i < d->sides->n_trouble; i++)
		if (text_same(d->sides->trouble[i].row_id, row_id))
			return false;
	return true;
}

/*
 * The row that the base or its derived id knows as the page's, where it is
 * deleted and has lost its link: no deletion to follow, for nothing says that
 * it was of this pair, and no reason for a row beside it. NULL: there is none.
 * *agreed: the base knows that both were deleted.
 */
static const struct record *its_deleted_row(
	const struct deciding *d, const struct record *page, bool *agreed)
{
	const struct half *made = row_made_for(&d->pairing, d->sides, page);
	const struct record *found = NULL;
	const struct base_pair *line;

	*agreed = false;
	if (made && made->record->deleted)
		found = made->record;
	for (size_t i = 0; (line = lines_of_page(&d->lines, page->id, i));
		i++) {
		const struct record *row =
			sides_find(d->sides, SUPABASE, line->row_id);

		if (!row || !row->deleted || row->link)
			continue;
		found = row;
		*agreed = *agreed || base_is_deleted(line);
	}
	return found;
}

/*
 * doc/semantics.md, section 5, for a live page that has no row:
 *
 * the page is paused               nothing: it waits
 * its row is deleted, without link report an orphan: its_deleted_row()
 *
 * its row in the base              what happens
 * none, or one that is still there insert a row
 * gone: it was hard-deleted        keep the page, report an orphan
 *   with --orphans restore         insert the row again
 *   with --orphans trash           trash the page, unless it came back after an
 *                                  agreed deletion: then it is wanted
 *   the deletion was agreed, and   nothing: it is most likely in the trash
 *   the page not read now
 */
static void decide_lone_page(
	const struct deciding *d, const struct record *page)
{
	const struct record *row;
	const struct base_pair *line;
	struct planned_op *op;
	bool agreed;

	if (must_wait(d, NULL, page))
		return;
	if (page->paused) {
		emit_paused(&d->to, NULL, page);
		return;
	}
	row = its_deleted_row(d, page, &agreed);
	if (row) {
		if (page->kept && agreed)
			return;
		op = emit_skip(&d->to, "orphan", NULL, page);
		op_reason(op,
			"its row %s is deleted and has lost its link, so the "
			"page is kept; clear that row's %s, or move the page "
			"to the trash",
			row->id, sides_column(d->sides, "deleted_at"));
		return;
	}
	for (size_t i = 0; (line = lines_of_page(&d->lines, page->id, i)); i++)
		if (row_is_gone(d, line->row_id))
			break;
	if (!line) {
		create_other(d, page, "only in Notion");
	} else if (d->policy->orphans == ORPHANS_RESTORE) {
		create_other(d, page, "its row is gone: made again");
	} else if (d->policy->orphans == ORPHANS_TRASH &&
		   !base_is_deleted(line)) {
		emit_trash_page(&d->to, page, line->row_id);
	} else if (!page->kept || !base_is_deleted(line)) {
		op = emit_skip(&d->to, "orphan", NULL, page);
		op_reason(op,
			"its row %s was erased, so the page is kept; make a "
			"new row with --orphans restore, or move the page to "
			"the trash",
			line->row_id);
	}
}

/* --- records that could not be read --------------------------------------- */

static void report_trouble(const struct deciding *d, const struct trouble *t)
{
	bool poison = strcmp(t->code, "poison") == 0;
	struct planned_op *op =
		emit_skip(&d->to, poison ? "poison" : "problem", NULL, NULL);

	op->row_id = t->row_id;
	op->page_id = t->page_id;
	op_reason(op,
		"the %s can't be read (%s: %s); fix it in %s, its pair is left "
		"alone until then",
		t->side == SUPABASE ? "row" : "page", t->code, t->detail,
		side_title(t->side));
}

/* The partner that it holds, where it doesn't name one. */
static void name_held(const struct deciding *d, struct op_list *ops)
{
	for (enum side s = 0; s < SIDES; s++) {
		for (size_t i = 0; i < d->pairing.n[s]; i++) {
			const struct half *half = &d->pairing.of[s][i];
			struct planned_op *op;

			if (!half->held)
				continue;
			op = &ops->at[half->held - d->sides->trouble];
			if (s == SUPABASE && !op->row_id)
				op->row_id = half->record->id;
			if (s == NOTION && !op->page_id)
				op->page_id = half->record->id;
		}
	}
}

/* --- all ------------------------------------------------------------------ */

/* How often in a row the ops of this record have failed, as the base has it. */
static void count_failures(const struct base *base, struct op_list *ops)
{
	for (size_t i = 0; i < ops->n; i++) {
		struct planned_op *op = &ops->at[i];
		const struct base_pair *line =
			op->row_id ? base_find_row(base, op->row_id) : NULL;

		if (!line || line->failed == 0)
			line = base_find_lone(base, op->row_id);
		if (!line)
			line = base_find_lone(base, op->page_id);
		op->failures = line ? line->failed : 0;
	}
}

static bool is_live_pair(const struct half *row)
{
	return row->partner && record_is_live(row->record) &&
	       record_is_live(row->partner->record);
}

/*
 * Pages lie all over the memory in the order of their rows: each is asked for
 * while a few pairs before it are decided.
 */
static void fetch_ahead(const struct pairing *p, size_t i)
{
	const struct half *page =
		i < p->n[SUPABASE] ? p->of[SUPABASE][i].partner : NULL;

	if (page)
		record_fetch(page->record);
}

size_t decide(const struct sides *w, const struct base *base,
	const struct policy *policy, struct op_list *ops)
{
	struct deciding d = { .sides = w, .policy = policy };
	size_t pairs = 0;

	d.to = (struct emitter){ w, policy->use_base, &policy->waits, ops };
	if (policy->resolve)
		d.met = xcalloc(policy->resolve->n, sizeof *d.met);
	lines_init(&d.lines, base);
	pairing_init(&d.pairing, w, &d.lines, policy->match);
	for (size_t i = 0; i < w->n_trouble; i++)
		report_trouble(&d, &w->trouble[i]);
	name_held(&d, ops);
	for (size_t i = 0; i < d.pairing.n[SUPABASE]; i++) {
		fetch_ahead(&d.pairing, i + FETCH_AHEAD);
		pairs += is_live_pair(&d.pairing.of[SUPABASE][i]);
		decide_row(&d, &d.pairing.of[SUPABASE][i]);
	}
	for (size_t i = 0; i < d.pairing.n[NOTION]; i++)
		if (is_free_page(&d.pairing.of[NOTION][i]))
			decide_lone_page(&d, d.pairing.of[NOTION][i].record);
	report_unmet(&d);
	op_list_stamps_last(ops);
	count_failures(base, ops);
	op_list_failing_last(ops);
	free(d.met);
	pairing_fini(&d.pairing);
	lines_fini(&d.lines);
	return pairs;
}

size_t count_live_pairs(const struct sides *w, const struct base *base)
{
	struct lines lines;
	struct pairing p;
	size_t pairs = 0;

	lines_init(&lines, base);
	pairing_init(&p, w, &lines, MATCH_NONE);
	for (size_t i = 0; i < p.n[SUPABASE]; i++)
		pairs += is_live_pair(&p.of[SUPABASE][i]);
	pairing_fini(&p);
	lines_fini(&lines);
	return pairs;
}
