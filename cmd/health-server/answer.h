/*
 * An answer, before it is HTTP. What every answer says besides stands in
 * server.c: no store, no sniffing, no frames.
 */
#ifndef HEALTH_SERVER_ANSWER_H
#define HEALTH_SERVER_ANSWER_H

#include "shared.h"
#include "util/buf.h"
#include "util/json.h"

#define ANSWER_MAX ((size_t)8 << 20)

struct answer {
	unsigned status;
	const char *type;
	struct buf body;
	struct shared *shared; /* stands for the body; or NULL */
	const char *allow;     /* of a 405: "GET, HEAD"; or NULL */
	const char *retry;     /* of a 429: seconds; or NULL */
	const char *location;  /* of a 308; or NULL */
	const char *policy;    /* Content-Security-Policy; NULL: nothing */
	bool asks_token;       /* of a 401 */
};

void answer_init(struct answer *a);
void answer_fini(struct answer *a);
/* From now on all who are sent it share its body. */
void answer_share(struct answer *a, size_t *held);
/* A line of text, as text/plain. */
void answer_text(struct answer *a, unsigned status, const char *text);
void answer_json(
	struct answer *a, unsigned status, const char *type, json *take_body);

#endif
