/* What people do to a random world. */
#include "seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/text.h"

#define HALVES_MAX (4 * SIM_MAX)

struct halves {
	json *at[HALVES_MAX];
	size_t n;
};

struct scene {
	struct halves rows, pages;
	struct halves ops; /* of the plan */
};

static bool is_of_seed(const char *id)
{
	return id && (strncmp(id, "aaaaaaaa", 8) == 0 ||
			     strncmp(id, "bbbbbbbb", 8) == 0);
}

/*
 * A page created since has another id in each run, and so has the row created
 * for it: such rows are left out.
 */
static bool is_known_row(const json *row)
{
	return is_of_seed(json_str(row, "id")) ||
	       is_of_seed(json_str(row, "notion_page_id"));
}

static void add_half(struct halves *to, json *take_half)
{
	if (to->n == HALVES_MAX)
		abort();
	to->at[to->n++] = take_half;
}

/* Where a line of the input goes; NULL: nowhere. */
static struct halves *place_of(struct scene *s, const json *line)
{
	if (text_same(json_str(line, "side"), "notion"))
		return &s->pages;
	if (text_same(json_str(line, "side"), "supabase"))
		return is_known_row(line) ? &s->rows : NULL;
	return text_same(json_str(line, "kind"), "op") ? &s->ops : NULL;
}

static void read_scene(struct scene *s)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	struct error e;

	while ((len = getline(&text, &size, stdin)) > 0) {
		json *line = json_parse(text, (size_t)len, JSON_STRICT, &e);
		struct halves *to = place_of(s, line);

		if (!line)
			abort();
		if (to)
			add_half(to, line);
		else
			json_free(line);
	}
	free(text);
}

static void halves_fini(struct halves *h)
{
	for (size_t i = 0; i < h->n; i++)
		json_free(h->at[i]);
}

static json *find(const struct halves *h, const char *key, const char *id)
{
	for (size_t i = 0; id && i < h->n; i++)
		if (text_same(json_str(h->at[i], key), id))
			return h->at[i];
	return NULL;
}

/* A page, found by way of a row or by the id that the seed gave it. */
static json *any_page(const struct scene *s, uint64_t *seed)
{
	const json *row = s->rows.at[rnd_below(seed, (unsigned)s->rows.n)];
	json *page = find(&s->pages, "id", json_str(row, "notion_page_id"));

	for (size_t i = 0, skip = rnd_below(seed, 6); !page && i < s->pages.n;
		i++)
		if (is_of_seed(json_str(s->pages.at[i], "id")) && skip-- == 0)
			page = s->pages.at[i];
	return page;
}

static json *edit_of(enum side side, const json *half)
{
	json *edit = json_object();

	json_put_str(edit, "side", side_name(side));
	json_put_str(edit, "id", json_str(half, "id"));
	return edit;
}

static json *act(enum side side, const json *half, const char *action)
{
	json *edit = edit_of(side, half);

	json_put_str(edit, "action", action);
	return edit;
}

static json *set_null(enum side side, const json *half, const char *key)
{
	json *edit = edit_of(side, half);

	json_put_str(json_put(edit, "set", json_object()), key, NULL);
	return edit;
}

static void take_text(char to[SIM_TEXT], const char *from)
{
	snprintf(to, SIM_TEXT, "%s", from ? from : "");
}

static struct sim_record record_of(enum side side, const json *half)
{
	const json *type = json_get(half, "type"),
		   *day = json_get(half, "date");
	struct sim_record r = { .more_types = json_count(type) > 1 };

	take_text(r.value[FIELD_DECISION], json_str(half, "decision"));
	take_text(r.value[FIELD_TYPE],
		json_text(side == NOTION ? json_first(type) : type));
	take_text(r.value[FIELD_DATE],
		side == NOTION ? json_str(day, "start") : json_text(day));
	r.value[FIELD_DATE][DATE_LEN] = '\0';
	return r;
}

/* One or two fields; maybe to what they are, which is an edit too. */
static json *set_fields(enum side side, const json *half, uint64_t *seed)
{
	struct sim s = { 0 };
	struct sim_record r = record_of(side, half), old = r;
	json *edit = edit_of(side, half);
	json *set = json_put(edit, "set", json_object());

	for (unsigned i = rnd_below(seed, 2) + 1; i > 0; i--)
		sim_edit(&s, &r, seed, true);
	if (strcmp(r.value[FIELD_DECISION], old.value[FIELD_DECISION]) != 0)
		json_put_str(set, "decision", r.value[FIELD_DECISION]);
	if (strcmp(r.value[FIELD_TYPE], old.value[FIELD_TYPE]) != 0)
		json_put(set, "type",
			side == NOTION
				? seed_types(r.value[FIELD_TYPE], r.more_types)
				: json_string(r.value[FIELD_TYPE]));
	if (strcmp(r.value[FIELD_DATE], old.value[FIELD_DATE]) != 0)
		json_put(set, "date",
			side == NOTION ? seed_date(r.value[FIELD_DATE], seed)
				       : json_string(seed_or_null(
						 r.value[FIELD_DATE])));
	return edit;
}

/* No further edit finds it. */
static json *erase(enum side side, json *half, const char *action)
{
	json *edit = act(side, half, action);

	json_put_bool(half, "erased", true);
	return edit;
}

static json *edit_row(json *row, uint64_t *seed)
{
	bool deleted = json_str(row, "deleted_at") != NULL;
	json *edit;

	switch (rnd_below(seed, 12)) {
	case 0:
	case 1:
		if (json_get(row, "deleted_at"))
			return act(SUPABASE, row,
				deleted ? "undelete" : "soft-delete");
		return erase(SUPABASE, row, "delete");
	case 2:
		return erase(SUPABASE, row, "delete");
	case 3:
		return set_null(SUPABASE, row, "notion_page_id");
	case 4:
		return set_null(SUPABASE, row, "checksum");
	default:
		edit = set_fields(SUPABASE, row, seed);
		json_put_bool(edit, "touch", !one_in(seed, 3));
		return edit;
	}
}

static json *edit_page(json *page, uint64_t *seed)
{
	static const char *const far[] = { "move", "unshare", "share" };

	switch (rnd_below(seed, 14)) {
	case 0:
	case 1:
		return act(NOTION, page,
			json_true(page, "in_trash") ? "restore" : "trash");
	case 2:
		return act(NOTION, page, far[rnd_below(seed, 3)]);
	case 3:
		return erase(NOTION, page, "erase");
	case 4:
		return act(NOTION, page, "duplicate");
	default:
		return set_fields(NOTION, page, seed);
	}
}

static json *write_anew(enum side side, uint64_t *seed)
{
	json *none = json_object(), *edit = set_fields(side, none, seed);

	json_remove(edit, "id");
	json_free(none);
	return edit;
}

/* What an op of the plan writes. */
static json *any_target(const struct scene *s, enum side *side, uint64_t *seed)
{
	const json *op = s->ops.at[rnd_below(seed, (unsigned)s->ops.n)];

	*side = text_same(json_str(op, "target"), "notion") ? NOTION : SUPABASE;
	return *side == NOTION ? find(&s->pages, "id", json_str(op, "page_id"))
			       : find(&s->rows, "id", json_str(op, "row_id"));
}

static json *any_half(const struct scene *s, enum side *side, uint64_t *seed)
{
	*side = one_in(seed, 2) ? SUPABASE : NOTION;
	if (s->rows.n == 0 || one_in(seed, 8))
		return NULL;
	if (s->ops.n > 0 && one_in(seed, 2))
		return any_target(s, side, seed);
	return *side == NOTION
		       ? any_page(s, seed)
		       : s->rows.at[rnd_below(seed, (unsigned)s->rows.n)];
}

static json *next_edit(const struct scene *s, uint64_t *seed)
{
	enum side side;
	json *half = any_half(s, &side, seed);

	if (!half || json_true(half, "erased"))
		return write_anew(side, seed);
	return side == NOTION ? edit_page(half, seed) : edit_row(half, seed);
}

/* Time passes before each. One world in four is left in peace. */
void seed_edits(uint64_t seed)
{
	struct scene s = { .rows = { .n = 0 } };
	unsigned n;

	read_scene(&s);
	n = one_in(&seed, 4) ? 0 : 1 + rnd_below(&seed, 7);
	while (n-- > 0) {
		printf("clock {\"advance\":%u}\n", 1 + rnd_below(&seed, 100));
		printf("edit ");
		seed_print(next_edit(&s, &seed));
	}
	halves_fini(&s.rows);
	halves_fini(&s.pages);
	halves_fini(&s.ops);
}
