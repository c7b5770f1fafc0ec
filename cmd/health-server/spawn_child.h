/* Starting a script as this program's child. */
#ifndef HEALTH_SERVER_SPAWN_CHILD_H
#define HEALTH_SERVER_SPAWN_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/error.h"

/*
 * Starts argv[0], without a shell, with the settings and what programs need
 * from the environment, but none of this server's own secrets. Its input is
 * empty; outputs[0] is the non-blocking read end of its output, which takes its
 * messages too, or where these are to be kept apart, outputs[1] does; else that
 * is -1.
 */
int spawn_child(char *const *argv, bool apart, pid_t *child, int outputs[2],
	struct error *e);

#endif
