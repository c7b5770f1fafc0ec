/*
 * A world, the plan of it, and what apply makes of it: what the tests of the
 * invariants (doc/semantics.md, section 8) share. Included once in a program,
 * whose arguments are [WORLDS [SEED]]: world i is made from SEED + i, so that
 * "1 SEED" shows one world again. A failed check prints the world, its plan and
 * its seed.
 */
#ifndef TESTS_PROPERTY_TRIAL_H
#define TESTS_PROPERTY_TRIAL_H

#include <stdlib.h>

#include "../unit/test.h"
#include "sim.h"
#include "util/text.h"

#define WORLDS 3000
#define FIRST_SEED 1
#define FAILURES_SHOWN 5

struct trial {
	uint64_t seed;
	struct policy policy;
	struct sim before, after;
	json *plan;
};

static inline void show(const struct trial *t)
{
	struct buf text = BUF_INIT(1 << 20);

	if (test_failed > FAILURES_SHOWN)
		return;
	printf("seed %llu, conflict %d, orphans %d, base %d, match %s\n",
		(unsigned long long)t->seed, (int)t->policy.conflict,
		(int)t->policy.orphans, t->policy.use_base,
		match_rule_name(t->policy.match));
	sim_print(&t->before);
	for (const json *op = json_first(t->plan); op; op = json_next(op)) {
		buf_reset(&text);
		if (json_print(op, &text) == 0)
			printf("  %s\n", buf_str(&text));
	}
	buf_fini(&text);
}

#define hold(t, condition) ((void)(check(condition) || (show(t), 0)))

static inline bool is(const json *op, const char *kind, const char *target)
{
	return strcmp(json_str(op, "op"), kind) == 0 &&
	       (!target || strcmp(json_str(op, "target"), target) == 0);
}

static inline bool writes(const json *op)
{
	return is(op, json_str(op, "op"), "notion") ||
	       is(op, json_str(op, "op"), "supabase");
}

static inline void make_policy(struct trial *t, uint64_t *seed)
{
	t->policy.conflict = (enum conflict_rule)rnd_below(seed, 4);
	t->policy.orphans = (enum orphan_rule)rnd_below(seed, 3);
	t->policy.use_base = !one_in(seed, 3);
	if (t->seed % 3 == 0)
		t->policy.match = (enum match_rule)(t->seed / 3 % MATCH_RULES);
}

static inline void begin(struct trial *t, uint64_t *seed)
{
	*t = (struct trial){ .seed = *seed };
	make_policy(t, seed);
	t->before.soft_delete = !one_in(seed, 4);
	t->before.has_checksum = !one_in(seed, 4);
	t->before.has_synced = !one_in(seed, 4);
	t->before.now = 100 * USEC_MINUTE;
}

/* Any world; true: a wild one, else one in sync to which something happened. */
static inline bool begin_random(struct trial *t, uint64_t *seed)
{
	bool wild;

	begin(t, seed);
	wild = one_in(seed, 3);
	if (wild) {
		sim_wild(&t->before, seed);
	} else {
		sim_settled(&t->before, seed, 1 + rnd_below(seed, 6));
		for (unsigned i = rnd_below(seed, 8); i > 0; i--)
			sim_disturb(&t->before, seed);
	}
	return wild;
}

/* --- 1: convergence; 2: idempotence --------------------------------------- */

static inline void apply_all(struct sim *s, const json *plan)
{
	s->now += 10 * USEC_MINUTE;
	for (const json *op = json_first(plan); op; op = json_next(op))
		sim_apply(s, op, false);
}

static inline bool is_skipped(
	const json *plan, const char *row_id, const char *page_id)
{
	for (const json *op = json_first(plan); op; op = json_next(op)) {
		const char *row = json_str(op, "row_id");
		const char *page = json_str(op, "page_id");

		if (!is(op, "skip", NULL))
			continue;
		if ((row && text_same(row, row_id)) ||
			(page && text_same(page, page_id)))
			return true;
	}
	return false;
}

static inline bool row_is_settled(struct sim *s, const struct sim_record *row)
{
	const struct sim_record *page = sim_find(s, NOTION, row->link);
	struct decision a = sim_content(row->value), b;

	if (row->deleted)
		return !page || page->deleted || *page->state || page->synced ||
		       !s->has_synced || true;
	if (!page || page->deleted || *page->state)
		return false;
	b = sim_content(page->value);
	return decision_diff(&a, &b) == 0;
}

/* A live row has the page; a deleted one only where the page is deleted too. */
static inline bool page_has_row(
	const struct sim *s, const struct sim_record *page)
{
	for (size_t i = 0; i < s->n[SUPABASE]; i++)
		if (strcmp(s->at[SUPABASE][i].link, page->id) == 0 &&
			!s->at[SUPABASE][i].deleted)
			return true;
	return false;
}

static inline void check_converged(struct trial *t, struct sim *s)
{
	json *again = sim_plan(s, &t->policy, NULL);

	for (const json *op = json_first(again); op; op = json_next(op))
		hold(t, is(op, "skip", NULL));
	for (size_t i = 0; i < s->n[SUPABASE]; i++) {
		const struct sim_record *row = &s->at[SUPABASE][i];

		hold(t, is_skipped(again, row->id, row->link) ||
				row_is_settled(s, row));
	}
	for (size_t i = 0; i < s->n[NOTION]; i++) {
		const struct sim_record *page = &s->at[NOTION][i];

		hold(t, page->deleted || *page->state ||
				is_skipped(again, NULL, page->id) ||
				page_has_row(s, page));
	}
	json_free(again);
}

static inline void plan_and_apply(struct trial *t)
{
	t->plan = sim_plan(&t->before, &t->policy, NULL);
	t->after = t->before;
	apply_all(&t->after, t->plan);
}

static inline size_t count_live(const struct sim *s, enum side side)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n[side]; i++)
		n += !s->at[side][i].deleted && !*s->at[side][i].state;
	return n;
}

static inline bool same_row(
	struct sim *x, const struct sim_record *a, struct sim *y)
{
	const struct sim_record *b = sim_find(y, SUPABASE, a->id), *p, *q;
	struct decision of_a = sim_content(a->value), of_b;

	if (!b)
		return false;
	of_b = sim_content(b->value);
	p = sim_find(x, NOTION, a->link);
	q = sim_find(y, NOTION, b->link);
	return decision_diff(&of_a, &of_b) == 0 && a->deleted == b->deleted &&
	       (p != NULL) == (q != NULL) && (!p || p->deleted == q->deleted);
}

/* Each of the worlds in turn; the exit code. */
static inline int trials(int argc, char **argv, void (*one)(uint64_t seed))
{
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : WORLDS;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : FIRST_SEED;

	for (uint64_t i = 0; i < n; i++)
		one(seed + i);
	printf("%llu worlds from seed %llu, ", (unsigned long long)n,
		(unsigned long long)seed);
	return test_end();
}

#endif
