/*
 * PostgreSQL's values of the five types that the table has: read the way
 * PostgreSQL reads text, written the way PostgREST writes JSON.
 *
 * A date is kept as its day since 1970-01-01, a timestamptz in microseconds;
 * infinity is the largest number of either kind, -infinity the smallest.
 * https://www.postgresql.org/docs/15/datatype-datetime.html
 */
#ifndef SANDBOX_POSTGREST_PG_VALUE_H
#define SANDBOX_POSTGREST_PG_VALUE_H

#include <stdint.h>

#include "sandbox/postgrest/error.h"
#include "util/json.h"
#include "util/times.h"

enum pg_type {
	PG_UUID,
	PG_TEXT,
	PG_DATE,
	PG_TIMESTAMPTZ,
	PG_BOOL,
};

struct pg_value {
	enum pg_kind {
		PG_NULL,
		PG_NUMBER,
		PG_STRING,
	} kind;
	int64_t n;
	char *s; /* owned */
};

const char *pg_type_name(enum pg_type type);
/* 22P02, 22007 or 22008 for a text that isn't of that type. */
int pg_parse(enum pg_type type, const char *text, usec now,
	struct pg_value *out, struct rest_error *e);
/* From a member of a request body. */
int pg_parse_json(enum pg_type type, const json *v, usec now,
	struct pg_value *out, struct rest_error *e);
void pg_value_fini(struct pg_value *v);
struct pg_value pg_number(int64_t n);
struct pg_value pg_string(const char *s);

/* As in JSON: "2026-02-03T04:05:06.1+00:00". */
json *pg_to_json(enum pg_type type, const struct pg_value *v);
/* As col::text gives it: "2026-02-03 04:05:06.1+00". Allocated; NULL: null. */
char *pg_to_text(enum pg_type type, const struct pg_value *v);

#endif
