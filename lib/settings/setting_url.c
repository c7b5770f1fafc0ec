/* The settings that are URLs. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "settings/setting.h"
#include "settings/settings.h"
#include "util/alloc.h"
#include "util/url.h"

#define URL_MAX 512

#define TAKE_URL \
	"take the project's URL, https://….supabase.co (Project Settings, " \
	"Data API)"

/* Host and port: letters, digits, ".", "-", or an IPv6 address in brackets. */
static bool is_authority(const char *s, size_t n)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789.-:[]";

	return n > 0 && strspn(s, good) >= n;
}

static bool starts(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

/* Scheme and host; *path is what follows them. */
static int check_origin(
	const char *name, const char *url, const char **path, struct error *e)
{
	const char *host = strstr(url, "://");
	size_t n;

	if (!host || strlen(url) > URL_MAX ||
		(strncmp(url, "https://", 8) != 0 &&
			strncmp(url, "http://", 7) != 0))
		return fail(e, RC_CONFIG,
			"%s is not a valid URL: it should look like "
			"https://host",
			name);
	host += 3;
	n = strcspn(host, "/?#");
	if (!is_authority(host, n))
		return fail(e, RC_CONFIG,
			"%s has no plain host name: it should look like "
			"https://host, without user and password",
			name);
	*path = host + n;
	return 0;
}

static int refuse_path(
	const char *name, const char *url, const char *path, struct error *e)
{
	return fail(e, RC_CONFIG,
		"%s has a path: leave out everything after the host, as in "
		"%.*s",
		name, (int)(path - url), url);
}

static bool is_plain(const char *url)
{
	return strncmp(url, "https://", 8) != 0 && !url_is_loopback(url);
}

#define PLAIN \
	"%s is plain http: a key is sent only over https or to this " \
	"machine itself"

int setting_check_url(const char *name, const char *url, struct error *e)
{
	const char *path;

	if (check_origin(name, url, &path, e) < 0)
		return -1;
	if (*path != '\0' && strcmp(path, "/") != 0)
		return refuse_path(name, url, path, e);
	return is_plain(url) ? fail(e, RC_CONFIG, PLAIN, name) : 0;
}

/* How many of n bytes are left without this ending and the "/" before it. */
static size_t without(const char *s, size_t n, const char *end)
{
	size_t len = strlen(end);

	if (n >= len && strncasecmp(s + n - len, end, len) == 0)
		n -= len;
	while (n > 0 && s[n - 1] == '/')
		n--;
	return n;
}

/* The host stays, whatever its name is. */
char *setting_url_base(const char *url)
{
	const char *host = strstr(url, "://"), *path = url;
	size_t n;

	if (host)
		path = host + 3 + strcspn(host + 3, "/?#");
	n = without(path, without(path, strlen(path), ""), "/rest/v1");
	return xstrndup(url, (size_t)(path - url) + n);
}

/* Supabase's own hosts: over https, with nothing after the host. */
static bool is_hosted(const char *url)
{
	const char *host = strstr(url, "://") + 3;
	size_t n = strcspn(host, ":/?#");

	return without(host, n, ".supabase.co") < n;
}

/* The path of a proxy: names of plain characters, one after each "/". */
static bool is_prefix(const char *s)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789-_.~";

	while (*s == '/') {
		size_t n = strspn(++s, good);

		if (n == 0 || strspn(s, ".") == n)
			return false;
		s += n;
	}
	return *s == '\0';
}

static int check_project_path(
	const char *name, const char *url, const char *path, struct error *e)
{
	char *base = setting_url_base(url);
	const char *prefix = base + (path - url);
	bool good = *prefix == '\0' || (!is_hosted(url) && is_prefix(prefix) &&
					       !strstr(prefix, "/rest/v1"));

	free(base);
	return good ? 0 : refuse_path(name, url, path, e);
}

/* Similar addresses that people copy instead of the right one. */
int setting_check_supabase_url(
	const char *name, const char *url, struct error *e)
{
	const char *host = strstr(url, "://"), *path;

	if (starts(url, "postgres://") || starts(url, "postgresql://"))
		return fail(e, RC_CONFIG,
			"%s is the connection string of the database, which "
			"the sync doesn't use: " TAKE_URL,
			name);
	if (host && (starts(host + 3, "supabase.com") ||
			    starts(host + 3, "app.supabase.com") ||
			    starts(host + 3, "www.supabase.com")))
		return fail(e, RC_CONFIG,
			"%s is the address of the dashboard, not of a "
			"project: " TAKE_URL,
			name);
	if (host && starts(host + 3, "db.") && strstr(host, ".supabase.co"))
		return fail(e, RC_CONFIG,
			"%s is the host of the database, which has no Data "
			"API: " TAKE_URL,
			name);
	if (check_origin(name, url, &path, e) < 0 ||
		check_project_path(name, url, path, e) < 0)
		return -1;
	return is_plain(url) && is_hosted(url) ? fail(e, RC_CONFIG, PLAIN, name)
					       : 0;
}

/* The key crosses the network unencrypted: the user must have allowed it. */
int setting_check_plain(const struct env_file *f, const char *name,
	const char *url, struct error *e)
{
	const char *allowed;

	if (setting_take(f, "SYNC_ALLOW_HTTP", true, &allowed, e) < 0)
		return -1;
	if (!is_plain(url) || *allowed == '1')
		return 0;
	return fail(e, RC_CONFIG,
		PLAIN "; in a private network that you trust with the key, set "
		      "SYNC_ALLOW_HTTP=1",
		name);
}
