/*
 * The random worlds of the property tests for the sandbox; see
 * tests/chaos/worlds.sh. Called in one of two ways:
 *
 * seed_world SEED world: prints a line of settings, the lines of POST
 * /control/seed, and the pair lines of a base file.
 *
 * seed_world SEED edits: what people do next to the world whose dump is on
 * standard input, a line each: "<control request> <body>". Where a plan follows
 * the dump, half of the edits are of what it is about to write. They are the
 * same for a seed, whatever ids Notion has given meanwhile.
 */
#include "seed.h"
#include "trial.h"

/* The worlds' time 0. */
#define EPOCH "2026-01-01T00:00:00Z"

void seed_print(json *take_line)
{
	struct buf text = BUF_INIT(1 << 16);

	if (json_print(take_line, &text) == 0)
		puts(buf_str(&text));
	json_free(take_line);
	buf_fini(&text);
}

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

const char *seed_or_null(const char *text)
{
	return *text ? text : NULL;
}

static json *row_line(const struct sim_record *r)
{
	json *line = json_object();

	json_put_str(line, "side", "supabase");
	json_put_str(line, "id", r->id);
	json_put_str(line, "decision", r->value[FIELD_DECISION]);
	json_put_str(line, "type", r->value[FIELD_TYPE]);
	json_put_str(line, "date", seed_or_null(r->value[FIELD_DATE]));
	json_put_str(line, "notion_page_id", seed_or_null(r->link));
	json_put_str(line, "checksum", seed_or_null(r->stored));
	json_put_bool(line, "notion_synced", r->synced);
	json_put_str(line, "remark", r->id + 30);
	put_time(line, "created_at", r->created);
	put_time(line, "updated_at", r->edited);
	if (r->deleted)
		put_time(line, "deleted_at", r->edited);
	return line;
}

json *seed_types(const char *first, bool more)
{
	json *list = json_array();

	if (*first)
		json_add(list, json_string(first));
	if (more)
		json_add(list, json_string("Further"));
	return list;
}

json *seed_date(const char *day, uint64_t *seed)
{
	char start[SIM_TEXT + 32];
	json *v;

	if (!*day || !one_in(seed, 3))
		return json_string(seed_or_null(day));
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
	json_put_str(line, "decision", r->value[FIELD_DECISION]);
	json_put(line, "type", seed_types(r->value[FIELD_TYPE], r->more_types));
	json_put(line, "date", seed_date(r->value[FIELD_DATE], &seed));
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
	struct decision c = sim_content(l->value);
	json *line = json_object();

	json_put_str(line, "kind", "pair");
	json_put_str(line, "row_id", l->row_id);
	json_put_str(line, "page_id", l->page_id);
	decision_put(line, &c, ALL_FIELDS);
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
		seed_print(row_line(&s->at[SUPABASE][i]));
	for (size_t i = 0; i < s->n[NOTION]; i++)
		if (!*s->at[NOTION][i].state)
			seed_print(page_line(s, &s->at[NOTION][i]));
	for (size_t i = 0; i < s->n_lines; i++)
		seed_print(base_line(&s->line[i]));
}

int main(int argc, char **argv)
{
	uint64_t seed = argc == 3 ? strtoull(argv[1], NULL, 10) : 0;

	if (argc == 3 && strcmp(argv[2], "world") == 0)
		print_world(seed);
	else if (argc == 3 && strcmp(argv[2], "edits") == 0)
		seed_edits(seed);
	else
		return fprintf(stderr, "usage: seed_world SEED world|edits\n"),
		       2;
	return fflush(stdout) != 0;
}
