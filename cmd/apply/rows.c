#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "known.h"
#include "notion/page.h"
#include "recheck.h"
#include "util/alloc.h"
#include "util/text.h"

/* One patch: the condition's values and what is set. */
struct patch {
	const struct op *op;
	const struct field_names *names;
	const char *page_id;  /* the link to be written; NULL: not written */
	const char *checksum; /* likewise */
	json *set;
	struct decision wanted; /* what the row shall hold afterwards */
	unsigned fields;	/* those of it that are set */
	bool link_only;	 /* the condition holds the link, not the content */
	bool deleted;	 /* how the row shall be afterwards */
	bool maybe_sent; /* a try without an answer met the condition, or not */
};

static struct patch new_patch(
	const struct worker *w, const struct op *op, const char *page_id)
{
	return (struct patch){ .op = op,
		.names = w->supabase.names,
		.page_id = page_id,
		.checksum = op->checksum,
		.wanted = op_wanted(op),
		.fields = op->set_fields };
}

/* What the condition compares, as the API would give it. */
struct condition {
	usec updated_at;
	const char *link;
	struct held held;
};

static struct condition seen_by_plan(const struct op *op)
{
	struct condition c = { .updated_at = op->updated_at,
		.link = op_link(op) };

	if (op->seen[SUPABASE])
		c.held = op->seen[SUPABASE]->held;
	return c;
}

/* The same of a row as it is: "" and null differ, and links are as
 * spelled. */
static struct condition seen_now(
	const struct supabase_row *row, const json *object)
{
	struct condition c = { .updated_at = row->updated,
		.link = json_str(object, "notion_page_id"),
		.held = { .deleted = row->deleted } };

	for (enum field f = 0; f < FIELDS; f++)
		c.held.is.value[f] = json_str(object, field_column(f));
	return c;
}

/* A text of any length: the title, and the type where that is a text. */
static bool may_be_long(enum field f)
{
	return field_kind(f) != KIND_DAY;
}

/*
 * -1 where the URL would be too long. The texts of any length, which come last,
 * may be left out only by who has just read them; without them all fits.
 */
static int add_condition(struct buf *where, const struct worker *w,
	const struct patch *p, const struct condition *c, bool just_read)
{
	const char *const *value = c->held.is.value;

	if (supabase_where(where, w->supabase.names, "id", p->op->row_id) < 0 ||
		supabase_where(where, w->supabase.names, "notion_page_id",
			c->link) < 0)
		return -1;
	if (p->link_only)
		return 0;
	if ((c->updated_at == USEC_NONE
			    ? supabase_where(where, w->supabase.names,
				      "updated_at", NULL)
			    : supabase_where_time(where, w->supabase.names,
				      "updated_at", c->updated_at)) < 0)
		return -1;
	for (enum field f = 0; f < FIELDS; f++)
		if (!may_be_long(f) && supabase_where(where, w->supabase.names,
					       field_column(f), value[f]) < 0)
			return -1;
	if (w->supabase.soft_delete &&
		supabase_where_deleted(
			where, w->supabase.names, c->held.deleted) < 0)
		return -1;
	for (enum field f = 0; f < FIELDS; f++)
		if (may_be_long(f) &&
			supabase_where(where, w->supabase.names,
				field_column(f), value[f]) < 0 &&
			!just_read)
			return -1;
	return 0;
}

/* 1 with *row, 0 where no row met the condition, -1 with o filled. */
static int try_patch(struct worker *w, struct patch *p,
	const struct condition *c, bool just_read, json **row,
	struct outcome *o)
{
	struct buf where = SUPABASE_WHERE_INIT;
	struct api_error a;
	int rc = 0;

	*row = NULL;
	if (add_condition(&where, w, p, c, just_read) == 0) {
		rc = supabase_row_patch(
			&w->supabase, p->op->row_id, &where, p->set, row, &a);
		if (rc < 0)
			give_up(o,
				a.outcome_unknown ? STATUS_UNKNOWN
						  : STATUS_FAILED,
				&a);
		else
			rc = *row != NULL;
		p->maybe_sent |= a.outcome_unknown;
	}
	buf_fini(&where);
	return rc;
}

static bool holds(const struct supabase_row *row, const struct decision *wanted)
{
	const struct decision is = supabase_row_decision(row);

	return !decision_diff(&is, wanted);
}

/* What the row must hold once the patch is done. */
static bool is_done_already(
	const struct patch *p, const struct supabase_row *row)
{
	const char *link = p->page_id ? p->page_id : op_link(p->op);

	return (p->link_only || holds(row, &p->wanted)) &&
	       text_same(row->page_id, link) && row->deleted == p->deleted &&
	       row->synced == p->op->synced &&
	       (!p->checksum || text_same(row->checksum, p->checksum));
}

/* Whether what the patch relies on is still as the plan saw it. */
static bool is_as_planned(const struct patch *p, const struct supabase_row *row)
{
	if (p->link_only)
		return text_same(row->page_id, op_link(p->op));
	return row_is_as_seen(row, p->op->seen[SUPABASE]);
}

/*
 * No row met a condition that was just read from it: it was edited in between,
 * or no update of ours reaches it.
 */
static void tell_who_kept_it(
	struct worker *w, const struct patch *p, struct outcome *o)
{
	struct supabase_row now;

	if (!reread_row(w, p->op->row_id, &now, NULL, o))
		return;
	if (is_as_planned(p, &now)) {
		saw_row(o, &now);
		not_kept(o,
			"the row can be read, and no update reaches it: a "
			"row-level security policy or a trigger keeps this key "
			"from it: use the service role's key, which passes "
			"policies, and look at the table's triggers");
	} else {
		skip(o, "changed", "the row was edited just now");
	}
	supabase_row_fini(&now);
}

/*
 * No row met the plan's condition: it was done by a try whose answer was lost,
 * it is spelled otherwise ("" for null, an id without dashes), or it was
 * edited.
 */
static int patch_after_a_look(
	struct worker *w, struct patch *p, json **row, struct outcome *o)
{
	struct supabase_row now;
	struct condition c;
	json *object;
	int rc = -1;

	if (!reread_row(w, p->op->row_id, &now, &object, o))
		return -1;
	if (is_done_already(p, &now)) {
		*row = json_copy(object);
		rc = 1;
	} else if (!is_as_planned(p, &now)) {
		skip(o, "changed", "the row was edited since the plan");
	} else {
		c = seen_now(&now, object);
		rc = try_patch(w, p, &c, true, row, o);
		if (rc == 0) {
			tell_who_kept_it(w, p, o);
			rc = -1;
		}
	}
	supabase_row_fini(&now);
	json_free(object);
	return rc;
}

/* What was sent is compared with what came back; false: o says what was kept.
 */
static bool is_kept(const struct patch *p, const struct supabase_row *row,
	struct outcome *o)
{
	const struct decision is = supabase_row_decision(row);
	struct buf text = BUF_INIT(4096);
	bool kept;

	tell_fields(&text, &p->wanted, &is, p->fields);
	if (p->page_id && strcmp(row->page_id, p->page_id) != 0)
		tell_kept(&text, column_name(p->names, "notion_page_id"),
			p->page_id, row->page_id);
	if (!p->link_only && row->deleted != p->deleted)
		tell_kept(&text, column_name(p->names, SUPABASE_SOFT_DELETE),
			p->deleted ? "a time" : NULL,
			row->deleted ? "a time" : NULL);
	kept = text.len == 0;
	if (!kept)
		not_kept(o, NOT_KEPT_BY_TABLE "%s", buf_str(&text));
	buf_fini(&text);
	return kept;
}

/* A write is done when its answer shows it. */
static bool judge_row(const struct patch *p, const struct supabase_row *row,
	struct outcome *o)
{
	saw_row(o, row);
	if (!is_kept(p, row, o))
		return false;
	note_marks(o, SUPABASE, p->names,
		!p->checksum || text_same(row->checksum, p->checksum),
		row->synced == p->op->synced);
	if (!p->link_only && !holds(row, &p->wanted)) {
		o->differs = true;
		note(o, "the row was edited just now; the next run takes that "
			"over");
	}
	return done(o);
}

static bool take_answer(const struct worker *w, const struct patch *p,
	json *take_object, struct outcome *o)
{
	struct supabase_row row;
	struct problem why;
	bool ok;

	if (supabase_row_parse(
		    &row, take_object, w->supabase.soft_delete, &why) < 0) {
		note(o, "what came back can't be read: %.150s", why.detail);
		json_free(take_object);
		return unclear(o);
	}
	ok = judge_row(p, &row, o);
	supabase_row_fini(&row);
	json_free(take_object);
	return ok;
}

/* The row as it is to be, noted before its content or presence is sent. */
static bool note_first(
	struct worker *w, const struct patch *p, struct outcome *o)
{
	const struct held after = { p->wanted, p->deleted };

	if (p->link_only || p->op->target != TARGET_SUPABASE)
		return true;
	return known_sent(w, p->op, &after, o);
}

static bool carry_out(struct worker *w, struct patch *p, struct outcome *o)
{
	struct condition c = seen_by_plan(p->op);
	json *row = NULL;
	int rc;

	if (w->dry_run) {
		json_free(p->set);
		if (!p->link_only && !recheck_row(w, p->op, o))
			return false;
		return skip(o, "dry-run", "it would be written now");
	}
	if (!note_first(w, p, o)) {
		json_free(p->set);
		return false;
	}
	rc = try_patch(w, p, &c, false, &row, o);
	if (rc == 0)
		rc = patch_after_a_look(w, p, &row, o);
	if (rc < 0 && p->maybe_sent) /* edited, perhaps after our write */
		unclear(o);
	json_free(p->set);
	return rc > 0 && take_answer(w, p, row, o);
}

static void put_now(const struct worker *w, json *set, const char *column)
{
	char now[TIME_SIZE];

	json_put_str(set, column, time_format(run_now(w), now));
}

/*
 * The columns of an op: content, link, checksum, mark. updated_at goes with
 * content only: where no trigger moves it, other readers of the table would
 * miss the change; where one does, it wins.
 */
static json *columns_of(
	const struct worker *w, const struct op *op, const char *page_id)
{
	json *columns = json_object();

	supabase_row_put(columns, &op->set, op->set_fields);
	if (page_id)
		json_put_str(columns, "notion_page_id", page_id);
	json_put_bool(columns, "notion_synced", op->synced);
	if (op->checksum)
		json_put_str(columns, "checksum", op->checksum);
	if (op->sets)
		put_now(w, columns, "updated_at");
	return columns;
}

/* A link that is still to be written: no other row may have got the page. */
static bool may_link(struct worker *w, const struct op *op, struct outcome *o)
{
	const char *link = op_link(op);
	int other;

	if (link && strcmp(link, op->page_id) == 0)
		return true;
	other = page_has_other_row(w, op->page_id, op->row_id, o);
	if (other > 0)
		skip(o, "changed",
			"another row was linked to the page since "
			"the plan");
	return other == 0;
}

bool row_update(struct worker *w, const struct op *op, struct outcome *o)
{
	struct patch p = new_patch(w, op, op->page_id);

	if (!page_still_says_so(w, op, o) || !may_link(w, op, o))
		return false;
	p.set = columns_of(w, op, op->page_id);
	return carry_out(w, &p, o);
}

bool row_trash(struct worker *w, const struct op *op, struct outcome *o)
{
	struct patch p = new_patch(w, op, NULL);

	p.deleted = true;

	if (!w->supabase.soft_delete)
		return skip(o, "trashed", "the table has no %s",
			column_name(w->supabase.names, SUPABASE_SOFT_DELETE));
	if (!page_still_says_so(w, op, o))
		return false;
	p.set = columns_of(w, op, NULL);
	put_now(w, p.set, SUPABASE_SOFT_DELETE);
	put_now(w, p.set, "updated_at");
	return carry_out(w, &p, o);
}

bool row_restore(struct worker *w, const struct op *op, struct outcome *o)
{
	struct patch p = new_patch(w, op, op->page_id);

	if (!page_still_says_so(w, op, o) || !may_link(w, op, o))
		return false;
	p.set = columns_of(w, op, op->page_id);
	json_put_str(p.set, SUPABASE_SOFT_DELETE, NULL);
	put_now(w, p.set, "updated_at");
	return carry_out(w, &p, o);
}

bool row_link_to(struct worker *w, const struct op *op, const char *page_id,
	const char *checksum, struct outcome *o)
{
	struct patch p = new_patch(w, op, page_id);

	p.link_only = true;
	p.checksum = checksum;
	p.fields = 0;
	p.deleted = op->seen[SUPABASE] && op->seen[SUPABASE]->held.deleted;
	p.set = json_object();
	json_put_str(p.set, "notion_page_id", page_id);
	json_put_bool(p.set, "notion_synced", op->synced);
	if (checksum)
		json_put_str(p.set, "checksum", checksum);
	return carry_out(w, &p, o);
}

bool row_link(struct worker *w, const struct op *op, struct outcome *o)
{
	return may_link(w, op, o) &&
	       row_link_to(w, op, op->page_id, op->checksum, o);
}
