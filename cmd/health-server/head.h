/*
 * What a request's head says of where it ends: two parties that read it in two
 * ways (a proxy and we) would see other requests than one another. So whatever
 * can be read in two ways is refused, by libmicrohttpd in its strict mode, and
 * here what that lets pass.
 */
#ifndef HEALTH_SERVER_HEAD_H
#define HEALTH_SERVER_HEAD_H

#include <stdbool.h>

struct MHD_Connection;

/* Why this head is refused, NULL: it is fine. */
const char *head_fault(struct MHD_Connection *c, const char *version);
/* Whether a body follows the head. */
bool head_has_body(struct MHD_Connection *c);

#endif
