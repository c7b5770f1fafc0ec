/*
 * The page with what it shows first: the state, what waits and what changed
 * stand in it as JSON, so that a browser need not ask for them before there is
 * something to see. The page (page/main.js) asks for all that isn't in it.
 */
#ifndef HEALTH_SERVER_FIRST_H
#define HEALTH_SERVER_FIRST_H

#include "api.h"

/* Bytes of the documents; where they are longer, the page asks for them. */
#define FIRST_MAX ((size_t)256 << 10)

struct first {
	struct answer page;
	usec of; /* the status in it was made then; USEC_NONE: none is */
};

/* `policy`: the page's own. */
void first_init(struct first *f, const char *policy);
void first_fini(struct first *f);

/*
 * `status` was made at `at`: until there is another one, all readers share one
 * page. NULL where the documents can't be had, or are long.
 */
const struct answer *first_get(
	struct first *f, const struct answer *status, usec at, struct api *api);

#endif
