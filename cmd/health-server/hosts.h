/*
 * The host names that this server answers to. Another site can point its own
 * name at our address, and its pages can then read ours as their own ("DNS
 * rebinding"): the browser then sends that name as Host. It can't do so with an
 * address.
 */
#ifndef HEALTH_SERVER_HOSTS_H
#define HEALTH_SERVER_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

struct hosts {
	char **names;
	size_t n, cap;
};

/*
 * Adds the names of a list separated by commas or blanks; "*" means any name.
 * RC_USAGE for a text that can't be a name; NULL adds nothing.
 */
int hosts_add(struct hosts *h, const char *list, struct error *e);
void hosts_fini(struct hosts *h);

/*
 * Whether a request with this Host is for us: an address, localhost or one of
 * the names, with or without a port. NULL (no Host) doesn't come from a browser
 * and is accepted.
 */
bool hosts_have(const struct hosts *h, const char *host);

#endif
