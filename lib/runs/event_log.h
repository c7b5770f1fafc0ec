/*
 * sync.log in the log folder: one line an event, in logfmt:
 *
 *   time=2026-11-25T19:35:00.123Z level=info run=20261125T193500Z-812
 * program=apply msg="…"
 *
 * The first line of a file is an event at level debug whose message is
 * EVENT_LOG_HEAD, which form the lines have (util/format.h), and who wrote it.
 * run is "-" outside of a run. An event is one line of valid UTF-8 whatever is
 * in it: a quote and a backslash have a backslash in front, a line break is \n,
 * and what else could hide or forge a line is written out as util/text.h has
 * it. No decision's text stands above level debug.
 */
#ifndef RUNS_EVENT_LOG_H
#define RUNS_EVENT_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

#define EVENT_LOG "sync.log"
#define EVENT_LOG_HEAD "format " /* 1, written by vaultsync 0.1.0 (…) */
#define EVENT_TEXT_MAX 2000	 /* bytes of a text that are written down */
#define EVENT_LINES_MAX 1000	 /* messages of one program likewise */

struct event {
	const char *level;   /* debug, info, warn or error */
	const char *run;     /* its id; another text is "-" */
	const char *program; /* letters and dashes; another text is "-" */
};

/* debug, info, warn or error. */
bool event_level_is_valid(const char *level);

/* Appends one event; -1 with RC_LOCAL where it can't be written down. */
int event_log(const char *dir, const struct event *event, const char *text,
	struct error *e);

/*
 * What a program said on standard error, an event for each line: of the program
 * that the line begins with, else of event->program; of event->level, but the
 * last line of one that failed (`code` over 1) is why, and an error.
 */
int event_log_said(const char *dir, const struct event *event, int code,
	const char *said, struct error *e);

#endif
