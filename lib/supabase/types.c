#include "supabase/columns.h"
#include "supabase/row.h"

#include <string.h>

static bool is_one_of(const char *is, const char *const *types)
{
	for (; is && *types; types++)
		if (strcmp(is, *types) == 0)
			return true;
	return false;
}

static bool is_number(const char *is)
{
	static const char *const types[] = { "smallint", "integer", "bigint",
		"numeric", "real", "double precision", "number", NULL };

	return is_one_of(is, types);
}

static bool is_json(const char *is)
{
	static const char *const types[] = { "json", "jsonb", NULL };

	return is_one_of(is, types);
}

/* "array", or a type followed by "[]". */
static bool is_array(const char *is)
{
	size_t n = is ? strlen(is) : 0;

	return n > 2 &&
	       (strcmp(is, "array") == 0 || strcmp(is + n - 2, "[]") == 0);
}

static bool is_moment(const char *is)
{
	return is &&
	       (strncmp(is, "timestamp", 9) == 0 || strcmp(is, "date") == 0);
}

/* The column as text, whatever its type: of an array the first element. */
static void put_text(struct buf *sql, const char *column, const char *is)
{
	buf_addf(sql,
		is_array(is)  ? "%s[1]::text"
		: is_json(is) ? "(%s #>> '{}')"
			      : "%s::text",
		column);
}

/* A boolean tells that it happened, not when; numbers are seconds, or ms. */
static void put_time(struct buf *sql, const char *column, const char *is,
	const char *should_be)
{
	if (is && strcmp(is, "boolean") == 0) {
		buf_addf(sql, "case when %s then now() end", column);
	} else if (is_number(is)) {
		buf_addf(sql,
			"to_timestamp(case when abs(%s) > 100000000000 then "
			"%s / 1000.0 else %s end)",
			column, column, column);
	} else {
		buf_adds(sql, "nullif(");
		put_text(sql, column, is);
		buf_addf(sql, ", '')::%s", should_be);
		return;
	}
	if (strcmp(should_be, "date") == 0) {
		buf_adds(sql, "::date");
	}
}

static void put_boolean(struct buf *sql, const char *column, const char *is)
{
	if (is_moment(is) || is_array(is)) {
		buf_addf(sql, "%s is not null", column);
	} else if (is_number(is)) {
		buf_addf(sql, "%s <> 0", column);
	} else {
		buf_adds(sql, "lower(");
		put_text(sql, column, is);
		buf_adds(sql, ") in ('true', 't', 'yes', 'y', 'on', '1')");
	}
}

static void put_cast(struct buf *sql, const char *column, const char *should_be,
	const char *is)
{
	if (strcmp(should_be, "boolean") == 0) {
		put_boolean(sql, column, is);
	} else if (strcmp(should_be, "text") == 0) {
		put_text(sql, column, is);
	} else if (strcmp(should_be, "uuid") == 0) {
		put_text(sql, column, is);
		buf_adds(sql, "::uuid");
	} else {
		put_time(sql, column, is, should_be);
	}
}

/* `column` as SQL names it. The default goes with the type, and comes back. */
static void put_sql(struct buf *sql, const char *table, const char *usual,
	const char *column, const char *should_be, const char *is)
{
	bool id = strcmp(should_be, "uuid") == 0;
	const char *value = column_default_sql(usual);

	if (id && is) {
		buf_addf(sql,
			"alter table %s rename column %s to old_id; alter "
			"table %s add column %s uuid not null unique default "
			"gen_random_uuid();",
			table, column, table, column);
		return;
	}
	buf_addf(sql, "alter table %s alter column %s drop default, ", table,
		column);
	if (!id)
		buf_addf(sql, "alter column %s drop not null, ", column);
	buf_addf(sql, "alter column %s type %s using ", column, should_be);
	put_cast(sql, column, should_be, is);
	if (value)
		buf_addf(
			sql, ", alter column %s set default %s", column, value);
	buf_addc(sql, ';');
}

int supabase_wrong_type(struct error *e, const char *sql_table,
	const struct field_names *names, const char *usual,
	const char *should_be, const char *is)
{
	struct buf sql = BUF_INIT(ERROR_MAX), column = BUF_INIT(100);

	column_sql(&column, names, usual);
	put_sql(&sql, sql_table, usual, buf_str(&column), should_be, is);
	fail(e, RC_CONFIG,
		"Supabase, table %s: the column %s is not of type %s: run in "
		"the SQL editor: %s notify pgrst, 'reload schema';",
		sql_table, column_name(names, usual), should_be, buf_str(&sql));
	buf_fini(&column);
	buf_fini(&sql);
	return -1;
}

static bool is_text(const json *v)
{
	return json_is_string(v) || json_unreadable(v);
}

/*
 * Only a time of day after the day shows another type: "0044-03-15 BC",
 * "10000-01-01" and "infinity" are dates, and concern their record alone.
 */
static bool is_date(const json *v)
{
	const char *s = json_text(v);

	return s && !(date_leads(s) && s[DATE_LEN] == 'T');
}

/* A day alone, or a time of day without a zone, shows another type. */
static bool is_time(const json *v)
{
	const char *s = json_text(v);

	if (!s || !date_leads(s) || strstr(s, "BC"))
		return s != NULL;
	return s[DATE_LEN] != '\0' && strpbrk(s + DATE_LEN, "Z+-");
}

/* The other type that a value shows; NULL: any text. */
static const char *type_of(const json *v)
{
	return json_is_array(v)	   ? "array"
	       : json_is_object(v) ? "jsonb"
	       : json_is_bool(v)   ? "boolean"
	       : json_is_string(v) ? NULL
				   : "number";
}

int supabase_check_types(const char *sql_table, const struct field_names *names,
	const json *object, struct error *e)
{
	static const struct {
		const char *column, *type;
		bool (*fits)(const json *v);
	} columns[] = {
		{ "decision", "text", is_text },
		{ "type", "text", is_text },
		{ "date", "date", is_date },
		{ "created_at", "timestamptz", is_time },
		{ "updated_at", "timestamptz", is_time },
		{ "notion_page_id", "text", is_text },
		{ "notion_synced", "boolean", json_is_bool },
		{ "checksum", "text", is_text },
		{ SUPABASE_SOFT_DELETE, "timestamptz", is_time },
	};

	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
		const json *v = json_get(object, columns[i].column);

		if (!json_is_null(v) && !json_unreadable(v) &&
			!columns[i].fits(v))
			return supabase_wrong_type(e, sql_table, names,
				columns[i].column, columns[i].type, type_of(v));
	}
	return 0;
}
