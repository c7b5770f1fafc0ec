/*
 * The connections that are open.
 *
 * Connections that take too long are ended: the daemon's own time-out starts
 * again with each byte, so a client that sends one now and then could keep its
 * place for ever. So that nobody can take all places, each address gets only a
 * few, and the newest takes precedence: one more ends the oldest. A client that
 * asks and leaves is done long before it is the oldest.
 */
#ifndef HEALTH_SERVER_CONNECTIONS_H
#define HEALTH_SERVER_CONNECTIONS_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "util/times.h"

#define CONNECTIONS_MAX 512
/* Behind a proxy, all clients have the same address. */
#define CONNECTIONS_OF_ADDRESS 64
#define IDLE_SECONDS 10 /* without a byte */
/* From connecting to the last byte of the answer. */
#define REQUEST_SECONDS 30

/* For IPv6 the first half, which identifies the network. */
#define ADDRESS_BYTES 9

struct connection {
	int fd;
	usec since;
	bool ended;	   /* by us: it is shut down, and will be removed */
	const void *reads; /* the shared answer that it is sent, or NULL */
	size_t bytes;	   /* of that */
	unsigned char address[ADDRESS_BYTES];
	struct connection *next, **from;
};

struct connections {
	pthread_mutex_t lock;
	struct connection *first;
};

void connections_init(struct connections *c);
void connections_fini(struct connections *c);

struct connection *connection_add(
	struct connections *c, int fd, const struct sockaddr *from);
/* Before its descriptor is closed. */
void connection_remove(struct connections *c, struct connection *one);
/* It is sent that shared answer from now on. */
void connection_reads(struct connections *c, struct connection *one,
	const void *answer, size_t bytes);
/* What all connections of its address are sent, each answer counted once. */
size_t connection_reading(struct connections *c, const struct connection *one);
/* Shuts down connections that are over their time; from any thread. */
void connections_end_slow(struct connections *c);

#endif
