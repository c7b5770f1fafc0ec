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

api_judge supabase_judge;

#endif
