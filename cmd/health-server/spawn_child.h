/* Starting a script as this program's child. */
#ifndef HEALTH_SERVER_SPAWN_CHILD_H
#define HEALTH_SERVER_SPAWN_CHILD_H

#include <sys/types.h>

#include "util/error.h"

/*
 * Starts `script --quiet [option]`, no shell between, with the settings and
 * what programs need of the environment, and none of this server's own secrets.
 * Its input is empty; *output is the reading end of what it says, not blocking.
 */
int spawn_child(const char *script, const char *option, pid_t *child,
	int *output, struct error *e);

#endif
