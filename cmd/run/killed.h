/*
 * Runs that were killed, or lost their power, before they could write down how
 * they ended: the next one does it for them.
 */
#ifndef RUN_KILLED_H
#define RUN_KILLED_H

#include "settings/settings.h"

/*
 * Gives each run in the log folder that has no record its own: interrupted by
 * KILL, with what its plan and its results say; and notes the conflicts that it
 * decided, once. To be called under the lock of the runs, before this run has a
 * folder. What can't be written is said, and stops nothing: the next run tries
 * it again.
 */
void killed_write_down(const struct settings *s);

#endif
