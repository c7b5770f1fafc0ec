/* Addresses: from an option, and as a URL. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "server.h"
#include "util/opt.h"

static int parse_host(
	const char *host, long port, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	size_t n = strlen(host);
	char inner[64];

	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return 0;
	}
	if (n < 4 || host[0] != '[' || host[n - 1] != ']')
		return -1;
	snprintf(inner, sizeof inner, "%.*s", (int)n - 2, host + 1);
	if (inet_pton(AF_INET6, inner, &v6->sin6_addr) != 1)
		return -1;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	return 0;
}

int parse_listen(
	const char *text, struct sockaddr_storage *address, struct error *e)
{
	const char *colon = strrchr(text, ':');
	char host[64];
	long port;

	if (colon && (size_t)(colon - text) < sizeof host &&
		parse_number(colon + 1, 0, 65535, &port) == 0) {
		snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
		if (parse_host(host, port, address) == 0)
			return 0;
	}
	return fail(e, RC_USAGE,
		"--listen: %.80s is not an address and port: write it as "
		"0.0.0.0:8080, 127.0.0.1:8080 or [::1]:8080",
		text);
}

void server_url(const struct server *s, char *out, size_t size)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&s->address;
	const struct sockaddr_in6 *v6 =
		(const struct sockaddr_in6 *)&s->address;
	char host[INET6_ADDRSTRLEN] = "";

	if (s->address.ss_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
		snprintf(out, size, "http://%s:%u", host, ntohs(v4->sin_port));
	} else {
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
		snprintf(out, size, "http://[%s]:%u", host,
			ntohs(v6->sin6_port));
	}
}
