#include "conflicts.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

static bool has(const json *line, const char *key, const char *value)
{
	const char *s = json_str(line, key);

	return s && strcmp(s, value) == 0;
}

/* --- one conflict --------------------------------------------------------- */

static int take_ids(struct conflict *c, const json *line, const char *run_id)
{
	const char *row = json_str(line, "row_id");
	const char *page = json_str(line, "page_id");

	if (!row || !page || !run_id_is_valid(run_id) ||
		uuid_normalize(row, c->row_id) < 0 ||
		uuid_normalize(page, c->page_id) < 0)
		return -1;
	strcpy(c->run_id, run_id);
	return 0;
}

/* The values of all fields of the conflict; -1: one can't be read. */
static int take_values(struct decision *d, const json *values, unsigned fields)
{
	unsigned there;

	if (decision_parse(d, &there, values) < 0)
		return -1;
	for (enum field f = 0; f < FIELDS; f++)
		if (json_unreadable(json_get(values, field_name(f))))
			return -1;
	return (there & fields) == fields ? 0 : -1;
}

/* A line of conflicts.ndjson: what lost, and what was set instead. */
static int take_decided(struct conflict *c, const json *line)
{
	const json *lost = json_get(line, "lost");

	c->fields = fields_parse(json_get(line, "fields")) & ALL_FIELDS;
	c->decided = true;
	c->by_hand = json_true(line, "resolved");
	if (!c->fields || side_parse(json_str(line, "winner"), &c->winner) < 0)
		return -1;
	if (json_is_object(json_get(lost, "date_detail")) &&
		c->winner == SUPABASE)
		c->date_detail = json_get(lost, "date_detail");
	return take_values(
		       &c->of[c->winner], json_get(line, "set"), c->fields) < 0
		       ? -1
		       : take_values(&c->of[other_side(c->winner)], lost,
				 c->fields);
}

/* Of a pair that was left alone: what both hold. */
static int take_open(struct conflict *c, const json *conflict)
{
	c->fields = fields_parse(json_get(conflict, "fields")) & ALL_FIELDS;
	if (!c->fields)
		return -1;
	for (enum side s = 0; s < SIDES; s++)
		if (take_values(&c->of[s], json_get(conflict, side_name(s)),
			    c->fields) < 0)
			return -1;
	return 0;
}

static void add(struct conflicts *all, const json *line, const json *conflict,
	const char *run_id)
{
	struct conflict c = { .line = json_copy(conflict), .order = all->n };
	bool open = !json_get(conflict, "winner");

	if (take_ids(&c, line, run_id) < 0 ||
		(open ? take_open(&c, c.line) : take_decided(&c, c.line)) < 0) {
		json_free(c.line);
		return;
	}
	all->at = grow(all->at, all->n, &all->cap, sizeof *all->at);
	all->at[all->n++] = c;
}

static void each_decided(void *arg, const json *line)
{
	if (json_get(line, "winner"))
		add(arg, line, line, json_str(line, "run_id"));
}

/* --- the newest of each field --------------------------------------------- */

static int by_record(const void *a, const void *b)
{
	const struct conflict *x = a, *y = b;
	int order = strcmp(x->row_id, y->row_id);

	if (order == 0)
		order = strcmp(x->page_id, y->page_id);
	return order ? order : (x->order < y->order) - (x->order > y->order);
}

static int newest_first(const void *a, const void *b)
{
	const struct conflict *x = a, *y = b;
	int order = strcmp(y->run_id, x->run_id);

	return order ? order : (x->order < y->order) - (x->order > y->order);
}

static bool same_record(const struct conflict *x, const struct conflict *y)
{
	return strcmp(x->row_id, y->row_id) == 0 &&
	       strcmp(x->page_id, y->page_id) == 0;
}

/* A later conflict in a field says more of it than an earlier one. */
static void drop_older(struct conflicts *all)
{
	unsigned later = 0;
	size_t kept = 0;

	for (size_t i = 0; i < all->n; i++) {
		unsigned fields = all->at[i].fields;

		if (i == 0 || !same_record(&all->at[i], &all->at[i - 1]))
			later = 0;
		all->at[i].fields &= ~later;
		later |= fields;
	}
	for (size_t i = 0; i < all->n; i++) {
		if (all->at[i].fields)
			all->at[kept++] = all->at[i];
		else
			json_free(all->at[i].line);
	}
	all->n = kept;
}

static void find_titles(struct conflicts *all, const struct base *base)
{
	for (size_t i = 0; i < all->n; i++) {
		struct conflict *c = &all->at[i];
		const struct base_pair *line = base_find_row(base, c->row_id);

		if (line && line->known)
			c->title =
				line->held[SUPABASE].is.value[FIELD_DECISION];
	}
}

void conflicts_load(struct conflicts *c, struct run_records *l,
	const struct pending *waits, const struct base *base)
{
	struct error e;

	*c = (struct conflicts){ 0 };
	if (conflict_lines(l, each_decided, c, &e) < 0)
		json_add(l->damage, json_string(e.text));
	for (size_t i = 0; i < waits->n; i++) {
		const json *data = waits->items[i].data;

		if (has(data, "kind", "conflict"))
			add(c, data, json_get(data, "conflict"), waits->run_id);
	}
	if (c->n == 0)
		return;
	qsort(c->at, c->n, sizeof *c->at, by_record);
	drop_older(c);
	qsort(c->at, c->n, sizeof *c->at, newest_first);
	find_titles(c, base);
}

void conflicts_fini(struct conflicts *c)
{
	for (size_t i = 0; i < c->n; i++)
		json_free(c->at[i].line);
	free(c->at);
	*c = (struct conflicts){ 0 };
}
