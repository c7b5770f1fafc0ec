/*
 * The contents of the log folder, read again where one of its files has
 * changed. Files are replaced while they are read: each is read as a whole, and
 * a damaged or missing one hides nothing else.
 */
#ifndef HEALTH_SERVER_LOG_VIEW_H
#define HEALTH_SERVER_LOG_VIEW_H

#include <sys/stat.h>

#include "runs/health.h"
#include "runs/pending.h"
#include "runs/records.h"

#define LOG_LINES 30
#define CONFLICTS_SHOWN 20

enum watched_file {
	WATCH_LAST_RUN,
	WATCH_LAST_SUCCESS,
	WATCH_RUNS,
	WATCH_CONFLICTS,
	WATCH_LOG,
	WATCH_SCHEDULE,
	WATCHED,
};

struct log_view {
	char *dir;
	struct stat stamps[WATCHED];
	bool loaded;	       /* logs and waiting are valid */
	unsigned long changes; /* of runs and conflicts, counted */
	struct run_records logs;
	struct pending waiting;
	json *conflicts; /* the newest ones, oldest first */
	json *log;	 /* see synclog.h */
	json *schedule;	 /* schedule.json, NULL where no schedule runs */
};

void log_view_init(struct log_view *s, const char *log_dir);
void log_view_fini(struct log_view *s);
/* RC_LOCAL where the folder can't be read. */
int log_view_refresh(struct log_view *s, struct error *e);
/* When the newest run began; USEC_NONE: unknown. */
usec log_view_newest_run(const struct log_view *s);

#endif
