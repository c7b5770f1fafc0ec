#include "hosts.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"

#define NAME_MAX_LEN 253 /* of a DNS name */
#define BETWEEN ", \t"

static bool is_name(const char *s, size_t n)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789.-_";

	return n <= NAME_MAX_LEN &&
	       (strspn(s, good) >= n || (n == 1 && *s == '*'));
}

int hosts_add(struct hosts *h, const char *list, struct error *e)
{
	for (const char *at = list ? list : ""; *at;) {
		size_t n = strcspn(at, BETWEEN);

		if (!is_name(at, n))
			return fail(e, RC_USAGE,
				"%.*s is not a host name: write it as "
				"vault.example, without https://, port and "
				"path",
				(int)(n < 80 ? n : 80), at);
		if (n) {
			h->names =
				grow(h->names, h->n, &h->cap, sizeof *h->names);
			h->names[h->n++] = xstrndup(at, n);
		}
		at += n;
		at += strspn(at, BETWEEN);
	}
	return 0;
}

void hosts_fini(struct hosts *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->names[i]);
	free(h->names);
	*h = (struct hosts){ 0 };
}

/*
 * The length of the name in "name", "name:8080" or "[::1]:8080"; 0: none of
 * these.
 */
static size_t name_length(const char *host)
{
	const char *end = *host == '[' ? strchr(host, ']') : NULL;
	size_t n = end ? (size_t)(end - host) + 1 : strcspn(host, ":");
	const char *port = host + n;

	if (*port == '\0')
		return n;
	if (*port != ':' || strspn(port + 1, "0123456789") != strlen(port + 1))
		return 0;
	return n;
}

static bool is_address(const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];
	size_t n = strlen(name);
	char inner[INET6_ADDRSTRLEN] = "";

	if (*name != '[')
		return inet_pton(AF_INET, name, address) == 1;
	if (n - 2 >= sizeof inner)
		return false;
	memcpy(inner, name + 1, n - 2);
	return inet_pton(AF_INET6, inner, address) == 1;
}

static bool is_one_of(const struct hosts *h, const char *name)
{
	if (strcasecmp(name, "localhost") == 0)
		return true;
	for (size_t i = 0; i < h->n; i++)
		if (strcasecmp(h->names[i], name) == 0 ||
			strcmp(h->names[i], "*") == 0)
			return true;
	return false;
}

bool hosts_have(const struct hosts *h, const char *host)
{
	char name[NAME_MAX_LEN + 2] = "";
	size_t n = host ? name_length(host) : 0;

	if (!host)
		return true;
	if (n == 0 || n >= sizeof name)
		return false;
	memcpy(name, host, n);
	/* A fully qualified name may end in the dot of the root. */
	if (n > 1 && name[n - 1] == '.')
		name[n - 1] = '\0';
	return is_address(name) || is_one_of(h, name);
}
