/*
 * Ending by a signal in order: the first INT, TERM or HUP sets a flag, with
 * which waits and reads end and the program writes what it must; another one
 * ends it at once. Those of the first half second count as one, for some
 * senders (timeout(1) among them) signal both the program and its group.
 * SIGPIPE is ignored: a closed pipe is an error of writing.
 */
#ifndef UTIL_STOP_H
#define UTIL_STOP_H

#include <stdatomic.h>

/* The flag, for every thread: 0, or the signal's number. Signals ignored before
 * stay ignored. */
const atomic_int *stop_on_signals(void);
/*
 * Ends the program by the signal that was caught, as its parent expects it;
 * returns code where there was none: `return stop_or(code);` in main().
 */
int stop_or(int code);

#endif
