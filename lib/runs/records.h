/*
 * What the runs have left in the log folder:
 *
 *   last_run.json              how the last run ended
 *   last_success.json          the last one of the sync that ended as ok or
 *                              attention
 *   runs/<run id>/run.json     the same of each of the newest fifty runs
 *   runs/<run id>/plan.ndjson, results.ndjson
 *   conflicts.ndjson           each conflict that was decided
 *   conflicts.ndjson.1 to .5   older ones, the newest in .1
 *
 * A file that is missing or damaged never hides the others. Where last_run.json
 * can't be used, the record of the newest run takes its place. Where
 * last_success.json can't be used, or holds a run that was not a success, the
 * record of the newest successful run does. `damage` lists what is damaged.
 *
 * A run that takes another one back (an undo) is a run like any other, but
 * tells nothing of the sync: whether that is well, and what waits, its own runs
 * tell. Neither does one that was refused because its plan was another one.
 */
#ifndef RUNS_RECORDS_H
#define RUNS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/json.h"
#include "util/times.h"

#define RUNS_MAX 50
#define RUN_ID_SIZE 40
#define CONFLICTS_ASIDE 5
/* Beside the guards in "blocked": it isn't the plan that was asked for. */
#define OTHER_PLAN "other-plan"

enum run_status {
	RUN_OK,
	RUN_ATTENTION,
	RUN_BLOCKED,
	RUN_FAILED,
	RUN_INTERRUPTED,
	RUN_OPEN,    /* under way, or killed: there is no record yet */
	RUN_DAMAGED, /* the record can't be read */
	RUN_STATUSES,
};

struct run {
	char id[RUN_ID_SIZE]; /* "" where a record has none */
	enum run_status status;
	json *record;	     /* NULL: RUN_OPEN, RUN_DAMAGED */
	usec started, ended; /* USEC_NONE: unknown */
};

struct run_records {
	char *dir;
	struct run *last; /* whatever it was; NULL: none is known */
	/* The last that tells of the sync, and the last success among those. */
	struct run *sync, *success;
	struct run last_file, success_file;
	struct run *runs; /* oldest first */
	size_t n;
	json *damage;	      /* texts: "logs/last_run.json: byte 1: …" */
	bool summary_damaged; /* last_run.json or last_success.json is */
};

/* RC_LOCAL where the folder is there and can't be read. */
int run_records_load(struct run_records *l, const char *dir, struct error *e);
void run_records_fini(struct run_records *l);

const char *run_status_name(enum run_status s);
/* It ended as ok or attention. */
bool run_is_success(const struct run *r);
/* It ended, or at least began. USEC_NONE: unknown. */
usec run_time(const struct run *r);
/* How long it took in milliseconds; -1: unknown. */
int64_t run_duration(const struct run *r);
/* Ops of the run that ended as `status`; NULL stands for any. */
int64_t run_ops(const struct run *r, const char *op, const char *target,
	const char *status);
/* Ops that changed a record's content or presence on either side. */
int64_t run_changes(const struct run *r);
/* The run that this one took back, or was to; NULL: it was a run of the sync.
 */
const char *run_undoes(const struct run *r);
/* Nothing stopped it but that its plan was not the one that was asked for. */
bool run_is_refused(const json *record);
/* It took none back and was not refused: the sync is as this run left it. */
bool run_tells_of_sync(const struct run *r);
/*
 * The newest run that is kept, came later, and took that one back: it ended as
 * a success without an error, changed something, and was not taken back itself.
 * NULL: none did.
 */
const struct run *run_undone_by(
	const struct run_records *l, const struct run *r);
/* When all of Notion was read last, as far as records tell; or USEC_NONE. */
usec run_full_reading(const struct run_records *l);

/* 20261125T193500Z-1234 */
bool run_id_is_valid(const char *s);
/* The time in the run's id, USEC_NONE where it has none. */
usec run_id_time(const char *id);
/* The run of that id, NULL where it isn't kept. */
const struct run *run_records_find(const struct run_records *l, const char *id);
/* The run that goes on now, or was killed as the last one; NULL: none. */
const struct run *run_records_open_run(const struct run_records *l);

/*
 * Gives each line of a run's plan.ndjson or results.ndjson, head and end too,
 * to `each`, up to the end or the place where it is cut. 1; 0 where there is
 * no such file or it is empty; -1 with e where it is cut or damaged.
 */
typedef void each_line(void *arg, const json *line);
int run_lines(const struct run_records *l, const char *id, const char *stream,
	each_line *each, void *arg, struct error *e);
/*
 * The same with conflicts.ndjson and those that were put aside, oldest first.
 * Lines that can't be read are left out, and a file that can't be hides none of
 * the others. -1 also where a line was left out because a later version wrote
 * it.
 */
int conflict_lines(const struct run_records *l, each_line *each, void *arg,
	struct error *e);

#endif
