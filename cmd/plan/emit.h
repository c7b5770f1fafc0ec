/*
 * The ops that bring one pair, or one lone record, to the end that was decided
 * for it: only what differs is written, the page before the row, and the
 * bookkeeping only where it is missing or stale.
 */
#ifndef PLAN_EMIT_H
#define PLAN_EMIT_H

#include <stdbool.h>

#include "merge.h"
#include "merge_base.h"
#include "op_list.h"
#include "sides.h"
#include "waits.h"

struct live_pair {
	const struct record *row, *page;
	struct merge_base base;
	const char *match; /* found by their decision: the rule; or NULL */
};

struct emitter {
	const struct sides *sides;
	bool use_base; /* a local base is kept: equal pairs are noted there */
	const struct waits *waits;
	struct op_list *ops;
};

/* Which half must be taken out of the trash first. */
enum revive {
	REVIVE_NONE,
	REVIVE_ROW,
	REVIVE_PAGE,
};

/* Both halves live on, with the content that was merged. */
void emit_live(const struct emitter *s, const struct live_pair *p,
	const struct merge *m, enum revive revive, const char *why);
/*
 * The pair is left alone because what was sent was not kept
 * (doc/semantics.md, section 7): the fields in which it differs, 0 where it is
 * the presence.
 */
void emit_not_kept(
	const struct emitter *s, const struct live_pair *p, unsigned fields);
/*
 * What a person has decided of the pair doesn't fit any more, and why: this run
 * leaves it alone. Of a pair that is not live and live there is no merge.
 */
void emit_not_resolved(const struct emitter *s, const struct live_pair *p,
	const struct merge *m, const char *why);
/* The half of `side` follows the other one into the trash. */
void emit_trash(
	const struct emitter *s, const struct live_pair *p, enum side side);
/* Both halves are deleted already: only the mark and the base line. */
void emit_deleted(const struct emitter *s, const struct live_pair *p);

/* The missing half of a lone record is made. */
void emit_create(
	const struct emitter *s, const struct record *only, const char *why);
/* A lone page follows its row, which was erased. */
void emit_trash_page(
	const struct emitter *s, const struct record *page, const char *row_id);

/* The page is paused (doc/semantics.md, section 10); row: NULL, it has none. */
void emit_paused(const struct emitter *s, const struct record *row,
	const struct record *page);
/* Nothing is written; one of row and page may be NULL. The reason is left to
 * the caller. */
struct planned_op *emit_skip(const struct emitter *s, const char *code,
	const struct record *row, const struct record *page);

#endif
