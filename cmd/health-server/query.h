/*
 * What stands behind the "?" of a request. A name that is given twice, or more
 * names than any document knows, make it one that can't be understood.
 */
#ifndef HEALTH_SERVER_QUERY_H
#define HEALTH_SERVER_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#define QUERY_MAX 8

struct query {
	struct {
		const char *name, *value; /* borrowed */
	} at[QUERY_MAX];
	size_t n;
	bool wrong;
};

struct MHD_Connection;

struct query query_of(struct MHD_Connection *c);

#endif
