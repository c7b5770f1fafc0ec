/*
 * SQLite, with one rule: a failure is remembered, not returned.
 *
 * What fails here is a full disk, a damaged file or a bug, and each ends the
 * request in the same way. So after a failure every call does nothing and
 * finds nothing, and whoever opened the transaction looks at db_failed() once.
 * A broken constraint is no failure: db_run() answers it.
 */
#ifndef SANDBOX_DB_H
#define SANDBOX_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "util/error.h"

#define DB_STATEMENTS 96

struct db {
	sqlite3 *handle;
	struct {
		char *sql;
		sqlite3_stmt *stmt;
	} cached[DB_STATEMENTS];
	size_t n_cached;
	bool failed;
	char why[256];
};

/* ":memory:" or a file, which is made and given its schema where it is new. */
int db_open(struct db *d, const char *path, struct error *e);
void db_close(struct db *d);

/*
 * A statement ready to be bound; it is the database's own and kept. The same
 * text may not be in use twice at a time, and only a bounded number of texts
 * may go through here: those made from a request go through db_prepare(), and
 * are the caller's to finalize.
 */
sqlite3_stmt *db_query(struct db *d, const char *sql);
sqlite3_stmt *db_prepare(struct db *d, const char *sql);

/* Parameters count from 1, columns from 0. NULL binds null. */
void db_bind_text(sqlite3_stmt *s, int at, const char *text);
void db_bind_int(sqlite3_stmt *s, int at, int64_t n);
const char *db_text(sqlite3_stmt *s, int column);
int64_t db_int(sqlite3_stmt *s, int column);

/* The next row; at the end, and after a failure, the statement is reset. */
bool db_row(struct db *d, sqlite3_stmt *s);
/* Runs to the end; false where a constraint refused it. */
bool db_run(struct db *d, sqlite3_stmt *s);
void db_exec(struct db *d, const char *sql);
/* A row of one number; 0 where there is none. */
int64_t db_number(struct db *d, sqlite3_stmt *s);

void db_begin(struct db *d);
/* Commits, or rolls back where `keep` is false or something failed. */
void db_end(struct db *d, bool keep);
/* Whether something failed since the last db_begin(); `why` says what. */
bool db_failed(const struct db *d);

/* The settings of the sandbox itself, kept as texts. NULL: not there. */
char *db_meta_get(struct db *d, const char *key);
void db_meta_set(struct db *d, const char *key, const char *value);

#endif
