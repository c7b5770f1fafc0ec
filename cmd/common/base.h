/*
 * The local base: for each agreed pair, what both sides held when they last
 * agreed. It makes a merge by field possible and tells a hard-deleted row from
 * a new page. It is never needed: without it, the stored checksums decide.
 *
 * <file>            a stream "base": head with scope, a `pair` line each, end;
 *                   replaced atomically at the end of a run
 * <file>.journal    lines that the running apply, or one that was killed, has
 *                   added since; a torn last line is not there. Later lines
 *                   about a row replace earlier ones. Lines of other kinds in
 *                   it are apply's own and are passed over here.
 *
 * Only apply writes them; plan reads both.
 */
#ifndef COMMON_BASE_H
#define COMMON_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "json.h"

/* A pair line; the texts are in `line`. */
struct base_pair {
	const char *row_id, *page_id;
	const char *decision, *type, *date; /* NULL: empty */
	const char *checksum;
	bool deleted;
	/* Noted by apply: the table's own trigger changes these columns. */
	bool rewrites_checksum, resets_synced;
	json *line;   /* owned */
	size_t order; /* of reading, while several lines of a row are there */
};

struct base {
	json *scope;		 /* {"supabase","notion"}; NULL: no base yet */
	struct base_pair *pairs; /* one for each row id, sorted by it */
	size_t n, cap;
};

/*
 * A file that isn't there is an empty base. A damaged one is RC_STREAM and
 * says that it may be deleted without harm, with the command.
 */
int base_load(struct base *b, const char *path, struct error *e);
/* The same with a journal elsewhere. */
int base_load_with(
	struct base *b, const char *path, const char *journal, struct error *e);
void base_fini(struct base *b);
const struct base_pair *base_find_row(const struct base *b, const char *row_id);

/* Reads a pair line; -1 where something of it is missing. Takes the line. */
int base_pair_parse(struct base_pair *p, json *take_line);

/*
 * apply: adds a line, and after the last of them base_fold() sorts and lets the
 * latest line of a row replace the earlier ones. Lines that are no pair are
 * dropped.
 */
void base_add(struct base *b, json *take_line);
void base_fold(struct base *b);
int base_save(const struct base *b, const char *path, struct error *e);
char *base_journal_path(const char *path); /* allocated */

#endif
