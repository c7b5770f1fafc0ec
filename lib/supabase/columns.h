/*
 * The columns of the table: what the sync needs, by their usual names, and as
 * requests and SQL name them where a team calls them otherwise
 * (settings/field_names.h). names may be NULL everywhere: all as usual.
 */
#ifndef SUPABASE_COLUMNS_H
#define SUPABASE_COLUMNS_H

#include "settings/field_names.h"
#include "util/buf.h"
#include "util/json.h"

/*
 * Appends the columns of a comma-separated list of usual names as they are
 * called; `as_usual`: for "select=", where the answer is to have the usual
 * names: "decision:title,type".
 */
void columns_list(struct buf *out, const struct field_names *names,
	const char *usual_list, bool as_usual);
/*
 * What is sent: a row, or an array of rows, with the names of the table; NULL
 * where they are the usual ones, and `rows` itself can be sent.
 */
json *columns_rename(const struct field_names *names, const json *rows);

/* As SQL names it: one of its own in quotes. */
void column_sql(
	struct buf *out, const struct field_names *names, const char *usual);
/* "id uuid primary key …, decision text, …", for a new table. */
void columns_sql_create(struct buf *out, const struct field_names *names);
/* "add column if not exists decision text, …", for one that is there. */
void columns_sql_add(struct buf *out, const struct field_names *names);
/* The default that it has in a table that was made so; NULL: none. */
const char *column_default_sql(const char *usual);

#endif
