#include "sandbox/postgrest/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/postgrest/trigger.h"

static const struct {
	const char *name;
	enum pg_type type;
} base_columns[] = {
	{ "id", PG_UUID },
	{ "decision", PG_TEXT },
	{ "type", PG_TEXT },
	{ "date", PG_DATE },
	{ "created_at", PG_TIMESTAMPTZ },
	{ "updated_at", PG_TIMESTAMPTZ },
	{ "notion_page_id", PG_TEXT },
	{ "notion_synced", PG_BOOL },
	{ "checksum", PG_TEXT },
	{ "deleted_at", PG_TIMESTAMPTZ },
};
#define N_BASE (sizeof base_columns / sizeof base_columns[0])

static bool listed(const json *names, const char *name)
{
	for (const json *v = json_first(names); v; v = json_next(v))
		if (strcmp(json_text(v), name) == 0)
			return true;
	return false;
}

static void add_column(struct table *t, const struct config *c,
	const char *name, enum pg_type type)
{
	struct column *column = &t->columns[t->n];

	const char *called = json_str(c->columns, name);

	if (t->n == COLUMNS_MAX || listed(c->missing_columns, name) ||
		table_find_usual(t, name) >= 0)
		return;
	*column = (struct column){ .usual = name,
		.type = type,
		.stale = listed(c->stale_columns, name),
		.initial = json_get(c->defaults, name) };
	snprintf(column->name, sizeof column->name, "%s",
		called ? called : name);
	t->n++;
}

void table_load(struct table *t, const struct config *c)
{
	t->n = 0;
	for (size_t i = 0; i < N_BASE; i++)
		if (i < N_BASE - 1 || c->soft_delete)
			add_column(t, c, base_columns[i].name,
				base_columns[i].type);
	for (const json *v = json_first(c->extra_columns); v; v = json_next(v))
		add_column(t, c, json_text(v), PG_TEXT);
}

int table_find(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->columns[i].name, name) == 0)
			return (int)i;
	return -1;
}

int table_find_usual(const struct table *t, const char *usual)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->columns[i].usual, usual) == 0)
			return (int)i;
	return -1;
}

static bool has_column(struct world *w, const char *name)
{
	sqlite3_stmt *s = db_query(&w->db,
		"select count(*) from pragma_table_info('" TABLE_NAME
		"') where name=?1");

	db_bind_text(s, 1, name);
	return db_number(&w->db, s) > 0;
}

void rest_table_alter(struct world *w)
{
	for (const json *v = json_first(w->config.extra_columns); v;
		v = json_next(v)) {
		char sql[200];

		if (has_column(w, json_text(v)))
			continue;
		snprintf(sql, sizeof sql,
			"alter table " TABLE_NAME " add column \"%s\" text",
			json_text(v));
		db_exec(&w->db, sql);
	}
	db_exec(&w->db, w->config.unique_page_id
				? "create unique index if not exists row_page_"
				  "unique on " TABLE_NAME "(notion_page_id)"
				: "drop index if exists row_page_unique");
}

struct pg_value column_default(const struct column *c, usec now)
{
	struct pg_value v = { 0 };
	struct rest_error ignored;
	char id[UUID_SIZE];

	if (c->initial) {
		if (pg_parse_json(c->type, c->initial, now, &v, &ignored) < 0)
			return (struct pg_value){ 0 };
		return v;
	}
	if (strcmp(c->usual, "id") == 0) {
		uuid_random(id);
		return pg_string(id);
	}
	if (strcmp(c->usual, "created_at") == 0 ||
		strcmp(c->usual, "updated_at") == 0)
		return pg_number(now);
	if (strcmp(c->usual, "notion_synced") == 0)
		return pg_number(0);
	return (struct pg_value){ 0 };
}

void row_fini(struct row *r)
{
	for (size_t i = 0; i < COLUMNS_MAX; i++)
		pg_value_fini(&r->values[i]);
}

struct pg_value column_value(sqlite3_stmt *s, int at)
{
	switch (sqlite3_column_type(s, at)) {
	case SQLITE_NULL:
		return (struct pg_value){ 0 };
	case SQLITE_INTEGER:
		return pg_number(db_int(s, at));
	default:
		return pg_string(db_text(s, at));
	}
}

void value_bind(sqlite3_stmt *s, int at, const struct pg_value *v)
{
	if (v->kind == PG_NUMBER)
		db_bind_int(s, at, v->n);
	else
		db_bind_text(s, at, v->kind == PG_STRING ? v->s : NULL);
}

/* "a","b", or "a"=?1,"b"=?2 */
static void list_columns(struct buf *sql, const struct table *t, bool assign)
{
	for (size_t i = 0; i < t->n; i++) {
		buf_addf(sql, "%s\"%s\"", i ? "," : "", t->columns[i].usual);
		if (assign)
			buf_addf(sql, "=?%zu", i + 1);
	}
}

bool row_load(
	struct world *w, const struct table *t, const char *id, struct row *r)
{
	struct buf sql = BUF_INIT(8192);
	sqlite3_stmt *s;
	bool found;

	*r = (struct row){ 0 };
	buf_adds(&sql, "select ");
	list_columns(&sql, t, false);
	buf_adds(&sql, " from " TABLE_NAME " where id=?1");
	s = db_prepare(&w->db, sql.data);
	buf_fini(&sql);
	db_bind_text(s, 1, id);
	found = db_row(&w->db, s);
	for (size_t i = 0; found && i < t->n; i++)
		r->values[i] = column_value(s, (int)i);
	sqlite3_finalize(s);
	return found;
}

static int not_null(const struct world *w, const struct table *t,
	const struct row *r, struct rest_error *e)
{
	for (size_t i = 0; i < t->n; i++) {
		const char *name = t->columns[i].name;
		const char *usual = t->columns[i].usual;

		if (r->values[i].kind != PG_NULL ||
			(strcmp(usual, "id") != 0 &&
				!listed(w->config.not_null, usual)))
			continue;
		rest_fail(e, "23502",
			"null value in column \"%s\" of relation \"" TABLE_NAME
			"\" violates not-null constraint",
			name);
		return rest_details(e, "Failing row contains (null, ...).");
	}
	return 0;
}

/* Which unique index refused the last row. */
static int not_unique(struct world *w, const struct table *t,
	const struct row *r, struct rest_error *e)
{
	bool by_page =
		strstr(sqlite3_errmsg(w->db.handle), "notion_page_id") != NULL;
	const char *name = by_page ? "notion_page_id" : "id";

	rest_fail(e, "23505",
		"duplicate key value violates unique constraint \"%s\"",
		by_page ? TABLE_NAME "_notion_page_id_key"
			: TABLE_NAME "_pkey");
	return rest_details(e, "Key (%s)=(%s) already exists.", name,
		r->values[table_find_usual(t, name)].s);
}

static int write_row(struct world *w, const struct table *t, struct row *r,
	const char *sql, const char *was, struct rest_error *e)
{
	sqlite3_stmt *s = db_prepare(&w->db, sql);
	int rc = 0;

	for (size_t i = 0; i < t->n; i++)
		value_bind(s, (int)i + 1, &r->values[i]);
	if (was)
		db_bind_text(s, (int)t->n + 1, was);
	if (!db_run(&w->db, s) && !db_failed(&w->db))
		rc = not_unique(w, t, r, e);
	sqlite3_finalize(s);
	return rc;
}

int row_insert(struct world *w, const struct table *t, struct row *r,
	struct rest_error *e)
{
	struct buf sql = BUF_INIT(8192);
	int rc;

	if (!run_triggers(w, t, r, NULL))
		return 1;
	if (not_null(w, t, r, e) < 0)
		return -1;
	buf_adds(&sql, "insert into " TABLE_NAME "(");
	list_columns(&sql, t, false);
	buf_adds(&sql, ") values(");
	for (size_t i = 0; i < t->n; i++)
		buf_addf(&sql, "%s?%zu", i ? "," : "", i + 1);
	buf_adds(&sql, ")");
	rc = write_row(w, t, r, sql.data, NULL, e);
	buf_fini(&sql);
	return rc;
}

int row_update(struct world *w, const struct table *t, const char *was,
	struct row *r, struct rest_error *e)
{
	struct buf sql = BUF_INIT(8192);
	int rc;

	if (!run_triggers(w, t, r, was))
		return 1;
	if (not_null(w, t, r, e) < 0)
		return -1;
	buf_adds(&sql, "update " TABLE_NAME " set ");
	list_columns(&sql, t, true);
	buf_addf(&sql, " where id=?%zu", t->n + 1);
	rc = write_row(w, t, r, sql.data, was, e);
	buf_fini(&sql);
	return rc;
}

void row_delete(struct world *w, const char *id)
{
	sqlite3_stmt *s =
		db_query(&w->db, "delete from " TABLE_NAME " where id=?1");

	db_bind_text(s, 1, id);
	db_run(&w->db, s);
}
