/*
 * Over random worlds under --conflict stop, in which a person decides
 * conflicts, field by field: what was decided is on both sides afterwards, what
 * was not is left alone, nothing is lost, a run that is cut anywhere ends the
 * same, and the decision can be turned round again.
 */
#include "trial.h"

static json *field_decided(const json *conflict, const char *field)
{
	json *one = json_object();

	for (enum side s = 0; s < SIDES; s++)
		json_put_str(one, side_name(s),
			json_str(json_get(conflict, side_name(s)), field));
	return one;
}

/* Some fields of the conflict of a skip; false where it has none. */
static bool decide_one(struct resolutions *all, const json *op, uint64_t *seed)
{
	const json *conflict = json_get(op, "conflict");
	json *line = json_object(), *fields;

	json_put_str(line, "kind", "resolve");
	json_put_str(line, "row_id", json_str(op, "row_id"));
	json_put_str(line, "page_id", json_str(op, "page_id"));
	json_put_str(line, "take", one_in(seed, 2) ? "notion" : "supabase");
	fields = json_put(line, "fields", json_object());
	for (const json *f = json_first(json_get(conflict, "fields")); f;
		f = json_next(f))
		if (!one_in(seed, 3))
			json_put(fields, json_text(f),
				field_decided(conflict, json_text(f)));
	return resolutions_add(all, line) == 0;
}

static void decide_some(
	struct resolutions *all, const json *plan, uint64_t *seed)
{
	for (const json *op = json_first(plan); op; op = json_next(op))
		if (text_same(json_str(op, "code"), "conflict") &&
			!json_get(op, "match") && !one_in(seed, 4))
			decide_one(all, op, seed);
}

static bool both_hold(struct sim *s, const struct resolution *r, enum field f)
{
	const struct sim_record *row = sim_find(s, SUPABASE, r->row_id);
	const struct sim_record *page = sim_find(s, NOTION, r->page_id);
	const char *taken = r->of[r->take].value[f];

	return row && page && field_equal(f, row->value[f], taken) &&
	       field_equal(f, page->value[f], taken);
}

static void check_carried_out(
	struct trial *t, struct sim *s, const struct resolutions *all)
{
	for (size_t i = 0; i < all->n; i++)
		for (enum field f = 0; f < FIELDS; f++)
			if (all->at[i].fields & FIELD_BIT(f))
				hold(t, both_hold(s, &all->at[i], f));
}

static bool is_decided(
	const struct resolutions *all, const char *row_id, const char *page_id)
{
	return row_id && page_id && resolution_find(all, row_id, page_id);
}

/* A conflict that nobody decided is written nowhere. */
static void check_others(struct trial *t, const struct resolutions *all)
{
	for (const json *op = json_first(t->plan); op; op = json_next(op))
		if (json_get(op, "conflict") && !is(op, "skip", NULL))
			hold(t, is_decided(all, json_str(op, "row_id"),
					json_str(op, "page_id")) &&
					json_true(json_get(op, "conflict"),
						"resolved"));
}

/*
 * Once more. Where only the checksum tells who changed, a pair that was decided
 * in part can turn out to have one changed half, which then is no conflict.
 */
static void next_run(struct trial *t, struct sim *s)
{
	json *plan = sim_plan(s, &t->policy, NULL);

	apply_all(s, plan);
	json_free(plan);
}

/* Killed at any op, before or after it arrived: the next run ends the same. */
static void check_cut(struct trial *t, uint64_t *seed)
{
	size_t n = json_count(t->plan),
	       at = n ? rnd_below(seed, (unsigned)n) : 0;
	bool half = one_in(seed, 2);
	struct sim s = t->before, whole = t->after;
	size_t i = 0;

	s.now += 10 * USEC_MINUTE;
	for (const json *op = json_first(t->plan); op; op = json_next(op), i++)
		if (i < at || (i == at && half))
			sim_apply(&s, op, i == at);
	next_run(t, &s);
	check_carried_out(t, &s, t->policy.resolve);
	next_run(t, &s);
	next_run(t, &whole);
	for (i = 0; i < t->after.n[SUPABASE]; i++)
		hold(t, same_row(&whole, &whole.at[SUPABASE][i], &s));
}

/* What won is taken back, on both sides: as a conflict that was decided. */
static void check_turned_round(struct trial *t)
{
	struct resolutions back = { 0 };
	struct sim s = t->after;
	json *plan;

	for (size_t i = 0; i < t->policy.resolve->n; i++) {
		const struct resolution *r = &t->policy.resolve->at[i];
		json *line = json_copy(r->line);
		json *fields = json_get(line, "fields");

		for (const json *f = json_first(fields); f; f = json_next(f))
			json_put_str(json_get(fields, json_key(f)), "winner",
				side_name(r->take));
		json_put_str(line, "take", side_name(other_side(r->take)));
		hold(t, resolutions_add(&back, line) == 0);
	}
	t->policy.resolve = &back;
	plan = sim_plan(&s, &t->policy, NULL);
	apply_all(&s, plan);
	check_carried_out(t, &s, &back);
	json_free(plan);
	resolutions_fini(&back);
}

static void resolve_world(uint64_t seed)
{
	struct resolutions all = { 0 };
	struct trial t;
	json *first;

	begin(&t, &seed);
	t.policy.conflict = RULE_STOP;
	sim_settled(&t.before, &seed, 1 + rnd_below(&seed, 6));
	for (unsigned i = 2 + rnd_below(&seed, 10); i > 0; i--) {
		enum side s = one_in(&seed, 2) ? SUPABASE : NOTION;

		sim_edit(&t.before,
			&t.before.at[s]
				    [rnd_below(&seed, (unsigned)t.before.n[s])],
			&seed, false);
	}
	first = sim_plan(&t.before, &t.policy, NULL);
	decide_some(&all, first, &seed);
	json_free(first);
	if (!all.n)
		return;
	t.policy.resolve = &all;
	plan_and_apply(&t);
	check_others(&t, &all);
	check_carried_out(&t, &t.after, &all);
	check_cut(&t, &seed);
	check_turned_round(&t);
	json_free(t.plan);
	resolutions_fini(&all);
}

int main(int argc, char **argv)
{
	return trials(argc, argv, resolve_world);
}
