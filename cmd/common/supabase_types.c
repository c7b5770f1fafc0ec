#include "supabase.h"

#include <string.h>

int supabase_wrong_type(struct error *e, const char *table, const char *column,
	const char *should_be)
{
	return fail(e, RC_CONFIG,
		"Supabase, table %s: the column %s is not of type %s: run in "
		"the SQL editor: alter table public.%s alter column %s drop "
		"default, alter column %s type %s using %s::text::%s; notify "
		"pgrst, 'reload schema';",
		table, column, should_be, table, column, column, should_be,
		column, should_be);
}

static bool is_text(const json *v)
{
	return json_is_string(v) || json_unreadable(v);
}

/*
 * Only a time of day behind the day tells another type: "0044-03-15 BC",
 * "10000-01-01" and "infinity" are dates, and a matter of their record alone.
 */
static bool is_date(const json *v)
{
	const char *s = json_text(v);

	return s && !(date_leads(s) && s[DATE_LEN] == 'T');
}

/* A day alone, or a time of day without a zone, is of another type. */
static bool is_time(const json *v)
{
	const char *s = json_text(v);

	if (!s || !date_leads(s) || strstr(s, "BC"))
		return s != NULL;
	return s[DATE_LEN] != '\0' && strpbrk(s + DATE_LEN, "Z+-");
}

int supabase_check_types(const char *table, const json *object, struct error *e)
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
			return supabase_wrong_type(
				e, table, columns[i].column, columns[i].type);
	}
	return 0;
}
