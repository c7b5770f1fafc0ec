/*
 * The switches of the sandbox, and its clock.
 *
 * One table drives GET and POST /control/config, the defaults and what the
 * manual lists. The switches are kept in the data file, so that a restarted
 * sandbox behaves as before.
 */
#ifndef SANDBOX_CONFIG_H
#define SANDBOX_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "util/error.h"
#include "util/json.h"
#include "util/times.h"

struct config {
	/* Notion */
	int64_t rate_limit;    /* requests of a key in a 60 s window; 0: off */
	int64_t query_cap;     /* rows of one filter and sort */
	int64_t query_lag_ms;  /* until a query shows a write */
	int64_t cursor_ttl_ms; /* how long a cursor lives */
	bool bump_same_value;  /* a PATCH that changes nothing is an edit */
	bool restore_with_properties;  /* in_trash:false with properties */
	bool query_trims;	       /* a query trims texts at both ends */
	bool query_filter_ignored;     /* all pages, whatever was asked */
	bool unknown_property_ignored; /* in a page write, instead of a 400 */
	bool archive_known;	       /* otherwise no is_archived anywhere */
	bool archive_asked_in_vain;    /* a query ignores is_archived */
	bool edit_archived;	       /* an archived page accepts edits */
	bool personal_token;	       /* the key belongs to a person */
	bool can_read, can_insert, can_update; /* of the connection */

	/* Supabase */
	int64_t max_rows;
	bool soft_delete;      /* the table has deleted_at */
	bool moddatetime;      /* an update sets updated_at */
	bool rewrite_checksum; /* a trigger converts it to upper case */
	bool reset_synced;     /* a trigger sets notion_synced to false */
	bool unique_page_id;   /* unique index on notion_page_id */
	bool in_schema_api;    /* not in public */
	bool drop_filters;     /* a proxy drops them, and Prefer */
	bool anon_no_grant;    /* otherwise row security hides every row */
	bool no_grant;	       /* not even for the service role */
	bool table_missing, paused, read_only;
	json *columns;	       /* what they are called, by usual name */
	json *extra_columns;   /* names of further text columns */
	json *missing_columns; /* columns that the table lacks */
	json *stale_columns;   /* exist, but not in PostgREST's schema cache */
	json *not_null;	       /* columns, in addition to id */
	json *defaults;	       /* by column, instead of the usual ones */
	json *triggers;	       /* see sandbox/postgrest/trigger.h */

	/* of the Notion database: sandbox/notion/automation.h */
	json *automations;
};

void config_init(struct config *c);
void config_fini(struct config *c);
json *config_to_json(const struct config *c);
/* All of it or nothing: an unknown switch or a wrong value changes nothing. */
int config_set(struct config *c, const json *values, struct error *e);

/* The clock that everything in the sandbox uses. */
struct sandbox_clock {
	usec offset; /* relative to the wall clock */
	usec frozen; /* USEC_NONE: it runs */
};

usec clock_now(const struct sandbox_clock *c);
/* {"now":…} or {"advance":seconds}, and {"freeze":bool}. */
int clock_set(struct sandbox_clock *c, const json *values, struct error *e);

#endif
