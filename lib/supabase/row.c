#include "supabase/row.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

/* Reads a text column into *out: null and "" become NULL. */
static int read_text(
	const json *row, const char *column, char **out, struct problem *p)
{
	const json *v = json_get(row, column);
	const char *why = json_unreadable(v);

	if (why)
		return problem(p, "text", "%s holds %s", column, why);
	if (!json_is_null(v) && !json_is_string(v))
		return problem(p, "shape", "%s is not a text", column);
	if (json_text(v) && *json_text(v))
		*out = xstrdup(json_text(v));
	return 0;
}

static int read_time(
	const json *row, const char *column, usec *out, struct problem *p)
{
	const json *v = json_get(row, column);

	if (!json_is_null(v) && time_parse(json_text(v), out) < 0)
		return problem(p, "time",
			"%s is not a valid time in the years 0001 to 9999",
			column);
	return 0;
}

static int read_bool(
	const json *row, const char *column, bool *out, struct problem *p)
{
	const json *v = json_get(row, column);

	if (!json_is_null(v) && !json_is_bool(v))
		return problem(
			p, "shape", "%s is neither true nor false", column);
	*out = json_is_true(v);
	return 0;
}

/*
 * Both ids are read before either is reported. An unreadable link is the most
 * important: the page it names could be taken for a new one.
 */
static int read_ids(
	struct supabase_row *row, const json *object, struct problem *p)
{
	const json *link = json_get(object, "notion_page_id");
	const char *page_id = json_text(link);
	bool linked = !json_is_null(link) && !(page_id && !*page_id);
	int id = uuid_normalize(json_str(object, "id"), row->id);

	if (!link)
		return problem(p, "link",
			"notion_page_id is missing from the row, although it "
			"was asked for");
	if (linked && uuid_normalize(page_id, row->page_id) < 0)
		return problem(p, "link",
			"notion_page_id holds no page id; set it to null or to"
			" the id of the row's page");
	if (id < 0)
		return problem(p, "id", "id is not a UUID");
	return 0;
}

static int read_date(
	struct supabase_row *row, const json *object, struct problem *p)
{
	if (read_text(object, "date", &row->date, p) < 0)
		return -1;
	if (row->date && !date_is_valid(row->date))
		return problem(p, "date",
			"date is not a valid day in the years 0001 to 9999");
	return 0;
}

/*
 * Every column that was asked for comes in every answer, if only as null. One
 * that something on the way has left out may hold anything.
 */
static int check_whole(const json *row, bool soft_delete, struct problem *p)
{
	static const char *const asked_for[] = { "decision", "type", "date",
		"created_at", "updated_at", "notion_synced", "checksum",
		SUPABASE_SOFT_DELETE };
	size_t n = sizeof asked_for / sizeof asked_for[0] - !soft_delete;

	for (size_t i = 0; i < n; i++)
		if (!json_get(row, asked_for[i]))
			return problem(p, "shape",
				"%s is missing from the row, although it was "
				"asked for",
				asked_for[i]);
	return 0;
}

/* The checksum is not content: one that can't be read counts as absent. */
static void read_checksum(struct supabase_row *row, const json *object)
{
	const char *checksum = json_str(object, "checksum");

	if (checksum && *checksum)
		row->checksum = xstrdup(checksum);
}

int supabase_row_parse(struct supabase_row *row, const json *object,
	bool soft_delete, struct problem *p)
{
	*row = (struct supabase_row){ .created = USEC_NONE,
		.updated = USEC_NONE };
	if (!json_is_object(object))
		return problem(p, "link", "the row is not an object");
	row->deleted = !json_is_null(json_get(object, SUPABASE_SOFT_DELETE));
	read_checksum(row, object);
	if (read_ids(row, object, p) < 0 ||
		check_whole(object, soft_delete, p) < 0 ||
		read_text(object, "decision", &row->decision, p) < 0 ||
		read_text(object, "type", &row->type, p) < 0 ||
		read_date(row, object, p) < 0 ||
		read_time(object, "created_at", &row->created, p) < 0 ||
		read_time(object, "updated_at", &row->updated, p) < 0 ||
		read_bool(object, "notion_synced", &row->synced, p) < 0) {
		supabase_row_fini(row);
		return -1;
	}
	return 0;
}

void supabase_row_fini(struct supabase_row *row)
{
	free(row->decision);
	free(row->type);
	free(row->date);
	free(row->checksum);
	row->decision = row->type = row->date = row->checksum = NULL;
}

int supabase_can_hold(const struct decision *d, struct problem *p)
{
	const char *date = d->value[FIELD_DATE];

	if (date && *date && !field_is_valid(FIELD_DATE, date))
		return problem(p, "poison",
			"the date is not a valid day in the years 0001 "
			"to 9999");
	return 0;
}

struct decision supabase_row_decision(const struct supabase_row *row)
{
	return (struct decision){ {
		[FIELD_DECISION] = row->decision,
		[FIELD_TYPE] = row->type,
		[FIELD_DATE] = row->date,
	} };
}

void supabase_row_put(json *row, const struct decision *d, unsigned fields)
{
	for (enum field f = 0; f < FIELDS; f++) {
		const char *value = d->value[f];

		if (fields & FIELD_BIT(f))
			json_put_str(row, field_column(f),
				value && *value ? value : NULL);
	}
}

char *supabase_scope(const char *url, const char *schema, const char *table)
{
	const char *host = strstr(url, "://");
	bool of_public = strcmp(schema, "public") == 0;
	char *scope;

	host = host ? host + 3 : url;
	scope = xasprintf("%s/%s%s%s", host, of_public ? "" : schema,
		of_public ? "" : ".", table);
	for (char *c = scope; *c != '/'; c++)
		*c = (char)tolower((unsigned char)*c);
	return scope;
}

/* After a schema's name and a dot any lower-case word is allowed. */
char *supabase_sql_table(const char *schema, const char *table)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
	const char *quote = strspn(table, plain) == strlen(table) &&
					    !isdigit((unsigned char)*table)
				    ? ""
				    : "\"";
	const char *of = strcmp(schema, "public") == 0 ? "" : "\"";

	return xasprintf("%s%s%s.%s%s%s", of, schema, of, quote, table, quote);
}
