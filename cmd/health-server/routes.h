/* Which path gets which answer. */
#ifndef HEALTH_SERVER_ROUTES_H
#define HEALTH_SERVER_ROUTES_H

#include "api.h"
#include "control.h"
#include "first.h"
#include "hooks.h"
#include "hosts.h"
#include "log_view.h"
#include "page.h"

/*
 * Answers that are built at most once a second, however often they are
 * requested, and are shared by all clients that read them.
 */
enum made {
	MADE_HEALTH,
	MADE_METRICS,
	MADE_STATUS,
	MADE,
};

struct site {
	const struct settings *settings;
	const char *prefix; /* "" or "/vault": where a proxy serves us */
	char *root;	    /* of the page: "/vault/" */
	const struct hosts *hosts;
	usec told_host; /* last report of a wrong host; or USEC_NONE */
	struct hooks hooks;
	struct control control;
	struct log_view view;
	struct api api;
	char policy[POLICY_MAX];
	struct answer page;
	struct first first;
	size_t held;
	struct {
		struct answer answer;
		usec at; /* USEC_NONE: never */
	} made[MADE];
};

/* A request without its body; NULL for a header that is missing. */
struct ask {
	const char *method, *path;
	const char *authorization, *token, *signature; /* token: X-Sync-Token */
	const char *origin, *site, *host;     /* Origin, Sec-Fetch-Site, Host */
	const char *content_type, *forwarded; /* forwarded: X-Forwarded-For */
	const struct sockaddr *address;	      /* of the connection, or NULL */
	bool has_body;
	size_t reading; /* bytes of answers that this address still reads */
	const struct query *query;
};

/*
 * take_script as in control_init(). The site belongs to one thread, that of the
 * daemon; only its control has a lock.
 */
int site_init(struct site *s, const struct settings *settings,
	const struct hosts *hosts, const char *prefix, char *take_script,
	struct error *e);
void site_fini(struct site *s);

/*
 * Whether the body of this request is wanted, to be given to intake_add(); all
 * others are answered at once, without reading the body.
 */
bool site_reads_body(struct site *s, const struct ask *ask, struct intake *in);
/*
 * `in` comes from site_reads_body(), or is empty. Returns the answer: `a`, or a
 * shared one.
 */
const struct answer *site_answer(struct site *s, const struct ask *ask,
	struct intake *in, struct answer *a);

#endif
