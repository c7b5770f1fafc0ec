/*
 * The names under which this server answers. A page of another site can let its
 * own name lead to our address and read us as itself ("DNS rebinding"): the
 * browser then sends that name as Host. It can't do so with an address.
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
 * Adds the names of a list, with commas or blanks between; "*" stands for any.
 * RC_USAGE for what can't be a name; NULL adds nothing.
 */
int hosts_add(struct hosts *h, const char *list, struct error *e);
void hosts_fini(struct hosts *h);

/*
 * Whether a request with this Host is for us: an address, localhost or one of
 * the names, with or without a port. NULL, no Host, is no browser's and passes.
 */
bool hosts_have(const struct hosts *h, const char *host);

#endif
