#include "merge.h"

#include <string.h>

#include "util/text.h"

enum side later_edit(const struct record *row, const struct record *page)
{
	return minute_of(page->edited) > minute_of(row->edited) ? NOTION
								: SUPABASE;
}

/* Who changed a field since each half was last known. */
enum changed {
	CHANGED_BOTH, /* or nobody can say */
	CHANGED_ROW,
	CHANGED_PAGE,
	CHANGED_NEITHER, /* and yet they differ */
};

/*
 * Of a field that differs (doc/semantics.md, section 4). A half is unchanged
 * when it is as it was last known: by the value of the field, or, where there
 * is no field base, by the checksum of all three.
 *
 * row          page         by the value    by the checksum
 * unchanged    changed      the page        the page
 * changed      unchanged    the row         the row
 * changed      changed      both            both
 * unchanged    unchanged    neither         both: a change of case alone, whose
 *                                           author nobody can tell
 *
 * Where the halves are settled it is neither, and with no base at all, both.
 *
 * A refused write of the field (section 7) is an edit of its source that has
 * not arrived. As long as neither half has changed since, it is sent again when
 * its time has come, and left alone until then; once the half that refused it
 * has changed, both have.
 */
static enum changed who_changed(enum field f, const struct record *row,
	const struct record *page, const struct merge_base *base)
{
	const struct refusal *refused = &base->refused;
	enum changed source =
		refused->to == NOTION ? CHANGED_ROW : CHANGED_PAGE;
	bool row_kept, page_kept;

	switch (base->kind) {
	case MERGE_BASE_NONE:
		return CHANGED_BOTH;
	case MERGE_BASE_SETTLED:
		return CHANGED_NEITHER;
	case MERGE_BASE_CHECKSUM:
		row_kept = strcmp(row->checksum, base->checksum) == 0;
		page_kept = strcmp(page->checksum, base->checksum) == 0;
		if (row_kept == page_kept)
			return CHANGED_BOTH;
		return page_kept ? CHANGED_ROW : CHANGED_PAGE;
	case MERGE_BASE_FIELDS:
		break;
	}
	row_kept = field_equal(
		f, row->is.value[f], base->held[SUPABASE].is.value[f]);
	page_kept = field_equal(
		f, page->is.value[f], base->held[NOTION].is.value[f]);
	if (!row_kept && !page_kept)
		return CHANGED_BOTH;
	if (refused->is && refused->fields & FIELD_BIT(f)) {
		if (row_kept && page_kept)
			return refused->again ? source : CHANGED_NEITHER;
		/* One has changed, and the source's edit stands as before. */
		return (page_kept ? CHANGED_ROW : CHANGED_PAGE) == source
			       ? source
			       : CHANGED_BOTH;
	}
	if (row_kept && page_kept)
		return CHANGED_NEITHER;
	return page_kept ? CHANGED_ROW : CHANGED_PAGE;
}

static void take(struct merge *m, enum field f, const struct record *row,
	const struct record *page, enum side from)
{
	m->write[other_side(from)] |= FIELD_BIT(f);
	m->result.value[f] = (from == SUPABASE ? row : page)->is.value[f];
}

/*
 * Clearing the type of a page that has further ones would drop what a person
 * added there, or promote it to the decision's type.
 */
static bool must_keep_type(
	enum field f, const struct record *row, const struct record *page)
{
	return f == FIELD_TYPE && page->more_types &&
	       text_is_empty(row->is.value[f]);
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
		decision_checksum(&m->result, m->checksum);
}

void merge_take(struct merge *m, const struct record *row,
	const struct record *page, enum side from)
{
	unsigned differ = decision_diff(&row->is, &page->is);

	*m = (struct merge){ .result = row->is };
	for (enum field f = 0; f < FIELDS; f++) {
		bool keeps = differ & FIELD_BIT(f) && from == SUPABASE &&
			     must_keep_type(f, row, page);

		m->kept_type |= keeps;
		if (differ & FIELD_BIT(f))
			take(m, f, row, page, keeps ? NOTION : from);
	}
	seal(m, row, page);
}

/*
 * Field by field (doc/semantics.md, section 4):
 *
 * equal on both sides        keep
 * changed on one side only   take it; but a cleared type does not clear a page
 *                            that has further types: the page's type goes back
 * changed on both            conflict: the winner's
 * changed on neither         leave it alone
 *
 * The winner is the side of the later edit, or the one that the rule names.
 * Under `stop` nothing of the pair is written.
 */
void merge_pair(struct merge *m, const struct record *row,
	const struct record *page, const struct merge_base *base,
	enum conflict_rule rule)
{
	unsigned differ = decision_diff(&row->is, &page->is);

	*m = (struct merge){ .result = row->is };
	m->winner = rule == RULE_SUPABASE ? SUPABASE
		    : rule == RULE_NOTION ? NOTION
					  : later_edit(row, page);
	for (enum field f = 0; f < FIELDS; f++) {
		enum changed by;

		if (!(differ & FIELD_BIT(f)))
			continue;
		by = who_changed(f, row, page, base);
		if (by == CHANGED_NEITHER) {
			m->left_alone |= FIELD_BIT(f);
		} else if (by != CHANGED_PAGE && must_keep_type(f, row, page)) {
			/* The row's clearing, even where it would win. */
			m->kept_type = true;
			take(m, f, row, page, NOTION);
		} else if (by == CHANGED_BOTH) {
			m->conflict |= FIELD_BIT(f);
			m->won[m->winner] |= FIELD_BIT(f);
			take(m, f, row, page, m->winner);
		} else {
			take(m, f, row, page,
				by == CHANGED_ROW ? SUPABASE : NOTION);
		}
	}
	m->stopped = m->conflict && rule == RULE_STOP;
	seal(m, row, page);
}
