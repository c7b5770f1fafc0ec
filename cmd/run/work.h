/*
 * The work folder of a run: vaultsync-run.PID.NUMBER in TMPDIR, mode 0700, for
 * the streams from program to program. It is locked (flock, which a child
 * inherits) as long as the run or what it started lives: one that isn't was
 * left by a run that was killed, and the next run removes it
 * (runs/retention.h).
 */
#ifndef RUN_WORK_H
#define RUN_WORK_H

#include "util/error.h"

/* Where work folders are. */
const char *work_tmp(void);

/*
 * Makes the folder; *path is the caller's to free, *fd holds the lock and is
 * close-on-exec. RC_LOCAL where the folder can't be made.
 */
int work_make(char **path, int *fd, struct error *e);

/* Removes it with what the run left in it. */
void work_remove(const char *path, int fd);

#endif
