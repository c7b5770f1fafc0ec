/* Who asks for an act, as far as the head of the request tells it. */
#ifndef HEALTH_SERVER_ASKER_H
#define HEALTH_SERVER_ASKER_H

#include <stdbool.h>
#include <sys/socket.h>

struct asker {
	const char *authorization; /* that header, or NULL; as are the others */
	const char *token; /* X-Sync-Token: a proxy may own the other one */
	const char *content_type, *forwarded; /* forwarded: X-Forwarded-For */
	const struct sockaddr *address;	      /* of the connection, or NULL */
	const char *why_foreign; /* why it isn't the page itself, or NULL */
	bool has_body;
};

/* Whether its body claims to be JSON. */
bool asker_sends_json(const struct asker *who);

/*
 * Writes into sync.log that somebody did something: the two words, then the
 * address, and the addresses that a proxy tells of, which anybody may have made
 * up. A line that can't be written is told on standard error.
 */
void asker_log(const char *log_dir, const char *level, const char *what,
	const char *by, const struct asker *who);

#endif
