#include "short_plan.h"

#include <string.h>

#include "notion/page.h"
#include "recheck.h"
#include "sync/checksum.h"
#include "util/alloc.h"
#include "util/text.h"

/* A half as it is now, whichever it is. */
struct sight {
	enum op_target side;
	const json *values; /* as expect.row and expect.page */
	char sum[CHECKSUM_SIZE];
};

static void sight_init(struct sight *s, enum op_target side, const json *values)
{
	struct values v = values_of(values);

	s->side = side;
	s->values = values;
	checksum_of(v.decision, v.type, v.date, s->sum);
}

/* The fields in set; the type in any spelling, for options have their own. */
static bool holds_set(const struct sight *s, const json *set)
{
	struct values is = values_of(s->values), v = values_of(set);

	return (!json_get(set, "decision") ||
		       text_equal(is.decision, v.decision)) &&
	       (!json_get(set, "type") || text_equal_folded(is.type, v.type)) &&
	       (!json_get(set, "date") || text_equal(is.date, v.date));
}

static bool same_member(const json *a, const json *b, const char *key)
{
	const char *x = json_str(a, key), *y = json_str(b, key);

	return !json_get(b, key) || strcmp(x ? x : "", y ? y : "") == 0;
}

/* To the letter, where it is said: the checksum knows no case. */
static bool holds_was(const struct sight *s, const json *was)
{
	return same_member(s->values, was, "decision") &&
	       same_member(s->values, was, "type") &&
	       same_member(s->values, was, "date");
}

static bool has_sum(const struct sight *s, const char *sum)
{
	return sum && strcmp(s->sum, sum) == 0;
}

/* Whether the kind of op supposes that half to be deleted. */
static bool supposed_deleted(const struct op *op, enum op_target side)
{
	switch (op->kind) {
	case OP_TRASH:
		return op->target != side;
	case OP_RESTORE:
		return op->target == side;
	case OP_LINK: /* one without a mark completes a deletion */
		return !op->synced;
	default:
		return false;
	}
}

/*
 * The half that is not written but is the reason of it. While the row's own op
 * of a merge is still to come, the row has not the agreed checksum yet, but
 * its updated_at.
 */
static bool source_fits(const struct op *op, const struct sight *s)
{
	if (op->kind == OP_TRASH)
		return true;
	if (!holds_set(s, op->set))
		return false;
	return has_sum(s, op->checksum) ||
	       (s->side == TARGET_SUPABASE && op->updated_at &&
		       op->kind != OP_CREATE);
}

static bool content_fits(const struct op *op, const struct sight *s)
{
	switch (op->kind) {
	case OP_LINK:
		return !op->synced || has_sum(s, op->checksum);
	case OP_STAMP:
		return has_sum(s, op->checksum);
	default:
		break;
	}
	if (op->target != s->side)
		return source_fits(op, s);
	if (op->kind == OP_TRASH && !holds_was(s, op->agreed))
		return false;
	return has_sum(s, op->content_sum) &&
	       holds_was(s, json_get(op->line, "was"));
}

static bool fits(const struct op *op, enum op_target side, const json *values)
{
	struct sight s;

	sight_init(&s, side, values);
	return json_true(values, "deleted") == supposed_deleted(op, side) &&
	       content_fits(op, &s);
}

static bool row_fits(
	const struct op *op, const struct supabase_row *row, const json *values)
{
	usec at = USEC_NONE;

	/* The page that is made replaces one that is gone: page_create.c looks.
	 */
	if (*row->page_id && op->kind != OP_CREATE &&
		strcmp(row->page_id, op->page_id ? op->page_id : "") != 0)
		return false;
	if (op->updated_at &&
		(time_parse(op->updated_at, &at) < 0 || at != row->updated))
		return false;
	return fits(op, TARGET_SUPABASE, values);
}

static bool fill_row(struct worker *r, struct op *op, struct outcome *o)
{
	struct supabase_row row;
	char at[TIME_SIZE];
	json *values;
	bool ok;

	if (!recheck_read_row(r, op->row_id, &row, NULL, o))
		return false;
	values = row_values(&row);
	op->first_link = op->kind == OP_LINK && op->synced && !row.deleted &&
			 !*row.page_id && !row.checksum;
	ok = op->first_link || row_fits(op, &row, values);
	if (ok && !op->updated_at && row.updated != USEC_NONE)
		op->updated_at = xstrdup(time_format(row.updated, at));
	supabase_row_fini(&row);
	if (ok) {
		op->row = values;
		return true;
	}
	json_free(values);
	return skip(o, "changed", "the row is not what the plan goes by");
}

static bool fill_page(struct worker *r, struct op *op, struct outcome *o)
{
	struct notion_page page;
	json *values;
	bool ok;

	if (!recheck_read_page(r, op->page_id, &page, o))
		return false;
	values = page_values(&page);
	ok = fits(op, TARGET_NOTION, values) ||
	     (op->first_link && !page.in_trash && !page.checksum);
	notion_page_fini(&page);
	if (ok) {
		op->page = values;
		return true;
	}
	json_free(values);
	return skip(o, "changed", "the page is not what the plan goes by");
}

/* Neither under its id nor by a link is there a row of this page. */
static bool row_is_still_gone(
	struct worker *r, const struct op *op, struct outcome *o)
{
	json *row = NULL;
	struct api_error a;

	if (supabase_row_get(&r->supabase, op->row_id, &row, &a) < 0 ||
		(!row && supabase_row_by_page(
				 &r->supabase, op->page_id, &row, &a) < 0))
		return give_up(o, STATUS_FAILED, &a);
	if (!row)
		return true;
	json_free(row);
	return skip(o, "changed", "the page has a row again");
}

bool short_plan_fill(struct worker *r, struct op *op, struct outcome *o)
{
	if (op->row_gone)
		return row_is_still_gone(r, op, o) &&
		       (op->page || fill_page(r, op, o));
	if (!op->row && op->row_id && !fill_row(r, op, o))
		return false;
	return op->page || !op->page_id || fill_page(r, op, o);
}
