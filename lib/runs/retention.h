/*
 * What runs leave behind, and how it goes again. Only what is a run's own goes,
 * by its name and by what is in it: a folder of somebody else's, or one with a
 * file of somebody else's in it, stays as it is, and a link is never followed.
 */
#ifndef RUNS_RETENTION_H
#define RUNS_RETENTION_H

#include "util/error.h"

/* A file of the log folder that is longer is put aside when a run begins. */
#define LOG_FILE_MAX (1L << 20)

/*
 * Removes the folders in DIR/runs but those of the newest RUNS_MAX runs: their
 * names begin with the time. `keep` is the newest of all, whatever time its
 * name tells: what a clock that was ahead has named after it goes first. -1
 * where one can't be removed; the others are all the same.
 */
int runs_forget(const char *dir, const char *keep, struct error *e);

/*
 * Removes from the folder for temporary files the work folders
 * (vaultsync-run.PID.NUMBER) of this user that no run holds locked: what was
 * left by runs that were killed.
 */
void work_clear(const char *tmp);

/* Removes this one, which the caller holds locked. */
void work_clear_one(const char *path);

/*
 * Puts DIR/NAME aside as DIR/NAME.1 where it is longer than LOG_FILE_MAX; what
 * was .1 is .2 then, and so on up to CONFLICTS_ASIDE, the oldest.
 */
int log_put_aside(const char *dir, const char *name, struct error *e);

#endif
