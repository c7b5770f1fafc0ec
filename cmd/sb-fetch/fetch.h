/*
 * The parts of sb-fetch: the run, one range of ids (range.c), and a large table
 * in several ranges at once (ranges.c).
 */
#ifndef SB_FETCH_FETCH_H
#define SB_FETCH_FETCH_H

#include <pthread.h>

#include "settings/settings.h"
#include "supabase/client.h"
#include "util/progress.h"
#include "util/stream.h"

struct table_fetch {
	const struct settings *settings;
	const atomic_int *stop;
	long page_size;
	usec began; /* time_monotonic() of then */
	pthread_mutex_t lock;
	/* under the lock, for ranges are read by threads of their own */
	bool told_of_cut, failed;
	struct progress progress;
	uint64_t rows; /* that were read so far */
};

/*
 * The rows with ids after `last` and before `before`, read page by page: each
 * page starts after the last id of the one before it, so no row is read twice,
 * and none is left out that is there all the while.
 */
struct range {
	struct table_fetch *of;
	struct supabase_client client;
	struct stream_writer out; /* the lines of the rows go there */
	char last[UUID_SIZE];	  /* id of the row read last; "": none yet */
	char before[UUID_SIZE];	  /* "": to the end of the table */
	long page_size;
	bool short_page;
	bool begins; /* no id of this page was read yet */
};

/* A client of its own, without what another one has found out. */
int range_init(
	struct range *r, struct table_fetch *of, FILE *out, struct error *e);
/* Does nothing where it didn't succeed. */
void range_fini(struct range *r);
/*
 * Reads a page: 1 where more may follow, 0 at the end, -1. total: how many rows
 * the table has, as far as the service says (-1); NULL: nobody asks.
 */
int range_page(struct range *r, int64_t *total, struct error *e);
/* Begins with the row that has so many before it: 1 with its id, 0 where there
 * is none; *rows is to be given to range_write(). */
int range_begin(struct range *r, int64_t offset, json **rows,
	char first[UUID_SIZE], struct error *e);
/* Writes the rows of a page up to `before`. As range_page(). */
int range_write(struct range *r, json *take_rows, struct error *e);
/* All that is left. */
int range_rest(struct range *r, struct error *e);

/* A table of that many rows or more is read in ranges. */
#define RANGES_FROM 1000
/*
 * The rest of a table of about so many rows, of which the first range has
 * written some, in several ranges at once. The lines come in the order of ids.
 */
int ranges_read(struct range *first, int64_t total, struct error *e);

#endif
