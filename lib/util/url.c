#include "util/url.h"

#include <string.h>

bool url_is_loopback(const char *url)
{
	static const char *const hosts[] = { "127.0.0.1", "[::1]",
		"localhost" };
	const char *host = strstr(url, "://");

	if (!host)
		return false;
	host += 3;
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		size_t n = strlen(hosts[i]);

		if (strncmp(host, hosts[i], n) == 0 &&
			strchr(":/", host[n]) != NULL)
			return true;
	}
	return false;
}
