/* The documents of the API (api.h), and how each is asked for. */
#ifndef HEALTH_SERVER_API_DOCUMENTS_H
#define HEALTH_SERVER_API_DOCUMENTS_H

#include "api.h"

enum api_kind {
	API_ACTIVITY,
	API_PENDING,
	API_CONFLICTS,
	API_RUNS,
	API_RUN,
	API_RECORD,
	API_PLAN,
	API_KINDS,
};

struct api_ask {
	enum api_kind kind;
	const char *id; /* of a run or record, borrowed */
	struct activity_filter filter;
	int64_t plan; /* which one the control has; 0: none, or not asked */
};

void api_activity_init(struct activity *a);
/*
 * `name` is what is behind API. RC_USAGE where the parameters or the id are not
 * valid, another code where there is no such document. To be given to
 * api_ask_fini() in any case.
 */
int api_ask_init(struct api_ask *ask, const char *name, const struct query *q,
	struct error *e);
void api_ask_fini(struct api_ask *ask);

/* Makes it: 200, or 404 where nothing is known of the id. */
void api_document(struct api *api, const struct api_ask *ask, struct answer *a);

#endif
