/*
 * The rest of a PostgREST request: select=, order=, limit and offset, Prefer,
 * Accept, and the rows of the reply.
 */
#ifndef SANDBOX_POSTGREST_QUERY_H
#define SANDBOX_POSTGREST_QUERY_H

#include "sandbox/postgrest/filter.h"

enum prefer_return {
	RETURN_DEFAULT, /* minimal, and not echoed */
	RETURN_MINIMAL,
	RETURN_HEADERS_ONLY,
	RETURN_REPRESENTATION,
};

enum resolution {
	RESOLUTION_NONE,
	RESOLUTION_MERGE,
	RESOLUTION_IGNORE,
};

struct preferences {
	enum prefer_return return_;
	enum resolution resolution;
	const char *count;    /* exact, planned, estimated; NULL: none */
	const char *missing;  /* default, null; NULL: not given */
	const char *handling; /* strict, lenient; NULL: not given */
	const char *tx;	      /* read, never obeyed */
	int64_t max_affected; /* -1: no limit */
	char *timezone;	      /* UTC is the only one supported */
};

/* PGRST122 where handling=strict meets something unknown. */
int preferences_parse(
	struct preferences *p, const char *header, struct rest_error *e);
void preferences_fini(struct preferences *p);
/* Writes Preference-Applied for those that this kind of request obeys. */
void preferences_applied(
	const struct preferences *p, struct reply *a, bool write, bool upsert);

struct select_item {
	int column;
	char *alias;
	int cast; /* an enum pg_type, or -1 */
};

struct selection {
	struct select_item items[COLUMNS_MAX];
	size_t n;
};

int selection_parse(struct selection *s, const struct table *t,
	const char *select, struct rest_error *e);
void selection_fini(struct selection *s);
json *selection_row(
	const struct selection *s, const struct table *t, const struct row *r);

/* Appends " order by …". */
int order_parse(struct sql *q, const struct table *t, const char *order,
	struct rest_error *e);

/* Which rows: a limit of -1 means all of them. */
struct span {
	int64_t offset, limit;
};

int span_parse(struct span *s, const struct pairs *params, const char *range,
	struct rest_error *e);

/* Names from columns= or on_conflict=, quoted or not, as an array. */
json *name_list(const char *text);

#endif
