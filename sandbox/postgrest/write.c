/*
 * POST, PATCH and DELETE. Each request is one transaction, which the caller
 * rolls back when the reply is an error.
 */
#include "sandbox/postgrest/routes.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sandbox/postgrest/payload.h"
#include "util/alloc.h"

/* The ids of the rows that a command wrote, in order. */
struct touched {
	char **ids;
	size_t n, cap;
};

static void touch(struct touched *t, const char *id)
{
	t->ids = grow(t->ids, t->n, &t->cap, sizeof *t->ids);
	t->ids[t->n++] = xstrdup(id);
}

static void touched_fini(struct touched *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->ids[i]);
	free(t->ids);
}

static json *representation(struct rest *r, const struct touched *t)
{
	json *rows = json_array();

	for (size_t i = 0; i < t->n; i++) {
		struct row row;

		if (row_load(r->world, &r->table, t->ids[i], &row))
			json_add(rows,
				selection_row(&r->selection, &r->table, &row));
		row_fini(&row);
	}
	return rows;
}

/*
 * Replies with rows where they are requested, else with nothing; `empty` is the
 * status then.
 */
static int reply_write(
	struct rest *r, int status, int empty, json *take_rows, size_t n)
{
	if (r->prefer.return_ == RETURN_REPRESENTATION)
		return rest_answer_rows(r, status, take_rows);
	json_free(take_rows);
	if (r->singular && n != 1) {
		rest_fail(&r->error, "PGRST116",
			"Cannot coerce the result to a single JSON object");
		return rest_details(
			&r->error, "The result contains %zu rows", n);
	}
	reply_text(r->answer, empty, NULL, "");
	r->answer->no_body = empty == 204;
	return 0;
}

/* The id of the row that an upsert's target matches; allocated, or NULL. */
static char *find_conflict(
	struct rest *r, const struct payload *p, const struct row *row)
{
	struct buf sql = BUF_INIT(8192);
	sqlite3_stmt *s;
	char *id = NULL;
	int at = 0;

	buf_adds(&sql, "select id from " TABLE_NAME " where 1");
	for (const json *v = json_first(p->conflict); v; v = json_next(v))
		buf_addf(&sql, " and \"%s\"=?%d", json_text(v), ++at);
	s = db_prepare(&r->world->db, sql.data);
	at = 0;
	for (const json *v = json_first(p->conflict); v; v = json_next(v))
		value_bind(s, ++at,
			&row->values[table_find(&r->table, json_text(v))]);
	if (db_row(&r->world->db, s))
		id = xstrdup(db_text(s, 0));
	sqlite3_finalize(s);
	buf_fini(&sql);
	return id;
}

static bool was_touched(const struct touched *t, const char *id)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->ids[i], id) == 0)
			return true;
	return false;
}

/* DO UPDATE SET col = EXCLUDED.col, for every column of the payload. */
static int merge(struct rest *r, const struct payload *p, const char *id,
	const struct row *new, struct touched *t)
{
	struct row row;
	int rc = -1;

	if (was_touched(t, id)) {
		rest_fail(&r->error, "21000",
			"ON CONFLICT DO UPDATE command cannot affect row a "
			"second time");
		r->error.status = 500;
		return -1;
	}
	if (row_load(r->world, &r->table, id, &row)) {
		for (size_t i = 0; i < r->table.n; i++)
			if (p->listed[i]) {
				pg_value_fini(&row.values[i]);
				row.values[i] = new->values[i];
				row.values[i].s = xstrdup(new->values[i].s);
			}
		rc = row_update(r->world, &r->table, id, &row, &r->error);
	}
	if (rc == 0)
		touch(t, row.values[table_find_usual(&r->table, "id")].s);
	row_fini(&row);
	return rc < 0 ? -1 : 0;
}

static int insert_one(struct rest *r, const struct payload *p,
	const json *object, struct touched *t, size_t *inserted)
{
	struct row row = { 0 };
	char *id = NULL;
	int rc = -1;

	if (payload_row(p, &r->table, object, world_now(r->world), &row,
		    &r->error) < 0)
		goto out;
	if (r->anonymous) {
		rc = rest_fail(&r->error, "42501",
			"new row violates row-level security policy for table "
			"\"" TABLE_NAME "\"");
		goto out;
	}
	if (p->upsert)
		id = find_conflict(r, p, &row);
	if (id && r->prefer.resolution == RESOLUTION_IGNORE) {
		rc = 0;
		goto out;
	}
	if (id) {
		rc = merge(r, p, id, &row, t);
		goto out;
	}
	rc = row_insert(r->world, &r->table, &row, &r->error);
	if (rc == 0) {
		touch(t, row.values[table_find_usual(&r->table, "id")].s);
		(*inserted)++;
	}
out:
	free(id);
	row_fini(&row);
	return rc < 0 ? -1 : 0;
}

static int insert_all(struct rest *r, const struct payload *p,
	struct touched *t, size_t *inserted)
{
	if (!json_is_array(p->body))
		return insert_one(r, p, p->body, t, inserted);
	for (const json *v = json_first(p->body); v; v = json_next(v))
		if (insert_one(r, p, v, t, inserted) < 0)
			return -1;
	return 0;
}

int rest_insert(struct rest *r)
{
	struct payload p;
	struct touched t = { 0 };
	size_t inserted = 0;
	int rc, status;

	rc = payload_parse(&p, r);
	if (rc < 0 || (rc = insert_all(r, &p, &t, &inserted)) < 0)
		goto out;
	status = p.upsert && r->prefer.resolution == RESOLUTION_MERGE && t.n &&
				 !inserted
			 ? 200
			 : 201;
	rc = reply_write(r, status, status, representation(r, &t), t.n);
	if (rc < 0)
		goto out;
	rest_content_range(
		r, 0, 0, r->prefer.count ? (int64_t)t.n : (int64_t)-1);
	if (r->prefer.return_ == RETURN_HEADERS_ONLY && t.n == 1)
		reply_header(r->answer, "Location", "/%s?id=eq.%s", TABLE_NAME,
			t.ids[0]);
	preferences_applied(&r->prefer, r->answer, true, p.upsert);
out:
	touched_fini(&t);
	payload_fini(&p);
	return rc;
}

/* The rows that a PATCH or DELETE affects. */
static int find_rows(struct rest *r, struct touched *t, const char *command)
{
	struct db *d = &r->world->db;
	struct sql q = SQL_INIT;
	sqlite3_stmt *s;
	int n;

	buf_adds(&q.text, "select id from " TABLE_NAME);
	n = filter_where(
		&q, &r->table, &r->params, world_now(r->world), &r->error);
	if (n == 0 && !r->world->config.drop_filters) {
		rest_fail(&r->error, "21000", "%s requires a WHERE clause",
			command);
		n = -1;
	}
	if (n >= 0 && !r->anonymous) {
		s = sql_prepare(d, &q);
		while (db_row(d, s))
			touch(t, db_text(s, 0));
		sqlite3_finalize(s);
	}
	sql_fini(&q);
	return n < 0 ? -1 : 0;
}

static int check_affected(struct rest *r, size_t n)
{
	const struct preferences *p = &r->prefer;

	if (!p->handling || *p->handling != 's' || p->max_affected < 0 ||
		(int64_t)n <= p->max_affected)
		return 0;
	rest_fail(&r->error, "PGRST124",
		"Query result exceeds max-affected preference constraint");
	return rest_details(&r->error, "The query affects %zu rows", n);
}

static int update_one(
	struct rest *r, const struct payload *p, const json *object, char **id)
{
	struct row row;
	int rc = -1;

	if (!row_load(r->world, &r->table, *id, &row))
		goto out;
	if (payload_change(p, &r->table, object, world_now(r->world), &row,
		    &r->error) < 0)
		goto out;
	rc = row_update(r->world, &r->table, *id, &row, &r->error);
	if (rc >= 0)
		free(*id);
	if (rc == 0)
		*id = xstrdup(row.values[table_find_usual(&r->table, "id")].s);
	else if (rc > 0) /* no row was affected */
		*id = NULL;
out:
	row_fini(&row);
	return rc < 0 ? -1 : 0;
}

/* Rows that a trigger kept unchanged aren't in the reply. */
static void drop_unwritten(struct touched *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->ids[i])
			t->ids[n++] = t->ids[i];
	t->n = n;
}

int rest_update(struct rest *r)
{
	struct payload p;
	struct touched t = { 0 };
	const json *object;
	int rc;

	rc = payload_parse(&p, r);
	if (rc < 0 || (rc = find_rows(r, &t, "UPDATE")) < 0)
		goto out;
	object = json_is_array(p.body) ? json_first(p.body) : p.body;
	/*
	 * PATCH {} changes nothing, and the reply is as if nothing had matched.
	 */
	if (!json_count(object)) {
		touched_fini(&t);
		t = (struct touched){ 0 };
	}
	if ((rc = check_affected(r, t.n)) < 0)
		goto out;
	for (size_t i = 0; i < t.n; i++)
		if ((rc = update_one(r, &p, object, &t.ids[i])) < 0)
			goto out;
	drop_unwritten(&t);
	rc = reply_write(r, 200, 204, representation(r, &t), t.n);
	if (rc < 0)
		goto out;
	rest_content_range(r, 0, (int64_t)t.n,
		r->prefer.count ? (int64_t)t.n : (int64_t)-1);
	preferences_applied(&r->prefer, r->answer, true, false);
out:
	touched_fini(&t);
	payload_fini(&p);
	return rc;
}

int rest_delete(struct rest *r)
{
	struct touched t = { 0 };
	json *rows;
	int rc;

	if ((rc = find_rows(r, &t, "DELETE")) < 0 ||
		(rc = check_affected(r, t.n)) < 0)
		goto out;
	rows = representation(r, &t);
	for (size_t i = 0; i < t.n; i++)
		row_delete(r->world, t.ids[i]);
	rc = reply_write(r, 200, 204, rows, t.n);
	if (rc < 0)
		goto out;
	rest_content_range(
		r, 0, 0, r->prefer.count ? (int64_t)t.n : (int64_t)-1);
	preferences_applied(&r->prefer, r->answer, true, false);
out:
	touched_fini(&t);
	return rc;
}
