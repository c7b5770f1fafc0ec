/*
 * The HTTP server: one thread per connection, so that a delayed reply makes
 * nobody else wait. libmicrohttpd is called nowhere else.
 */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "sandbox/world.h"

struct MHD_Daemon;

/* Listens on 127.0.0.1; port 0 picks a free one. Sets w->url. */
int server_start(
	struct world *w, long port, struct MHD_Daemon **out, struct error *e);
/* Wakes up waiting threads, and returns once every connection is closed. */
void server_stop(struct world *w, struct MHD_Daemon *d);

#endif
