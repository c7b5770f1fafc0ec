#include "merge_base.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"

void lines_init(struct lines *l, const struct base *base)
{
	*l = (struct lines){ .base = base };
	for (size_t i = 0; i < base_count(base); i++)
		id_list_add(&l->by_page, base_pair_at(base, i)->page_id,
			base->rows.at[i].of);
	id_list_sort(&l->by_page);
}

void lines_fini(struct lines *l)
{
	id_list_fini(&l->by_page);
	*l = (struct lines){ 0 };
}

const struct base_pair *lines_of_page(
	const struct lines *l, const char *page_id, size_t at)
{
	size_t n;
	const struct id_item *found = id_list_find(&l->by_page, page_id, &n);

	return at < n ? found[at].of : NULL;
}

/*
 * A stored checksum as far as it says anything: one that a trigger or an
 * automation rewrites, as the line has it, is worthless.
 */
static const char *stored_sum(
	const struct record *r, const struct base_pair *line)
{
	return line && line->rewrites_checksum[r->side] ? NULL : r->stored;
}

/*
 * Whether the request that the line has as sent, and whose answer was not
 * noted, has arrived (doc/semantics.md, section 4). Each of these is its doing,
 * or as good as that:
 *   - its half holds what it was to change, and is deleted or live as it said;
 *   - it was a deletion, and the half is deleted, whatever else it holds;
 *   - it was a deletion, and a person took it back: a row's trash clears the
 *     mark, which tells nothing where the table does that by itself, a page's
 *     moves the time;
 *   - its half bears the checksum that came with it, which it did not before.
 */
static bool has_arrived(
	const struct base_pair *line, const struct record *const halves[SIDES])
{
	const struct base_sent *sent = &line->sent;
	const struct record *r = halves[sent->to];
	const struct held *to_be = &sent->held[sent->to];
	const char *stored = stored_sum(r, line);
	unsigned to_change = ALL_FIELDS;

	if (line->known)
		to_change = decision_diff(&to_be->is, &line->held[sent->to].is);
	if (r->deleted == to_be->deleted &&
		!(decision_diff(&r->is, &to_be->is) & to_change))
		return true;
	if (to_be->deleted && r->deleted)
		return true;
	/* It is live, though it was to be deleted. */
	if (to_be->deleted)
		return r->side == SUPABASE
			       ? !r->synced && !line->resets_synced[SUPABASE]
			       : sent->at != USEC_NONE &&
					 minute_of(r->edited) >
						 minute_of(sent->at);
	/* It holds something else than was sent, by an edit or a trigger. */
	return stored && text_same(stored, sent->checksum) &&
	       !text_same(stored, line->sum[sent->to]) &&
	       !text_same(stored, line->checksum);
}

bool is_refused_now(const struct base_refused *r, const struct resending *again)
{
	return r->is && !again->asked && r->at != USEC_NONE &&
	       again->now != USEC_NONE && again->now < r->at + REFUSED_FOR &&
	       again->now > r->at - REFUSED_FOR;
}

/*
 * The field base (doc/semantics.md, section 4). A line is trusted if it names
 * this row and this page, and can explain each stored checksum that is there.
 *
 * it says what    and a request    each half was last known to hold
 * they held       that was sent
 * yes             has not arrived  what they held
 * yes or no       has arrived      what was to hold after it
 * no              has not arrived  nobody knows: there is no field base
 */
static bool find_fields(struct merge_base *b, const struct record *row,
	const struct record *page, const struct resending *again)
{
	const struct record *const halves[SIDES] = { row, page };
	const struct base_pair *line = b->line;
	const struct base_refused *refused;
	const struct held *held;

	if (!line || !base_explains(line, row->stored, SUPABASE) ||
		!base_explains(line, page->stored, NOTION))
		return false;
	if (line->sent.is && has_arrived(line, halves))
		held = line->sent.held;
	else if (line->known)
		held = line->held;
	else
		return false;
	b->kind = MERGE_BASE_FIELDS;
	memcpy(b->held, held, sizeof b->held);

	/* Section 7: a refused write waits for a day, or until a half changes.
	 */
	refused = &line->refused;
	if (!refused->is)
		return true;
	b->refused = (struct refusal){ .is = true,
		.to = refused->to,
		.fields = refused->fields,
		.again = !is_refused_now(refused, again) };
	for (enum side s = 0; s < SIDES; s++) {
		const struct held now = { halves[s]->is, halves[s]->deleted };

		if (held_diff(&now, &b->held[s]))
			b->refused.again = true;
	}
	return true;
}

static bool is_sum_of_nothing(const char *sum)
{
	const struct decision nothing = { { NULL } };
	char of_nothing[CHECKSUM_SIZE];

	decision_checksum(&nothing, of_nothing);
	return strcmp(sum, of_nothing) == 0;
}

/*
 * The checksum base (doc/semantics.md, section 4). Bs and Bn are the stored
 * checksums of row and page, S and N the current ones.
 *
 * Bs, Bn             S, N              the base
 * neither is there   any               none: conflict
 * only one, which the line contradicts none: conflict
 * one, or equal      any               that one
 * differ             S = Bs, N = Bn    settled: nobody has touched either
 * differ, Bs of      any               none: conflict
 *   empty texts
 * differ             S = Bn            Bn: the page was written, and the row's
 *                                      link was lost on the way
 * differ             N = Bs            Bs: the same, the other way round
 * differ             any other         none: conflict
 */
static void find_checksum(struct merge_base *b, const struct record *row,
	const struct record *page)
{
	const char *of_row = stored_sum(row, b->line);
	const char *of_page = stored_sum(page, b->line);
	const char *one = of_row ? of_row : of_page;

	if (!one) {
		b->why = "neither side has a stored checksum";
		return;
	}
	if (!of_row || !of_page) {
		if (b->line && b->line->known &&
			!base_explains(
				b->line, one, of_row ? SUPABASE : NOTION)) {
			b->why = "the stored checksum is not that of the local "
				 "base";
			return;
		}
	} else if (strcmp(of_row, of_page) != 0) {
		if (strcmp(row->checksum, of_row) == 0 &&
			strcmp(page->checksum, of_page) == 0) {
			b->kind = MERGE_BASE_SETTLED;
			b->why = "each holds what its checksum says, and they "
				 "differ";
			return;
		}
		if (is_sum_of_nothing(of_row)) {
			/* By which a pair is linked that never agreed. */
			b->why = NEVER_LINKED;
			return;
		}
		if (strcmp(row->checksum, of_page) == 0) {
			one = of_page;
		} else if (strcmp(page->checksum, of_row) != 0) {
			b->why = "the two stored checksums differ";
			return;
		}
	}
	b->kind = MERGE_BASE_CHECKSUM;
	b->checksum = one;
}

/* A line pairs the page with another row. */
static bool has_other_row(const struct lines *l, const struct record *row,
	const struct record *page)
{
	const struct base_pair *other;

	for (size_t i = 0; (other = lines_of_page(l, page->id, i)); i++)
		if (strcmp(other->row_id, row->id) != 0)
			return true;
	return false;
}

void merge_base_find(struct merge_base *b, const struct lines *l,
	const struct record *row, const struct record *page,
	const struct resending *again)
{
	const struct base_pair *of_row = base_find_row(l->base, row->id);
	bool has_other_page = of_row && strcmp(of_row->page_id, page->id) != 0;

	/* What the row agreed on with another page says nothing of this one. */
	*b = (struct merge_base){ .line = has_other_page ? NULL : of_row };
	if (find_fields(b, row, page, again))
		return;
	if (b->line && b->line->met)
		b->why = NEVER_LINKED;
	else if (has_other_page || has_other_row(l, row, page))
		b->why = "the local base pairs one of them with another record";
	else
		find_checksum(b, row, page);
}
