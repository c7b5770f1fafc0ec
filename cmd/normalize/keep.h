/*
 * The snapshot of a run (sync/snapshot.h): the pages of this one are kept for
 * the next, and those of the last one complete a listing that has only what was
 * edited since. A line of the old one is passed on as it is, marked as `kept`,
 * because nothing proves that the page is still there. Where the new one can't
 * be written, the old one stays; that stops nothing, but is told.
 */
#ifndef NORMALIZE_KEEP_H
#define NORMALIZE_KEEP_H

#include <stdbool.h>

#include "convert.h"
#include "sync/snapshot.h"
#include "util/idset.h"
#include "util/stream.h"

struct keep {
	const char *path; /* NULL: there is no snapshot */
	struct snapshot_writer writer;
	bool writing;
	bool completes;	     /* from the old one */
	struct idset listed; /* pages of this stream, where it completes */
};

/*
 * The head of Notion's stream came. A listing of edits that rests on the
 * snapshot becomes one in the mode "snapshot"; RC_STREAM where it rests on
 * another one.
 */
int keep_begin(struct keep *k, json *head, struct error *e);
/* A line about a page was written to the output as this text. NULL: no id. */
void keep_line(
	struct keep *k, const char *page_id, const char *text, size_t len);
/* After the last line: the pages of the old one that weren't listed now. */
int keep_complete(struct keep *k, struct stream_writer *out,
	struct counts *totals, struct error *e);
/* The id of the new one, before it is there; NULL: there will be none. */
const char *keep_id(const struct keep *k);
/* All was read: the new one replaces the old one. */
void keep_commit(struct keep *k);
void keep_fini(struct keep *k);

#endif
