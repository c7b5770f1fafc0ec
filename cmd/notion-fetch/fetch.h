/*
 * The parts of notion-fetch: the run, single pages (page.c), the pages that
 * rows link to (known.c), and an earlier listing (snapshot.c).
 */
#ifndef NOTION_FETCH_FETCH_H
#define NOTION_FETCH_FETCH_H

#include "notion/client.h"
#include "util/idset.h"
#include "util/progress.h"
#include "util/stream.h"

struct fetch {
	/* options */
	const char *known_file, *snapshot_file;
	usec since; /* USEC_NONE: everything */
	bool show_progress;
	struct progress progress;

	struct notion_client client;
	struct notion_schema schema;
	char data_source[UUID_SIZE];
	struct stream_writer out;
	struct idset written; /* pages that are in the output */
	int failed_in_a_row;  /* look-ups of single pages */
};

/*
 * Writes a page line with the title completed; a page that was written before
 * is dropped. A page whose title can't be read to its end, or that is too large
 * for a line, becomes a problem line.
 */
int fetch_write_page(struct fetch *f, json *take_page, struct error *e);
/*
 * Looks up a page by its id: 1 with its place, and the page where there is one.
 * 0 where only this page can't be read, which a problem line says; -1 where
 * Notion doesn't answer at all.
 */
int fetch_look_up(struct fetch *f, const char *id, enum notion_place *place,
	json **page, struct error *e);

/*
 * Page ids that rows link to. Those of rows whose deletion is complete (deleted
 * and not notion_synced) are left out: if such a page came back, the listing
 * would have it, and otherwise there is nothing to do. Looking them up would
 * cost a request in every run for every record that was ever deleted.
 */
struct known {
	char (*ids)[UUID_SIZE];
	size_t n, cap;
};

/* Reads a supabase fetch stream; RC_STREAM where it isn't complete. */
int known_load(struct known *k, const char *file, struct error *e);
/*
 * Looks up by id each page that isn't written yet: a page line where it is in
 * the data source, live or in the trash; otherwise a missing line. Only
 * Notion's own 404 (or its refusal of the id itself) makes a page missing: any
 * other failure is a problem, from which nothing is concluded.
 */
int known_look_up(const struct known *k, struct fetch *f, struct error *e);
void known_fini(struct known *k);

struct snapshot_page {
	char id[UUID_SIZE];
	usec edited;
	bool archived;
	char *text;
};

/* The pages of an earlier listing, as texts, sorted by id. */
struct snapshot {
	struct snapshot_page *pages;
	size_t n, cap;
	usec at; /* when that listing began */
	json *head;
};

/*
 * Reads a notion fetch stream; RC_STREAM where it isn't complete, or itself has
 * only what was edited since some time.
 */
int snapshot_load(struct snapshot *s, const char *file, struct error *e);
/* Whether its pages are those of this data source with these properties. */
bool snapshot_fits(const struct snapshot *s, const struct fetch *f);
/*
 * The time since which edits must be read again: edits made in the minutes of
 * the listing itself may be missing from it, because Notion truncates its times
 * to the minute and its listings lag.
 */
usec snapshot_since(const struct snapshot *s);
/*
 * Writes every live page that isn't written yet. A listing of what was edited
 * doesn't show what was trashed or moved away since, so the snapshot can't tell
 * what is live: a listing of all ids and edit times does. A page with the same
 * edit time as in the snapshot is taken from it; any other is read by id.
 */
int snapshot_complete(
	const struct snapshot *s, struct fetch *f, struct error *e);
void snapshot_fini(struct snapshot *s);

#endif
