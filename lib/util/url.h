/* Questions about a URL's host. */
#ifndef UTIL_URL_H
#define UTIL_URL_H

#include <stdbool.h>

/*
 * "127.0.0.1", "[::1]" or "localhost", on any port: plain http is allowed
 * there.
 */
bool url_is_loopback(const char *url);

#endif
