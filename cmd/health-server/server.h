/*
 * HTTP: one thread answers everything. There are limits on connections and on
 * the time of each request (connections.h), on the request line with all
 * headers (HEAD_MAX), on what the kernel buffers for each connection
 * (SOCKET_SEND, SOCKET_RECEIVE), and on bodies: of a call's nothing is kept
 * (hooks.h), and an act's is read only from who knows the token (control.h). So
 * it uses about 40 MiB at most, whatever strangers do.
 */
#ifndef HEALTH_SERVER_SERVER_H
#define HEALTH_SERVER_SERVER_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "connections.h"
#include "routes.h"

#define HEAD_MAX ((size_t)16 << 10)
#define SOCKET_SEND (32 << 10)
#define SOCKET_RECEIVE (16 << 10)

struct MHD_Daemon;

struct server {
	struct site *site;
	struct connections connections;
	struct MHD_Daemon *daemon;
	struct sockaddr_storage address; /* where it listens */
};

/* "0.0.0.0:8080", "[::1]:8080"; RC_USAGE for anything else. */
int parse_listen(
	const char *text, struct sockaddr_storage *address, struct error *e);
/* RC_LOCAL where it can't listen on the address. */
int server_start(struct server *s, struct site *site,
	const struct sockaddr_storage *address, struct error *e);
void server_stop(struct server *s);
/* "http://127.0.0.1:8080", with the actual port. */
void server_url(const struct server *s, char *out, size_t size);

#endif
