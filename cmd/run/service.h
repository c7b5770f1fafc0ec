/*
 * What the scripts ask of run beside a run: to hold a lock while another
 * program is at work, who holds one, a line in sync.log, and when the next run
 * is due.
 */
#ifndef RUN_SERVICE_H
#define RUN_SERVICE_H

#include "settings/settings.h"
#include "util/error.h"

/* SYNC_STATE_DIR/NAME.lock; allocated. */
char *run_lock_path(const struct settings *s, const char *name);
/*
 * Takes that lock and becomes argv, which holds it to its end. RC_TEMPORARY
 * where another process has it.
 */
int service_only(const struct settings *s, const char *name, char *const *argv,
	struct error *e);
/* Prints the pid that holds the lock; RC_ATTENTION where none does, or -1. */
int service_holder(const struct settings *s, const char *name, struct error *e);
int service_log(const struct settings *s, const char *level,
	const char *program, const char *text, struct error *e);
/* Numbers as text: seconds since 1970, seconds, and failures in a row. */
int service_publish(const struct settings *s, const char *time,
	const char *interval, const char *failed, struct error *e);

#endif
