/*
 * GET /control/dump: every row and every page, for tests to compare.
 */
#include <stdlib.h>
#include <string.h>

#include "sandbox/control/routes.h"
#include "sandbox/notion/json.h"
#include "sandbox/notion/page.h"
#include "sandbox/notion/schema.h"
#include "sandbox/notion/text.h"
#include "sandbox/notion/value.h"
#include "sandbox/postgrest/table.h"

static void add_line(struct buf *out, json *take_line)
{
	json_print(take_line, out);
	buf_addc(out, '\n');
	json_free(take_line);
}

static void dump_rows(struct world *w, struct buf *out)
{
	struct table t;
	struct buf sql = BUF_INIT(8192);
	sqlite3_stmt *s;

	table_load(&t, &w->config);
	buf_adds(&sql, "select id");
	for (size_t i = 0; i < t.n; i++)
		buf_addf(&sql, ",\"%s\"", t.columns[i].usual);
	buf_adds(&sql, " from " TABLE_NAME " order by id");
	s = db_prepare(&w->db, sql.data);
	while (db_row(&w->db, s)) {
		json *line = json_object();

		json_put_str(line, "side", "supabase");
		for (size_t i = 0; i < t.n; i++) {
			struct pg_value v = column_value(s, (int)i + 1);

			json_put(line, t.columns[i].usual,
				pg_to_json(t.columns[i].type, &v));
			pg_value_fini(&v);
		}
		add_line(out, line);
	}
	sqlite3_finalize(s);
	buf_fini(&sql);
}

static void put_plain(json *line, const char *key, const json *rich)
{
	char *plain = rich_text_plain(rich);

	json_put_str(line, key, *plain ? plain : NULL);
	free(plain);
}

static void add_option(json *names, const json *type, const json *id)
{
	const json *option = option_by_id(type, json_text(id));

	if (option)
		json_add(names, json_copy(json_get(option, "name")));
}

/* The names of all its options, or its text, whatever type it has now. */
static json *type_names(const struct source *home, const json *kept)
{
	const json *type = property_find(home->properties, "\\kxk");
	json *names = json_array();
	char *plain;

	if (type && strcmp(property_type(type), "rich_text") == 0) {
		plain = rich_text_plain(kept);
		if (*plain)
			json_add(names, json_string(plain));
		free(plain);
		return names;
	}
	if (type && json_is_string(kept))
		add_option(names, type, kept);
	for (const json *v = json_first(kept); v && type; v = json_next(v))
		add_option(names, type, v);
	return names;
}

static json *page_line(const struct source *home, const struct page *p)
{
	json *line = json_object();
	const json *title = json_get(p->values, "title");

	json_put_str(line, "side", "notion");
	json_put_str(line, "id", p->id);
	put_plain(line, "decision", title);
	json_put(line, "type", type_names(home, json_get(p->values, "\\kxk")));
	json_put(line, "date", json_copy(json_get(p->values, "sw~V")));
	put_plain(line, "checksum", json_get(p->values, "CWCZ"));
	json_put_bool(
		line, "synced", json_is_true(json_get(p->values, "Ur]X")));
	put_plain(line, "owner", json_get(p->values, "hlY="));
	put_plain(line, "notes", json_get(p->values, "rulX"));
	json_put(line, "title_rich_text",
		title ? json_copy(title) : json_array());
	json_put_bool(line, "in_trash", p->in_trash);
	json_put_bool(line, "archived", p->archived);
	json_put_bool(line, "shared", p->shared);
	json_put_str(line, "state",
		!p->shared			   ? "unshared"
		: strcmp(p->source, home->id) == 0 ? "home"
						   : "moved");
	json_put_str(line, "data_source_id", *p->source ? p->source : NULL);
	put_minute(line, "created_time", p->created);
	put_minute(line, "last_edited_time", p->edited);
	json_put_str(line, "created_by", p->created_by);
	json_put_str(line, "last_edited_by", p->edited_by);
	json_put(line, "values", json_copy(p->values));
	return line;
}

static void dump_pages(struct world *w, struct buf *out)
{
	struct source home;
	sqlite3_stmt *s;

	source_load(w, DATA_SOURCE_ID, &home);
	s = db_query(&w->db, "select " PAGE_COLUMNS " from pages order by id");
	while (db_row(&w->db, s)) {
		struct page p;

		page_from_row(&p, s, true);
		add_line(out, page_line(&home, &p));
		page_fini(&p);
	}
	source_fini(&home);
}

void control_dump(struct world *w, struct buf *out)
{
	dump_rows(w, out);
	dump_pages(w, out);
}
