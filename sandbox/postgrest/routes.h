/*
 * The Supabase side: the gateway's key check, and PostgREST's table.
 */
#ifndef SANDBOX_POSTGREST_ROUTES_H
#define SANDBOX_POSTGREST_ROUTES_H

#include "sandbox/postgrest/query.h"
#include "sandbox/world.h"

#define ANON_KEY \
	"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." \
	"eyJpc3MiOiJzdXBhYmFzZS1zYW5kYm94Iiwicm9sZSI6ImFub24iLCJpYXQiOj" \
	"E3MDAwMDAwMDAsImV4cCI6MjAxNTM2MDAwMH0." \
	"qzHwY6TWF5N25mTGqr33DdTFW4hhEw6jF6_dC6uhcO0"
#define SERVICE_ROLE_KEY \
	"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." \
	"eyJpc3MiOiJzdXBhYmFzZS1zYW5kYm94Iiwicm9sZSI6InNlcnZpY2Vfcm9sZSI" \
	"sImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoyMDE1MzYwMDAwfQ." \
	"F8pjc0k6Th306pAlL303bgOlhttqyWwztzR0KMzLZro"

/* The parsed parts of a request. */
struct rest {
	struct world *world;
	const struct request *request;
	struct reply *answer;
	struct table table;
	struct pairs params;
	struct preferences prefer;
	struct selection selection;
	bool anonymous; /* row security hides every row from this role */
	bool singular;	/* Accept: application/vnd.pgrst.object+json */
	struct rest_error error;
};

void rest_serve(struct world *w, struct request *q, struct reply *a);

/* read.c and write.c: -1 with r->error filled in. */
int rest_read(struct rest *r);
int rest_insert(struct rest *r);
int rest_update(struct rest *r);
int rest_delete(struct rest *r);

/* Replies with rows, as an array or, where requested, as one object. */
int rest_answer_rows(struct rest *r, int status, json *take_rows);
/* The header for n rows from `first` on; a total of -1 is unknown. */
void rest_content_range(
	struct rest *r, int64_t first, int64_t n, int64_t total);
/* How many rows the filters match. */
int64_t rest_count(struct rest *r);

#endif
