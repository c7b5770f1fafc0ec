/* Losing the local base is harmless where each pair changed on one side. */
#include "trial.h"

/* Whose author the stored checksums can't tell. */
static bool differs_by_case(
	const struct sim_record *row, const struct sim_record *page)
{
	struct decision a = sim_content(row->value),
			b = sim_content(page->value);
	char x[CHECKSUM_SIZE], y[CHECKSUM_SIZE];

	decision_checksum(&a, x);
	decision_checksum(&b, y);
	return decision_diff(&a, &b) && strcmp(x, y) == 0;
}

/* Each pair changed on one side at most, or a half was deleted. */
static void one_side_each(struct trial *t, uint64_t *seed)
{
	struct sim *s = &t->before;

	sim_settled(s, seed, 1 + rnd_below(seed, 6));
	for (size_t i = 0; i < s->n[SUPABASE]; i++) {
		enum side side = one_in(seed, 2) ? SUPABASE : NOTION;
		unsigned edits = rnd_below(seed, 3);
		struct sim_record *row = &s->at[SUPABASE][i];
		struct sim_record *page = &s->at[NOTION][i];

		while (edits-- > 0)
			sim_edit(s, &s->at[side][i], seed, false);
		if (differs_by_case(row, page))
			memcpy(page->value, row->value, sizeof page->value);
		if (one_in(seed, 5))
			page->deleted = true;
		else if (one_in(seed, 5) && s->soft_delete)
			row->deleted = true;
	}
}

static void losing_the_base(uint64_t seed)
{
	struct trial t;
	struct sim without;

	begin(&t, &seed);
	t.policy.use_base = true;
	one_side_each(&t, &seed);
	without = t.before;
	without.n_lines = 0;
	plan_and_apply(&t);
	check_converged(&t, &t.after);
	for (int round = 0; round < 2; round++) {
		json *plan = sim_plan(&without, &t.policy, NULL);

		if (round == 1)
			for (const json *op = json_first(plan); op;
				op = json_next(op))
				hold(&t, !writes(op));
		apply_all(&without, plan);
		json_free(plan);
	}
	for (size_t i = 0; i < without.n[SUPABASE]; i++)
		hold(&t,
			same_row(&without, &without.at[SUPABASE][i], &t.after));
	for (enum side side = 0; side < SIDES; side++)
		hold(&t, count_live(&without, side) ==
				 count_live(&t.after, side));
	json_free(t.plan);
}

/* The same where it is lost while some ops are held. */
static void losing_it_under_a_hold(uint64_t seed)
{
	struct trial t;
	struct sim held;
	json *plan;

	begin(&t, &seed);
	t.policy.use_base = true;
	one_side_each(&t, &seed);
	plan_and_apply(&t);
	for (enum held_op o = 0; o < HELD_OPS; o++)
		for (enum held_side s = 0; s < HELD_SIDES; s++)
			t.policy.waits.hold.of[o][s] = one_in(&seed, 2);
	held = t.before;
	plan = sim_plan(&held, &t.policy, NULL);
	apply_all(&held, plan);
	json_free(plan);
	held.n_lines = 0;
	memset(&t.policy.waits, 0, sizeof t.policy.waits);
	plan = sim_plan(&held, &t.policy, NULL);
	apply_all(&held, plan);
	json_free(plan);
	check_converged(&t, &held);
	for (size_t i = 0; i < held.n[SUPABASE]; i++)
		hold(&t, same_row(&held, &held.at[SUPABASE][i], &t.after));
	for (enum side side = 0; side < SIDES; side++)
		hold(&t, count_live(&held, side) == count_live(&t.after, side));
	json_free(t.plan);
}

static void each(uint64_t seed)
{
	losing_the_base(seed);
	losing_it_under_a_hold(seed);
}

int main(int argc, char **argv)
{
	return trials(argc, argv, each);
}
