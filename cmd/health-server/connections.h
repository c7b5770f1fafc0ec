/*
 * The connections that are open, to end those that take too long: the daemon's
 * own time-out begins anew with each byte, so a client that sends one now and
 * then could hold its place for ever.
 */
#ifndef HEALTH_SERVER_CONNECTIONS_H
#define HEALTH_SERVER_CONNECTIONS_H

#include <pthread.h>

#include "times.h"

#define CONNECTIONS_MAX 1100
#define IDLE_SECONDS 10 /* without a byte */
#define REQUEST_SECONDS \
	30 /* from connecting, or the last answer, to an answer */

struct connection {
	int fd;
	usec since;
	struct connection *next, **from;
};

struct connections {
	pthread_mutex_t lock;
	struct connection *first;
};

void connections_init(struct connections *c);
void connections_fini(struct connections *c);

struct connection *connection_add(struct connections *c, int fd);
/* An answer was sent: the time begins anew. */
void connection_answered(struct connections *c, struct connection *one);
/* Before its descriptor is closed. */
void connection_remove(struct connections *c, struct connection *one);
/* Shuts those down that are over their time; from any thread. */
void connections_end_slow(struct connections *c);

#endif
