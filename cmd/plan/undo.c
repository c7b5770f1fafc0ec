#include "undo.h"

#include <stdio.h>
#include <string.h>

#include "util/text.h"

/* One pair of the run: its ops that changed a half, and both halves now. */
struct taken {
	const struct sides *sides;
	const struct lines *lines;
	struct op_list *ops;
	const struct result *deed[SIDES]; /* NULL: that half was not changed */
	bool unknown;			  /* an outcome that nobody knows */
	bool unsaid; /* a record that doesn't say what was written over what */
	const struct record *row, *page;
	const char *row_id, *page_id;
};

/* A value that is not valid, in a file of ours, counts as empty. */
static struct decision content_of(const json *object, unsigned *fields)
{
	struct decision c;

	decision_parse(&c, fields, object);
	return c;
}

static const struct record *half_of(const struct taken *t, enum side s)
{
	return s == SUPABASE ? t->row : t->page;
}

/* Whether a half holds the fields of `set` or `was`. */
static bool holds(const struct record *r, const json *object)
{
	unsigned fields;
	struct decision c = content_of(object, &fields);

	return (decision_diff(&r->is, &c) & fields) == 0;
}

static void skip_taken(
	const struct taken *t, const char *code, const char *reason)
{
	struct planned_op *op =
		op_list_add(t->ops, OP_SKIP, TARGET_NONE, t->row, t->page);

	op->row_id = t->row_id;
	op->page_id = t->page_id;
	op->code = code;
	op_reason(op, "%s", reason);
}

static bool is_update(const struct result *d)
{
	return d && d->kind == OP_UPDATE;
}

static bool is_deletion(const struct result *d)
{
	return d->kind == OP_TRASH;
}

/*
 * The record may be damaged, or a part of it lost: without what a half held
 * before it can't be put back, and without what was written nobody knows
 * whether it was edited since.
 */
static bool says_enough(const struct result *d)
{
	struct decision ignored;
	unsigned set, was;
	bool valid;

	if (d->kind != OP_CREATE && d->kind != OP_UPDATE)
		return true;
	valid = decision_parse(&ignored, &set, json_get(d->line, "set")) == 0 &&
		decision_parse(&ignored, &was, json_get(d->line, "was")) == 0;
	return valid && set && (d->kind == OP_CREATE || set == was);
}

/* How the half was left by the op. */
static bool is_as_written(const struct result *d, const struct record *r)
{
	return r->deleted == is_deletion(d) &&
	       (is_deletion(d) || holds(r, json_get(d->line, "set")));
}

/* The half is as it was before the op: it was taken back already. */
static bool is_taken_back(const struct result *d, const struct record *r)
{
	switch (d->kind) {
	case OP_UPDATE:
		return !r->deleted && holds(r, json_get(d->line, "was"));
	case OP_TRASH:
		return !r->deleted;
	default:
		return r->deleted;
	}
}

/* --- what both halves agreed on ------------------------------------------ */

static const json *seen_half(const struct result *d, enum side s)
{
	return json_get(
		json_get(d->line, "expect"), s == SUPABASE ? "row" : "page");
}

/*
 * What the pair is agreed on now, as far as the base or a stored checksum
 * tells: later runs may have moved it on.
 */
static bool agreed_now(const struct taken *t, struct decision *is)
{
	const struct resending never = { .now = USEC_NONE };
	struct merge_base b;

	if (!t->row || !t->page)
		return false;
	merge_base_find(&b, t->lines, t->row, t->page, &never);
	if (b.kind == MERGE_BASE_FIELDS)
		*is = b.held[SUPABASE].is;
	else if (b.kind != MERGE_BASE_CHECKSUM)
		return false;
	else if (strcmp(t->row->checksum, b.checksum) == 0)
		*is = t->row->is;
	else if (strcmp(t->page->checksum, b.checksum) == 0)
		*is = t->page->is;
	else
		return false;
	return true;
}

/*
 * Into `is`, what had been agreed on before of the fields that the op has
 * written: what its half held, or, of a conflict, what the base said. False: a
 * conflict without a base.
 */
static bool take_fields_back(const struct result *d, struct decision *is)
{
	const json *conflict = json_get(d->line, "conflict");
	const json *fields = json_get(conflict, "fields");
	unsigned taken, based;
	struct decision was = content_of(json_get(d->line, "was"), &taken);
	struct decision base = content_of(json_get(conflict, "base"), &based);

	*is = decision_with(is, &was, taken);
	for (const json *v = json_first(fields); v; v = json_next(v))
		for (enum field f = 0; f < FIELDS; f++)
			if (text_same(json_text(v), field_name(f)) &&
				taken & ~based & FIELD_BIT(f))
				return false;
	*is = decision_with(is, &base, based & taken);
	return true;
}

/*
 * What is agreed on once the pair's updates are taken back: what it is now, but
 * for the fields that they have written.
 */
static bool agreed_after(const struct taken *t, struct decision *is)
{
	if (!agreed_now(t, is))
		return false;
	for (enum side s = 0; s < SIDES; s++)
		if (t->deed[s] && !take_fields_back(t->deed[s], is))
			return false;
	return true;
}

/*
 * Where nobody can say what is agreed on, the checksum from before the run;
 * where the pair had none, that of what the changed half goes back to: the
 * other half will seem the changed one again, as it did.
 */
static void checksum_before(const struct taken *t, char out[CHECKSUM_SIZE])
{
	enum side s = t->deed[NOTION] ? NOTION : SUPABASE;
	const json *row = seen_half(t->deed[s], SUPABASE);
	const char *stored = json_str(row, "stored_checksum");
	struct decision before = content_of(seen_half(t->deed[s], s), NULL);

	decision_checksum(&before, out);
	if (checksum_is_valid(stored))
		memcpy(out, stored, CHECKSUM_SIZE);
}

static void settle(
	struct planned_op *op, const struct decision *agreed, bool deleted)
{
	op->settles = true;
	op->agreed = (struct held){ *agreed, deleted };
	decision_checksum(agreed, op->agreed_checksum);
}

/* --- the reverse ops ------------------------------------------------------ */

static struct planned_op *reverse(const struct taken *t, enum op_kind kind,
	enum side s, const char *checksum, bool synced)
{
	struct planned_op *op =
		op_list_add(t->ops, kind, target_of(s), t->row, t->page);

	op->row_id = t->row_id;
	op->page_id = t->page_id;
	if (checksum) {
		op->marks = true;
		op->synced = synced;
		snprintf(op->checksum, sizeof op->checksum, "%s", checksum);
	}
	return op;
}

static struct planned_op *reverse_update(
	const struct taken *t, enum side s, const char *checksum)
{
	const json *was = json_get(t->deed[s]->line, "was");
	struct planned_op *op = reverse(t, OP_UPDATE, s, checksum, true);
	bool title, types;

	op->set = content_of(was, &op->fields);
	title = s == NOTION && op->fields & FIELD_BIT(FIELD_DECISION);
	types = s == NOTION && op->fields & FIELD_BIT(FIELD_TYPE) &&
		t->sides->type_kind == TYPE_MULTI_SELECT;
	if (s == NOTION)
		op->set_detail = json_get(was, "date_detail");
	op_reason(op, "undo: back to what it was before the run%s%s",
		title ? " (the title's text, not its formatting)" : "",
		types ? " (the first of its types)" : "");
	return op;
}

static struct planned_op *reverse_checksum(
	const struct taken *t, enum side s, const char *checksum)
{
	struct planned_op *op =
		reverse(t, s == NOTION ? OP_STAMP : OP_LINK, s, checksum, true);

	op_reason(op, "undo: the checksum from before the run");
	return op;
}

/* Both halves get back their content, and their checksum goes with it. */
static void reverse_updates(const struct taken *t)
{
	bool has_sum[SIDES] = { t->row, t->page && t->sides->has_checksum };
	char checksum[CHECKSUM_SIZE];
	struct decision agreed;
	/* Beside a half that goes to the trash, or comes out, nothing is
	 * agreed. */
	bool alone = (!t->deed[SUPABASE] || is_update(t->deed[SUPABASE])) &&
		     (!t->deed[NOTION] || is_update(t->deed[NOTION]));
	bool settles = alone && agreed_after(t, &agreed);

	if (settles)
		decision_checksum(&agreed, checksum);
	else
		checksum_before(t, checksum);
	/* The page before the row, and its stamp behind it. */
	for (int step = 0; step < 3; step++) {
		enum side s = step == 1 ? SUPABASE : NOTION;
		struct planned_op *op = NULL;

		if (is_update(t->deed[s]) && step < 2)
			op = reverse_update(t, s, checksum);
		else if (!t->deed[s] && step > 0 && has_sum[s] &&
			 !text_same(half_of(t, s)->stored, checksum))
			op = reverse_checksum(t, s, checksum);
		if (op && settles)
			settle(op, &agreed, false);
	}
}

/* What the run made, or took out of the trash, goes there. */
static void reverse_to_trash(const struct taken *t, enum side s)
{
	const struct record *r = half_of(t, s);
	struct decision agreed = r->is;
	struct planned_op *op;
	char why[200];

	if (s == SUPABASE && !t->sides->soft_delete) {
		snprintf(why, sizeof why,
			"undo: the table has no %s, so the row stays; delete "
			"it by hand",
			sides_column(t->sides, "deleted_at"));
		skip_taken(t, "trashed", why);
		return;
	}
	op = reverse(t, OP_TRASH, s, s == SUPABASE ? r->checksum : NULL, false);
	op_reason(op, "undo: the run had made or restored this record%s",
		t->deed[s]->kind == OP_RESTORE &&
				json_get(t->deed[s]->line, "set")
			? ", which keeps what the run wrote into it"
			: "");
	if (s == NOTION && t->row) {
		op = reverse(t, OP_LINK, SUPABASE, r->checksum, false);
		op_reason(op, "undo: the page is not wanted");
	}
	agreed_now(t, &agreed);
	if (t->row && t->page)
		settle(op, &agreed, true);
}

/*
 * What the run trashed comes back. The mark stays false, so the next run takes
 * it for a record that came back and restores the other half.
 */
static void reverse_trash(const struct taken *t, enum side s)
{
	const struct record *r = half_of(t, s);
	const char *checksum = r->stored ? r->stored : r->checksum;

	op_reason(reverse(t, OP_RESTORE, s, checksum, s == NOTION),
		"undo: the run had moved this record to the trash");
}

static void take_back(const struct taken *t)
{
	for (enum side s = 0; s < SIDES; s++) {
		if (!t->deed[s] || is_update(t->deed[s]))
			continue;
		if (is_deletion(t->deed[s]))
			reverse_trash(t, s);
		else
			reverse_to_trash(t, s);
	}
	if (is_update(t->deed[SUPABASE]) || is_update(t->deed[NOTION]))
		reverse_updates(t);
}

/* --- whether a pair can be taken back ------------------------------------- */

static const struct trouble *trouble_of(const struct taken *t)
{
	for (size_t i = 0; i < t->sides->n_trouble; i++) {
		const struct trouble *one = &t->sides->trouble[i];

		if ((one->row_id && text_same(one->row_id, t->row_id)) ||
			(one->page_id && text_same(one->page_id, t->page_id)))
			return one;
	}
	return NULL;
}

/* Its code and reason, or NULL: nothing stands against it. */
static const char *obstacle(const struct taken *t, const char **code)
{
	*code = OP_PAUSED;
	if (t->page && t->page->paused)
		return "undo: the page is paused: untick that in Notion first";
	*code = "conflict";
	if (t->unsaid)
		return "undo: the run's record doesn't say what was there "
		       "before, or what was written: compare both by hand";
	if (t->unknown)
		return "undo: the outcome of an op of this pair is unknown; "
		       "run the sync first, or compare both by hand";
	for (enum side s = 0; s < SIDES; s++) {
		const struct record *r = half_of(t, s);

		if (!t->deed[s])
			continue;
		if (!r || r->state) {
			*code = trouble_of(t) ? "problem" : "orphan";
			return "undo: the record is no longer there, or can't "
			       "be read";
		}
		if (!is_as_written(t->deed[s], r))
			return "undo: the record was edited after that run";
	}
	return NULL;
}

static bool all_taken_back(const struct taken *t)
{
	bool any = false;

	for (enum side s = 0; s < SIDES && !t->unsaid; s++) {
		const struct record *r = half_of(t, s);

		if (!t->deed[s])
			continue;
		if (!r || r->state || !is_taken_back(t->deed[s], r))
			return false;
		any = true;
	}
	return any || !(t->unknown || t->unsaid);
}

/* The ops of one pair, from `d` on; returns how many there are. */
static size_t gather(struct taken *t, const struct result *d, size_t left)
{
	size_t n = 0;

	do {
		const struct result *one = &d[n++];
		enum side s = one->target == TARGET_NOTION ? NOTION : SUPABASE;

		t->unknown |=
			strcmp(json_str(one->line, "status"), "unknown") == 0;
		t->unsaid |= !says_enough(one);
		if (one->kind <= OP_UPDATE || one->kind == OP_TRASH ||
			one->kind == OP_RESTORE)
			t->deed[s] = one;
		if (one->row_id)
			t->row_id = one->row_id;
		t->page_id = one->page_id;
	} while (n < left && d->page_id && d[n].page_id &&
		 strcmp(d[n].page_id, d->page_id) == 0);
	/* What was done has both: an id of it was lost. */
	t->unsaid |= !t->unknown && (!t->row_id || !t->page_id);
	return n;
}

void undo_decide(const struct undo *u, const struct sides *w,
	const struct base *base, struct op_list *ops)
{
	const char *code, *why;
	struct lines lines;
	size_t step;

	lines_init(&lines, base);
	for (size_t i = 0; i < u->n; i += step) {
		struct taken t = { .sides = w, .lines = &lines, .ops = ops };

		step = gather(&t, &u->deeds[i], u->n - i);
		t.row = t.row_id ? sides_find(w, SUPABASE, t.row_id) : NULL;
		t.page = t.page_id ? sides_find(w, NOTION, t.page_id) : NULL;
		if (all_taken_back(&t))
			continue;
		why = obstacle(&t, &code);
		if (why)
			skip_taken(&t, code, why);
		else
			take_back(&t);
	}
	op_list_stamps_last(ops);
	lines_fini(&lines);
}
