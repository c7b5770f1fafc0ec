/*
 * GET and HEAD.
 */
#include "sandbox/postgrest/routes.h"

#include <string.h>

int64_t rest_count(struct rest *r)
{
	struct sql q = SQL_INIT;
	sqlite3_stmt *s;
	int64_t n = 0;

	buf_adds(&q.text, "select count(*) from " TABLE_NAME);
	if (!r->anonymous && filter_where(&q, &r->table, &r->params,
				     world_now(r->world), &r->error) >= 0) {
		s = sql_prepare(&r->world->db, &q);
		n = db_number(&r->world->db, s);
		sqlite3_finalize(s);
	}
	sql_fini(&q);
	return n;
}

static int read_query(struct rest *r, struct sql *q, const struct span *span)
{
	int64_t most = r->world->config.max_rows;
	int64_t limit =
		span->limit < 0 || span->limit > most ? most : span->limit;

	buf_adds(&q->text, "select ");
	for (size_t i = 0; i < r->table.n; i++)
		buf_addf(&q->text, "%s\"%s\"", i ? "," : "",
			r->table.columns[i].usual);
	buf_adds(&q->text, " from " TABLE_NAME);
	if (filter_where(q, &r->table, &r->params, world_now(r->world),
		    &r->error) < 0 ||
		order_parse(q, &r->table, pairs_get(&r->params, "order"),
			&r->error) < 0)
		return -1;
	buf_addf(&q->text, " limit %lld offset %lld",
		r->anonymous ? 0 : (long long)limit, (long long)span->offset);
	return 0;
}

static json *read_rows(struct rest *r, const struct sql *q)
{
	struct db *d = &r->world->db;
	sqlite3_stmt *s = sql_prepare(d, q);
	json *rows = json_array();

	while (db_row(d, s)) {
		struct row row = { 0 };

		for (size_t i = 0; i < r->table.n; i++)
			row.values[i] = column_value(s, (int)i);
		json_add(rows, selection_row(&r->selection, &r->table, &row));
		row_fini(&row);
	}
	sqlite3_finalize(s);
	return rows;
}

static int out_of_range(struct rest *r, int64_t offset, int64_t total)
{
	rest_content_range(r, 0, 0, total);
	rest_fail(&r->error, "PGRST103", "Requested range not satisfiable");
	return rest_details(&r->error,
		"An offset of %lld was requested, but there are only %lld "
		"rows.",
		(long long)offset, (long long)total);
}

int rest_read(struct rest *r)
{
	const char *range = request_get_header(r->request, "range");
	struct sql q = SQL_INIT;
	struct span span;
	int64_t total = -1, n;
	json *rows;
	int rc = -1;

	if (span_parse(&span, &r->params, range, &r->error) < 0 ||
		read_query(r, &q, &span) < 0)
		goto out;
	if (r->prefer.count)
		total = rest_count(r);
	if (total >= 0 && span.offset > total) {
		rc = out_of_range(r, span.offset, total);
		goto out;
	}
	rows = read_rows(r, &q);
	n = (int64_t)json_count(rows);
	rc = rest_answer_rows(r, total > n ? 206 : 200, rows);
	if (rc == 0) {
		rest_content_range(r, span.offset, n, total);
		preferences_applied(&r->prefer, r->answer, false, false);
	}
out:
	sql_fini(&q);
	return rc;
}
