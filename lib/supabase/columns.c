#include "supabase/columns.h"

#include <string.h>

/* As sql/decision_vault.sql makes them; deleted_at is not needed. */
static const struct {
	const char *usual, *type, *fallback, *more;
} columns[] = {
	{ "id", "uuid", "gen_random_uuid()", " primary key" },
	{ "decision", "text", NULL, "" },
	{ "type", "text", NULL, "" },
	{ "date", "date", NULL, "" },
	{ "created_at", "timestamptz", "now()", "" },
	{ "updated_at", "timestamptz", "now()", "" },
	{ "notion_page_id", "text", NULL, "" },
	{ "notion_synced", "boolean", "false", "" },
	{ "checksum", "text", NULL, "" },
};
#define N_COLUMNS (sizeof columns / sizeof columns[0])

void columns_list(struct buf *out, const struct field_names *names,
	const char *usual_list, bool as_usual)
{
	for (const char *at = usual_list; *at;) {
		size_t n = strcspn(at, ",");
		char usual[COLUMN_NAME_MAX + 1] = "";
		const char *name;

		if (n < sizeof usual)
			memcpy(usual, at, n);
		name = column_name(names, usual);
		if (at != usual_list)
			buf_addc(out, ',');
		if (as_usual && strcmp(name, usual) != 0)
			buf_addf(out, "%s:", usual);
		buf_adds(out, name);
		at += n + (at[n] == ',');
	}
}

static json *renamed(const struct field_names *names, const json *row)
{
	json *to = json_object();

	for (const json *v = json_first(row); v; v = json_next(v))
		json_put(to, column_name(names, json_key(v)), json_copy(v));
	return to;
}

json *columns_rename(const struct field_names *names, const json *rows)
{
	json *own = own_columns(names), *to;

	if (!own)
		return NULL;
	json_free(own);
	if (!json_is_array(rows))
		return renamed(names, rows);
	to = json_array();
	for (const json *row = json_first(rows); row; row = json_next(row))
		json_add(to, renamed(names, row));
	return to;
}

/* The usual ones mean nothing else to PostgreSQL; any other may. */
void column_sql(
	struct buf *out, const struct field_names *names, const char *usual)
{
	const char *name = column_name(names, usual);
	const char *quote = strcmp(name, usual) == 0 ? "" : "\"";

	buf_addf(out, "%s%s%s", quote, name, quote);
}

static void define(struct buf *out, const struct field_names *names, size_t i)
{
	column_sql(out, names, columns[i].usual);
	buf_addf(out, " %s", columns[i].type);
}

void columns_sql_create(struct buf *out, const struct field_names *names)
{
	for (size_t i = 0; i < N_COLUMNS; i++) {
		buf_adds(out, i ? ", " : "");
		define(out, names, i);
		buf_adds(out, columns[i].more);
		if (columns[i].fallback)
			buf_addf(out, " default %s", columns[i].fallback);
	}
}

void columns_sql_add(struct buf *out, const struct field_names *names)
{
	for (size_t i = 1; i < N_COLUMNS; i++) {
		buf_addf(out, "%sadd column if not exists ", i > 1 ? ", " : "");
		define(out, names, i);
		if (columns[i].fallback)
			buf_addf(out, " default %s", columns[i].fallback);
	}
}

const char *column_default_sql(const char *usual)
{
	for (size_t i = 0; i < N_COLUMNS; i++)
		if (strcmp(columns[i].usual, usual) == 0)
			return columns[i].fallback;
	return NULL;
}
