/*
 * Internal to the Notion client: a large listing, read in several windows of
 * created_time at once, so that its pages don't have to wait for one another.
 *
 * Nobody knows beforehand how pages spread over time: mostly, thousands were
 * made within an hour, and a few each day since. So a listing begins as a
 * single window. Once WINDOWS_FROM pages came, further threads, with clients of
 * their own, help. Each looks for the window that seems to have most pages
 * left, at the pace of its last answer; divides it, two thousand pages ahead at
 * that pace or in the middle; takes the later part; and when that is read to
 * its end, divides another. So a division costs a request more at most, and
 * finds something. A time of creation never changes, and the windows don't
 * overlap, so each page is in one window. What the others read is kept in
 * temporary files until the first window is at its end: pages are handed on in
 * order and by the calling thread alone.
 *
 * This rests on the order and the filter that were asked for. Where a page
 * shows that Notion kept to neither, windows count for nothing, and all is
 * listed again, as one.
 */
#ifndef NOTION_WINDOWS_H
#define NOTION_WINDOWS_H

#include <pthread.h>
#include <stdio.h>

#include "notion/client.h"
#include "util/idset.h"

#define WINDOWS_FROM 1000 /* pages; before, it costs more than it saves */
#define WINDOWS_AT_ONCE 4

struct listing;

struct window {
	/* USEC_NONE: no bound. `until` moves when the window is divided. */
	usec from, until;
	usec at; /* created_time of the last page; USEC_NONE: none came yet */
	size_t pages;
	/* Pages per microsecond, in the last answer; and what was there before.
	 */
	double pace; /* 0: not known yet */
	usec paced_at;
	size_t paced_pages;
	bool over;
	FILE *spool;	     /* NULL: the first one */
	struct window *next; /* by time */
};

struct windows {
	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t news;  /* an answer came, or a window is over */
	struct window first;
	struct idset seen; /* pages that were handed on or kept */
	/* Pages that a window received and left to the next one. */
	char (*beyond)[UUID_SIZE];
	size_t n_beyond, beyond_cap;
	size_t divided;
	bool opened;	 /* there is more than the first */
	bool distrusted; /* order or filter weren't kept */
	bool failed;	 /* then the others stop */
	struct error e;
	struct worker {
		struct listing *l;
		pthread_t thread;
	} workers[WINDOWS_AT_ONCE - 1];
	size_t n_workers;
};

void windows_init(struct windows *w);
void windows_fini(struct windows *w);

/* Whether the page wasn't there before; counts it as seen. */
bool windows_is_new(struct listing *l, const char *id);

/* Of l's window, as they are now. */
void windows_bounds(struct listing *l, usec *from, usec *until);

/*
 * A page of l's window came, created at that time. False: it belongs to the
 * next window, because this one was divided meanwhile, and so do all that
 * follow it.
 */
bool windows_note(struct listing *l, const char *id, usec created);

/* l's window is read from its start again. */
void windows_start_over(struct listing *l);

/*
 * Before each request. Opens further windows where l is the first and they are
 * worthwhile. -1: another window failed, or none can be trusted; the real error
 * comes from windows_finish().
 */
int windows_go_on(struct listing *l, struct error *e);

/*
 * The first window is at its end (rc 0) or failed with e (-1). Waits for the
 * others and hands on their pages. 1: they count for nothing, and all is to be
 * listed again; pages that were handed on won't be again.
 */
int windows_finish(struct listing *l, int rc, struct error *e);

#endif
