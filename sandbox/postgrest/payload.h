/*
 * The body of a write: which columns it names, and its rows.
 */
#ifndef SANDBOX_POSTGREST_PAYLOAD_H
#define SANDBOX_POSTGREST_PAYLOAD_H

#include "sandbox/postgrest/routes.h"

struct payload {
	json *body;		  /* an object, or an array of objects */
	bool listed[COLUMNS_MAX]; /* the table's columns that are written */
	bool with_columns;	  /* columns= said which */
	bool missing_default;
	bool upsert;
	json *conflict; /* the names of the upsert's target */
};

/*
 * PGRST102 for what is no JSON and for rows with different keys, PGRST204 for
 * a key that is no column. Always to be freed with payload_fini().
 */
int payload_parse(struct payload *p, struct rest *r);
void payload_fini(struct payload *p);

/* A whole row of an insert. */
int payload_row(const struct payload *p, const struct table *t,
	const json *object, usec now, struct row *row, struct rest_error *e);
/* The changes of an update, onto a row that there is. */
int payload_change(const struct payload *p, const struct table *t,
	const json *object, usec now, struct row *row, struct rest_error *e);

#endif
