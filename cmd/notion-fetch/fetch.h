/*
 * The parts of notion-fetch: the run, how much is read (reading.c), single
 * pages (page.c), the pages that rows link to (known.c), and what an earlier
 * reading has left (earlier.c).
 */
#ifndef NOTION_FETCH_FETCH_H
#define NOTION_FETCH_FETCH_H

#include <pthread.h>
#include <stdatomic.h>

#include "notion/client.h"
#include "sync/reading.h"
#include "sync/snapshot.h"
#include "util/idset.h"
#include "util/progress.h"
#include "util/stream.h"

/*
 * What an earlier reading has left in the snapshot (sync/snapshot.h): which
 * pages it knows, not what they hold.
 */
struct earlier {
	enum snapshot_state state;
	char id[UUID_SIZE];
	json *head; /* of that reading's stream */
	usec at, began_at, asked_at, full_at;
	/* Live pages; pages in the trash; missing ones, and problems. */
	struct idset live, deleted, other;
	char (*unread)[UUID_SIZE]; /* to be tried again */
	size_t n_unread, unread_cap;
	size_t pages;
};

struct known;

struct fetch {
	/* options */
	const char *known_file, *snapshot_file, *look_up_file;
	usec since; /* USEC_NONE: everything */
	enum full_reason told;
	bool show_progress;
	struct progress progress;

	const struct settings *settings;
	struct notion_client client;
	struct notion_schema schema;
	char data_source[UUID_SIZE];
	struct stream_writer out;
	struct idset written; /* pages that are in the output, or missing */
	int failed_in_a_row;  /* look-ups of single pages */
	struct known *known;

	struct earlier earlier;
	enum full_reason why;	 /* READ_LESS: only what was edited is listed */
	usec began_at, asked_at; /* by this machine's clock */
	usec began;		 /* time_monotonic() of then */
	bool schema_kept;	 /* from the snapshot, so it may be wrong */
	bool head_written;
};

/* reading.c: the head, which says how it is read, and that decision. */

/* Decides f->why; `refused`: Notion refused the schema of the snapshot. */
void reading_choose(struct fetch *f, bool refused);
/* From when on edits are listed; USEC_NONE: all pages are. */
usec reading_since(const struct fetch *f);
/* Only once Notion has answered, whose clock is in it. Does nothing again. */
int reading_write_head(struct fetch *f, struct error *e);

/*
 * Writes a page line with the title completed; a page that was written before
 * is dropped. A page whose title can't be read to its end, or that is too large
 * for a line, becomes a problem line.
 */
int fetch_write_page(struct fetch *f, json *take_page, struct error *e);
/*
 * Looks up a page by its id, unless it was written before, and writes it: a
 * page line where it is in the data source, live or in the trash; otherwise a
 * missing line. As fetch_look_up() where it can't be read.
 */
int fetch_write_looked_up(struct fetch *f, const char *id, struct error *e);
/*
 * Looks up a page by its id: 1 with its place, and the page where there is one.
 * 0 where only this page can't be read, which a problem line says; -1 where
 * Notion doesn't answer at all.
 */
int fetch_look_up(struct fetch *f, const char *id, enum notion_place *place,
	json **page, struct error *e);

/*
 * Pages that rows link to. A row whose deletion is complete (deleted and not
 * notion_synced) has `settled`: if its page came back, the listing would have
 * it, and otherwise there is nothing to do. Looking such pages up would cost a
 * request in every run for every record that was ever deleted.
 */
struct link {
	char page_id[UUID_SIZE];
	bool deleted, settled; /* of the row */
};

struct known {
	struct link *links;
	size_t n, cap;
	struct idset live; /* pages of rows that are not deleted */
	/* Pages that were asked for by their ids. */
	char (*pages)[UUID_SIZE];
	size_t n_pages, pages_cap;
	/* Of standard input, which a thread reads. */
	pthread_t thread;
	bool reads;
	const char *name;
	const atomic_int *stop;
	atomic_bool given_up, failed;
	struct error e;
};

/*
 * Reads a supabase fetch stream; RC_STREAM where it isn't complete. Of "-" it
 * only begins to: who writes it may be at work as long as the listing here.
 */
int known_begin(struct known *k, const char *file, const atomic_int *stop,
	struct error *e);
/*
 * Adds the pages of a file of ids, one a line, to those that are looked up:
 * whatever their rows say. RC_STREAM where a line is no id.
 */
int known_add_pages(struct known *k, const char *file, struct error *e);
/* Waits for the end of standard input, or until `stop` is set. */
int known_end(struct known *k, struct error *e);
/* Before the end: -1 where it is known already that it can't be read. */
int known_check(const struct known *k, struct error *e);
/*
 * Looks up by id each page that isn't written yet, and that the snapshot (where
 * one is used) doesn't know, or knows as live while its row is deleted, or the
 * reverse: a listing of edits doesn't show what went into the trash or came
 * out. Also what could not be read when the snapshot was made.
 *
 * A page line where it is in the data source, live or in the trash; otherwise a
 * missing line. Only Notion's own 404 (or its refusal of the id itself) makes a
 * page missing: any other failure is a problem, from which nothing is
 * concluded.
 */
int known_look_up(const struct known *k, struct fetch *f, struct error *e);
/* Standard input isn't read any further. */
void known_fini(struct known *k);

/*
 * Reads the snapshot: one that is absent, damaged or of no use is only noted in
 * `state`.
 */
void earlier_load(struct earlier *s, const char *file);
void earlier_fini(struct earlier *s);

#endif
