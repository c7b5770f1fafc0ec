#include <stdio.h>
#include <string.h>

#include "supabase_client.h"

#define NIL "00000000-0000-0000-0000-000000000000"
#define TYPES_SIZE (sizeof types / sizeof types[0])

/*
 * A literal that the type takes, as a filter, and one that it refuses, with
 * the code that only this type gives. No row meets them all. The year 300000
 * is a date, and beyond every timestamp.
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

/* Reads with a filter: 0 where it is taken, 1 where its types don't fit. */
static int try_filter(
	struct supabase_client *c, const char *filter, struct api_error *a)
{
	struct buf url = BUF_INIT(SUPABASE_URL_MAX);
	struct api_call call = { .method = "GET", .read = true };
	struct api_answer answer;
	int rc;

	buf_addf(&url, "%s?select=id&limit=1&%s", c->path, filter);
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

static bool is_there(const struct supabase_client *c, size_t i)
{
	return c->soft_delete ||
	       strcmp(types[i].column, SUPABASE_SOFT_DELETE) != 0;
}

/* Whether this one column has its type: 0, 1 where not, -1. */
static int probe_column(struct supabase_client *c, size_t i, struct error *e)
{
	char filter[128];
	struct api_error a;
	int rc;

	snprintf(filter, sizeof filter, "%s=%s", types[i].column,
		types[i].takes);
	rc = try_filter(c, filter, &a);
	if (rc == 0 && types[i].refuses) {
		snprintf(filter, sizeof filter, "%s=%s", types[i].column,
			types[i].refuses);
		rc = try_filter(c, filter, &a);
		if (rc >= 0)
			rc = rc == 1 && strcmp(a.code, types[i].code) == 0 ? 0
									   : 1;
	}
	return rc < 0 ? api_fail(&a, e, "Supabase") : rc;
}

/* All that need no refusal, in one request. */
static int probe_together(struct supabase_client *c, struct error *e)
{
	struct buf filter = BUF_INIT(SUPABASE_URL_MAX / 2);
	struct api_error a;
	int rc;

	for (size_t i = 0; i < TYPES_SIZE; i++)
		if (is_there(c, i))
			buf_addf(&filter, "%s%s=%s", filter.len ? "&" : "",
				types[i].column, types[i].takes);
	rc = try_filter(c, buf_str(&filter), &a);
	buf_fini(&filter);
	return rc < 0 ? api_fail(&a, e, "Supabase") : rc;
}

int supabase_probe_types(struct supabase_client *c, struct error *e)
{
	int apart = probe_together(c, e), wrong = 0;
	size_t i;

	if (apart < 0)
		return -1;
	for (i = 0; i < TYPES_SIZE && wrong == 0; i++)
		if (is_there(c, i) && (apart || types[i].refuses))
			wrong = probe_column(c, i, e);
	if (wrong <= 0)
		return wrong;
	return supabase_wrong_type(
		e, c->table, types[i - 1].column, types[i - 1].type);
}

int supabase_probe_update(struct supabase_client *c, struct error *e)
{
	struct buf where = SUPABASE_WHERE_INIT;
	json *set = json_object(), *row;
	struct api_error a;
	int rc;

	for (size_t i = 0; i < TYPES_SIZE; i++)
		if (is_there(c, i) && strcmp(types[i].column, "id") != 0 &&
			strcmp(types[i].column, "created_at") != 0)
			json_put_str(set, types[i].column, NULL);
	/* An id that is and isn't nil: no row, whatever the table holds. */
	buf_adds(&where, "id=eq." NIL "&id=neq." NIL);
	rc = supabase_row_patch(c, &where, set, &row, &a);
	json_free(row);
	json_free(set);
	buf_fini(&where);
	return rc < 0 ? api_fail(&a, e, "Supabase, updating rows") : 0;
}

/* Inserts no row, with `target` as what must be unique. */
static int insert_none(
	struct supabase_client *c, const char *target, struct api_error *a)
{
	static const char *const headers[] = { "Content-Type: application/json",
		"Prefer: resolution=ignore-duplicates,return=representation",
		NULL };
	struct buf url = BUF_INIT(SUPABASE_URL_MAX);
	json *nothing = json_array();
	struct api_call call = { .method = "POST",
		.body = nothing,
		.headers = headers,
		.repeatable = true };
	struct api_answer answer;
	int rc;

	buf_addf(&url, "%s?select=id&columns=%s%s&on_conflict=%s", c->path,
		SUPABASE_COLUMNS,
		c->soft_delete ? "," SUPABASE_SOFT_DELETE : "", target);
	call.path = buf_str(&url);
	rc = api_call(&c->api, &call, &answer, a);
	json_free(answer.body);
	json_free(nothing);
	buf_fini(&url);
	return rc;
}

int supabase_probe_insert(struct supabase_client *c, struct error *e)
{
	struct api_error a;

	if (insert_none(c, "id", &a) == 0)
		return 0;
	return api_fail(&a, e, "Supabase, inserting rows");
}

int supabase_probe_link(
	struct supabase_client *c, bool *unique, struct error *e)
{
	struct api_error a;

	*unique = insert_none(c, "notion_page_id", &a) == 0;
	if (*unique || strcmp(a.code, "42P10") == 0)
		return 0;
	return api_fail(&a, e, "Supabase, the link's index");
}
