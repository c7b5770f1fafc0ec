/* The body of a write: the columns that it names, and its rows. */
#ifndef SANDBOX_POSTGREST_PAYLOAD_H
#define SANDBOX_POSTGREST_PAYLOAD_H

#include "sandbox/postgrest/routes.h"

struct payload {
	json *body;		  /* an object, or an array of objects */
	bool listed[COLUMNS_MAX]; /* the table's columns that are written */
	bool with_columns;	  /* columns= named them */
	bool missing_default;
	bool upsert;
	json *conflict; /* the names of the upsert's target */
};

/*
 * PGRST102 for a body that is not JSON and for rows with different keys,
 * PGRST204 for a key that is not a column. The payload must always be freed
 * with payload_fini().
 */
int payload_parse(struct payload *p, struct rest *r);
void payload_fini(struct payload *p);

/* A whole row of an insert. */
int payload_row(const struct payload *p, const struct table *t,
	const json *object, usec now, struct row *row, struct rest_error *e);
/* Applies the changes of an update to an existing row. */
int payload_change(const struct payload *p, const struct table *t,
	const json *object, usec now, struct row *row, struct rest_error *e);

#endif
