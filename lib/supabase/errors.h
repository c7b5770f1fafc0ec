/*
 * What the errors of Supabase's Data API mean for a caller, as one table:
 * matched by PostgREST's or PostgreSQL's `code`, which tells more than the
 * status (21000 comes with 500 and is permanent).
 * https://docs.postgrest.org/en/stable/references/errors.html,
 * https://supabase.com/docs/guides/platform/http-status-codes
 */
#ifndef SUPABASE_ERRORS_H
#define SUPABASE_ERRORS_H

#include "net/api.h"
#include "settings/field_names.h"
#include "util/error.h"

api_judge supabase_judge;

/* Two rows of one id, which the table ought to make impossible: RC_CONFIG with
 * the way out. */
int supabase_same_id(struct error *e, const char *sql_table,
	const struct field_names *names, const char *id);

#endif
