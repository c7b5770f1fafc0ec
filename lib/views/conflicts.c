#include "views/conflicts.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/hex.h"

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

static int take(struct conflict *c, const json *line)
{
	return json_get(line, "winner") ? take_decided(c, line)
					: take_open(c, line);
}

/* --- what a person has seen of it ----------------------------------------- */

static void digest_text(const char *text, unsigned char out[SHA256_BYTES])
{
	sha256(text ? text : "", text ? strlen(text) : 0, out);
}

/* A digest for each part, so that no text can pass for the end of another. */
static void digest_field(struct conflict *c, enum field f)
{
	unsigned char parts[SIDES + 1][SHA256_BYTES];
	struct buf detail = BUF_INIT(65536);

	for (enum side s = 0; s < SIDES; s++)
		digest_text(c->of[s].value[f], parts[s]);
	if (f == FIELD_DATE && c->date_detail)
		json_print(c->date_detail, &detail);
	digest_text(buf_str(&detail), parts[SIDES]);
	sha256(parts, sizeof parts, c->digest[f]);
	buf_fini(&detail);
}

static void digest_fields(struct conflict *c)
{
	for (enum field f = 0; f < FIELDS; f++)
		if (c->fields & FIELD_BIT(f))
			digest_field(c, f);
}

void conflict_seen(const struct conflict *c, char out[SEEN_SIZE])
{
	unsigned char all[1 + FIELDS * (1 + SHA256_BYTES)], sum[SHA256_BYTES];
	size_t len = 0;

	all[len++] = c->decided ? (unsigned char)('0' + c->winner) : '-';
	for (enum field f = 0; f < FIELDS; f++) {
		if (!(c->fields & FIELD_BIT(f)))
			continue;
		all[len++] = (unsigned char)f;
		memcpy(all + len, c->digest[f], SHA256_BYTES);
		len += SHA256_BYTES;
	}
	sha256(all, len, sum);
	*hex_put(out, sum, SEEN_SIZE / 2) = '\0';
}

int conflict_seen_open(const json *conflict, char out[SEEN_SIZE])
{
	struct conflict c = { .order = 0 };

	if (take_open(&c, conflict) < 0)
		return -1;
	digest_fields(&c);
	conflict_seen(&c, out);
	return 0;
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

bool conflict_same_pair(const struct conflict *x, const struct conflict *y)
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

		if (i == 0 || !conflict_same_pair(&all->at[i], &all->at[i - 1]))
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

static void find_titles(struct conflicts *all, const char *state_dir)
{
	for (size_t i = 0; i < all->n; i++)
		titles_want(&all->titles, all->at[i].row_id);
	titles_load(&all->titles, state_dir);
	for (size_t i = 0; i < all->n; i++)
		all->at[i].title =
			titles_find(&all->titles, all->at[i].row_id, NULL);
}

/* Of what is there, the newest of each field, newest first. */
static void settle(struct conflicts *all)
{
	if (!all->n)
		return;
	qsort(all->at, all->n, sizeof *all->at, by_record);
	drop_older(all);
	qsort(all->at, all->n, sizeof *all->at, newest_first);
	while (all->copy && all->n > CONFLICTS_MAX) {
		json_free(all->at[--all->n].line);
		all->left_out++;
	}
}

static void add(struct conflicts *all, const json *line, const json *conflict,
	const char *run_id)
{
	struct conflict c = { .order = all->order++ };

	/* Before texts are cut, for what is cut looks the same. */
	if (take_ids(&c, line, run_id) < 0 || take(&c, conflict) < 0)
		return;
	digest_fields(&c);
	c.line = all->copy ? all->copy(conflict) : json_copy(conflict);
	if (take(&c, c.line) < 0) {
		json_free(c.line);
		return;
	}
	all->at = grow(all->at, all->n, &all->cap, sizeof *all->at);
	all->at[all->n++] = c;
}

static void each_decided(void *arg, const json *line)
{
	struct conflicts *all = arg;

	if (json_get(line, "winner"))
		add(all, line, line, json_str(line, "run_id"));
	if (all->copy && all->n >= 2 * CONFLICTS_MAX)
		settle(all);
}

void conflicts_load(struct conflicts *c, struct run_records *l,
	const struct pending *waits, const char *state_dir, view_copy *copy)
{
	struct error e;

	*c = (struct conflicts){ .copy = copy };
	if (conflict_lines(l, each_decided, c, &e) < 0)
		json_add(l->damage, json_string(e.text));
	for (size_t i = 0; i < waits->n; i++) {
		const json *data = waits->items[i].data;

		if (line_has(data, "kind", "conflict"))
			add(c, data, json_get(data, "conflict"), waits->run_id);
	}
	settle(c);
	find_titles(c, state_dir);
}

void conflicts_fini(struct conflicts *c)
{
	for (size_t i = 0; i < c->n; i++)
		json_free(c->at[i].line);
	free(c->at);
	titles_fini(&c->titles);
	*c = (struct conflicts){ 0 };
}

/* --- the commands --------------------------------------------------------- */

const char *conflict_edited_key(enum side s)
{
	return s == SUPABASE ? "supabase_at" : "notion_at";
}

/* " --field type", for a conflict that isn't the newest of its record. */
static void field_options(
	const struct conflicts *all, const struct conflict *c, struct buf *out)
{
	const struct conflict *newest = all->at;

	while (strcmp(newest->row_id, c->row_id) != 0 ||
		strcmp(newest->page_id, c->page_id) != 0)
		newest++;
	for (enum field f = 0; f < FIELDS && newest != c; f++)
		if (c->fields & FIELD_BIT(f))
			buf_addf(out, " --field %s", field_name(f));
}

const char *conflict_command(const struct conflicts *all,
	const struct conflict *c, enum side take, char out[COMMAND_SIZE])
{
	struct buf text = BUF_INIT(COMMAND_SIZE);

	buf_addf(&text, "scripts/controls.sh resolve %s --take %s", c->row_id,
		side_name(take));
	field_options(all, c, &text);
	humanize_command(buf_str(&text), out);
	buf_fini(&text);
	return out;
}

bool conflict_is_choice(const struct conflict *c, enum side s)
{
	return !c->decided || s != c->winner;
}

/* --- as JSON -------------------------------------------------------------- */

static json *field_json(const struct conflict *c, enum field f)
{
	json *field = json_object();

	for (enum side s = 0; s < SIDES; s++)
		json_put_str(field, side_name(s), c->of[s].value[f]);
	json_put_str(field, "winner", c->decided ? side_name(c->winner) : NULL);
	if (f == FIELD_DATE && c->date_detail)
		json_put(field, "date_detail", json_copy(c->date_detail));
	return field;
}

void conflict_put_fields(json *to, const struct conflict *c, unsigned fields)
{
	for (enum field f = 0; f < FIELDS; f++)
		if (c->fields & fields & FIELD_BIT(f))
			json_put(to, field_name(f), field_json(c, f));
}

static json *conflict_json(
	const struct conflicts *all, const struct conflict *c)
{
	json *one = json_object(), *commands;
	char stamp[TIME_SIZE], command[COMMAND_SIZE], seen[SEEN_SIZE];

	put_ids(one, c->row_id, c->page_id);
	json_put_str(one, "title", c->title);
	json_put_str(one, "run_id", c->run_id);
	json_put_str(one, "at", time_stamp(run_id_time(c->run_id), stamp));
	json_put_bool(one, "decided", c->decided);
	json_put_bool(one, "by_hand", c->by_hand);
	conflict_put_fields(
		json_put(one, "fields", json_object()), c, ALL_FIELDS);
	for (enum side s = 0; s < SIDES; s++)
		json_put_str(one, conflict_edited_key(s),
			json_str(c->line, conflict_edited_key(s)));
	conflict_seen(c, seen);
	json_put_str(one, "seen", seen);
	commands = json_put(one, "commands", json_array());
	for (enum side s = 0; s < SIDES; s++)
		if (conflict_is_choice(c, s))
			json_add(commands, json_string(conflict_command(
						   all, c, s, command)));
	return one;
}

json *conflicts_json(const struct conflicts *c)
{
	json *data = json_object(), *list;

	json_put_int(data, "v", 1);
	list = json_put(data, "conflicts", json_array());
	for (size_t i = 0; i < c->n; i++)
		json_add(list, conflict_json(c, &c->at[i]));
	json_put_int(data, "left_out", (int64_t)c->left_out);
	return data;
}
