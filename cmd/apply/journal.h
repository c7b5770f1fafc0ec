/*
 * apply's memory between its instants: what it was about to do, and what both
 * sides agreed on, written down line by line, so that a run that was killed
 * is taken up by the next one.
 *
 * <base>.journal, lines of JSON, appended by one write(2) each:
 *   {"kind":"scope","scope":{…},"run":"…"}             a run begins
 *   {"kind":"creating","row_id","checksum","at"}       before a page create is
 *                                                      sent; on the disk first
 *   {"kind":"created","row_id","page_id","answered"}   its page is known;
 *                                                      true: by the answer
 *   {"kind":"not-created","row_id"}                    certainly not made
 *   {"kind":"linked","row_id"}                         the create is finished
 *   {"kind":"pair",…}, {"kind":"lone",…}               base lines:
 * sync/base_pair.h
 *
 * A create is open from "creating" until "not-created" or "linked", at most
 * for a week. The lock
 * file <base>.lock is held from journal_open() to journal_close(), so that two
 * runs can't write at once, however they were started. The threads of a run
 * share one journal.
 */
#ifndef APPLY_JOURNAL_H
#define APPLY_JOURNAL_H

#include <pthread.h>
#include <stdbool.h>

#include "sync/base.h"
#include "util/error.h"
#include "util/times.h"
#include "util/uuid.h"

struct open_create {
	char row_id[UUID_SIZE];
	char page_id[UUID_SIZE]; /* "": not known whether there is one */
	char checksum[65];
	usec at;	  /* when it was sent */
	bool answered;	  /* page_id is from the create's own answer */
	bool from_before; /* of an earlier run */
	bool closed;
};

struct journal {
	pthread_mutex_t lock;
	char *base_path;
	char *path;
	int fd, lock_fd;
	bool spared; /* nothing is written to it */
	json *scope;
	struct base before; /* as it was when the run began */
	struct open_create *creates;
	size_t n, cap;
};

/* clang-format off */
#define JOURNAL_CLOSED \
	{ .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .lock_fd = -1 }
/* clang-format on */

/* What happens to a base of another scope. */
enum scope_rule {
	SCOPE_REFUSE, /* RC_GUARD */
	SCOPE_ALLOW,  /* it is given up, and a new one begun */
	SCOPE_SPARE,  /* the plan has nothing to write: it stays as it is */
};

/*
 * path is the journal's, NULL: <base>.journal. RC_TEMPORARY where another
 * apply holds the lock. take_scope is {"supabase","notion"} of the plan. Where
 * it has nothing to write, and no earlier run has left anything in the journal,
 * no file is read, locked or written.
 */
int journal_open(struct journal *j, const char *base_path, const char *path,
	json *take_scope, enum scope_rule rule, struct error *e);
/*
 * The same for a dry run: what the base and the journal say is known, and no
 * file is locked or written, by journal_close() neither. Nothing may be noted.
 */
int journal_read(struct journal *j, const char *base_path, const char *path,
	json *take_scope, enum scope_rule rule, struct error *e);
/*
 * Folds the pairs into the base and leaves in the journal the creates that are
 * still open, of a week before `now` at most, which is by Notion's clock
 * (USEC_NONE: unknown, all are kept). Frees all in any case.
 */
int journal_close(struct journal *j, usec now, struct error *e);

/* The row's open create, copied into *copy; NULL: it has none. */
const struct open_create *journal_find(
	struct journal *j, const char *row_id, struct open_create *copy);
/* Whether an open create is known to have made this page. */
bool journal_has_page(struct journal *j, const char *page_id);
/*
 * The open create of an earlier run whose own answer named this page, copied
 * into *copy; NULL: there is none.
 */
const struct open_create *journal_find_page(
	struct journal *j, const char *page_id, struct open_create *copy);
/*
 * The next open create of an earlier run, from *at on, that has made this page,
 * or may have: its page is not known, and what it sent has one of these two
 * checksums (NULL: none). Copied into *copy; NULL: there is none.
 */
const struct open_create *journal_next_maker(struct journal *j,
	const char *page_id, const char *sum, const char *other_sum, size_t *at,
	struct open_create *copy);
/*
 * Whether the page is another row's: by a create of this run or an earlier one,
 * or by the base as it was.
 */
bool journal_page_is_taken(
	struct journal *j, const char *page_id, const char *row_id);

/* at: now, by the clock of Notion, with whose times it is compared. */
int journal_creating(struct journal *j, const char *row_id,
	const char *checksum, usec at, struct error *e);
int journal_created(struct journal *j, const char *row_id, const char *page_id,
	bool answered, struct error *e);
int journal_not_created(struct journal *j, const char *row_id, struct error *e);
/* A create whose own answer names another page than this one stays open. */
int journal_linked(struct journal *j, const char *row_id, const char *page_id,
	struct error *e);
/* A line for the base (sync/base_pair.h), or any other; the line is taken. */
int journal_line(struct journal *j, json *take_line, struct error *e);

#endif
