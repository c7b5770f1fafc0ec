#include <stdio.h>
#include <string.h>

#include "supabase/client.h"
#include "supabase/columns.h"

#define NIL "00000000-0000-0000-0000-000000000000"
#define TYPE_SIZE 64
#define UPDATED \
	"decision,type,date,updated_at,notion_page_id,notion_synced," \
	"checksum"
#define DROPPED \
	"the filters of requests are lost on the way, so that an update of " \
	"one row would change all rows: point SUPABASE_URL at the project " \
	"itself, or fix the proxy in between"
#define TYPES_SIZE (sizeof types / sizeof types[0])

/*
 * A literal that the type accepts in a filter, and one that it refuses, with
 * the code that only this type gives. No row meets them all. The year 300000 is
 * a valid date, but later than every timestamp.
 * https://www.postgresql.org/docs/15/datatype-datetime.html
 */
static const struct {
	const char *column, *type, *takes, *refuses, *code;
} types[] = {
	{ "id", "uuid", "eq." NIL, "eq.x", "22P02" },
	{ "decision", "text", "eq.x", NULL, NULL },
	{ "type", "text", "eq.x", NULL, NULL },
	{ "date", "date", "eq.300000-01-01", "eq.x", "22007" },
	{ "created_at", "timestamptz", "eq.2026-01-02T03:04:05Z",
		"eq.300000-01-01", "22008" },
	{ "updated_at", "timestamptz", "eq.2026-01-02T03:04:05Z",
		"eq.300000-01-01", "22008" },
	{ "notion_page_id", "text", "eq." NIL, NULL, NULL },
	{ "notion_synced", "boolean", "is.true", NULL, NULL },
	{ "checksum", "text", "eq.x", NULL, NULL },
	{ SUPABASE_SOFT_DELETE, "timestamptz", "eq.2026-01-02T03:04:05Z",
		"eq.300000-01-01", "22008" },
};

/* Reads with a filter: 0 where it is accepted, 1 where its types don't fit. */
static int try_filter(
	struct supabase_client *c, const char *filter, struct api_error *a)
{
	struct buf url = BUF_INIT(SUPABASE_URL_MAX);
	struct api_call call = {
		.method = "GET", .read = true, .is_answer = supabase_are_rows
	};
	struct api_answer answer;
	int rc;

	buf_addf(&url, "%s?select=%s&limit=1&%s", c->path,
		column_name(c->names, "id"), filter);
	call.path = buf_str(&url);
	rc = api_call(&c->api, &call, &answer, a);
	json_free(answer.body);
	buf_fini(&url);
	if (rc < 0 && (strncmp(a->code, "22", 2) == 0 ||
			      strcmp(a->code, "42883") == 0 ||
			      strcmp(a->code, "42804") == 0))
		return 1;
	return rc;
}

int supabase_answers(struct supabase_client *c, struct api_error *a)
{
	char order[80];

	snprintf(order, sizeof order, "order=%s", column_name(c->names, "id"));
	return try_filter(c, order, a) == 0 ? 0 : -1;
}

static bool is_there(const struct supabase_client *c, size_t i)
{
	return c->soft_delete ||
	       strcmp(types[i].column, SUPABASE_SOFT_DELETE) != 0;
}

/* The type that PostgreSQL names where a literal doesn't fit it; "": none. */
static void type_in(const char *message, char type[TYPE_SIZE])
{
	static const char *const in_front[] = { ", not type ",
		"input syntax for type ", "operator does not exist: " };
	const char *at = NULL;
	size_t n;

	snprintf(type, TYPE_SIZE, "%s",
		strncmp(message, "malformed array", 15) == 0 ? "array" : "");
	for (size_t i = 0; !at && i < sizeof in_front / sizeof in_front[0];
		i++) {
		at = strstr(message, in_front[i]);
		at = at ? at + strlen(in_front[i]) : NULL;
	}
	n = at ? strcspn(at, ":=") : 0;
	while (n > 0 && at[n - 1] == ' ')
		n--;
	if (n > 0 && n < TYPE_SIZE)
		snprintf(type, TYPE_SIZE, "%.*s", (int)n, at);
}

/*
 * Whether this one column has its type: 0; 1 where it hasn't, with its actual
 * type as far as it is known; -1.
 */
static int probe_column(struct supabase_client *c, size_t i,
	char type[TYPE_SIZE], struct error *e)
{
	const char *column = column_name(c->names, types[i].column);
	char filter[128];
	struct api_error a = { 0 };
	int rc;

	snprintf(filter, sizeof filter, "%s=%s", column, types[i].takes);
	rc = try_filter(c, filter, &a);
	type_in(rc == 1 ? a.message : "", type);
	if (rc == 0 && types[i].refuses) {
		snprintf(filter, sizeof filter, "%s=%s", column,
			types[i].refuses);
		rc = try_filter(c, filter, &a);
		if (rc >= 0)
			rc = rc == 1 && strcmp(a.code, types[i].code) == 0 ? 0
									   : 1;
	}
	return rc < 0 ? api_fail(&a, e, "Supabase") : rc;
}

/* All checks that need no refusal, in one request. */
static int probe_together(struct supabase_client *c, struct error *e)
{
	struct buf filter = BUF_INIT(SUPABASE_URL_MAX / 2);
	struct api_error a;
	int rc;

	for (size_t i = 0; i < TYPES_SIZE; i++)
		if (is_there(c, i))
			buf_addf(&filter, "%s%s=%s", filter.len ? "&" : "",
				column_name(c->names, types[i].column),
				types[i].takes);
	rc = try_filter(c, buf_str(&filter), &a);
	buf_fini(&filter);
	return rc < 0 ? api_fail(&a, e, "Supabase") : rc;
}

/* Whether this filter yields a row: 1, 0, or -1. */
static int has_row(
	struct supabase_client *c, const char *filter, struct error *e)
{
	struct buf url = BUF_INIT(SUPABASE_URL_MAX);
	struct api_call call = {
		.method = "GET", .read = true, .is_answer = supabase_are_rows
	};
	struct api_answer answer = { 0 };
	struct api_error a;
	int rc;

	buf_addf(&url, "%s?select=%s&limit=1&%s", c->path,
		column_name(c->names, "id"), filter);
	call.path = buf_str(&url);
	rc = api_call(&c->api, &call, &answer, &a);
	buf_fini(&url);
	if (rc == 0)
		rc = json_first(answer.body) != NULL;
	else
		api_fail(&a, e, "Supabase");
	json_free(answer.body);
	return rc;
}

static const char *no_row(
	const struct supabase_client *c, char *out, size_t size)
{
	snprintf(out, size, "%s=is.null", column_name(c->names, "id"));
	return out;
}

/*
 * A filter that no row can meet, because its id is not a key. A service that
 * returns a row anyway drops the condition of an update, too, which would then
 * change every row.
 */
static int probe_filters(struct supabase_client *c, struct error *e)
{
	char filter[80];
	int rc = has_row(c, no_row(c, filter, sizeof filter), e);

	return rc > 0 ? fail(e, RC_CONFIG, "Supabase: " DROPPED) : rc;
}

/* Whether a text column used for UUIDs also holds other texts. */
static int has_other_ids(struct supabase_client *c, struct error *e)
{
	char filter[128];

	snprintf(filter, sizeof filter,
		"%s=not.like.________-____-____-____-____________",
		column_name(c->names, "id"));
	return has_row(c, filter, e);
}

int supabase_probe_types(struct supabase_client *c, struct error *e)
{
	int apart = probe_together(c, e), wrong = 0;
	char type[TYPE_SIZE] = "";
	size_t i;

	if (apart < 0)
		return -1;
	for (i = 0; i < TYPES_SIZE && wrong == 0; i++)
		if (is_there(c, i) && (apart || types[i].refuses))
			wrong = probe_column(c, i, type, e);
	if (wrong <= 0)
		return wrong;
	/* A type that refuses nothing may mean that the filter was lost. */
	if (probe_filters(c, e) < 0)
		return -1;
	if (i == 1 && !type[0] && has_other_ids(c, e) > 0)
		snprintf(type, sizeof type, "text");
	return supabase_wrong_type(e, c->sql_table, c->names,
		types[i - 1].column, types[i - 1].type, type[0] ? type : NULL);
}

/*
 * Writes no row: the body is an empty list, so that no value can be written
 * whatever happens to the query and the headers on the way. PostgREST still
 * makes a statement of the columns, and PostgreSQL checks the grants for it:
 * https://github.com/PostgREST/postgrest, mutatePlanToQuery in QueryBuilder.hs.
 */
static int write_none(struct supabase_client *c, const char *method,
	const char *columns, const char *query, struct api_error *a)
{
	static const char *const headers[] = { "Content-Type: application/json",
		"Prefer: resolution=ignore-duplicates,return=representation",
		NULL };
	struct buf url = BUF_INIT(SUPABASE_URL_MAX);
	json *nothing = json_array();
	struct api_call call = { .method = method,
		.body = nothing,
		.headers = headers,
		.repeatable = true };
	struct api_answer answer;
	int rc;

	buf_addf(&url, "%s?select=%s&columns=", c->path,
		column_name(c->names, "id"));
	columns_list(&url, c->names, columns, false);
	if (c->soft_delete)
		buf_addf(&url, ",%s",
			column_name(c->names, SUPABASE_SOFT_DELETE));
	buf_addf(&url, "&%s", query);
	call.path = buf_str(&url);
	rc = api_call(&c->api, &call, &answer, a);
	json_free(answer.body);
	json_free(nothing);
	buf_fini(&url);
	return rc;
}

int supabase_probe_update(struct supabase_client *c, struct error *e)
{
	struct api_error a;
	char filter[80];

	if (probe_filters(c, e) < 0)
		return -1;
	if (write_none(c, "PATCH", UPDATED, no_row(c, filter, sizeof filter),
		    &a) == 0)
		return 0;
	/*
	 * Supabase's safeupdate: the statement arrived without its condition.
	 */
	if (strcmp(a.code, "21000") == 0)
		return fail(e, RC_CONFIG, "Supabase, updating rows: " DROPPED);
	/* @supabase/lite makes no statement of it, so it can't tell. */
	if (strcmp(a.code, "42601") == 0)
		return 0;
	return api_fail(&a, e, "Supabase, updating rows");
}

int supabase_probe_insert(struct supabase_client *c, struct error *e)
{
	struct api_error a;
	char conflict[80];

	snprintf(conflict, sizeof conflict, "on_conflict=%s",
		column_name(c->names, "id"));
	if (write_none(c, "POST", SUPABASE_COLUMNS, conflict, &a) == 0)
		return 0;
	return api_fail(&a, e, "Supabase, inserting rows");
}

int supabase_probe_link(
	struct supabase_client *c, bool *unique, struct error *e)
{
	struct api_error a;
	char conflict[80];

	snprintf(conflict, sizeof conflict, "on_conflict=%s",
		column_name(c->names, "notion_page_id"));
	*unique = write_none(c, "POST", SUPABASE_COLUMNS, conflict, &a) == 0;
	if (*unique || strcmp(a.code, "42P10") == 0)
		return 0;
	return api_fail(&a, e, "Supabase, the link's index");
}
