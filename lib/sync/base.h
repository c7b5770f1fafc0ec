/*
 * The local base: for each pair, what each half by itself was last known to
 * hold (doc/semantics.md, section 4). It makes a merge by field possible, and
 * with it a hard-deleted row differs from a new page, and our own request from
 * a person's edit. It is never needed: without it, the stored checksums decide.
 *
 * <file>            a stream "base": head with scope, a `pair` or `lone` line
 *                   each, end; replaced atomically at the end of a run
 * <file>.journal    lines that the running apply, or one that was killed, has
 *                   added since; a torn last line is not there. The first line
 *                   of each run ("scope"), or of what it has left ("head"),
 * says which form the lines have: util/format.h. Later lines about a row
 * replace earlier ones. Lines of other kinds in it are apply's own and are
 * passed over here. What a line says: sync/base_pair.h. Only apply writes the
 * two; plan reads both.
 */
#ifndef SYNC_BASE_H
#define SYNC_BASE_H

#include <stdbool.h>
#include <stddef.h>

#include "sync/base_pair.h"
#include "util/arena.h"
#include "util/error.h"
#include "util/idlist.h"
#include "util/json.h"

/*
 * What a base is about:
 *   supabase, notion  the table and the data source, as a fetch head names them
 *   columns     the columns of the content, by their usual names, as far as the
 *               team calls them otherwise
 *   properties  {"Type","Date"}: their ids
 * One of an earlier version has no properties: they may be any.
 */
struct base {
	json *scope;		/* NULL: no base yet */
	struct id_list rows;	/* a pair for each: base_pair_at() */
	struct base_pair *lone; /* one for each id, sorted by it */
	size_t n_lone, lone_cap;
	size_t n_read; /* lines so far */
	bool compact;  /* the texts are in the arena, not in each pair's line */
	struct arena arena;
};

/*
 * A file that isn't there is an empty base. A damaged one is RC_STREAM and
 * says that it may be deleted without harm, with the command; one of a later
 * version, or a journal of one, is RC_STREAM and says which, and what it takes
 * to go on without it. A link that leads nowhere is no empty base. The base is
 * for looking up alone: its pairs have no line and can't be saved.
 */
int base_load(struct base *b, const char *path, struct error *e);
/* With a journal that may be elsewhere, and with the pairs' lines. */
int base_load_with(
	struct base *b, const char *path, const char *journal, struct error *e);
/*
 * Adds what a journal has to a base that was loaded, which then is as if it had
 * been loaded with that journal.
 */
int base_add_journal(struct base *b, const char *journal, struct error *e);
void base_fini(struct base *b);
/* The pairs in the order of their rows, one for each. */
static inline size_t base_count(const struct base *b)
{
	return b->rows.n;
}

static inline const struct base_pair *base_pair_at(
	const struct base *b, size_t i)
{
	return b->rows.at[i].of;
}

const struct base_pair *base_find_row(const struct base *b, const char *row_id);
/* The lone line of a row or a page; NULL: there is none. */
const struct base_pair *base_find_lone(const struct base *b, const char *id);
/*
 * How a base is made of lines, as by loading: base_add() takes one, and drops
 * it where it is not a pair; after the last of them base_fold() sorts, and the
 * latest line of a row replaces the earlier ones.
 */
void base_add(struct base *b, json *take_line);
void base_fold(struct base *b);
/* Whether two scopes are about the same; *what differs, where they don't. */
bool base_same_scope(const json *was, const json *is, const char **what);
int base_save(const struct base *b, const char *path, struct error *e);
char *base_journal_path(const char *path); /* allocated */

#endif
