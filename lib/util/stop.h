/*
 * An orderly end on a signal: the first INT, TERM or HUP sets a flag, which
 * ends waits and reads and lets the program write what it must; the next one
 * ends the program at once. Signals within the first half second count as one,
 * because some senders (timeout(1) among them) signal both the program and its
 * group. A program of a run (SYNC_RUN_SCRIPT) gets TERM where its parent ends.
 * SIGPIPE is ignored: a closed pipe is a write error.
 */
#ifndef UTIL_STOP_H
#define UTIL_STOP_H

#include <stdatomic.h>

/*
 * The flag, for every thread: 0, or the signal's number. Signals that were
 * ignored before stay ignored.
 */
const atomic_int *stop_on_signals(void);
/*
 * Ends the program by the signal that was caught, as its parent expects;
 * returns code where there was no signal: `return stop_or(code);` in main().
 */
int stop_or(int code);

#endif
