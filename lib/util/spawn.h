/*
 * Starting another program as a child, without a shell in between. The child
 * leads a process group of its own, so that it can be ended with all that it
 * started, and a Ctrl-C at the terminal reaches the parent alone.
 */
#ifndef UTIL_SPAWN_H
#define UTIL_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/error.h"

struct spawn {
	char *const *argv; /* argv[0] is a path, or is looked for in PATH */
	char *const *env;  /* NULL: this program's own */
	int in, out, err;  /* its standard streams; -1: this program's own */
	int keep;	   /* a descriptor that it inherits too; -1: none */
	bool bare;	   /* no other descriptor, whoever opened it */
	bool dies_with_us; /* it is killed where this program ends (Linux) */
};

/* RC_LOCAL where the program can't be started: not there, no memory. */
int spawn(const struct spawn *s, pid_t *child, struct error *e);

/* A pipe, both ends close-on-exec. */
int spawn_pipe(int ends[2], struct error *e);

/*
 * Builds an environment for a child: this program's variables but those that
 * begin with one of `without` (up to a NULL: "NAME=" is one variable, "NAME_"
 * all that begin so), and then the strings of `with` (up to a NULL). The
 * strings are not copied; free() the array.
 */
char **spawn_environment(const char *const *without, char *const *with);

#endif
