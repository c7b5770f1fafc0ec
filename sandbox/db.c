#include "sandbox/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

static const char schema[] =
	"create table if not exists meta(key text primary key, value text)"
	"  without rowid;"
	"create table if not exists decision_vault("
	"  id text primary key, decision text, type text, date integer,"
	"  created_at integer, updated_at integer, notion_page_id text,"
	"  notion_synced integer, checksum text, deleted_at integer"
	") without rowid;"
	"create index if not exists row_updated on"
	"  decision_vault(updated_at, id);"
	"create index if not exists row_page on decision_vault(notion_page_id);"
	"create table if not exists databases("
	"  id text primary key, title text, description text, parent text,"
	"  is_inline integer, in_trash integer, locked integer, icon text,"
	"  cover text, created integer, edited integer) without rowid;"
	"create table if not exists data_sources("
	"  id text primary key, database_id text, title text,"
	"  description text, props text, in_trash integer, icon text,"
	"  cover text, created integer, edited integer, created_by text,"
	"  edited_by text, n integer) without rowid;"
	"create index if not exists source_database on"
	"  data_sources(database_id, n);"
	"create table if not exists pages("
	"  id text primary key, source text, parent text, created integer,"
	"  edited integer, created_by text, edited_by text, in_trash integer,"
	"  archived integer, locked integer, shared integer, icon text,"
	"  cover text, props text) without rowid;"
	"create index if not exists page_created on"
	"  pages(source, created, id);"
	"create index if not exists page_edited on pages(source, edited, id);"
	"create index if not exists page_id on pages(source, id);"
	"create table if not exists lagged("
	"  id text, until integer, source text, created integer,"
	"  edited integer, in_trash integer, archived integer,"
	"  shared integer, created_by text, edited_by text, locked integer,"
	"  icon text, cover text, parent text, props text);"
	"create index if not exists lagged_id on lagged(id, until);";

static void failed(struct db *d)
{
	if (d->failed)
		return;
	d->failed = true;
	snprintf(d->why, sizeof d->why, "%s", sqlite3_errmsg(d->handle));
}

int db_open(struct db *d, const char *path, struct error *e)
{
	*d = (struct db){ 0 };
	if (sqlite3_open(path, &d->handle) != SQLITE_OK) {
		fail(e, RC_LOCAL, "%s: %s", path, sqlite3_errmsg(d->handle));
		goto out;
	}
	sqlite3_busy_timeout(d->handle, 2000);
	/*
	 * Set before anything is read, so that the lock is taken at once, and
	 * kept.
	 */
	db_exec(d, "pragma locking_mode=exclusive");
	db_exec(d, "pragma journal_mode=wal");
	db_exec(d, "pragma synchronous=off");
	db_exec(d, "begin exclusive");
	db_exec(d, schema);
	db_end(d, true);
	if (!db_failed(d))
		return 0;
	fail(e, RC_LOCAL,
		"%s: %s; check that no other sandbox uses it and that it is a "
		"sandbox's file",
		path, d->why);
out:
	db_close(d);
	return -1;
}

void db_close(struct db *d)
{
	for (size_t i = 0; i < d->n_cached; i++) {
		sqlite3_finalize(d->cached[i].stmt);
		free(d->cached[i].sql);
	}
	sqlite3_close(d->handle);
	*d = (struct db){ 0 };
}

sqlite3_stmt *db_prepare(struct db *d, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	if (!d->failed && sqlite3_prepare_v2(d->handle, sql, -1, &stmt, NULL) !=
				  SQLITE_OK)
		failed(d);
	return stmt;
}

sqlite3_stmt *db_query(struct db *d, const char *sql)
{
	sqlite3_stmt *stmt;

	for (size_t i = 0; i < d->n_cached; i++)
		if (strcmp(d->cached[i].sql, sql) == 0) {
			sqlite3_reset(d->cached[i].stmt);
			sqlite3_clear_bindings(d->cached[i].stmt);
			return d->cached[i].stmt;
		}
	if (d->n_cached == DB_STATEMENTS) {
		d->failed = true;
		snprintf(d->why, sizeof d->why, "too many statements");
		return NULL;
	}
	stmt = db_prepare(d, sql);
	if (stmt) {
		d->cached[d->n_cached].sql = xstrdup(sql);
		d->cached[d->n_cached++].stmt = stmt;
	}
	return stmt;
}

void db_bind_text(sqlite3_stmt *s, int at, const char *text)
{
	if (!s)
		return;
	if (text)
		sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(s, at);
}

void db_bind_int(sqlite3_stmt *s, int at, int64_t n)
{
	if (s)
		sqlite3_bind_int64(s, at, n);
}

const char *db_text(sqlite3_stmt *s, int column)
{
	return s ? (const char *)sqlite3_column_text(s, column) : NULL;
}

int64_t db_int(sqlite3_stmt *s, int column)
{
	return s ? sqlite3_column_int64(s, column) : 0;
}

bool db_row(struct db *d, sqlite3_stmt *s)
{
	int rc = s && !d->failed ? sqlite3_step(s) : SQLITE_DONE;

	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		failed(d);
	sqlite3_reset(s);
	return false;
}

bool db_run(struct db *d, sqlite3_stmt *s)
{
	int rc;

	do
		rc = s && !d->failed ? sqlite3_step(s) : SQLITE_DONE;
	while (rc == SQLITE_ROW);
	if (rc != SQLITE_DONE && (rc & 0xFF) != SQLITE_CONSTRAINT)
		failed(d);
	sqlite3_reset(s);
	return rc == SQLITE_DONE;
}

void db_exec(struct db *d, const char *sql)
{
	if (!d->failed &&
		sqlite3_exec(d->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		failed(d);
}

int64_t db_number(struct db *d, sqlite3_stmt *s)
{
	int64_t n = db_row(d, s) ? db_int(s, 0) : 0;

	if (s)
		sqlite3_reset(s);
	return n;
}

void db_begin(struct db *d)
{
	d->failed = false;
	db_exec(d, "begin");
}

void db_end(struct db *d, bool keep)
{
	bool had_failed = d->failed;

	if (keep && !had_failed) {
		db_exec(d, "commit");
		if (!d->failed)
			return;
	}
	d->failed = false;
	if (!sqlite3_get_autocommit(d->handle))
		db_exec(d, "rollback");
	d->failed = d->failed || had_failed || keep;
}

bool db_failed(const struct db *d)
{
	return d->failed;
}

char *db_meta_get(struct db *d, const char *key)
{
	sqlite3_stmt *s = db_query(d, "select value from meta where key=?1");
	char *value = NULL;

	db_bind_text(s, 1, key);
	if (db_row(d, s))
		value = xstrdup(db_text(s, 0));
	if (s)
		sqlite3_reset(s);
	return value;
}

void db_meta_set(struct db *d, const char *key, const char *value)
{
	sqlite3_stmt *s =
		db_query(d, "insert or replace into meta values(?1,?2)");

	db_bind_text(s, 1, key);
	db_bind_text(s, 2, value);
	db_run(d, s);
}
