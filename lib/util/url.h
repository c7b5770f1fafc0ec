/* What a URL says of where it leads. */
#ifndef UTIL_URL_H
#define UTIL_URL_H

#include <stdbool.h>

/* "127.0.0.1", "[::1]", "localhost" and their ports: plain http is allowed. */
bool url_is_loopback(const char *url);

#endif
