/*
 * SQLite, with one rule: a failure is remembered, not returned.
 *
 * Failures here mean a full disk, a damaged file or a bug, and each ends the
 * request in the same way. So after a failure every call does nothing and finds
 * nothing, and the function that opened the transaction checks db_failed()
 * once. A violated constraint is not a failure: db_run() returns it.
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

/*
 * ":memory:" or a file, which is created with its schema where it doesn't
 * exist.
 */
int db_open(struct db *d, const char *path, struct error *e);
void db_close(struct db *d);

/*
 * A statement ready to be bound; the database owns and keeps it. The same text
 * may not be in use twice at a time, and only a limited number of texts may go
 * through here: texts built from a request go through db_prepare(), and the
 * caller finalizes them.
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
/* A result of one number; 0 where there is none. */
int64_t db_number(struct db *d, sqlite3_stmt *s);

void db_begin(struct db *d);
/* Commits, or rolls back where `keep` is false or something failed. */
void db_end(struct db *d, bool keep);
/* Whether something failed since the last db_begin(); `why` says what. */
bool db_failed(const struct db *d);

/* The settings of the sandbox itself, kept as texts. NULL: absent. */
char *db_meta_get(struct db *d, const char *key);
void db_meta_set(struct db *d, const char *key, const char *value);

#endif
