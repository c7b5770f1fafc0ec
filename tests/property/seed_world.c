/*
 * The random worlds of the property tests for the sandbox; see
 * tests/chaos/worlds.sh. Called in one of two ways:
 *
 * seed_world SEED world: prints a line of settings, the lines of POST
 * /control/seed, and the pair lines of a base file.
 *
 * seed_world SEED edits: what people do next to the world whose dump is on
 * standard input, a line each: "<control request> <body>". It is the same for a
 * seed, whatever ids Notion has given meanwhile.
 */
#include "trial.h"

/* The worlds' time 0. */
#define EPOCH "2026-01-01T00:00:00Z"
#define HALVES_MAX (4 * SIM_MAX)

static void print(json *take_line)
{
	struct buf text = BUF_INIT(1 << 16);

	if (json_print(take_line, &text) == 0)
		puts(buf_str(&text));
	json_free(take_line);
	buf_fini(&text);
}

/* --- a world -------------------------------------------------------------- */

static void print_settings(const struct trial *t)
{
	static const char *const conflict[] = { [RULE_NEWER] = "newer",
		[RULE_SUPABASE] = "supabase",
		[RULE_NOTION] = "notion",
		[RULE_STOP] = "stop" };
	static const char *const orphans[] = { [ORPHANS_KEEP] = "keep",
		[ORPHANS_RESTORE] = "restore",
		[ORPHANS_TRASH] = "trash" };

	printf("%s %s %d %d %d %d\n", conflict[t->policy.conflict],
		orphans[t->policy.orphans], t->policy.use_base,
		t->before.soft_delete, t->before.has_checksum,
		t->before.has_synced);
}

static void put_time(json *to, const char *key, usec since_epoch)
{
	char text[TIME_SIZE];
	usec epoch;

	if (time_parse(EPOCH, &epoch) < 0)
		abort();
	json_put_str(to, key, time_format(epoch + since_epoch, text));
}

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

static json *row_line(const struct sim_record *r)
{
	json *line = json_object();

	json_put_str(line, "side", "supabase");
	json_put_str(line, "id", r->id);
	json_put_str(line, "decision", r->value[DECISION]);
	json_put_str(line, "type", r->value[TYPE]);
	json_put_str(line, "date", or_null(r->value[DATE]));
	json_put_str(line, "notion_page_id", or_null(r->link));
	json_put_str(line, "checksum", or_null(r->stored));
	json_put_bool(line, "notion_synced", r->synced);
	json_put_str(line, "remark", r->id + 30);
	put_time(line, "created_at", r->created);
	put_time(line, "updated_at", r->edited);
	if (r->deleted)
		put_time(line, "deleted_at", r->edited);
	return line;
}

static json *types(const char *first, bool more)
{
	json *list = json_array();

	if (*first)
		json_add(list, json_string(first));
	if (more)
		json_add(list, json_string("Further"));
	return list;
}

/* Now and then with a time of day or an end, which no sync may change. */
static json *date(const char *day, uint64_t *seed)
{
	char start[SIM_TEXT + 32];
	json *v;

	if (!*day || !one_in(seed, 3))
		return json_string(or_null(day));
	v = json_object();
	if (one_in(seed, 2)) {
		json_put_str(v, "start", day);
		json_put_str(v, "end", "2026-12-31");
	} else {
		snprintf(start, sizeof start, "%sT09:00:00.000+01:00", day);
		json_put_str(v, "start", start);
	}
	return v;
}

static json *page_line(const struct sim *s, const struct sim_record *r)
{
	uint64_t seed = (uint64_t)r->created;
	json *line = json_object();

	json_put_str(line, "side", "notion");
	json_put_str(line, "id", r->id);
	json_put_str(line, "decision", r->value[DECISION]);
	json_put(line, "type", types(r->value[TYPE], r->more_types));
	json_put(line, "date", date(r->value[DATE], &seed));
	if (s->has_checksum)
		json_put_str(line, "checksum", r->stored);
	if (s->has_synced)
		json_put_bool(line, "synced", r->synced);
	json_put_str(line, "owner", r->id + 30);
	json_put_str(line, "notes", r->id);
	json_put_str(line, "created_by", r->own ? "bot" : "person");
	put_time(line, "created_at", r->created);
	put_time(line, "edited_at", r->edited);
	json_put_bool(line, "in_trash", r->deleted);
	return line;
}

static json *base_line(const struct sim_line *l)
{
	struct content c = sim_content(l->value);
	json *line = json_object();

	json_put_str(line, "kind", "pair");
	json_put_str(line, "row_id", l->row_id);
	json_put_str(line, "page_id", l->page_id);
	content_put(line, &c, ALL_FIELDS);
	json_put_str(line, "checksum", l->checksum);
	json_put_bool(line, "deleted", l->deleted);
	return line;
}

/* Every other world has so much to write that all workers are hired for it. */
static void make_crowd(struct sim *s, uint64_t *seed)
{
	sim_settled(s, seed, 10);
	for (unsigned i = 20 + rnd_below(seed, 20); i > 0; i--)
		sim_disturb(s, seed);
}

/* A page that is moved or out of reach is none of the seed's. */
static void print_world(uint64_t seed)
{
	struct trial t;
	struct sim *s = &t.before;

	begin_random(&t, &seed);
	if (one_in(&seed, 2))
		make_crowd(s, &seed);
	print_settings(&t);
	for (size_t i = 0; i < s->n[SUPABASE]; i++)
		print(row_line(&s->at[SUPABASE][i]));
	for (size_t i = 0; i < s->n[NOTION]; i++)
		if (!*s->at[NOTION][i].state)
			print(page_line(s, &s->at[NOTION][i]));
	for (size_t i = 0; i < s->n_lines; i++)
		print(base_line(&s->line[i]));
}

/* --- edits ---------------------------------------------------------------- */

struct halves {
	json *at[HALVES_MAX];
	size_t n;
};

static bool is_of_seed(const char *id)
{
	return id && (strncmp(id, "aaaaaaaa", 8) == 0 ||
			     strncmp(id, "bbbbbbbb", 8) == 0);
}

/*
 * A page made since has another id in each run, and so has the row made for it:
 * such rows are left out.
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

static void read_dump(struct halves *rows, struct halves *pages)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	struct error e;

	while ((len = getline(&text, &size, stdin)) > 0) {
		json *half = json_parse(text, (size_t)len, JSON_STRICT, &e);

		if (!half)
			abort();
		if (same_text(json_str(half, "side"), "notion"))
			add_half(pages, half);
		else if (is_known_row(half))
			add_half(rows, half);
		else
			json_free(half);
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
		if (same_text(json_str(h->at[i], key), id))
			return h->at[i];
	return NULL;
}

/* A page, found by way of a row or by the id that the seed gave it. */
static json *any_page(
	const struct halves *rows, const struct halves *pages, uint64_t *seed)
{
	const json *row = rows->at[rnd_below(seed, (unsigned)rows->n)];
	json *page = find(pages, "id", json_str(row, "notion_page_id"));

	for (size_t i = 0, skip = rnd_below(seed, 6); !page && i < pages->n;
		i++)
		if (is_of_seed(json_str(pages->at[i], "id")) && skip-- == 0)
			page = pages->at[i];
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

	take_text(r.value[DECISION], json_str(half, "decision"));
	take_text(r.value[TYPE],
		json_text(side == NOTION ? json_first(type) : type));
	take_text(r.value[DATE],
		side == NOTION ? json_str(day, "start") : json_text(day));
	r.value[DATE][DATE_LEN] = '\0';
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
	if (strcmp(r.value[DECISION], old.value[DECISION]) != 0)
		json_put_str(set, "decision", r.value[DECISION]);
	if (strcmp(r.value[TYPE], old.value[TYPE]) != 0)
		json_put(set, "type",
			side == NOTION ? types(r.value[TYPE], r.more_types)
				       : json_string(r.value[TYPE]));
	if (strcmp(r.value[DATE], old.value[DATE]) != 0)
		json_put(set, "date",
			side == NOTION ? date(r.value[DATE], seed)
				       : json_string(or_null(r.value[DATE])));
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

static json *next_edit(
	const struct halves *rows, const struct halves *pages, uint64_t *seed)
{
	enum side side = one_in(seed, 2) ? SUPABASE : NOTION;
	json *half;

	if (rows->n == 0 || one_in(seed, 8))
		return write_anew(side, seed);
	half = side == NOTION ? any_page(rows, pages, seed)
			      : rows->at[rnd_below(seed, (unsigned)rows->n)];
	if (!half || json_true(half, "erased"))
		return write_anew(side, seed);
	return side == NOTION ? edit_page(half, seed) : edit_row(half, seed);
}

/* Time passes before each. One world in four is left in peace. */
static void print_edits(uint64_t seed)
{
	struct halves rows = { .n = 0 }, pages = { .n = 0 };
	unsigned n;

	read_dump(&rows, &pages);
	n = one_in(&seed, 4) ? 0 : 1 + rnd_below(&seed, 7);
	while (n-- > 0) {
		printf("clock {\"advance\":%u}\n", 1 + rnd_below(&seed, 100));
		printf("edit ");
		print(next_edit(&rows, &pages, &seed));
	}
	halves_fini(&rows);
	halves_fini(&pages);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;

	if (argc == 3 && strcmp(argv[2], "world") == 0)
		print_world(seed);
	else if (argc == 3 && strcmp(argv[2], "edits") == 0)
		print_edits(seed);
	else
		return fprintf(stderr, "usage: seed_world SEED world|edits\n"),
		       2;
	return fflush(stdout) != 0;
}
