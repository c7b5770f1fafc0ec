/* What is answered where. */
#ifndef HEALTH_SERVER_ROUTES_H
#define HEALTH_SERVER_ROUTES_H

#include "control.h"
#include "hooks.h"
#include "page.h"
#include "snapshot.h"

/* Answers that are made at most once a second, however often they are asked. */
enum made {
	MADE_HEALTH,
	MADE_METRICS,
	MADE_STATUS,
	MADE,
};

struct site {
	const struct settings *settings;
	const char *prefix; /* "" or "/vault": where a proxy puts us */
	char *root;	    /* of the page: "/vault/" */
	struct control control;
	struct snapshot snapshot;
	char policy[POLICY_MAX];
	struct {
		struct answer answer;
		usec at; /* USEC_NONE: never */
	} made[MADE];
};

/* What a request says, apart from its body; NULL for a header not there. */
struct ask {
	const char *method, *path;
	const char *authorization, *signature;
	const char *origin, *site, *host; /* Origin, Sec-Fetch-Site, Host */
};

/*
 * take_script as in control_init(). The site belongs to one thread, that of the
 * daemon; only its control has a lock.
 */
int site_init(struct site *s, const struct settings *settings,
	const char *prefix, char *take_script, struct error *e);
void site_fini(struct site *s);

/* Whether the body of this request is wanted at all, and read. */
bool site_takes_body(const struct site *s, const struct ask *ask);
/* body is NULL where there is none. Returns the answer, a or a made one. */
const struct answer *site_answer(struct site *s, const struct ask *ask,
	const struct buf *body, struct answer *a);

#endif
