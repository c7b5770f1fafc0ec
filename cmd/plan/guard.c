#include "guard.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/humanize.h"

#define SEE_MEETINGS "scripts/sync-now.sh --dry-run --match decision"

int guards_allow(struct guards *g, const char *list, struct error *e)
{
	return guards_parse(list, g->allowed, e);
}

/* What was seen; a second side is told behind the first. */
__attribute__((format(printf, 3, 4))) static void trip(
	struct guards *g, enum guard one, const char *fmt, ...)
{
	size_t len = strlen(g->seen[one]);
	va_list ap;

	/* Of a base from elsewhere one difference is enough. */
	if (g->tripped[one] && one == GUARD_SCOPE)
		return;
	if (g->tripped[one])
		len += (size_t)snprintf(
			g->seen[one] + len, GUARD_TEXT - len, "; ");
	g->tripped[one] = true;
	va_start(ap, fmt);
	vsnprintf(g->seen[one] + len, GUARD_TEXT - len, fmt, ap);
	va_end(ap);
}

static const char *known(const char *scope)
{
	return scope ? scope : "unknown";
}

void guard_scope(
	struct guards *g, const struct sides *w, const struct base *base)
{
	const char *what;

	if (!base->scope)
		return;
	for (enum side s = 0; s < SIDES; s++) {
		const char *was = json_str(base->scope, side_name(s));
		const char *is = json_str(w->scope, side_name(s));

		if (!was || !is || strcmp(was, is) != 0)
			trip(g, GUARD_SCOPE,
				"the local base belongs to another place: %s "
				"%.80s, not %.80s; with --allow scope it is "
				"read as empty",
				side_title(s), known(was), known(is));
	}
	if (!base_same_scope(base->scope, w->scope, &what))
		trip(g, GUARD_SCOPE,
			"the local base belongs to other %s (fields.json): "
			"what it says of each field was said of what was "
			"there; with --allow scope it is read as empty",
			what);
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static const char *records_of(enum side s)
{
	return s == NOTION ? "pages in Notion" : "rows in Supabase";
}

/* Neither service says that there are records which it doesn't show. */
static const char *hidden_by(enum side s)
{
	return s == NOTION ? "a connection that they are not shared with"
			   : "a key that row-level security holds for";
}

/* One that shows no records, where there were at least so many of them. */
static void check_empty_side(struct guards *g, const struct sides *w,
	const struct base *base, size_t least)
{
	size_t linked = 0, agreed = 0;

	for (size_t i = 0; i < w->side[SUPABASE].n; i++) {
		const struct record *row = record_at(w, SUPABASE, i);

		linked += record_is_live(row) && row->link;
	}
	for (size_t i = 0; i < base_count(base); i++) {
		const struct base_pair *p = base_pair_at(base, i);

		agreed += p->known && !p->held[SUPABASE].deleted &&
			  !p->held[NOTION].deleted;
	}
	if (linked < least && agreed < least)
		return;
	for (enum side s = 0; s < SIDES; s++)
		if (w->live[s] == 0)
			trip(g, GUARD_EMPTY_SIDE,
				"there are no live %s (%s sees none either), "
				"but %zu live %s linked and the local base has "
				"%zu live %s",
				records_of(s), hidden_by(s), linked,
				linked == 1 ? "row is" : "rows are", agreed,
				agreed == 1 ? "pair" : "pairs");
}

enum op_kind guard_counts(enum guard one)
{
	switch (one) {
	case GUARD_MASS_DELETE:
		return OP_TRASH;
	case GUARD_MASS_CREATE:
		return OP_CREATE;
	case GUARD_MASS_CHANGE:
		return OP_UPDATE;
	default:
		return OP_SKIP;
	}
}

/*
 * Of each kind, to each side; what a person has approved counts for none. What
 * settles is on its way: it counts like what is written now, or a bulk edit
 * would pass in instalments. What is held isn't, and tells only of the state.
 */
struct unasked {
	size_t n[SIDES][OP_KINDS];
	size_t held[SIDES][OP_KINDS];
};

/* Whether it goes to a service, now or later: as which kind, to which side. */
static bool is_meant_for(
	const struct planned_op *op, enum op_kind *kind, enum side *side)
{
	enum op_target target = op->waits ? op->would_target : op->target;

	*kind = op->waits ? op->would : op->kind;
	*side = target == TARGET_NOTION ? NOTION : SUPABASE;
	return op_target_is_service(target) && !op->approved;
}

static void count_unasked(struct unasked *u, const struct op_list *ops)
{
	enum op_kind kind;
	enum side side;

	*u = (struct unasked){ 0 };
	for (size_t i = 0; i < ops->n; i++) {
		const struct planned_op *op = &ops->at[i];

		if (!is_meant_for(op, &kind, &side))
			continue;
		if (op_is_held(op))
			u->held[side][kind]++;
		else
			u->n[side][kind]++;
	}
}

static void check_mass_delete(
	struct guards *g, const struct unasked *u, const size_t live[SIDES])
{
	for (enum side s = 0; s < SIDES; s++) {
		size_t n = u->n[s][OP_TRASH];
		bool too_many = n > 5 && n * 10 > live[s];

		if (!too_many && (n < 3 || n * 2 <= live[s]))
			continue;
		trip(g, GUARD_MASS_DELETE,
			"%zu of %zu live %s would be deleted", n, live[s],
			records_of(s));
		g->counted[GUARD_MASS_DELETE][s] = true;
	}
}

/*
 * Appends how many of them would meet by their decision, and how to see that;
 * nothing where that was asked for already.
 */
static void add_meetings(struct guards *g, const struct sides *w,
	const struct base *base, const struct op_list *ops, size_t of)
{
	char *text = g->seen[GUARD_MASS_CREATE], command[COMMAND_SIZE];
	size_t n, dated, len = strlen(text);

	for (size_t i = 0; i < ops->n; i++)
		if (ops->at[i].match)
			return;
	n = count_meetings(w, base, MATCH_DECISION);
	dated = count_meetings(w, base, MATCH_DECISION_DATE);
	if (n || dated)
		snprintf(text + len, GUARD_TEXT - len,
			"; %zu of %zu would meet by their %s: see %s",
			dated > n ? dated : n, of,
			dated > n ? "decision and date" : "decision",
			humanize_command(
				dated > n ? SEE_MEETINGS "+date" : SEE_MEETINGS,
				command));
}

static bool are_many(size_t n, size_t live)
{
	return n > 20 && n * 5 > live;
}

/*
 * This guard is about what is there: that one way is held makes two filled
 * sides no more alike, and what is made the other way is doubled all the same.
 */
static void check_mass_create(struct guards *g, const struct sides *w,
	const struct base *base, const struct op_list *ops,
	const struct unasked *u)
{
	size_t of[SIDES], held = 0;
	bool begins = false;
	char waits[60] = "";

	for (enum side s = 0; s < SIDES; s++) {
		size_t made = u->n[s][OP_CREATE];

		of[s] = made + u->held[s][OP_CREATE];
		held += u->held[s][OP_CREATE];
		begins |= are_many(made, w->live[s]);
		if (!are_many(of[s], w->live[s]))
			return;
	}
	if (!begins)
		return;
	if (held)
		snprintf(waits, sizeof waits, " (%zu of these are held)", held);
	trip(g, GUARD_MASS_CREATE,
		"%zu pages and %zu rows would be created%s: two filled "
		"sides that do not match",
		of[NOTION], of[SUPABASE], waits);
	for (enum side s = 0; s < SIDES; s++)
		g->counted[GUARD_MASS_CREATE][s] = u->n[s][OP_CREATE] > 0;
	add_meetings(g, w, base, ops,
		of[NOTION] < of[SUPABASE] ? of[NOTION] : of[SUPABASE]);
}

/* Pairs that are to meet by their decision have not changed: they are new. */
static void check_mass_change(struct guards *g, const struct op_list *ops,
	const struct unasked *u, size_t pairs)
{
	size_t met[SIDES] = { 0 };
	enum op_kind kind;
	enum side side;

	for (size_t i = 0; i < ops->n; i++) {
		const struct planned_op *op = &ops->at[i];

		if (op->match && is_meant_for(op, &kind, &side) &&
			kind == OP_UPDATE && !op_is_held(op))
			met[side]++;
		pairs -= op->meets;
	}
	for (enum side s = 0; s < SIDES; s++) {
		size_t n = u->n[s][OP_UPDATE] - met[s];

		if (n <= larger(20, pairs / 2) && (n < 5 || n < pairs))
			continue;
		trip(g, GUARD_MASS_CHANGE,
			"%zu %s would be changed, of %zu live pairs", n,
			records_of(s), pairs);
		g->counted[GUARD_MASS_CHANGE][s] = true;
	}
}

/* A line for a base of another scope is a write too: it would replace it. */
static bool writes_anything(const struct guards *g, const struct op_list *ops)
{
	for (size_t i = 0; i < ops->n; i++)
		if (op_target_is_service(ops->at[i].target) ||
			(g->tripped[GUARD_SCOPE] &&
				ops->at[i].kind == OP_ADOPT))
			return true;
	return false;
}

static bool anything_waits(const struct op_list *ops)
{
	for (size_t i = 0; i < ops->n; i++)
		if (ops->at[i].waits)
			return true;
	return false;
}

void guards_check(struct guards *g, const struct sides *w,
	const struct base *base, const struct op_list *ops, size_t live_pairs)
{
	bool writes = writes_anything(g, ops);
	struct unasked u;

	count_unasked(&u, ops);
	/* With nothing to do or to wait for, a single one is missed. */
	check_empty_side(g, w, base, writes || anything_waits(ops) ? 5 : 1);
	check_mass_delete(g, &u, w->live);
	check_mass_create(g, w, base, ops, &u);
	check_mass_change(g, ops, &u, live_pairs);
	if (!writes)
		memset(g->tripped, 0, sizeof g->tripped);
}

bool guards_see_emptiness(const struct guards *g)
{
	return !g->tripped[GUARD_EMPTY_SIDE] && g->seen[GUARD_EMPTY_SIDE][0];
}

bool guard_blocks(const struct guards *g, enum guard one)
{
	return g->tripped[one] && !g->allowed[one];
}

bool guards_block(const struct guards *g)
{
	for (enum guard i = 0; i < GUARDS; i++)
		if (guard_blocks(g, i))
			return true;
	return false;
}
