#include "supabase/client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "supabase/columns.h"
#include "supabase/errors.h"
#include "util/alloc.h"
#include "util/opt.h"

/* PostgREST reads several preferences from one header. */
static const char *const insert_headers[] = { "Content-Type: application/json",
	"Prefer: resolution=ignore-duplicates,return=representation", NULL };
static const char *const count_headers[] = { "Prefer: count=estimated", NULL };
static const char *const patch_headers[] = { "Content-Type: application/json",
	"Prefer: handling=strict,max-affected=1,return=representation", NULL };

static void add_key(struct supabase_client *c, const char *key)
{
	http_add_key(&c->api.http, "apikey", "", key);
	/* Some gateways take a new key sent as Bearer for a broken JWT. */
	if (strncmp(key, "sb_", 3) != 0)
		http_add_key(&c->api.http, "Authorization", "Bearer ", key);
}

int supabase_client_init(struct supabase_client *c, const struct settings *s,
	const atomic_int *stop, struct error *e)
{
	struct http_config config = { .url = s->supabase_url,
		.plain_http = s->plain_http,
		.timeout = s->timeout,
		.stop = stop };

	*c = (struct supabase_client){
		.api = { .judge = supabase_judge, .stop = stop },
		.table = xstrdup(s->table),
		.sql_table = supabase_sql_table(s->schema, s->table),
		.path = xasprintf("/rest/v1/%s", s->table),
		.names = &s->names,
	};
	rate_init(&c->rate, 0, NULL);
	c->api.rate = &c->rate;
	c->api.subject = c->sql_table;
	c->api.details = c->names;
	c->api.unresolved = "check SUPABASE_URL; a paused or deleted project "
			    "has no address: see supabase.com/dashboard";
	if (http_init(&c->api.http, &config, e) < 0 ||
		api_init(&c->api, "Supabase", s->retries, s->max_wait, e) < 0) {
		supabase_client_fini(c);
		return -1;
	}
	add_key(c, s->supabase_key);
	/* Reads are addressed with the one, writes with the other. */
	http_add_header(&c->api.http, "Accept-Profile", s->schema);
	http_add_header(&c->api.http, "Content-Profile", s->schema);
	return 0;
}

void supabase_client_fini(struct supabase_client *c)
{
	api_fini(&c->api);
	rate_fini(&c->rate);
	free(c->table);
	free(c->sql_table);
	free(c->path);
	*c = (struct supabase_client){ 0 };
}

void supabase_client_join(
	struct supabase_client *c, struct supabase_client *first)
{
	c->api.rate = first->api.rate;
	api_share_clock(&c->api, &first->api);
}

/*
 * "<path>?<query>" with our columns selected; a bug of ours where it is too
 * long.
 */
static void start_url(const struct supabase_client *c, struct buf *url)
{
	buf_addf(url, "%s?select=", c->path);
	columns_list(url, c->names,
		c->soft_delete ? SUPABASE_COLUMNS "," SUPABASE_SOFT_DELETE
			       : SUPABASE_COLUMNS,
		true);
}

/* What rows were asked for: those with one of these values in a column. */
struct asked {
	const char *column; /* by its usual name */
	const char *const *values;
	size_t n;
};

static bool is_same_id(const char *a, const char *b)
{
	char x[UUID_SIZE], y[UUID_SIZE];

	return uuid_normalize(a, x) == 0 && uuid_normalize(b, y) == 0 &&
	       strcmp(x, y) == 0;
}

/* Which of the values the row has; q->n: none. */
static size_t which(const struct asked *q, const json *row)
{
	const char *is = json_str(row, q->column);
	size_t i = 0;

	while (i < q->n && !(is && is_same_id(q->values[i], is)))
		i++;
	return i;
}

bool supabase_are_rows(const void *asked, const json *body, struct api_error *a)
{
	const struct asked *q = asked;
	const char *id;

	if (!json_is_array(body))
		return api_no_answer(
			a, "no-rows", "the answer is not an array of rows");
	for (const json *v = json_first(body); q && v; v = json_next(v))
		if (which(q, v) == q->n) {
			id = json_str(v, "id");
			return api_no_answer(a, "foreign-row",
				"the answer has a row that was not asked for: "
				"%.60s",
				id ? id : "one without an id");
		}
	return true;
}

static int call_for_rows(struct supabase_client *c, struct api_call *call,
	const struct asked *asked, json **rows, struct api_error *a)
{
	struct api_answer answer;
	int rc;

	call->is_answer = supabase_are_rows;
	call->asked = asked;
	rc = api_call(&c->api, call, &answer, a);
	*rows = answer.body;
	return rc;
}

/* More than any table that is synced has: what claims more is not believed. */
#define TOTAL_MAX 1000000000

/* "0-99/1234" */
static int64_t total_of(const struct api_answer *answer)
{
	const char *slash = strchr(answer->content_range, '/');
	long n;

	if (!slash || parse_number(slash + 1, 0, TOTAL_MAX, &n) < 0)
		return -1;
	return n;
}

/* asked: NULL for any rows; total: NULL where nobody asks. */
static int get_rows_of(struct supabase_client *c, const char *query,
	const struct asked *asked, json **rows, int64_t *total,
	struct api_error *a)
{
	struct buf url = BUF_INIT(SUPABASE_URL_MAX);
	struct api_call call = { .method = "GET",
		.read = true,
		.headers = total ? count_headers : NULL,
		.is_answer = supabase_are_rows,
		.asked = asked };
	struct api_answer answer;
	int rc;

	start_url(c, &url);
	buf_adds(&url, query);
	call.path = buf_str(&url);
	rc = api_call(&c->api, &call, &answer, a);
	buf_fini(&url);
	*rows = answer.body;
	if (rc == 0 && total)
		*total = total_of(&answer);
	return rc;
}

static int get_rows(struct supabase_client *c, const char *query, json **rows,
	struct api_error *a)
{
	return get_rows_of(c, query, NULL, rows, NULL, a);
}

/* The columns that the table has, of one of its rows; "" where it has none. */
static void list_columns(struct supabase_client *c, struct buf *out)
{
	struct api_call call = { .method = "GET", .read = true };
	struct api_answer answer = { 0 };
	struct api_error ignored;
	char *path = xasprintf("%s?limit=1", c->path);

	call.path = path;
	if (api_call(&c->api, &call, &answer, &ignored) == 0)
		for (const json *v = json_first(json_first(answer.body)); v;
			v = json_next(v))
			buf_addf(out, "%s%s", out->len > 0 ? ", " : "",
				json_key(v));
	json_free(answer.body);
	free(path);
}

int supabase_missing_column(
	struct supabase_client *c, const struct api_error *a, struct error *e)
{
	struct buf list = BUF_INIT(700);

	if (!c->names->file || (strcmp(a->code, "42703") != 0 &&
				       strcmp(a->code, "PGRST204") != 0))
		return api_fail(a, e, "Supabase");
	list_columns(c, &list);
	fail(e, RC_CONFIG,
		"Supabase, table %s: %s; %s%s; correct the names in %s, or add "
		"what is missing with the SQL that doctor --sql prints",
		c->sql_table, a->message,
		list.len ? "it has: "
			 : "its columns can't be told, for it has no row",
		buf_str(&list), c->names->file);
	buf_fini(&list);
	return -1;
}

int supabase_find_columns(struct supabase_client *c, struct error *e)
{
	struct api_error a;
	json *rows;

	c->soft_delete = true;
	if (get_rows(c, "&limit=1", &rows, &a) < 0 &&
		strcmp(a.code, "42703") == 0 &&
		!column_is_named(c->names, SUPABASE_SOFT_DELETE)) {
		c->soft_delete = false;
		get_rows(c, "&limit=1", &rows, &a);
	}
	if (!rows)
		return supabase_missing_column(c, &a, e);
	json_free(rows);
	return 0;
}

int supabase_rows_count(struct supabase_client *c,
	const struct supabase_slice *slice, json **rows, int64_t *total,
	struct api_error *a)
{
	struct buf query = BUF_INIT(SUPABASE_URL_MAX);
	const char *id = column_name(c->names, "id");
	int rc;

	buf_addf(&query, "&order=%s.asc&limit=%d", id, slice->limit);
	if (slice->after)
		buf_addf(&query, "&%s=gt.%s", id, slice->after);
	if (slice->before)
		buf_addf(&query, "&%s=lt.%s", id, slice->before);
	if (slice->offset)
		buf_addf(&query, "&offset=%" PRId64, slice->offset);
	rc = get_rows_of(c, buf_str(&query), NULL, rows, total, a);
	buf_fini(&query);
	return rc;
}

int supabase_rows_read(struct supabase_client *c,
	const struct supabase_slice *slice, json **rows, struct api_error *a)
{
	return supabase_rows_count(c, slice, rows, NULL, a);
}

int supabase_rows_after(struct supabase_client *c, const char *after, int limit,
	json **rows, struct api_error *a)
{
	const struct supabase_slice slice = { .after = after, .limit = limit };

	return supabase_rows_read(c, &slice, rows, a);
}

static int row_where(struct supabase_client *c, const char *column,
	const char *value, json **row, struct api_error *a)
{
	const struct asked asked = { column, &value, 1 };
	char query[192];
	json *rows;

	*row = NULL;
	snprintf(query, sizeof query, "&%s=eq.%s&limit=1",
		column_name(c->names, column), value);
	if (get_rows_of(c, query, &asked, &rows, NULL, a) < 0)
		return -1;
	*row = json_take_first(rows);
	json_free(rows);
	return 0;
}

int supabase_row_get(struct supabase_client *c, const char *id, json **row,
	struct api_error *a)
{
	return row_where(c, "id", id, row, a);
}

int supabase_row_by_page(struct supabase_client *c, const char *page_id,
	json **row, struct api_error *a)
{
	return row_where(c, "notion_page_id", page_id, row, a);
}

static int get_some_rows_in(struct supabase_client *c,
	const struct asked *asked, json **rows, struct api_error *a)
{
	struct buf query = BUF_INIT(SUPABASE_URL_MAX);
	int rc;

	buf_addf(&query, "&%s=in.(", column_name(c->names, asked->column));
	for (size_t i = 0; i < asked->n; i++)
		buf_addf(&query, "%s%s", i ? "," : "", asked->values[i]);
	buf_addc(&query, ')');
	rc = get_rows_of(c, buf_str(&query), asked, rows, NULL, a);
	buf_fini(&query);
	return rc;
}

/* How many of the values no row has, moved to the front. */
static size_t keep_missing(
	const char **values, size_t n, const char *column, const json *rows)
{
	const struct asked q = { column, values, n };
	bool found[SUPABASE_IDS_MAX] = { false };
	size_t left = 0, i;

	for (const json *v = json_first(rows); v; v = json_next(v))
		if ((i = which(&q, v)) < n)
			found[i] = true;
	for (i = 0; i < n; i++)
		if (!found[i])
			values[left++] = values[i];
	return left;
}

/*
 * A server's own maximum may cut the answer: it is asked again for what is
 * missing, until an answer brings nothing.
 */
static int get_rows_in(struct supabase_client *c, const char *column,
	const char *const *values, size_t n, json **rows, struct api_error *a)
{
	const char *left[SUPABASE_IDS_MAX];
	struct asked asked = { column, left, n };
	json *some, *row;
	bool more = true;

	memcpy(left, values, n * sizeof *left);
	*rows = json_array();
	while (more && asked.n > 0) {
		if (get_some_rows_in(c, &asked, &some, a) < 0) {
			json_free(*rows);
			*rows = NULL;
			return -1;
		}
		more = json_first(some) != NULL;
		asked.n = keep_missing(left, asked.n, column, some);
		while ((row = json_take_first(some)))
			json_add(*rows, row);
		json_free(some);
	}
	return 0;
}

int supabase_rows_by_ids(struct supabase_client *c, const char *const *ids,
	size_t n, json **rows, struct api_error *a)
{
	return get_rows_in(c, "id", ids, n, rows, a);
}

int supabase_rows_by_pages(struct supabase_client *c,
	const char *const *page_ids, size_t n, json **rows, struct api_error *a)
{
	return get_rows_in(c, "notion_page_id", page_ids, n, rows, a);
}

int supabase_rows_insert(struct supabase_client *c, const json *rows,
	int (*recheck)(void *arg), void *arg, json **inserted,
	struct api_error *a)
{
	struct buf url = BUF_INIT(SUPABASE_URL_MAX);
	json *named = columns_rename(c->names, rows);
	struct api_call call = { .method = "POST",
		.body = named ? named : rows,
		.headers = insert_headers,
		.repeatable = true,
		.recheck = recheck,
		.recheck_arg = arg };
	int rc;

	start_url(c, &url);
	buf_addf(&url, "&on_conflict=%s", column_name(c->names, "id"));
	call.path = buf_str(&url);
	rc = call_for_rows(c, &call, NULL, inserted, a);
	json_free(named);
	buf_fini(&url);
	return rc;
}

int supabase_where(struct buf *where, const struct field_names *names,
	const char *column, const char *value)
{
	struct buf one = BUF_INIT(where->max);
	int rc = buf_addf(&one, "%s%s=%s", where->len > 0 ? "&" : "",
		column_name(names, column), value ? "eq." : "is.null");

	if (rc == 0 && value)
		rc = http_escape(&one, value);
	if (rc == 0)
		rc = buf_add(where, buf_str(&one), one.len);
	buf_fini(&one);
	return rc;
}

int supabase_where_time(struct buf *where, const struct field_names *names,
	const char *column, usec t)
{
	char text[TIME_SIZE];

	return supabase_where(where, names, column,
		t == USEC_NONE ? NULL : time_format(t, text));
}

int supabase_where_deleted(
	struct buf *where, const struct field_names *names, bool deleted)
{
	struct buf one = BUF_INIT(where->max);
	int rc = buf_addf(&one, "%s%s=%s", where->len > 0 ? "&" : "",
		column_name(names, SUPABASE_SOFT_DELETE),
		deleted ? "not.is.null" : "is.null");

	if (rc == 0)
		rc = buf_add(where, buf_str(&one), one.len);
	buf_fini(&one);
	return rc;
}

int supabase_row_patch(struct supabase_client *c, const char *id,
	const struct buf *where, const json *set, json **row,
	struct api_error *a)
{
	const struct asked asked = { "id", &id, 1 };
	struct buf url = BUF_INIT(SUPABASE_URL_MAX);
	json *named = columns_rename(c->names, set);
	struct api_call call = { .method = "PATCH",
		.body = named ? named : set,
		.headers = patch_headers,
		.repeatable = true };
	json *rows;
	int rc;

	*row = NULL;
	start_url(c, &url);
	buf_addf(&url, "&%s", buf_str(where));
	call.path = buf_str(&url);
	rc = call_for_rows(c, &call, &asked, &rows, a);
	if (rc == 0)
		*row = json_take_first(rows);
	json_free(named);
	json_free(rows);
	buf_fini(&url);
	return rc;
}
