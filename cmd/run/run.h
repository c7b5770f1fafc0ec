/*
 * One run of the sync, as its supervisor sees it. scripts/sync-now.sh is the
 * pipeline; what a shell can't do well is here: the lock, the folders, signals,
 * messages, the record of how the run ended, and the alarms.
 *
 *   run.c          options, and the run from its beginning to its end
 *   work.[ch]      the private folder for the streams of a run
 *   script.[ch]    the script: its messages and its end, in one loop
 *   messages.[ch]  what the programs say: to the terminal and into sync.log
 *   screen.[ch]    standard error, which holds no run up
 *   unsettled.[ch] what makes a run read in full
 *   alarm.[ch]     SYNC_PING_URL and SYNC_NOTIFY_CMD
 *   service.[ch]   what the scripts ask for beside a run
 *
 * The script finds in its environment:
 *
 *   SYNC_RUN_PID    the pid of this program, by which it knows its parent
 *   SYNC_RUN_WORK   the work folder, with two files of the script's: "stage"
 *                   names the program at work, "shown" is printed at the end
 *   SYNC_RUN_DIR    the folder of the run; not with --dry-run
 *   SYNC_RUN_STATE  the state folder
 *   SYNC_RUN_FULL   why this run reads in full, for notion-fetch --full;
 *                   absent: nothing speaks for it here
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <signal.h>
#include <stdbool.h>

#include "runs/records.h"
#include "settings/settings.h"
#include "util/error.h"
#include "util/times.h"

struct run_context {
	const struct settings *settings;
	bool dry_run, quiet, verbose;
	usec limit;	      /* how long the script may take; 0: for ever */
	const char *undoes;   /* the run that is taken back; NULL: none */
	char id[RUN_ID_SIZE]; /* "" where no run has begun */
	char *dir;	      /* logs/runs/<id>; NULL with --dry-run */
	char *work;
	int work_fd;	  /* holds the work folder's lock */
	const char *full; /* why this run reads in full; NULL: no reason here */
};

/* A message for people, and the same in sync.log as program's. */
void run_log(const struct run_context *r, const char *level,
	const char *program, const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
