/*
 * Where a request ends, according to its head: if two parties (a proxy and this
 * server) read the head differently, they see different requests. So a head
 * that can be read in two ways is refused: by libmicrohttpd in its strict mode,
 * and here where that lets it pass.
 */
#ifndef HEALTH_SERVER_HEAD_H
#define HEALTH_SERVER_HEAD_H

#include <stdbool.h>

struct MHD_Connection;

/* Why this head is refused; NULL: it is fine. */
const char *head_fault(struct MHD_Connection *c, const char *version);
/* Whether a body follows the head. */
bool head_has_body(struct MHD_Connection *c);

#endif
