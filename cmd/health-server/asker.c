#include "asker.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <netinet/in.h>

#include "runs/event_log.h"
#include "util/buf.h"
#include "util/file.h"

#define FORWARDED_MAX 100 /* characters that are noted */
#define ADDRESS_MAX 128
#define LINE_MAX_BYTES 2000

bool asker_sends_json(const struct asker *who)
{
	static const char json[] = "application/json";
	const char *type = who->content_type;
	size_t n = sizeof json - 1;

	return type && strncasecmp(type, json, n) == 0 &&
	       (type[n] == '\0' || strchr("; \t", type[n]));
}

/* An IPv4 address stays one, though the socket is of IPv6. */
static void add_address(struct buf *out, const struct sockaddr *address)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	char text[ADDRESS_MAX];
	const char *shown = text;

	if (!address ||
		getnameinfo(address,
			address->sa_family == AF_INET6
				? sizeof(struct sockaddr_in6)
				: sizeof(struct sockaddr_in),
			text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0)
		shown = "an unknown address";
	else if (address->sa_family == AF_INET6 &&
		 IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) && strrchr(text, ':'))
		shown = strrchr(text, ':') + 1;
	buf_adds(out, shown);
}

/* What can't be a part of an address or of a list of them is a "?". */
static void add_forwarded(struct buf *out, const char *forwarded)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789.:, []_-";
	size_t n = forwarded ? strlen(forwarded) : 0;

	if (n == 0)
		return;
	buf_adds(out, " (X-Forwarded-For: ");
	for (size_t i = 0; i < n && i < FORWARDED_MAX; i++)
		buf_addc(out, (char)(strchr(good, forwarded[i]) ? forwarded[i]
								: '?'));
	buf_adds(out, n > FORWARDED_MAX ? "…)" : ")");
}

void asker_log(const char *log_dir, const char *level, const char *what,
	const char *by, const struct asker *who)
{
	const struct event event = {
		.run = "-", .level = level, .program = "health-server"
	};
	struct buf line = BUF_INIT(LINE_MAX_BYTES);
	struct error e;

	buf_addf(&line, "%s %s ", what, by);
	add_address(&line, who->address);
	add_forwarded(&line, who->forwarded);
	if (file_make_dirs(log_dir, &e) < 0 ||
		event_log(log_dir, &event, buf_str(&line), &e) < 0)
		warning("%s; not noted: %s", e.text, buf_str(&line));
	buf_fini(&line);
}
