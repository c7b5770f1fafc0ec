#include "connections.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "alloc.h"

void connections_init(struct connections *c)
{
	c->first = NULL;
	pthread_mutex_init(&c->lock, NULL);
}

void connections_fini(struct connections *c)
{
	while (c->first)
		connection_remove(c, c->first);
	pthread_mutex_destroy(&c->lock);
}

struct connection *connection_add(struct connections *c, int fd)
{
	struct connection *one = xcalloc(1, sizeof *one);

	one->fd = fd;
	one->since = time_monotonic();
	pthread_mutex_lock(&c->lock);
	one->next = c->first;
	one->from = &c->first;
	if (one->next)
		one->next->from = &one->next;
	c->first = one;
	pthread_mutex_unlock(&c->lock);
	return one;
}

void connection_answered(struct connections *c, struct connection *one)
{
	pthread_mutex_lock(&c->lock);
	one->since = time_monotonic();
	pthread_mutex_unlock(&c->lock);
}

void connection_remove(struct connections *c, struct connection *one)
{
	pthread_mutex_lock(&c->lock);
	*one->from = one->next;
	if (one->next)
		one->next->from = one->from;
	pthread_mutex_unlock(&c->lock);
	free(one);
}

void connections_end_slow(struct connections *c)
{
	usec now = time_monotonic();

	pthread_mutex_lock(&c->lock);
	for (struct connection *one = c->first; one; one = one->next)
		if (now - one->since > REQUEST_SECONDS * USEC_SECOND)
			shutdown(one->fd, SHUT_RDWR);
	pthread_mutex_unlock(&c->lock);
}
