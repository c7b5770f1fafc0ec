/*
 * Paused pages (doc/semantics.md, section 10), over random worlds: nothing is
 * written to a paused page, to its row, or to what is known of the two; when
 * nothing is paused any more, both sides agree; and a pause that nobody would
 * have noticed leaves no trace.
 */
#include "trial.h"

static void pause_some(struct sim *s, uint64_t *seed)
{
	for (size_t i = 0; i < s->n[NOTION]; i++)
		s->at[NOTION][i].paused =
			!*s->at[NOTION][i].state && one_in(seed, 2);
}

static void pause_none(struct sim *s)
{
	for (size_t i = 0; i < s->n[NOTION]; i++)
		s->at[NOTION][i].paused = false;
}

static bool is_same(const struct sim_record *a, const struct sim_record *b)
{
	return a && b && memcmp(a, b, sizeof *a) == 0;
}

/* Its page, or its row; and the line about it. */
static void check_untouched(struct trial *t, const struct sim_record *page)
{
	for (const json *op = json_first(t->plan); op; op = json_next(op))
		hold(t, is(op, "skip", NULL) || is(op, "adopt", NULL) ||
				!text_same(json_str(op, "page_id"), page->id));
	hold(t, is_same(page, sim_find(&t->after, NOTION, page->id)));
	for (size_t i = 0; i < t->before.n[SUPABASE]; i++) {
		const struct sim_record *row = &t->before.at[SUPABASE][i];
		const struct sim_line *was, *is;

		if (strcmp(row->link, page->id) != 0)
			continue;
		hold(t, is_same(row, sim_find(&t->after, SUPABASE, row->id)));
		was = sim_find_line(&t->before, row->id);
		is = sim_find_line(&t->after, row->id);
		hold(t, (was != NULL) == (is != NULL) &&
				(!was || memcmp(was, is, sizeof *was) == 0));
	}
}

/* A live page that is paused, and lives or has a live row, is told of. */
static void check_told(struct trial *t, const struct sim_record *page)
{
	hold(t, page->deleted || is_skipped(t->plan, NULL, page->id));
}

static void release_and_converge(struct trial *t, bool wild)
{
	struct sim s = t->after;
	json *plan;

	pause_none(&s);
	for (int run = 0; run < (wild ? 2 : 1); run++) {
		plan = sim_plan(&s, &t->policy, NULL);
		apply_all(&s, plan);
		json_free(plan);
	}
	check_converged(t, &s);
}

/* Everything was paused for a run, in which nobody did anything. */
static void check_no_trace(struct trial *t)
{
	struct sim s = t->before;
	json *plan, *with, *without;
	const char *id;

	for (size_t i = 0; i < s.n[NOTION]; i++)
		s.at[NOTION][i].paused = !*s.at[NOTION][i].state;
	plan = sim_plan(&s, &t->policy, NULL);
	for (const json *op = json_first(plan); op; op = json_next(op)) {
		id = json_str(op, "page_id");
		if (id && writes(op))
			hold(t, *sim_find(&s, NOTION, id)->state);
	}
	json_free(plan);
	pause_none(&s);
	with = sim_plan(&s, &t->policy, NULL);
	s = t->before;
	pause_none(&s);
	without = sim_plan(&s, &t->policy, NULL);
	hold(t, json_equal(with, without));
	json_free(with);
	json_free(without);
}

static void paused_world(uint64_t seed)
{
	struct trial t;
	bool wild = begin_random(&t, &seed);

	pause_some(&t.before, &seed);
	plan_and_apply(&t);
	for (size_t i = 0; i < t.before.n[NOTION]; i++) {
		if (!t.before.at[NOTION][i].paused)
			continue;
		check_untouched(&t, &t.before.at[NOTION][i]);
		check_told(&t, &t.before.at[NOTION][i]);
	}
	release_and_converge(&t, wild);
	check_no_trace(&t);
	json_free(t.plan);
}

int main(int argc, char **argv)
{
	return trials(argc, argv, paused_world);
}
