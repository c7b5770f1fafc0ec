/*
 * A lock of a file that dies with the process that took it, however it ends,
 * and tells which process that is. It is advisory, and of the whole file:
 * fcntl(2), F_SETLK. Two of its habits matter here: a child doesn't inherit the
 * lock, and closing any descriptor of that file gives it up, so a program opens
 * the file of a lock that it holds once only.
 */
#ifndef UTIL_LOCK_H
#define UTIL_LOCK_H

#include <sys/types.h>

#include "util/error.h"

/*
 * Takes the lock; the file is made where it isn't there, never through a link.
 * Returns the descriptor to keep open, close-on-exec. -1 with RC_TEMPORARY
 * where another process holds it, RC_LOCAL where the file can't be opened or
 * locked.
 */
int lock_take(const char *path, struct error *e);

/*
 * The process that holds the lock; 0: none, or the file is missing; -1 with
 * e. That of another machine or pid namespace can't be known: 1 stands for it.
 */
pid_t lock_holder(const char *path, struct error *e);

#endif
