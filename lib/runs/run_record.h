/*
 * What a run writes down when it ends: its record, and the conflicts that it
 * decided. runs/records.h says where they are, and reads them again.
 *
 * The record (run.json, last_run.json, last_success.json) is one object:
 *
 *   v 1, run_id, status, exit_code, stage, signal, message, started_at,
 *   ended_at, duration_ms, version
 *   commit        that it was built of; not there: unknown
 *   planned       how many ops the plan has
 *   ops           {op: {target: {status: n}}}, from the results
 *   skips         {code: n}; errors; conflicts (decided ones)
 *   complete      the results are whole; a plan without ops has none
 *   requests, waited_ms, limited     {service: n}, of fetches and apply
 *   counts        {service: {live|deleted|moved|unreachable: n}}, of records
 *   reading       {full, why, full_at}: whether all of Notion was read, why
 *                 (sync/reading.h), and when that was the case last
 *   plan_id, scope, policy, blocked, tripped, emptied   from the plan's head
 *   undoes        the run that this one takes back; not there: none
 *   totals        {ops, conflicts, requests, waited_ms, limited}: the sums over
 *                 all runs so far, which metrics count by
 */
#ifndef RUNS_RUN_RECORD_H
#define RUNS_RUN_RECORD_H

#include "runs/records.h"
#include "util/error.h"
#include "util/json.h"
#include "util/times.h"

/* What the run's supervisor alone knows of it. */
struct run_end {
	const char *id;
	enum run_status status;
	int code;
	const char *stage;   /* the program that was at work last */
	const char *signal;  /* "INT", or NULL */
	const char *message; /* what that program said last, or NULL */
	const char *undoes;  /* the run that it was to take back, or NULL */
	usec started, ended;
};

/*
 * The record, from the streams in the run's folder (plan, results) and in its
 * work folder (both fetches, the records), as far as they came: a line that is
 * cut is passed over. The caller's to free.
 */
json *run_record_make(const struct run_end *end, const char *dir,
	const char *work, const json *before);

/*
 * Writes it to DIR/runs/<id>/run.json and DIR/last_run.json, and where the run
 * was a success of the sync to DIR/last_success.json, each whole or not at all.
 */
int run_record_write(const char *dir, const struct run_end *end,
	const json *record, struct error *e);

/* To DIR/runs/<id>/run.json alone: of a run after which others have ended. */
int run_record_keep(
	const char *dir, const char *id, const json *record, struct error *e);

/* "ends: ok, exit code 0, 5 ops planned, …": the line in the log; out is reset.
 */
void run_record_summary(const json *record, struct buf *out);

/*
 * Appends each conflict that the run decided to DIR/conflicts.ndjson, with the
 * value that lost.
 */
int run_conflicts_write(const char *dir, const char *id, struct error *e);

#endif
