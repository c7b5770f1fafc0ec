/*
 * Talks to Supabase's Data API, about one table. supabase/row.h says what a row
 * means.
 *
 * Calls about the whole run fill in a `struct error`, ready to be reported;
 * calls about one record fill in a `struct api_error`, and the caller decides
 * what to do. Every write may be repeated: inserts carry their ids, a patch its
 * condition.
 */
#ifndef SUPABASE_CLIENT_H
#define SUPABASE_CLIENT_H

#include "net/api.h"
#include "settings/settings.h"
#include "supabase/row.h"

/* Beyond about 16 KB the edge answers 520; supabase-js warns from here on. */
#define SUPABASE_URL_MAX 8000

struct supabase_client {
	struct api api;
	struct rate rate; /* no budget; only the pauses that it asks for */
	char *table, *sql_table;
	const struct field_names *names; /* of the settings, which live on */
	char *path;			 /* "/rest/v1/<table>" */
	bool soft_delete;		 /* see supabase_find_columns() */
};

int supabase_client_init(struct supabase_client *c, const struct settings *s,
	const atomic_int *stop, struct error *e);
void supabase_client_fini(struct supabase_client *c);
/*
 * From now on this client uses the clock and the pauses of that one, which
 * outlives it.
 */
void supabase_client_join(
	struct supabase_client *c, struct supabase_client *first);

/*
 * Finds out whether the table has deleted_at, and sets c->soft_delete: reads
 * ask for the column only then. RC_CONFIG, with the SQL that fixes it, where
 * the table, a column or the grant is missing; a column that fields.json names
 * is missing, too, where it is deleted_at, and the columns that are there are
 * told. A caller that knows the answer
 * (from a fetch head) may set c->soft_delete itself.
 */
int supabase_find_columns(struct supabase_client *c, struct error *e);

/* That error, for a request that failed because of a missing column; -1. */
int supabase_missing_column(
	struct supabase_client *c, const struct api_error *a, struct error *e);

/*
 * What doctor, and apply before the first sync, find out without changing
 * anything. Types are probed with filters that a type accepts or refuses; all
 * of these functions fill in e with what is wrong and the SQL that fixes it.
 * Grants and columns of writes are probed with an update and an insert of no
 * row; the insert also needs the primary key. Neither carries a value, so that
 * they can't change anything even where filters and preferences are lost on the
 * way; lost filters are detected, too.
 */
int supabase_probe_types(struct supabase_client *c, struct error *e);
int supabase_probe_update(struct supabase_client *c, struct error *e);
int supabase_probe_insert(struct supabase_client *c, struct error *e);
/* Whether it answers at all: reads one row's id. */
int supabase_answers(struct supabase_client *c, struct api_error *a);
/* Whether notion_page_id has a unique index. */
int supabase_probe_link(
	struct supabase_client *c, bool *unique, struct error *e);

/*
 * The rows after the id `after` (NULL: from the start), by ascending id, at
 * most `limit`. Only an empty array is the end: a server's own maximum may make
 * every page short.
 */
int supabase_rows_after(struct supabase_client *c, const char *after, int limit,
	json **rows, struct api_error *a);

/* The same between two ids, and without the first `offset` of them. */
struct supabase_slice {
	const char *after, *before; /* NULL: from the start, to the end */
	int64_t offset;
	int limit;
};

int supabase_rows_read(struct supabase_client *c,
	const struct supabase_slice *slice, json **rows, struct api_error *a);
/*
 * The same, with how many rows there are in all: what the planner estimates
 * where it would take long to count; -1: the service doesn't say.
 */
int supabase_rows_count(struct supabase_client *c,
	const struct supabase_slice *slice, json **rows, int64_t *total,
	struct api_error *a);

/*
 * Where an answer to any of the following has rows that were not asked for,
 * something on the way has mixed it up: it counts as none, and the call is
 * repeated; a write's outcome is unknown then.
 */

/* *row is NULL where there is none (or row-level security hides it). */
int supabase_row_get(struct supabase_client *c, const char *id, json **row,
	struct api_error *a);
/* A row that is linked to this page, soft-deleted ones too; NULL: none. */
int supabase_row_by_page(struct supabase_client *c, const char *page_id,
	json **row, struct api_error *a);
/* Of how many rows one request can tell. */
#define SUPABASE_IDS_MAX 100
/*
 * The rows of these ids, as far as they are there, however few of them the
 * server's own maximum lets into one answer.
 */
int supabase_rows_by_ids(struct supabase_client *c, const char *const *ids,
	size_t n, json **rows, struct api_error *a);
/*
 * The same for the rows that are linked to these pages. Where several are
 * linked to one, one of them at least.
 */
int supabase_rows_by_pages(struct supabase_client *c,
	const char *const *page_ids, size_t n, json **rows,
	struct api_error *a);

/*
 * Inserts an array of rows that all have the same keys, "id" among them; all or
 * none. *inserted has the rows that were created, as the table keeps them. A
 * row that is missing from it existed already and wasn't touched, or a trigger
 * or a rule has put it elsewhere, or nowhere: it must be looked for. Before a
 * repeat, so must all of them, because a trigger may give each a new id:
 * recheck(arg) does that (see net/api.h).
 */
int supabase_rows_insert(struct supabase_client *c, const json *rows,
	int (*recheck)(void *arg), void *arg, json **inserted,
	struct api_error *a);

/*
 * The condition of a patch, "id=eq.…&updated_at=eq.…": every value is
 * percent-encoded, NULL becomes `is.null`. -1, with nothing added, where the
 * URL would become too long.
 */
#define SUPABASE_WHERE_INIT BUF_INIT(SUPABASE_URL_MAX - 1000)
int supabase_where(struct buf *where, const struct field_names *names,
	const char *column, const char *value);
int supabase_where_time(struct buf *where, const struct field_names *names,
	const char *column, usec t);
/* Only for a table that has deleted_at. */
int supabase_where_deleted(
	struct buf *where, const struct field_names *names, bool deleted);

/*
 * Sets these columns of the one row that meets the condition, which holds this
 * id; *row is the row
 * afterwards, NULL where no row met it: the row is gone, was edited meanwhile,
 * is hidden, or was already changed by a try whose answer was lost
 * (a->outcome_unknown: there was such a try). Read it again and compare.
 */
int supabase_row_patch(struct supabase_client *c, const char *id,
	const struct buf *where, const json *set, json **row,
	struct api_error *a);

/* For calls of this folder: is_answer of one for rows, asked being NULL. */
bool supabase_are_rows(
	const void *asked, const json *body, struct api_error *a);

#endif
