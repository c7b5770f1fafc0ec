/* Starting a script as this program's child. */
#ifndef HEALTH_SERVER_SPAWN_CHILD_H
#define HEALTH_SERVER_SPAWN_CHILD_H

#include <sys/types.h>

#include "util/error.h"

/*
 * Starts `script --quiet [option]`, without a shell, with the settings and what
 * programs need from the environment, but none of this server's own secrets.
 * Its input is empty; *output is the non-blocking read end of its output.
 */
int spawn_child(const char *script, const char *option, pid_t *child,
	int *output, struct error *e);

#endif
