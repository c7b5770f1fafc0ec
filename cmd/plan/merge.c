#include "merge.h"

#include <string.h>

#include "util/text.h"

/* Who changed a field since each half was last known. */
enum changed {
	CHANGED_BOTH, /* or nobody can say */
	CHANGED_ROW,
	CHANGED_PAGE,
	CHANGED_NEITHER, /* and yet they differ */
};

static enum changed who(bool row_kept, bool page_kept)
{
	if (row_kept && page_kept)
		return CHANGED_NEITHER;
	if (!row_kept && !page_kept)
		return CHANGED_BOTH;
	return page_kept ? CHANGED_ROW : CHANGED_PAGE;
}

/*
 * What was refused is an edit that has not arrived: it is sent again when its
 * time has come, and where the half that refused it was edited since, both
 * have changed.
 */
static enum changed with_refusal(
	enum changed by, enum field f, const struct refusal *r)
{
	enum changed source = r->to == NOTION ? CHANGED_ROW : CHANGED_PAGE;

	if (!r->is || !(r->fields & BIT(f)))
		return by;
	if (by == CHANGED_NEITHER)
		return r->again ? source : CHANGED_NEITHER;
	return by == source ? by : CHANGED_BOTH;
}

/* Of a field that differs. A cosmetic difference alone has no author. */
static enum changed who_changed(enum field f, const struct record *row,
	const struct record *page, const struct merge_base *basis)
{
	enum changed by;

	switch (basis->kind) {
	case MERGE_BASE_FIELDS:
		by = who(value_equal(f, row->is.value[f],
				 basis->held[SUPABASE].is.value[f]),
			value_equal(f, page->is.value[f],
				basis->held[NOTION].is.value[f]));
		return with_refusal(by, f, &basis->refused);
	case MERGE_BASE_CHECKSUM:
		by = who(strcmp(row->checksum, basis->checksum) == 0,
			strcmp(page->checksum, basis->checksum) == 0);
		return by == CHANGED_NEITHER ? CHANGED_BOTH : by;
	case MERGE_BASE_SETTLED:
		return CHANGED_NEITHER;
	default:
		return CHANGED_BOTH;
	}
}

/* A missing time is the oldest, for USEC_NONE is the least number. */
static usec minute(usec t)
{
	return t == USEC_NONE ? t : time_floor_minute(t);
}

enum side later_edit(const struct record *row, const struct record *page)
{
	return minute(page->edited) > minute(row->edited) ? NOTION : SUPABASE;
}

static enum side winner_by(enum conflict_rule rule, const struct record *row,
	const struct record *page)
{
	switch (rule) {
	case RULE_SUPABASE:
		return SUPABASE;
	case RULE_NOTION:
		return NOTION;
	default:
		return later_edit(row, page);
	}
}

static void take(struct merge *m, enum field f, const struct record *row,
	const struct record *page, enum side from)
{
	m->write[other_side(from)] |= BIT(f);
	m->result.value[f] = (from == SUPABASE ? row : page)->is.value[f];
}

/*
 * Clearing the type of a page that has further ones would drop what a person
 * added there, or promote it to the decision's type.
 */
static bool must_keep_type(const struct record *row, const struct record *page)
{
	return page->more_types && text_is_empty(row->is.value[TYPE]);
}

/* Mostly the result is what one half holds, whose checksum is at hand. */
static void seal(
	struct merge *m, const struct record *row, const struct record *page)
{
	if (!m->write[SUPABASE])
		memcpy(m->checksum, row->checksum, CHECKSUM_SIZE);
	else if (!m->write[NOTION])
		memcpy(m->checksum, page->checksum, CHECKSUM_SIZE);
	else
		content_checksum(&m->result, m->checksum);
}

void merge_take(struct merge *m, const struct record *row,
	const struct record *page, enum side from)
{
	unsigned differ = content_diff(&row->is, &page->is);

	*m = (struct merge){ .result = row->is };
	m->kept_type = from == SUPABASE && differ & BIT(TYPE) &&
		       must_keep_type(row, page);
	for (enum field f = 0; f < FIELDS; f++)
		if (differ & BIT(f))
			take(m, f, row, page,
				f == TYPE && m->kept_type ? NOTION : from);
	seal(m, row, page);
}

void merge_pair(struct merge *m, const struct record *row,
	const struct record *page, const struct merge_base *basis,
	enum conflict_rule rule)
{
	unsigned differ = content_diff(&row->is, &page->is);

	*m = (struct merge){ .result = row->is,
		.winner = winner_by(rule, row, page) };
	for (enum field f = 0; f < FIELDS; f++) {
		enum changed by = who_changed(f, row, page, basis);

		if (!(differ & BIT(f)))
			continue;
		if (by == CHANGED_NEITHER) {
			m->left_alone |= BIT(f);
		} else if (by != CHANGED_PAGE && f == TYPE &&
			   must_keep_type(row, page)) {
			m->kept_type = true;
			take(m, f, row, page, NOTION);
		} else if (by == CHANGED_BOTH) {
			m->conflict |= BIT(f);
			take(m, f, row, page, m->winner);
		} else {
			take(m, f, row, page,
				by == CHANGED_ROW ? SUPABASE : NOTION);
		}
	}
	m->stopped = m->conflict && rule == RULE_STOP;
	seal(m, row, page);
}
