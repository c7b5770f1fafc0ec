/*
 * POST /control/seed: NDJSON of rows and pages, in one transaction. A line that
 * the real service would refuse is refused; the others are still used.
 */
#include <stdlib.h>
#include <string.h>

#include "sandbox/control/routes.h"
#include "sandbox/notion/seed.h"
#include "sandbox/postgrest/table.h"

struct seed {
	struct world *world;
	struct table table;
	struct source source;
	json *refused, *ids;
	int64_t accepted, line;
};

static void refuse(struct seed *s, const char *code, const char *message)
{
	json *r = json_add(s->refused, json_object());

	json_put_int(r, "line", s->line);
	json_put_str(r, "code", code);
	json_put_str(r, "message", message);
	json_add(s->ids, json_string(NULL));
}

static void accept(struct seed *s, const char *id)
{
	s->accepted++;
	json_add(s->ids, json_string(id));
}

static int row_from(
	struct seed *s, const json *line, struct row *row, struct rest_error *e)
{
	usec now = world_now(s->world);

	for (const json *v = json_first(line); v; v = json_next(v))
		if (strcmp(json_key(v), "side") != 0 &&
			table_find_usual(&s->table, json_key(v)) < 0)
			return rest_fail(e, "PGRST204",
				"Could not find the '%.100s' column of "
				"'" TABLE_NAME "' in the schema cache",
				json_key(v));
	for (size_t i = 0; i < s->table.n; i++) {
		const struct column *c = &s->table.columns[i];
		const json *v = json_get(line, c->usual);

		if (!v)
			row->values[i] = column_default(c, now);
		else if (pg_parse_json(c->type, v, now, &row->values[i], e) < 0)
			return -1;
	}
	return 0;
}

static void seed_row(struct seed *s, const json *line)
{
	struct row row = { 0 };
	struct rest_error e;

	if (row_from(s, line, &row, &e) < 0 ||
		row_insert(s->world, &s->table, &row, &e) < 0)
		refuse(s, e.code, e.message);
	else
		accept(s, row.values[table_find_usual(&s->table, "id")].s);
	row_fini(&row);
}

static void seed_page(struct seed *s, const json *line)
{
	struct notion_error e = { 0 };
	char id[UUID_SIZE];

	if (notion_seed_page(s->world, &s->source, line, id, &e) == 0) {
		accept(s, id);
		return;
	}
	refuse(s, e.code, e.message);
	json_free(e.additional);
	/* It may contain options that the refused page would have added. */
	source_fini(&s->source);
	source_load(s->world, DATA_SOURCE_ID, &s->source);
}

static void seed_line(struct seed *s, const char *text, size_t len)
{
	struct error e;
	json *line = json_parse(text, len, JSON_MARK_UNREADABLE, &e);
	const char *side = json_str(line, "side");

	if (!line)
		refuse(s, "invalid_json", e.text);
	else if (side && strcmp(side, "supabase") == 0)
		seed_row(s, line);
	else if (side && strcmp(side, "notion") == 0)
		seed_page(s, line);
	else
		refuse(s, "invalid_json",
			"\"side\" is neither \"supabase\" nor \"notion\"");
	json_free(line);
}

static void seed_lines(struct seed *s, const struct buf *lines)
{
	const char *text = buf_str(lines), *end = text + lines->len;

	while (text < end) {
		const char *lf = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((lf ? lf : end) - text);

		s->line++;
		if (len)
			seed_line(s, text, len);
		text += len + (lf != NULL);
	}
}

json *control_seed(struct world *w, const struct buf *lines)
{
	struct seed s = {
		.world = w, .refused = json_array(), .ids = json_array()
	};
	int64_t lag = w->config.query_lag_ms;
	json *out = json_object();

	table_load(&s.table, &w->config);
	w->config.query_lag_ms = 0;
	db_begin(&w->db);
	source_load(w, DATA_SOURCE_ID, &s.source);
	seed_lines(&s, lines);
	db_end(&w->db, true);
	w->config.query_lag_ms = lag;
	source_fini(&s.source);
	if (db_failed(&w->db))
		json_put_str(out, "error", w->db.why);
	json_put_int(out, "accepted", db_failed(&w->db) ? 0 : s.accepted);
	json_put(out, "refused", s.refused);
	json_put(out, "ids", s.ids);
	return out;
}
