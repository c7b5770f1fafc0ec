/*
 * The invariants of the semantics, section 8, over random worlds.
 *
 * plan_property_test [WORLDS [SEED]]: world i is made from SEED + i, so that
 * "1 SEED" shows one world again. A failed check prints the world, its plan and
 * its seed.
 */
#include <stdlib.h>

#include "../unit/test.h"
#include "sim.h"
#include "text.h"

#define WORLDS 3000
#define FIRST_SEED 1
#define FAILURES_SHOWN 5

struct trial {
	uint64_t seed;
	struct policy policy;
	struct sim before, after;
	json *plan;
};

static void show(const struct trial *t)
{
	struct buf text = BUF_INIT(1 << 20);

	if (test_failed > FAILURES_SHOWN)
		return;
	printf("seed %llu, conflict %d, orphans %d, base %d\n",
		(unsigned long long)t->seed, (int)t->policy.conflict,
		(int)t->policy.orphans, t->policy.use_base);
	sim_print(&t->before);
	for (const json *op = json_first(t->plan); op; op = json_next(op)) {
		buf_reset(&text);
		if (json_print(op, &text) == 0)
			printf("  %s\n", buf_str(&text));
	}
	buf_fini(&text);
}

#define hold(t, condition) ((void)(check(condition) || (show(t), 0)))

static bool is(const json *op, const char *kind, const char *target)
{
	return strcmp(json_str(op, "op"), kind) == 0 &&
	       (!target || strcmp(json_str(op, "target"), target) == 0);
}

static bool writes(const json *op)
{
	return is(op, json_str(op, "op"), "notion") ||
	       is(op, json_str(op, "op"), "supabase");
}

/* --- 5: no needless write; 6: no delete without proof --------------------- */

static bool content_changes(const json *op, const struct sim_record *target)
{
	const json *set = json_get(op, "set");

	for (enum field f = 0; f < FIELDS; f++)
		if (json_get(set, field_name(f)) &&
			value_equal(f, json_str(set, field_name(f)),
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
		return !same_text(row->link, page->id) ||
		       !same_text(row->stored, sum) || row->synced != synced;
	return (s->has_checksum && !same_text(page->stored, sum)) ||
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
		return row && same_text(row->link, page->id) && page->deleted;
	if (row)
		return same_text(row->link, page->id) && row->deleted;
	return t->policy.orphans == ORPHANS_TRASH && t->policy.use_base &&
	       is_orphan_page(t, page);
}

static bool expects(const json *seen, const struct sim_record *r)
{
	if (!seen)
		return true;
	for (enum field f = 0; f < FIELDS; f++)
		if (!r ||
			!same_text(json_str(seen, field_name(f)), r->value[f]))
			return false;
	return json_true(seen, "deleted") == r->deleted &&
	       same_text(json_str(seen, "link"), r->link);
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

/* --- 1: convergence; 2: idempotence --------------------------------------- */

static void apply_all(struct sim *s, const json *plan)
{
	s->now += 10 * USEC_MINUTE;
	for (const json *op = json_first(plan); op; op = json_next(op))
		sim_apply(s, op, false);
}

static bool is_skipped(
	const json *plan, const char *row_id, const char *page_id)
{
	for (const json *op = json_first(plan); op; op = json_next(op)) {
		const char *row = json_str(op, "row_id");
		const char *page = json_str(op, "page_id");

		if (!is(op, "skip", NULL))
			continue;
		if ((row && same_text(row, row_id)) ||
			(page && same_text(page, page_id)))
			return true;
	}
	return false;
}

static bool row_is_settled(struct sim *s, const struct sim_record *row)
{
	const struct sim_record *page = sim_find(s, NOTION, row->link);
	struct content a = sim_content(row->value), b;

	if (row->deleted)
		return !page || page->deleted || *page->state || page->synced ||
		       !s->has_synced || true;
	if (!page || page->deleted || *page->state)
		return false;
	b = sim_content(page->value);
	return content_diff(&a, &b) == 0;
}

/* A live row has the page; a deleted one only where the page is deleted too. */
static bool page_has_row(const struct sim *s, const struct sim_record *page)
{
	for (size_t i = 0; i < s->n[SUPABASE]; i++)
		if (strcmp(s->at[SUPABASE][i].link, page->id) == 0 &&
			!s->at[SUPABASE][i].deleted)
			return true;
	return false;
}

static void check_converged(struct trial *t, struct sim *s)
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
				*t->after.at[NOTION][i].value[TYPE]);
}

/* --- the same plan, and the same end after a crash ------------------------ */

static void check_order_is_no_matter(struct trial *t)
{
	uint64_t seed = t->seed;
	json *other = sim_plan(&t->before, &t->policy, &seed);

	hold(t, json_equal(t->plan, other));
	json_free(other);
}

static size_t count_live(const struct sim *s, enum side side)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n[side]; i++)
		n += !s->at[side][i].deleted && !*s->at[side][i].state;
	return n;
}

static bool same_row(struct sim *x, const struct sim_record *a, struct sim *y)
{
	const struct sim_record *b = sim_find(y, SUPABASE, a->id), *p, *q;
	struct content of_a = sim_content(a->value), of_b;

	if (!b)
		return false;
	of_b = sim_content(b->value);
	p = sim_find(x, NOTION, a->link);
	q = sim_find(y, NOTION, b->link);
	return content_diff(&of_a, &of_b) == 0 && a->deleted == b->deleted &&
	       (p != NULL) == (q != NULL) && (!p || p->deleted == q->deleted);
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
			if (is(op, "create", "notion") && one_in(seed, 2))
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

/* --- trials --------------------------------------------------------------- */

static void make_policy(struct trial *t, uint64_t *seed)
{
	t->policy.conflict = (enum conflict_rule)rnd_below(seed, 4);
	t->policy.orphans = (enum orphan_rule)rnd_below(seed, 3);
	t->policy.use_base = !one_in(seed, 3);
}

static void begin(struct trial *t, uint64_t *seed)
{
	*t = (struct trial){ .seed = *seed };
	make_policy(t, seed);
	t->before.soft_delete = !one_in(seed, 4);
	t->before.has_checksum = !one_in(seed, 4);
	t->before.has_synced = !one_in(seed, 4);
	t->before.now = 100 * USEC_MINUTE;
}

static void plan_and_apply(struct trial *t)
{
	t->plan = sim_plan(&t->before, &t->policy, NULL);
	t->after = t->before;
	apply_all(&t->after, t->plan);
}

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

/* What a crash leaves is like a copy in a wild world: no test of it there. */
static void random_world(uint64_t seed)
{
	struct trial t;
	bool wild;

	begin(&t, &seed);
	wild = one_in(&seed, 3);
	if (wild) {
		sim_wild(&t.before, &seed);
	} else {
		sim_settled(&t.before, &seed, 1 + rnd_below(&seed, 6));
		for (unsigned i = rnd_below(&seed, 8); i > 0; i--)
			sim_disturb(&t.before, &seed);
	}
	plan_and_apply(&t);
	check_each_op(&t);
	check_no_loss(&t);
	if (wild && t.policy.conflict == RULE_STOP)
		lines_fall_into_place(&t);
	check_converged(&t, &t.after);
	check_further_types(&t);
	check_order_is_no_matter(&t);
	if (!wild)
		check_killed(&t, &seed);
	json_free(t.plan);
}

/* --- 3: symmetry ---------------------------------------------------------- */

static struct sim mirrored(const struct sim *s)
{
	struct sim m = *s;

	for (size_t i = 0; i < s->n[SUPABASE]; i++) {
		struct sim_record *row = &m.at[SUPABASE][i];
		struct sim_record *page = &m.at[NOTION][i];
		const struct sim_record *r = &s->at[SUPABASE][i];
		const struct sim_record *p = &s->at[NOTION][i];

		memcpy(row->value, p->value, sizeof row->value);
		memcpy(page->value, r->value, sizeof page->value);
		memcpy(row->stored, p->stored, sizeof row->stored);
		memcpy(page->stored, r->stored, sizeof page->stored);
		row->deleted = p->deleted;
		page->deleted = r->deleted;
		row->edited = p->edited;
		page->edited = r->edited;
	}
	return m;
}

/* The content op of one side of a pair, told in the other side's words. */
struct deed {
	const char *kind, *code;
	const json *set, *conflict;
	bool won;
};

static struct deed deed_of(const json *plan, const char *row_id, enum side side)
{
	struct deed d = { 0 };

	for (const json *op = json_first(plan); op; op = json_next(op)) {
		if (!same_text(json_str(op, "row_id"), row_id))
			continue;
		if (is(op, "skip", NULL))
			d.code = json_str(op, "code");
		if (is(op, "link", NULL) || is(op, "stamp", NULL) ||
			!is(op, json_str(op, "op"), side_name(side)))
			continue;
		d.kind = json_str(op, "op");
		d.set = json_get(op, "set");
		d.conflict = json_get(op, "conflict");
		d.won = same_text(json_str(d.conflict, "winner"),
			side_name(other_side(side)));
	}
	return d;
}

static bool same_deed(const struct deed *a, const struct deed *b)
{
	if (!same_text(a->kind, b->kind) || !same_text(a->code, b->code) ||
		(a->conflict != NULL) != (b->conflict != NULL) ||
		a->won != b->won)
		return false;
	for (enum field f = 0; f < FIELDS; f++) {
		const json *x = json_get(a->set, field_name(f));
		const json *y = json_get(b->set, field_name(f));

		if ((x != NULL) != (y != NULL) ||
			!value_equal(f, json_text(x), json_text(y)))
			return false;
	}
	return !a->conflict || json_equal(json_get(a->conflict, "fields"),
				       json_get(b->conflict, "fields"));
}

/* Pairs without what one side alone has: links, further types, ties. */
static void pairs_alone(struct trial *t, uint64_t *seed)
{
	struct sim *s = &t->before;

	s->soft_delete = s->has_checksum = s->has_synced = true;
	sim_settled(s, seed, 1 + rnd_below(seed, 4));
	for (size_t i = 0; i < s->n[SUPABASE]; i++) {
		struct sim_record *row = &s->at[SUPABASE][i];
		struct sim_record *page = &s->at[NOTION][i];

		page->more_types = false;
		if (one_in(seed, 2))
			sim_edit(s, row, seed, true);
		if (one_in(seed, 2))
			sim_edit(s, page, seed, true);
		if (one_in(seed, 4))
			page->deleted = true;
		if (one_in(seed, 4))
			row->deleted = true;
		if (one_in(seed, 5))
			row->stored[0] = '\0';
		if (one_in(seed, 5))
			page->stored[0] = '\0';
		row->synced = !one_in(seed, 3);
		row->edited = (usec)(2 * rnd_below(seed, 9)) * USEC_MINUTE;
		page->edited = (usec)(1 + 2 * rnd_below(seed, 9)) * USEC_MINUTE;
		if (one_in(seed, 3))
			s->line[i].deleted = true;
		else if (one_in(seed, 4))
			snprintf(s->line[i].page_id, UUID_SIZE, "%s", "other");
	}
}

static void symmetry(uint64_t seed)
{
	static const enum conflict_rule mirror[] = { RULE_NEWER, RULE_NOTION,
		RULE_SUPABASE, RULE_STOP };
	struct policy policy;
	struct trial t;
	struct sim m;
	json *plan;

	begin(&t, &seed);
	pairs_alone(&t, &seed);
	t.plan = sim_plan(&t.before, &t.policy, NULL);
	m = mirrored(&t.before);
	policy = t.policy;
	policy.conflict = mirror[policy.conflict];
	plan = sim_plan(&m, &policy, NULL);
	for (size_t i = 0; i < m.n[SUPABASE]; i++) {
		const char *id = m.at[SUPABASE][i].id;

		for (enum side s = 0; s < SIDES; s++) {
			struct deed a = deed_of(t.plan, id, s);
			struct deed b = deed_of(plan, id, other_side(s));

			hold(&t, same_deed(&a, &b));
		}
	}
	json_free(plan);
	json_free(t.plan);
}

/* --- 7: losing the base --------------------------------------------------- */

/* Whose author the stored checksums can't tell. */
static bool differs_by_case(
	const struct sim_record *row, const struct sim_record *page)
{
	struct content a = sim_content(row->value),
		       b = sim_content(page->value);
	char x[CHECKSUM_SIZE], y[CHECKSUM_SIZE];

	content_checksum(&a, x);
	content_checksum(&b, y);
	return content_diff(&a, &b) && strcmp(x, y) == 0;
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

int main(int argc, char **argv)
{
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : WORLDS;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : FIRST_SEED;

	for (uint64_t i = 0; i < n; i++) {
		test_name = "random_world";
		random_world(seed + i);
		test_name = "symmetry";
		symmetry(seed + i);
		test_name = "losing_the_base";
		losing_the_base(seed + i);
	}
	printf("%llu worlds of each kind from seed %llu, ",
		(unsigned long long)n, (unsigned long long)seed);
	return test_end();
}
