#include "settings/notion_link.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* The host of a URL whose scheme is missing or http(s), and its path. */
static bool is_notion_host(const char *host, size_t len)
{
	static const char *const hosts[] = { "www.notion.so", "notion.so",
		"app.notion.com", "www.notion.com" };
	static const char site[] = ".notion.site";

	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		if (strlen(hosts[i]) == len &&
			strncasecmp(hosts[i], host, len) == 0)
			return true;
	return len > strlen(site) &&
	       strncasecmp(host + len - strlen(site), site, strlen(site)) == 0;
}

/* The id at the end of a path's last part: "Title-<32 hex>", or dashed. */
static int id_at_end(const char *path, size_t len, char out[UUID_SIZE])
{
	static const size_t lengths[] = { 36, 32 };

	while (len > 0 && path[len - 1] == '/')
		len--;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		size_t n = lengths[i];
		char id[UUID_SIZE];

		if (len < n || (len > n && !strchr("-/", path[len - n - 1])))
			continue;
		memcpy(id, path + len - n, n);
		id[n] = '\0';
		if (uuid_normalize(id, out) == 0)
			return 0;
	}
	return -1;
}

int notion_link_id(const char *text, char out[UUID_SIZE])
{
	size_t len, host;

	if (!text)
		return -1;
	while (isspace((unsigned char)*text))
		text++;
	for (len = strlen(text); len > 0; len--)
		if (!isspace((unsigned char)text[len - 1]))
			break;
	if (strncasecmp(text, "https://", 8) == 0)
		text += 8, len -= 8;
	else if (strchr(text, '/') == NULL)
		return len <= 36 ? id_at_end(text, len, out) : -1;
	host = strcspn(text, "/?#");
	if (host > len || !is_notion_host(text, host))
		return -1;
	text += host;
	len = len - host;
	if (strcspn(text, "?#") < len)
		len = strcspn(text, "?#");
	return id_at_end(text, len, out);
}
