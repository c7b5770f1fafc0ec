#include "decide.h"

#include <string.h>

#include "emit.h"
#include "pair.h"

struct decision {
	const struct sides *world;
	const struct policy *policy;
	struct lines lines;
	struct pairing pairing;
	struct emitter to;
};

/* --- a pair: sections 4 and 5 --------------------------------------------- */

/* Whether the live half changed since the pair agreed. */
static bool live_changed(const struct live_pair *p, const struct record *live)
{
	if (content_diff(&p->row->is, &p->page->is) == 0)
		return false;
	switch (p->basis.kind) {
	case MERGE_BASE_FIELDS:
		return content_diff(&live->is, &p->basis.held[live->side].is) !=
		       0;
	case MERGE_BASE_CHECKSUM:
		return strcmp(live->checksum, p->basis.checksum) != 0;
	default:
		return true;
	}
}

/* What one live half and one deleted half mean (semantics, section 5). */
enum presence {
	CAME_BACK,     /* the live half was deleted when it was last known */
	DELETED_SINCE, /* the other half was deleted since */
	NOT_KEPT,      /* neither changed: what was sent was not kept */
};

/*
 * row, page              known of the live half    of the deleted one
 * live and deleted       deleted: it came back     any
 *                        live: see the next        live: deleted since
 *                                                  deleted: neither changed
 * Without a trusted line, the mark tells: notion_synced is false when a
 * deletion is complete.
 */
static enum presence read_presence(
	const struct live_pair *p, enum side live, enum side dead)
{
	const struct held *held = p->basis.held;

	if (p->basis.kind != MERGE_BASE_FIELDS)
		return p->row->synced ? DELETED_SINCE : CAME_BACK;
	if (held[live].deleted)
		return CAME_BACK;
	return held[dead].deleted ? NOT_KEPT : DELETED_SINCE;
}

/*
 * A deletion or its undoing was refused: left alone until its time has come,
 * and then sent again to the half that it was meant for.
 */
static enum presence with_refusal(const struct live_pair *p, enum side live)
{
	const struct refusal *r = &p->basis.refused;

	if (!r->is || !r->deleted || !r->again)
		return NOT_KEPT;
	return r->to == live ? DELETED_SINCE : CAME_BACK;
}

/* One half is live, the other soft-deleted or in the trash. */
static void decide_half_deleted(
	const struct decision *d, const struct live_pair *p)
{
	bool row_lives = !p->row->deleted;
	const struct record *live = row_lives ? p->row : p->page;
	enum revive other = row_lives ? REVIVE_PAGE : REVIVE_ROW;
	enum presence presence =
		read_presence(p, live->side, other_side(live->side));
	bool changed = live_changed(p, live);
	struct merge m;

	if (presence == NOT_KEPT && !changed)
		presence = with_refusal(p, live->side);
	if (presence == CAME_BACK) {
		merge_pair(&m, p->row, p->page, &p->basis, d->policy->conflict);
		emit_live(&d->to, p, &m, other,
			row_lives ? "the row came back" : "the page came back");
	} else if (changed) {
		merge_take(&m, p->row, p->page, live->side);
		emit_live(&d->to, p, &m, other,
			row_lives ? "the row changed, and a change beats "
				    "the page's deletion"
				  : "the page changed, and a change beats "
				    "the row's deletion");
	} else if (presence == NOT_KEPT) {
		emit_not_kept(&d->to, p, 0);
	} else {
		emit_trash(&d->to, p, live->side);
	}
}

static void decide_pair(const struct decision *d, const struct record *row,
	const struct record *page)
{
	struct live_pair p = { .row = row, .page = page };
	struct merge m;

	merge_base_find(&p.basis, &d->lines, row, page, &d->policy->again);
	if (row->deleted && page->deleted) {
		emit_deleted(&d->to, &p);
	} else if (row->deleted || page->deleted) {
		decide_half_deleted(d, &p);
	} else {
		merge_pair(&m, row, page, &p.basis, d->policy->conflict);
		emit_live(&d->to, &p, &m, REVIVE_NONE, NULL);
	}
}

/* --- orphans -------------------------------------------------------------- */

static bool must_wait(const struct decision *d, const struct record *row,
	const struct record *page)
{
	const struct trouble *t = d->pairing.unread_link;
	struct op *op;

	if (!t)
		return false;
	op = skip(&d->to, "problem", row, page);
	op_reason(op,
		"waits: the link of row %s can't be read, so nobody knows "
		"what is its; mend notion_page_id there",
		t->row_id ? t->row_id : "?");
	return true;
}

/* The insert or create of this content was not kept less than a day ago. */
static bool is_held_back(const struct decision *d, const struct record *only)
{
	const struct base_pair *line = base_find_lone(d->lines.base, only->id);
	struct content was;
	struct op *op;

	if (!line || !is_refused_now(&line->refused, &d->policy->again))
		return false;
	was = agreed_content(only->side == SUPABASE ? &line->row : &line->page);
	if (content_diff(&was, &only->is))
		return false;
	op = skip(&d->to, OP_NOT_KEPT, only->side == SUPABASE ? only : NULL,
		only->side == NOTION ? only : NULL);
	op_reason(op,
		"%s took it with success and kept nothing: look at the "
		"triggers, rules and automations there, then run "
		"scripts/sync-now.sh --retry",
		side_title(other_side(only->side)));
	return true;
}

static void create_other(
	const struct decision *d, const struct record *only, const char *why)
{
	if (!is_held_back(d, only))
		emit_create(&d->to, only, why);
}

/* A live row whose page was moved out, unshared or erased. */
static void decide_row_orphan(
	const struct decision *d, const struct record *row, const char *state)
{
	struct op *op;

	if (must_wait(d, row, NULL))
		return;
	if (d->policy->orphans == ORPHANS_RESTORE) {
		create_other(d, row, "its page is gone: made again");
		return;
	}
	op = skip(&d->to, "orphan", row, NULL);
	op->page_id = row->link;
	op_reason(op,
		"its page is %s, so the row is kept; %s, or make a new page "
		"with --orphans restore",
		strcmp(state, "moved") == 0 ? "in another place"
					    : "erased or not shared with us",
		strcmp(state, "moved") == 0 ? "move it back"
					    : "share it with the connection");
}

static bool row_is_listed(const struct decision *d, const char *row_id)
{
	if (sides_find(d->world, SUPABASE, row_id))
		return true;
	for (size_t i = 0; i < d->world->n_trouble; i++)
		if (same_text(d->world->trouble[i].row_id, row_id))
			return true;
	return false;
}

/* The line of a row that was hard-deleted; NULL: the page is new to us. */
static const struct base_pair *line_of_vanished_row(
	const struct decision *d, const struct record *page)
{
	size_t n;
	const struct base_pair **of_page =
		lines_of_page(&d->lines, page->id, &n);

	for (size_t i = 0; i < n; i++)
		if (!row_is_listed(d, of_page[i]->row_id))
			return of_page[i];
	return NULL;
}

static void decide_page_orphan(const struct decision *d,
	const struct record *page, const struct base_pair *line)
{
	struct op *op;

	if (d->policy->orphans == ORPHANS_RESTORE) {
		create_other(d, page, "its row is gone: made again");
		return;
	}
	/* A page that came back after an agreed deletion is wanted. */
	if (d->policy->orphans == ORPHANS_TRASH && !base_is_deleted(line)) {
		emit_trash_page(&d->to, page, line->row_id);
		return;
	}
	op = skip(&d->to, "orphan", NULL, page);
	op_reason(op,
		"its row %s was erased, so the page is kept; make a new row "
		"with --orphans restore, or move the page to the trash",
		line->row_id);
}

/* --- lone records --------------------------------------------------------- */

static void decide_lone_row(const struct decision *d, const struct half *half)
{
	const struct record *row = half->record;
	struct op *op;

	if (half->doubled) {
		op = skip(&d->to, "double-link", row, NULL);
		op->page_id = row->link;
		op_reason(op, "another row links to this page too; clear "
			      "notion_page_id of the wrong one");
	} else if (row->deleted) {
		return;
	} else if (half->waits) {
		must_wait(d, row, NULL);
	} else if (!row->link) {
		create_other(d, row, "only in Supabase");
	} else {
		op = skip(&d->to, "unknown-page", row, NULL);
		op->page_id = row->link;
		op_reason(op,
			"the listing lacks its page and nobody looked it up; "
			"run notion-fetch with --known, or clear "
			"notion_page_id to get a new page");
	}
}

static void decide_lone_page(
	const struct decision *d, const struct record *page)
{
	const struct base_pair *line;

	if (must_wait(d, NULL, page))
		return;
	line = line_of_vanished_row(d, page);
	if (line)
		decide_page_orphan(d, page, line);
	else
		create_other(d, page, "only in Notion");
}

static void decide_row(const struct decision *d, const struct half *row)
{
	const struct record *page = row->partner ? row->partner->record : NULL;

	if (row->held)
		return;
	if (!page)
		decide_lone_row(d, row);
	else if (!page->state)
		decide_pair(d, row->record, page);
	else if (!row->record->deleted)
		decide_row_orphan(d, row->record, page->state);
}

/* --- records that could not be read --------------------------------------- */

static void report_trouble(const struct decision *d, const struct trouble *t)
{
	bool poison = strcmp(t->code, "poison") == 0;
	struct op *op = skip(&d->to, poison ? "poison" : "problem", NULL, NULL);

	op->row_id = t->row_id;
	op->page_id = t->page_id;
	op_reason(op,
		"the %s can't be read (%s: %s); mend it in %s, its pair "
		"is left alone until then",
		t->side == SUPABASE ? "row" : "page", t->code, t->detail,
		side_title(t->side));
}

/* The partner that it holds, where it doesn't name one. */
static void name_held(const struct decision *d, struct ops *ops)
{
	for (enum side s = 0; s < SIDES; s++) {
		for (size_t i = 0; i < d->pairing.n[s]; i++) {
			const struct half *half = &d->pairing.of[s][i];
			struct op *op;

			if (!half->held)
				continue;
			op = &ops->at[half->held - d->world->trouble];
			if (s == SUPABASE && !op->row_id)
				op->row_id = half->record->id;
			if (s == NOTION && !op->page_id)
				op->page_id = half->record->id;
		}
	}
}

/* How often in a row the ops of this record have failed, as the base has it. */
static void count_failures(const struct base *base, struct ops *ops)
{
	for (size_t i = 0; i < ops->n; i++) {
		struct op *op = &ops->at[i];
		const struct base_pair *line =
			op->row_id ? base_find_row(base, op->row_id) : NULL;

		if (!line || line->failed == 0)
			line = base_find_lone(base, op->row_id);
		if (!line)
			line = base_find_lone(base, op->page_id);
		op->failures = line ? line->failed : 0;
	}
}

static size_t live_pairs(const struct pairing *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n[SUPABASE]; i++) {
		const struct half *row = &p->of[SUPABASE][i];

		n += row->partner && record_is_live(row->record) &&
		     record_is_live(row->partner->record);
	}
	return n;
}

void decide(const struct sides *w, const struct base *base,
	const struct policy *policy, struct ops *ops, struct outlook *outlook)
{
	struct decision d = { .world = w, .policy = policy };

	d.to = (struct emitter){ w, policy->use_base, ops };
	lines_init(&d.lines, base);
	pairing_init(&d.pairing, w, &d.lines);
	for (size_t i = 0; i < w->n_trouble; i++)
		report_trouble(&d, &w->trouble[i]);
	name_held(&d, ops);
	for (size_t i = 0; i < d.pairing.n[SUPABASE]; i++)
		decide_row(&d, &d.pairing.of[SUPABASE][i]);
	for (size_t i = 0; i < d.pairing.n[NOTION]; i++)
		if (is_free_page(&d.pairing.of[NOTION][i]))
			decide_lone_page(&d, d.pairing.of[NOTION][i].record);
	ops_stamps_last(ops);
	count_failures(base, ops);
	ops_failing_last(ops);
	outlook->live_pairs = live_pairs(&d.pairing);
	pairing_fini(&d.pairing);
	lines_fini(&d.lines);
}

void look_out(
	const struct sides *w, const struct base *base, struct outlook *outlook)
{
	struct lines lines;
	struct pairing p;

	lines_init(&lines, base);
	pairing_init(&p, w, &lines);
	outlook->live_pairs = live_pairs(&p);
	pairing_fini(&p);
	lines_fini(&lines);
}
