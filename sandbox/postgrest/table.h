/*
 * The table decision_vault as PostgREST's schema cache sees it, its triggers,
 * and its rows.
 */
#ifndef SANDBOX_POSTGREST_TABLE_H
#define SANDBOX_POSTGREST_TABLE_H

#include "sandbox/postgrest/pg_value.h"
#include "sandbox/world.h"

#define TABLE_NAME "decision_vault"
#define COLUMNS_MAX 64

struct column {
	char name[64];	   /* in the API */
	const char *usual; /* in SQLite, and under /control */
	enum pg_type type;
	bool stale;	     /* PostgREST doesn't know it yet */
	const json *initial; /* the switch `defaults`; NULL: the usual one */
};

struct table {
	struct column columns[COLUMNS_MAX];
	size_t n;
};

/* All values of a row, in the order of the table's columns. */
struct row {
	struct pg_value values[COLUMNS_MAX];
};

/* The columns that the table has according to the switches. */
void table_load(struct table *t, const struct config *c);
/* -1: there is no column with that name, or that usual name. */
int table_find(const struct table *t, const char *name);
int table_find_usual(const struct table *t, const char *usual);
/* Adds the further columns that the switches name to the SQLite table. */
void rest_table_alter(struct world *w);

/* The value that a column has when an insert doesn't mention it. */
struct pg_value column_default(const struct column *c, usec now);
void row_fini(struct row *r);
bool row_load(
	struct world *w, const struct table *t, const char *id, struct row *r);
/* A column of a result, read by the column's type. */
struct pg_value column_value(sqlite3_stmt *s, int at);
void value_bind(sqlite3_stmt *s, int at, const struct pg_value *v);

/*
 * Writes a row: the BEFORE triggers run and change `r`. 23502 and 23505 are
 * reported. An update writes every column of the row with the id `was`. 1, with
 * nothing written: a trigger returned null.
 */
int row_insert(struct world *w, const struct table *t, struct row *r,
	struct rest_error *e);
int row_update(struct world *w, const struct table *t, const char *was,
	struct row *r, struct rest_error *e);
void row_delete(struct world *w, const char *id);

#endif
