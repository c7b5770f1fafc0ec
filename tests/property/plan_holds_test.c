/*
 * Holds, approvals and settle times over random worlds (doc/semantics.md,
 * section 10): what is held is not carried out and is not lost; what was
 * approved is carried out, and nothing else; a hold that ends leaves no trace;
 * what people edit meanwhile is carried over, or is a conflict whose loser is
 * kept.
 */
#include "trial.h"

static enum held_op held_op_of(const char *kind)
{
	enum held_op o = 0;

	while (o < HELD_OPS && strcmp(held_op_name(o), kind) != 0)
		o++;
	return o;
}

static bool is_held(const struct waits *w, const char *kind, const char *target)
{
	enum held_op o = held_op_of(kind);

	if (o == HELD_OPS)
		return false;
	return strcmp(target, "notion") == 0	 ? w->hold.of[o][HOLD_NOTION]
	       : strcmp(target, "supabase") == 0 ? w->hold.of[o][HOLD_SUPABASE]
						 : false;
}

/* All on one side, or some of both. */
static void random_hold(struct waits *w, uint64_t *seed)
{
	bool direction = one_in(seed, 3);
	enum held_side held = rnd_below(seed, HELD_SIDES);

	for (enum held_op o = 0; o < HELD_OPS; o++)
		for (enum held_side s = 0; s < HELD_SIDES; s++)
			w->hold.of[o][s] =
				direction ? s == held : one_in(seed, 2);
}

static bool waits_as(const json *op, const char *code)
{
	return json_get(op, "would") && text_same(json_str(op, "code"), code);
}

/* --- what a plan under a hold holds --------------------------------------- */

static void check_plan(struct trial *t, const json *plan, bool any_hold)
{
	for (const json *op = json_first(plan); op; op = json_next(op)) {
		const json *would = json_get(op, "would");

		if (json_true(op, "approved"))
			continue;
		hold(t, !is_held(&t->policy.waits, json_str(op, "op"),
				json_str(op, "target")));
		hold(t, !would || any_hold);
		hold(t, !would || json_is_object(json_get(op, "expect")));
		hold(t, !would || !json_get(op, "conflict"));
		hold(t, !would || !json_get(op, "agreed"));
	}
}

/* After the last of them waits comes no other op of the pair. */
static void check_order(struct trial *t, const json *plan)
{
	for (const json *op = json_first(plan); op; op = json_next(op)) {
		const char *row = json_str(op, "row_id");
		const char *page = json_str(op, "page_id");

		if (!json_get(op, "would"))
			continue;
		for (const json *later = json_next(op); later;
			later = json_next(later))
			if ((row && text_same(
					    row, json_str(later, "row_id"))) ||
				(page && text_same(page,
						 json_str(later, "page_id"))))
				hold(t, is(later, "skip", NULL));
	}
}

/* A second run under the same hold has nothing more to do. */
static void check_rest(struct trial *t, struct sim *s)
{
	json *again = sim_plan(s, &t->policy, NULL);

	for (const json *op = json_first(again); op; op = json_next(op))
		hold(t, is(op, "skip", NULL));
	json_free(again);
}

/* --- nothing is lost ------------------------------------------------------ */

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
	for (const json *op = json_first(plan); op; op = json_next(op))
		if (writes(op) &&
			text_same(json_str(json_get(op, "was"), field_name(f)),
				value))
			return true;
	return false;
}

/* Whatever stood before stands now, or what replaced it kept it. */
static void check_no_loss(struct trial *t, const struct sim *before,
	const struct sim *after, const json *plan)
{
	for (enum side side = 0; side < SIDES; side++)
		for (size_t i = 0; i < before->n[side]; i++)
			for (enum field f = 0; f < FIELDS; f++) {
				const char *value =
					before->at[side][i].value[f];

				hold(t, !*value ||
						stands_in_world(
							after, f, value) ||
						stands_in_plan(plan, f, value));
			}
}

/*
 * An edit that was made while its way was held is not overwritten unless the
 * op says that it decided a conflict, or a deletion.
 */
static bool is_overwritten_silently(const struct trial *t, const struct sim *s,
	const json *op, const struct sim_record *r, enum field f)
{
	const struct sim_line *l = NULL;
	const char *set = json_str(json_get(op, "set"), field_name(f));

	for (size_t i = 0; i < s->n_lines; i++)
		if (text_same(s->line[i].row_id, json_str(op, "row_id")) &&
			text_same(s->line[i].page_id, json_str(op, "page_id")))
			l = &s->line[i];
	(void)t;
	/* Only where the line says what both held when they last agreed. */
	if (!l || l->noted || l->sent || l->deleted ||
		!json_get(json_get(op, "set"), field_name(f)) ||
		field_equal(f, r->value[f], l->value[f]))
		return false;
	for (const json *c = json_first(
		     json_get(json_get(op, "conflict"), "fields"));
		c; c = json_next(c))
		if (text_same(json_text(c), field_name(f)))
			return false;
	return !field_equal(f, r->value[f], set) && !r->more_types;
}

static void check_not_silently(struct trial *t, struct sim *s, const json *plan)
{
	if (!t->policy.use_base)
		return;
	for (const json *op = json_first(plan); op; op = json_next(op)) {
		enum side side = is(op, "update", "notion") ? NOTION : SUPABASE;
		struct sim_record *r;
		const struct sim_line *l;

		if (!is(op, "update", NULL))
			continue;
		r = sim_find(s, side,
			json_str(op, side == NOTION ? "page_id" : "row_id"));
		l = sim_find_line(s, json_str(op, "row_id"));
		for (enum field f = 0; f < FIELDS && l && r; f++)
			hold(t, !is_overwritten_silently(t, s, op, r, f) ||
					!text_same(r->stored, l->checksum));
	}
}

/* --- release -------------------------------------------------------------- */

/* Until nothing more falls into place: a stop may need a second run. */
static void release(struct trial *t, struct sim *s)
{
	memset(&t->policy.waits, 0, sizeof t->policy.waits);
	for (int i = 0; i < 2; i++) {
		json *plan = sim_plan(s, &t->policy, NULL);

		apply_all(s, plan);
		json_free(plan);
	}
	check_converged(t, s);
}

/* The end is that of a run which was never held. */
static void check_no_trace(struct trial *t, struct sim *held)
{
	struct sim free_of_it = t->before;
	json *plan = sim_plan(&free_of_it, &t->policy, NULL);

	apply_all(&free_of_it, plan);
	json_free(plan);
	for (size_t i = 0; i < free_of_it.n[SUPABASE]; i++)
		hold(t, same_row(&free_of_it, &free_of_it.at[SUPABASE][i],
				held));
	for (enum side side = 0; side < SIDES; side++)
		hold(t, count_live(&free_of_it, side) ==
				count_live(held, side));
}

static bool is_cosmetic(const struct sim_record *r, const struct sim_line *l)
{
	struct decision c = sim_content(r->value);
	char sum[CHECKSUM_SIZE];

	decision_checksum(&c, sum);
	return strcmp(sum, l->checksum) == 0;
}

/* What differs after the base was lost is known to be a conflict. */
static void check_conflicts_kept(struct trial *t, const struct sim *held)
{
	struct sim b = *held;
	json *plan;

	b.n_lines = 0;
	memset(&t->policy.waits, 0, sizeof t->policy.waits);
	plan = sim_plan(&b, &t->policy, NULL);
	for (const json *op = json_first(plan); op; op = json_next(op)) {
		struct sim_record *row, *page;

		if (!is(op, "update", NULL) || json_get(op, "conflict"))
			continue;
		row = sim_find(&t->before, SUPABASE, json_str(op, "row_id"));
		page = sim_find(&t->before, NOTION, json_str(op, "page_id"));
		if (!row || !page)
			continue;
		/* It goes the way that it would have gone at first. */
		for (enum field f = 0; f < FIELDS; f++) {
			const struct sim_line *l =
				sim_find_line(&t->before, row->id);
			enum side to =
				is(op, "update", "notion") ? NOTION : SUPABASE;
			const struct sim_record *target =
				to == NOTION ? page : row;

			/* Of a change of case alone nobody can tell. */
			if (!l || l->deleted || page->more_types ||
				is_cosmetic(target, l) ||
				!json_get(json_get(op, "set"), field_name(f)) ||
				strcmp(l->page_id, page->id) != 0 ||
				!text_same(target->stored, l->checksum))
				continue;
			hold(t, field_equal(f, target->value[f], l->value[f]));
		}
	}
	json_free(plan);
}

static void held_world(uint64_t seed)
{
	struct sim s, edited;
	struct trial t;
	bool wild = begin_random(&t, &seed), meanwhile;
	json *plan;

	random_hold(&t.policy.waits, &seed);
	meanwhile = one_in(&seed, 2);
	plan_and_apply(&t);
	s = t.after;
	check_plan(&t, t.plan, true);
	check_order(&t, t.plan);
	check_no_loss(&t, &t.before, &s, t.plan);
	if (!wild)
		check_rest(&t, &s);
	if (!wild && t.policy.use_base) {
		struct trial lost = t;

		check_conflicts_kept(&lost, &s);
	}
	if (meanwhile)
		for (unsigned i = 1 + rnd_below(&seed, 3); i > 0; i--)
			sim_disturb(&s, &seed);
	/* A week under the hold: each run leaves what people do meanwhile. */
	plan = sim_plan(&s, &t.policy, NULL);
	check_plan(&t, plan, true);
	edited = s;
	apply_all(&s, plan);
	check_no_loss(&t, &edited, &s, plan);
	json_free(plan);

	memset(&t.policy.waits, 0, sizeof t.policy.waits);
	plan = sim_plan(&s, &t.policy, NULL);
	check_not_silently(&t, &s, plan);
	json_free(plan);
	release(&t, &s);
	if (!wild && !meanwhile && t.policy.use_base)
		check_no_trace(&t, &s);
	json_free(t.plan);
}

/* --- approvals ------------------------------------------------------------ */

/* Approves some of what waits, as approve(1) does. */
static size_t approve(struct approvals *a, const json *plan, uint64_t *seed)
{
	for (const json *op = json_first(plan); op; op = json_next(op)) {
		json *line = json_object();
		struct op_key key;

		if (!json_get(op, "would") || one_in(seed, 2) ||
			op_key_parse(&key, json_get(op, "would")) < 0) {
			json_free(line);
			continue;
		}
		key.row_id = json_str(op, "row_id");
		key.page_id = json_str(op, "page_id");
		json_put_str(line, "kind", "approved");
		json_put_str(line, "at", "2026-01-01T00:00:00Z");
		op_key_put(line, &key);
		json_put(line, "seen", json_copy(json_get(op, "expect")));
		if (json_get(op, "set"))
			json_put(line, "set", json_copy(json_get(op, "set")));
		if (!approvals_add(a, line))
			abort();
	}
	approvals_sort(a);
	return a->n;
}

static void check_approved(
	struct trial *t, const struct approvals *a, const json *plan)
{
	for (const json *op = json_first(plan); op; op = json_next(op)) {
		struct op_key key;

		if (op_key_parse(&key, op) < 0 || !op_key_can_wait(&key))
			continue;
		hold(t, json_true(op, "approved") ==
				(approvals_find(a, &key) != NULL));
	}
}

static void approved_world(uint64_t seed)
{
	struct approvals a = { .until = USEC_NONE };
	struct trial t;
	bool wild = begin_random(&t, &seed);
	struct sim s;
	json *plan;

	random_hold(&t.policy.waits, &seed);
	plan = sim_plan(&t.before, &t.policy, NULL);
	approve(&a, plan, &seed);
	t.policy.waits.approvals = &a;
	plan_and_apply(&t);
	check_plan(&t, t.plan, true);
	check_order(&t, t.plan);
	check_approved(&t, &a, t.plan);
	check_no_loss(&t, &t.before, &t.after, t.plan);
	s = t.after;
	t.policy.waits.approvals = NULL;
	release(&t, &s);
	if (!wild && t.policy.use_base)
		check_no_trace(&t, &s);
	json_free(plan);
	json_free(t.plan);
	approvals_fini(&a);
}

/* --- settle time ---------------------------------------------------------- */

static void settling_world(uint64_t seed)
{
	struct settling since = { 0 };
	struct trial t;
	bool wild = begin_random(&t, &seed);
	struct waits *w = &t.policy.waits;
	struct sim s;
	json *plan;

	w->settle = (1 + rnd_below(&seed, 120)) * USEC_MINUTE;
	w->now[SUPABASE] = w->now[NOTION] = t.before.now;
	w->settling = &since;
	plan_and_apply(&t);
	check_order(&t, t.plan);
	check_no_loss(&t, &t.before, &t.after, t.plan);
	for (const json *op = json_first(t.plan); op; op = json_next(op)) {
		json *line;

		if (!waits_as(op, "settling"))
			continue;
		line = json_copy(op);
		json_put_str(line, "kind", "settling");
		settling_add(&since, line);
	}
	settling_sort(&since);
	/* However busy the typist, an hour is enough. */
	s = t.after;
	w->now[SUPABASE] = w->now[NOTION] = t.before.now + SETTLING_MAX;
	for (enum side side = 0; side < SIDES; side++)
		for (size_t i = 0; i < s.n[side]; i++)
			if (one_in(&seed, 2))
				s.at[side][i].edited = w->now[side];
	plan = sim_plan(&s, &t.policy, NULL);
	for (const json *op = json_first(t.plan); op; op = json_next(op)) {
		const json *would = json_get(op, "would");

		for (const json *now = json_first(plan); would && now;
			now = json_next(now))
			if (text_same(json_str(op, "row_id"),
				    json_str(now, "row_id")) &&
				text_same(json_str(op, "page_id"),
					json_str(now, "page_id")))
				hold(&t, !waits_as(now, "settling"));
	}
	json_free(plan);
	s = t.after;
	release(&t, &s);
	if (!wild && t.policy.use_base)
		check_no_trace(&t, &s);
	json_free(t.plan);
	settling_fini(&since);
}

static void each(uint64_t seed)
{
	held_world(seed);
	approved_world(seed);
	settling_world(seed);
}

int main(int argc, char **argv)
{
	return trials(argc, argv, each);
}
