/*
 * The parts that ops are put together from: emit.c, emit_gone.c.
 */
#ifndef PLAN_EMIT_PARTS_H
#define PLAN_EMIT_PARTS_H

#include "emit.h"

/* An op of a pair, or of a lone record; valid until the next one. */
struct planned_op *emit_op(const struct emitter *s, enum op_kind kind,
	enum side side, const struct live_pair *p);
struct planned_op *emit_last(const struct emitter *s);

/* The stored checksum and the mark that it writes. */
void op_mark(struct planned_op *op, const char *checksum, bool synced);
/* What both halves hold once it is done. */
void op_agree(struct planned_op *op, const struct decision *c,
	const char *checksum, bool deleted);
/* What is written to a page: the type as the option that equals it is spelled.
 */
void emit_content(const struct emitter *s, struct planned_op *op,
	const struct decision *c, unsigned fields);
/* A side can't hold the fields of c: a skip, and true. */
bool emit_poison(const struct emitter *s, const struct live_pair *p,
	enum side side, const struct decision *c, unsigned fields);
/* Not in the list: an op with what waits_judge() looks at, but a conflict. */
struct planned_op op_to_judge(const struct emitter *s, enum op_kind kind,
	enum side side, const struct live_pair *p, const struct decision *c,
	unsigned fields);
/* The op that was added last passes; false: it waits now (waits.h). */
bool emit_may_pass(const struct emitter *s);

/* --- bookkeeping ---------------------------------------------------------- */

bool row_is_stale(const struct live_pair *p, const char *checksum, bool synced);
/* A base line for an equal pair, unless the line says just that. */
void emit_adopt(const struct emitter *s, const struct live_pair *p,
	const struct decision *c, const char *checksum, bool deleted);
void emit_link(const struct emitter *s, const struct live_pair *p,
	const char *checksum, bool synced, const char *why);
const char *link_reason(const struct live_pair *p);
/* Where it is needed; of a row that is still to be made, row and line are
 * NULL. */
void emit_stamp(const struct emitter *s, const struct record *row,
	const struct record *page, const struct decision *c,
	const char *checksum, const struct base_pair *line);

#endif
