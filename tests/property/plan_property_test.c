/*
 * Over random worlds: convergence, idempotence, no loss, no needless write, no
 * delete without proof; and the same end after a run that was killed.
 */
#include "trial.h"

/* --- 5: no needless write; 6: no delete without proof --------------------- */

static bool content_changes(const json *op, const struct sim_record *target)
{
	const json *set = json_get(op, "set");

	for (enum field f = 0; f < FIELDS; f++)
		if (json_get(set, field_name(f)) &&
			field_equal(f, json_str(set, field_name(f)),
				target->value[f]))
			return false;
	return true;
}

static bool marks_change(const struct sim *s, const json *op,
	const struct sim_record *row, const struct sim_record *page)
{
	const char *sum = json_str(op, "checksum");
	bool synced = json_true(op, "synced");

	if (is(op, "link", NULL))
		return !text_same(row->link, page->id) ||
		       !text_same(row->stored, sum) || row->synced != synced;
	return (s->has_checksum && !text_same(page->stored, sum)) ||
	       (s->has_synced && page->synced != synced);
}

static bool is_needed(struct trial *t, const json *op)
{
	struct sim *s = &t->before;
	struct sim_record *row, *page;

	row = sim_find(s, SUPABASE, json_str(op, "row_id"));
	page = sim_find(s, NOTION, json_str(op, "page_id"));
	if (is(op, "update", NULL))
		return json_count(json_get(op, "set")) > 0 &&
		       content_changes(
			       op, is(op, "update", "notion") ? page : row);
	if (is(op, "restore", NULL))
		return content_changes(
			op, is(op, "restore", "notion") ? page : row);
	if (is(op, "link", NULL) || is(op, "stamp", NULL))
		return marks_change(s, op, row, page);
	return true;
}

static bool is_orphan_page(struct trial *t, const struct sim_record *page)
{
	const struct sim *s = &t->before;

	for (size_t i = 0; i < s->n_lines; i++)
		if (strcmp(s->line[i].page_id, page->id) == 0 &&
			!sim_find(&t->before, SUPABASE, s->line[i].row_id))
			return true;
	return false;
}

static bool has_proof(struct trial *t, const json *op)
{
	struct sim_record *row, *page;

	row = sim_find(&t->before, SUPABASE, json_str(op, "row_id"));
	page = sim_find(&t->before, NOTION, json_str(op, "page_id"));
	if (!page)
		return false;
	if (is(op, "trash", "supabase"))
		return row && text_same(row->link, page->id) && page->deleted;
	if (row)
		return text_same(row->link, page->id) && row->deleted;
	return t->policy.orphans == ORPHANS_TRASH && t->policy.use_base &&
	       is_orphan_page(t, page);
}

static bool expects(const json *seen, const struct sim_record *r)
{
	if (!seen)
		return true;
	for (enum field f = 0; f < FIELDS; f++)
		if (!r ||
			!text_same(json_str(seen, field_name(f)), r->value[f]))
			return false;
	return json_true(seen, "deleted") == r->deleted &&
	       text_same(json_str(seen, "link"), r->link);
}

/* Every op but a skip says what it saw, and of both halves that are there. */
static bool expects_what_is(struct trial *t, const json *op)
{
	const json *expect = json_get(op, "expect");
	struct sim_record *row, *page;

	row = sim_find(&t->before, SUPABASE, json_str(op, "row_id"));
	page = sim_find(&t->before, NOTION, json_str(op, "page_id"));
	return json_is_object(expect) &&
	       json_is_object(json_get(expect, "row")) == (row != NULL) &&
	       json_is_object(json_get(expect, "page")) == (page != NULL) &&
	       expects(json_get(expect, "row"), row) &&
	       expects(json_get(expect, "page"), page);
}

static void check_each_op(struct trial *t)
{
	bool stamps = false;
	int64_t n = 0, at;

	for (const json *op = json_first(t->plan); op; op = json_next(op)) {
		hold(t, json_whole(json_get(op, "n"), &at) == 0 && at == ++n);
		hold(t, json_str(op, "reason") && *json_str(op, "reason"));
		hold(t, is(op, "skip", NULL) == (json_str(op, "code") != NULL));
		hold(t, is_needed(t, op));
		if (is(op, "trash", NULL))
			hold(t, has_proof(t, op));
		if (!is(op, "skip", NULL))
			hold(t, expects_what_is(t, op));
		stamps |= is(op, "stamp", NULL);
		hold(t, stamps == is(op, "stamp", NULL));
	}
}

/* --- 4: no loss ----------------------------------------------------------- */

static bool stands_in_world(
	const struct sim *s, enum field f, const char *value)
{
	for (enum side side = 0; side < SIDES; side++)
		for (size_t i = 0; i < s->n[side]; i++)
			if (strcmp(s->at[side][i].value[f], value) == 0)
				return true;
	return false;
}

static bool stands_in_plan(const json *plan, enum field f, const char *value)
{
	for (const json *op = json_first(plan); op; op = json_next(op)) {
		const char *was = json_str(json_get(op, "was"), field_name(f));

		if (was && strcmp(was, value) == 0)
			return true;
	}
	return false;
}

/* What a half held, it or its run record still holds. */
static bool is_kept(const struct trial *t, const struct sim_record *old,
	const struct sim_record *now, enum field f)
{
	if (!*old->value[f] ||
		(now && strcmp(now->value[f], old->value[f]) == 0))
		return true;
	return stands_in_plan(t->plan, f, old->value[f]) ||
	       (!now && stands_in_world(&t->after, f, old->value[f]));
}

static void check_no_loss(struct trial *t)
{
	for (enum side side = 0; side < SIDES; side++) {
		for (size_t i = 0; i < t->before.n[side]; i++) {
			const struct sim_record *old = &t->before.at[side][i];
			const struct sim_record *now =
				sim_find(&t->after, side, old->id);

			for (enum field f = 0; f < FIELDS; f++)
				hold(t, is_kept(t, old, now, f));
		}
	}
}

/* A page with further types never loses its first one to nothing. */
static void check_further_types(struct trial *t)
{
	for (size_t i = 0; i < t->after.n[NOTION]; i++)
		hold(t, !t->after.at[NOTION][i].more_types ||
				*t->after.at[NOTION][i].value[FIELD_TYPE]);
}

/* --- the same plan, and the same end after a crash ------------------------ */

static void check_order_is_no_matter(struct trial *t)
{
	uint64_t seed = t->seed;
	json *other = sim_plan(&t->before, &t->policy, &seed);

	hold(t, json_equal(t->plan, other));
	json_free(other);
}

/* Killed after some ops; the next run ends where the whole one would have. */
static void check_killed(struct trial *t, uint64_t *seed)
{
	size_t n = json_count(t->plan), stop;
	struct sim s = t->before;
	json *rest;

	if (n == 0)
		return;
	stop = rnd_below(seed, (unsigned)n);
	s.now += 10 * USEC_MINUTE;
	for (const json *op = json_first(t->plan); op; op = json_next(op)) {
		if (stop-- == 0) {
			if ((is(op, "create", "notion") ||
				    (t->policy.use_base && writes(op) &&
					    !is(op, "create", NULL))) &&
				one_in(seed, 2))
				sim_apply(&s, op, true);
			break;
		}
		sim_apply(&s, op, false);
	}
	rest = sim_plan(&s, &t->policy, NULL);
	apply_all(&s, rest);
	check_converged(t, &s);
	for (size_t i = 0; i < t->after.n[SUPABASE]; i++)
		hold(t, same_row(&t->after, &t->after.at[SUPABASE][i], &s));
	for (enum side side = 0; side < SIDES; side++)
		hold(t, count_live(&t->after, side) == count_live(&s, side));
	json_free(rest);
}

/* --- random worlds -------------------------------------------------------- */

/*
 * A pair that waits for a person because another row's line names its page
 * waits no more once that row has got a line of its own: one more run.
 */
static void lines_fall_into_place(struct trial *t)
{
	json *plan = sim_plan(&t->after, &t->policy, NULL);

	apply_all(&t->after, plan);
	json_free(plan);
}

/* --- --match: one to one, and never linked before ------------------------- */

static size_t count_matches(
	const json *plan, const char *key, const char *id, const char *other)
{
	const char *other_key =
		strcmp(key, "row_id") == 0 ? "page_id" : "row_id";
	size_t n = 0;

	for (const json *op = json_first(plan); op; op = json_next(op))
		n += text_same(json_str(op, key), id) &&
		     !text_same(json_str(op, other_key), other);
	return n;
}

/* Two sides that were filled by hand, and a few pairs among them. */
static void fill_both(struct sim *s)
{
	for (size_t i = 0; i < s->n[SUPABASE]; i++)
		if (i % 5)
			s->at[SUPABASE][i].link[0] = '\0';
	for (enum side side = 0; side < SIDES; side++)
		for (size_t i = 0; i < s->n[side]; i++)
			if (i % 4)
				s->at[side][i].stored[0] = '\0';
	s->n_lines = s->n_lines > 2 ? 2 : s->n_lines;
}

static void check_matches(struct trial *t)
{
	for (const json *op = json_first(t->plan); op; op = json_next(op)) {
		const char *row_id = json_str(op, "row_id");
		const char *page_id = json_str(op, "page_id");
		const struct sim_record *row, *page;

		if (!json_get(op, "match"))
			continue;
		row = sim_find(&t->before, SUPABASE, row_id);
		page = sim_find(&t->before, NOTION, page_id);
		hold(t, t->policy.match != MATCH_NONE);
		hold(t, row && page && !row->deleted && !page->deleted);
		hold(t, !*row->link &&
				!(t->policy.use_base &&
					sim_find_line(&t->before, row_id)));
		hold(t, *row->value[FIELD_DECISION] &&
				text_equal_folded(row->value[FIELD_DECISION],
					page->value[FIELD_DECISION]));
		hold(t, t->policy.match == MATCH_DECISION ||
				text_same(row->value[FIELD_DATE],
					page->value[FIELD_DATE]));
		hold(t, count_matches(t->plan, "row_id", row_id, page_id) == 0);
		hold(t, count_matches(t->plan, "page_id", page_id, row_id) ==
				0);
		for (size_t i = 0; i < t->before.n[SUPABASE]; i++)
			hold(t, strcmp(t->before.at[SUPABASE][i].link,
					page_id) != 0);
	}
}

/* What a crash leaves is like a copy in a wild world: no test of it there. */
static void random_world(uint64_t seed)
{
	struct trial t;
	bool wild = begin_random(&t, &seed);

	if (wild && t.policy.match)
		fill_both(&t.before);
	plan_and_apply(&t);
	check_each_op(&t);
	check_no_loss(&t);
	check_matches(&t);
	if (wild && t.policy.conflict == RULE_STOP)
		lines_fall_into_place(&t);
	check_converged(&t, &t.after);
	check_further_types(&t);
	check_order_is_no_matter(&t);
	if (!wild)
		check_killed(&t, &seed);
	json_free(t.plan);
}

int main(int argc, char **argv)
{
	return trials(argc, argv, random_world);
}
