#include "connections.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

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

/*
 * Who is at the other end: an IPv4 address, or the network of an IPv6 address,
 * because anybody can have any number of addresses in that network.
 */
static void note_address(
	unsigned char out[ADDRESS_BYTES], const struct sockaddr *from)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;

	memset(out, 0, ADDRESS_BYTES);
	if (!from)
		return;
	if (from->sa_family == AF_INET) {
		out[0] = 4;
		memcpy(out + 1, &v4->sin_addr, 4);
	} else if (from->sa_family == AF_INET6 &&
		   IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		out[0] = 4;
		memcpy(out + 1, v6->sin6_addr.s6_addr + 12, 4);
	} else if (from->sa_family == AF_INET6) {
		out[0] = 6;
		memcpy(out + 1, v6->sin6_addr.s6_addr, 8);
	}
}

static void end_connection(struct connection *one)
{
	one->ended = true;
	shutdown(one->fd, SHUT_RDWR);
}

/*
 * Ends the oldest connection, of one address or (NULL) of all, where there are
 * too many.
 */
static void make_room(
	struct connections *c, const unsigned char *address, size_t most)
{
	struct connection *oldest = NULL;
	size_t n = 0;

	for (struct connection *one = c->first; one; one = one->next) {
		if (one->ended || (address && memcmp(one->address, address,
						      ADDRESS_BYTES) != 0))
			continue;
		n++;
		if (!oldest || one->since <= oldest->since)
			oldest = one;
	}
	if (oldest && n > most)
		end_connection(oldest);
}

struct connection *connection_add(
	struct connections *c, int fd, const struct sockaddr *from)
{
	struct connection *one = xcalloc(1, sizeof *one);

	one->fd = fd;
	one->since = time_monotonic();
	note_address(one->address, from);
	pthread_mutex_lock(&c->lock);
	one->next = c->first;
	one->from = &c->first;
	if (one->next)
		one->next->from = &one->next;
	c->first = one;
	make_room(c, one->address, CONNECTIONS_OF_ADDRESS);
	make_room(c, NULL, CONNECTIONS_MAX);
	pthread_mutex_unlock(&c->lock);
	return one;
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

void connection_reads(struct connections *c, struct connection *one,
	const void *answer, size_t bytes)
{
	pthread_mutex_lock(&c->lock);
	one->reads = answer;
	one->bytes = bytes;
	pthread_mutex_unlock(&c->lock);
}

static bool same_address(const struct connection *x, const struct connection *y)
{
	return memcmp(x->address, y->address, ADDRESS_BYTES) == 0;
}

/* Whether one that is earlier in the list reads the same. */
static bool is_counted(const struct connections *c, const struct connection *x)
{
	for (const struct connection *y = c->first; y != x; y = y->next)
		if (y->reads == x->reads && same_address(y, x))
			return true;
	return false;
}

size_t connection_reading(struct connections *c, const struct connection *one)
{
	size_t bytes = 0;

	pthread_mutex_lock(&c->lock);
	for (struct connection *x = c->first; x; x = x->next)
		if (x->reads && same_address(x, one) && !is_counted(c, x))
			bytes += x->bytes;
	pthread_mutex_unlock(&c->lock);
	return bytes;
}

void connections_end_slow(struct connections *c)
{
	usec now = time_monotonic();

	pthread_mutex_lock(&c->lock);
	for (struct connection *one = c->first; one; one = one->next)
		if (now - one->since > REQUEST_SECONDS * USEC_SECOND)
			end_connection(one);
	pthread_mutex_unlock(&c->lock);
}
