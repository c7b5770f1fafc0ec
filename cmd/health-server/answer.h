/*
 * An answer, before it becomes HTTP. server.c adds the headers that all answers
 * have: no store, no sniffing, no frames.
 */
#ifndef HEALTH_SERVER_ANSWER_H
#define HEALTH_SERVER_ANSWER_H

#include "shared.h"
#include "util/buf.h"
#include "util/json.h"

#define ANSWER_MAX ((size_t)8 << 20)

/*
 * Bytes of all answers that clients are still reading. Slow readers could each
 * hold an older one; above this limit, no newer one is built until they end,
 * except for the short ones that monitors read.
 */
#define HELD_MAX ((size_t)8 << 20)
/* Of those, what one address may read: beyond it none is built for it. */
#define HELD_OF_ADDRESS (HELD_MAX / 2)
/* Until then an older one is given; later none, so that it passes for no news.
 */
#define STALE_SECONDS 5

struct answer {
	unsigned status;
	const char *type;
	struct buf body;
	struct shared *shared; /* used in place of body; or NULL */
	const char *allow;     /* for a 405: "GET, HEAD"; or NULL */
	unsigned retry;	       /* for a 429: seconds; or 0 */
	const char *location;  /* for a 308; or NULL */
	const char *policy;    /* Content-Security-Policy; NULL: nothing */
	bool asks_token;       /* for a 401 */
};

void answer_init(struct answer *a);
void answer_fini(struct answer *a);
/* From now on, everyone who gets this answer shares its body. */
void answer_share(struct answer *a, size_t *held);
/* A line of text, as text/plain. */
void answer_text(struct answer *a, unsigned status, const char *text);
void answer_json(
	struct answer *a, unsigned status, const char *type, json *take_body);

#endif
