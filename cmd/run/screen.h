/*
 * Standard error of a run, which must not hold it up: a terminal that was
 * stopped with Ctrl-S, a pager that was left on its first page or a log
 * collector that hangs would keep the lock from every other run, past --limit
 * and signals. What isn't taken within a second is lost there, and so is what
 * follows until something is taken again; sync.log has it.
 */
#ifndef RUN_SCREEN_H
#define RUN_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* Makes warning() and its kind do so too. */
void screen_init(void);
/* Waits for a second at most. */
bool screen_has_room(void);
/* A text of any length, as far as it is taken. */
void screen_put(const char *text);
/* One line of three parts, in one write(2) where it isn't a long one. */
void screen_line(const char *before, const char *line, const char *after);

#endif
