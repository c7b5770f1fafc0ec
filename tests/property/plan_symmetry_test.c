/* Swapping the sides' roles, and the tie rule, mirrors the plan. */
#include "trial.h"

/* The same ops held, on the other side; and the same settle time. */
static void random_waits(
	struct waits *a, struct waits *b, const struct sim *s, uint64_t *seed)
{
	*a = *b = (struct waits){ .now = { s->now, s->now } };
	for (enum held_op o = 0; o < HELD_OPS; o++) {
		a->hold.of[o][HOLD_NOTION] = one_in(seed, 4);
		a->hold.of[o][HOLD_SUPABASE] = one_in(seed, 4);
		b->hold.of[o][HOLD_NOTION] = a->hold.of[o][HOLD_SUPABASE];
		b->hold.of[o][HOLD_SUPABASE] = a->hold.of[o][HOLD_NOTION];
	}
	if (one_in(seed, 3))
		a->settle = (s->now - rnd_below(seed, 18) * USEC_MINUTE);
	b->settle = a->settle;
}

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
struct result {
	const char *kind, *code, *would;
	const json *set, *conflict;
	bool won;
};

static struct result deed_of(
	const json *plan, const char *row_id, enum side side)
{
	struct result d = { 0 };

	for (const json *op = json_first(plan); op; op = json_next(op)) {
		if (!text_same(json_str(op, "row_id"), row_id))
			continue;
		if (text_same(json_str(json_get(op, "would"), "target"),
			    side_name(side))) {
			d.would = json_str(json_get(op, "would"), "op");
			d.set = json_get(op, "set");
		}
		if (is(op, "skip", NULL) && !json_get(op, "would"))
			d.code = json_str(op, "code");
		if (is(op, "link", NULL) || is(op, "stamp", NULL) ||
			!is(op, json_str(op, "op"), side_name(side)))
			continue;
		d.kind = json_str(op, "op");
		d.set = json_get(op, "set");
		d.conflict = json_get(op, "conflict");
		d.won = text_same(json_str(d.conflict, "winner"),
			side_name(other_side(side)));
	}
	return d;
}

static bool same_deed(const struct result *a, const struct result *b)
{
	if (!text_same(a->kind, b->kind) || !text_same(a->code, b->code) ||
		!text_same(a->would, b->would) ||
		(a->conflict != NULL) != (b->conflict != NULL) ||
		a->won != b->won)
		return false;
	for (enum field f = 0; f < FIELDS; f++) {
		const json *x = json_get(a->set, field_name(f));
		const json *y = json_get(b->set, field_name(f));

		if ((x != NULL) != (y != NULL) ||
			!field_equal(f, json_text(x), json_text(y)))
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
	policy = t.policy;
	if (one_in(&seed, 2))
		random_waits(&t.policy.waits, &policy.waits, &t.before, &seed);
	t.plan = sim_plan(&t.before, &t.policy, NULL);
	m = mirrored(&t.before);
	policy.conflict = mirror[policy.conflict];
	plan = sim_plan(&m, &policy, NULL);
	for (size_t i = 0; i < m.n[SUPABASE]; i++) {
		const char *id = m.at[SUPABASE][i].id;

		for (enum side s = 0; s < SIDES; s++) {
			struct result a = deed_of(t.plan, id, s);
			struct result b = deed_of(plan, id, other_side(s));

			hold(&t, same_deed(&a, &b));
		}
	}
	json_free(plan);
	json_free(t.plan);
}

int main(int argc, char **argv)
{
	return trials(argc, argv, symmetry);
}
