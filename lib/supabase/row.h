/*
 * What this project knows of Supabase's Data API (PostgREST): the row's shape
 * and the columns. Pure: no network, no clock; supabase/client.h talks.
 *
 * Facts: https://docs.postgrest.org/en/stable/ and PostgREST's own sources,
 * https://supabase.com/docs/guides/api.
 */
#ifndef SUPABASE_ROW_H
#define SUPABASE_ROW_H

#include <stdbool.h>

#include "settings/field_names.h"
#include "sync/decision.h"
#include "sync/problem.h"
#include "util/error.h"
#include "util/json.h"
#include "util/times.h"
#include "util/uuid.h"

/* The columns by their usual names, in the order in which they are asked for.
 * Rows have these names everywhere but on the way (supabase/columns.h). */
#define SUPABASE_COLUMNS \
	"id,decision,type,date,created_at,updated_at," \
	"notion_page_id,notion_synced,checksum"
#define SUPABASE_SOFT_DELETE "deleted_at" /* optional */

/* The content of a row as a record. Every text is exactly as in the table. */
struct supabase_row {
	char id[UUID_SIZE];
	char *decision, *type;	 /* NULL: null or "" */
	char *date;		 /* YYYY-MM-DD; NULL: none */
	char page_id[UUID_SIZE]; /* "": not linked */
	char *checksum;
	bool synced;
	bool deleted;
	usec created, updated; /* USEC_NONE: null */
};

/*
 * Reads a row object. -1 with p filled in, and `id` and `page_id` as far as
 * they could be read ("" otherwise); codes: "id", "link" (notion_page_id is
 * missing or holds no page id, or nothing of the row can be read; it takes
 * precedence over all others, because such a row may belong to any page),
 * "text" (an unreadable string), "date", "time", "shape".
 *
 * Each of SUPABASE_COLUMNS, and deleted_at where the table has it (soft_delete,
 * as in a fetch head), was asked for, so its key must be there: a missing one
 * is no null, but a "shape". A checksum that can't be read counts as absent.
 */
int supabase_row_parse(struct supabase_row *row, const json *object,
	bool soft_delete, struct problem *p);
void supabase_row_fini(struct supabase_row *row);
/* Its content; borrowed. */
struct decision supabase_row_decision(const struct supabase_row *row);
/* The other way: puts the fields of a set into a row that is to be written. */
void supabase_row_put(json *row, const struct decision *d, unsigned fields);

/* The table as SQL names it: public."DecisionVault"; quoted where necessary. */
char *supabase_sql_table(const char *schema, const char *table);

/*
 * Whether a row shows that a column of the table has a type that can't be
 * synced, such as a date with a time of day: RC_CONFIG with the SQL that fixes
 * it. A value that is merely out of range doesn't show that.
 */
int supabase_check_types(const char *sql_table, const struct field_names *names,
	const json *object, struct error *e);
/*
 * That error, for a column found in another way; returns -1. `is` is its type
 * as PostgreSQL calls it, "array" for an array of any elements; NULL where that
 * isn't known: then its values are converted by way of their text. An id that
 * can't become a UUID is kept beside a new one.
 */
int supabase_wrong_type(struct error *e, const char *sql_table,
	const struct field_names *names, const char *usual,
	const char *should_be, const char *is);

/*
 * Whether a row can hold these values: -1 with p filled, code "poison", for a
 * date outside the years 0001 to 9999.
 */
int supabase_can_hold(const struct decision *d, struct problem *p);

/*
 * The host of a project URL, its path where it has one, and the table, as in a
 * fetch head's scope: "host/table", in another schema than public
 * "host/schema.table".
 */
char *supabase_scope(const char *url, const char *schema, const char *table);

#endif
