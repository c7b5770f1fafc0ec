/*
 * PostgREST's filters, as SQL. The rules for quotes follow its parser
 * (QueryParams.hs): at the top level, everything after the operator's dot is
 * the value; inside in.(…), or=(…) and and=(…), a value ends at "," or ")" and
 * may be in double quotes with backslashes.
 *
 * Supported: eq neq gt gte lt lte like ilike in is isdistinct, not., and/or.
 * The others (full text, ranges, regular expressions, any/all) are refused with
 * PGRST100; PostgREST would accept them.
 */
#ifndef SANDBOX_POSTGREST_FILTER_H
#define SANDBOX_POSTGREST_FILTER_H

#include "sandbox/postgrest/table.h"

struct sql {
	struct buf text;
	struct pg_value *args;
	size_t n, cap;
};

/* clang-format off */
#define SQL_INIT { .text = BUF_INIT(4u << 20) }
/* clang-format on */

void sql_fini(struct sql *q);
/* The statement with its values bound; the caller finalizes it. */
sqlite3_stmt *sql_prepare(struct db *d, const struct sql *q);

/* Registers PostgreSQL's like and ilike with SQLite. */
int rest_filter_init(struct db *d, struct error *e);

/*
 * Appends " where …" for all parameters that are filters; returns how many
 * there were, or -1.
 */
int filter_where(struct sql *q, const struct table *t,
	const struct pairs *params, usec now, struct rest_error *e);

/* Removes the filters from the request, as a careless proxy would. */
void filters_drop(struct pairs *params);

/* 42703 */
int unknown_column(const char *name, struct rest_error *e);

#endif
