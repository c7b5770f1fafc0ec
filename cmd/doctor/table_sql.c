/*
 * The SQL that prepares the table, with the names of the settings: table.sql,
 * in which each @word@ stands for a name. With the usual names it is
 * sql/decision_vault.sql.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "settings/field_names.h"
#include "settings/setting.h"
#include "supabase/columns.h"
#include "supabase/row.h"
#include "util/alloc.h"

static const char template[] = {
#include "table.inc"
};

struct sql {
	const char *schema, *table;
	struct field_names names;
};

/* "public.decision_vault", with something after the table's name. */
static void put_of_table(
	struct buf *out, const struct sql *s, bool qualified, const char *after)
{
	char *name = xasprintf("%s%s", s->table, after);
	char *sql = supabase_sql_table(s->schema, name);

	buf_adds(out, qualified ? sql : strchr(sql, '.') + 1);
	free(sql);
	free(name);
}

/* The index of the link, as PostgreSQL would call it by itself. */
static void put_key(struct buf *out, const struct sql *s)
{
	char *after =
		xasprintf("_%s_key", column_name(&s->names, "notion_page_id"));

	put_of_table(out, s, false, after);
	free(after);
}

static bool is(const char *word, const char *name)
{
	return strcmp(word, name) == 0;
}

/* A name in a text or a comment is as it is, elsewhere as SQL has it. */
static void put_word(struct buf *out, const struct sql *s, const char *word)
{
	if (is(word, "table"))
		put_of_table(out, s, true, "");
	else if (is(word, "table_text"))
		buf_adds(out, s->table);
	else if (is(word, "touch"))
		put_of_table(out, s, true, "_touch");
	else if (is(word, "touch_name"))
		put_of_table(out, s, false, "_touch");
	else if (is(word, "touch_text"))
		buf_addf(out, "%s_touch", s->table);
	else if (is(word, "key"))
		put_key(out, s);
	else if (is(word, "schema"))
		buf_addf(out, is(s->schema, "public") ? "%s" : "\"%s\"",
			s->schema);
	else if (is(word, "link_text"))
		buf_adds(out, column_name(&s->names, "notion_page_id"));
	else if (is(word, "updated_text"))
		buf_adds(out, column_name(&s->names, "updated_at"));
	else
		column_sql(out, &s->names, word);
}

static void fill_in(struct buf *out, const struct sql *s)
{
	const char *at = template, *mark, *end;
	char word[40];

	while ((mark = strchr(at, '@')) && (end = strchr(mark + 1, '@'))) {
		buf_add(out, at, (size_t)(mark - at));
		snprintf(word, sizeof word, "%.*s", (int)(end - mark - 1),
			mark + 1);
		put_word(out, s, word);
		at = end + 1;
	}
	buf_adds(out, at);
}

int print_sql(struct error *e)
{
	struct buf out = BUF_INIT(65536);
	struct env_file f = { 0 };
	struct sql s = { 0 };
	char *path = env_file_find();
	int rc = path ? env_file_load(&f, path, e) : 0;

	if (rc == 0)
		rc = setting_take(&f, "SUPABASE_SCHEMA", true, &s.schema, e);
	if (rc == 0)
		rc = setting_take(&f, "SUPABASE_TABLE", true, &s.table, e);
	if (rc == 0)
		rc = field_names_load(&s.names, &f, e);
	if (rc == 0) {
		fill_in(&out, &s);
		fputs(buf_str(&out), stdout);
	}
	field_names_fini(&s.names);
	env_file_fini(&f);
	free(path);
	buf_fini(&out);
	return rc;
}
