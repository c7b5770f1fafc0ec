/*
 * One of apply's workers: clients of its own and the common journal.
 *
 * Every write takes the same steps: read again what the plan saw, compare by
 * values, write (a row under a condition; Notion has none), compare what comes
 * back. Only an insert and a stamp go without looking at the page before, as a
 * rule (doc/semantics.md, section 7). Where anything changed since the plan,
 * the op is skipped and the next run decides.
 */
#ifndef APPLY_WORKER_H
#define APPLY_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "journal.h"
#include "notion/client.h"
#include "ops.h"
#include "outcome.h"
#include "supabase/client.h"

/* Temporary failures in a row that make an outage. */
#define OUTAGE_AFTER 3

struct common;

struct worker {
	struct notion_client notion;
	struct supabase_client supabase;
	struct notion_schema schema; /* shared; the first worker's own */
	char data_source[UUID_SIZE];
	struct journal *journal; /* shared */
	struct common *common; /* what the workers have in common: execute.h */
	bool dry_run;
	const atomic_int *stop;
	struct error fatal;	  /* the run ends with it; code RC_DONE: none */
	uint64_t ended[STATUSES]; /* by this worker */
};

/*
 * The time to write into a row: by the clock of the table's service, which may
 * not have answered yet, then by Notion's, and only then by this machine's.
 */
usec run_now(const struct worker *w);
/*
 * The time to compare with those of this side's service: by its own clock,
 * where that has answered.
 */
usec side_now(const struct worker *w, enum side side);
/* Without a journal nothing is safe: o is filled, the run ends; false. */
bool journal_failed(struct worker *w, const struct error *e, struct outcome *o);

#endif
