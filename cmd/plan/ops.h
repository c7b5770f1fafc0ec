/*
 * The ops of a plan before they become lines: common/op.h says what they are.
 * Texts are borrowed from the world, the base and the fetch heads, all of which
 * outlive them; only `reason` is owned.
 */
#ifndef PLAN_OPS_H
#define PLAN_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "content.h"
#include "merge.h"
#include "record.h"
#include "sync/op_names.h"
#include "util/json.h"

struct op {
	enum op_kind kind;
	enum op_target target;
	const char *row_id, *page_id;	 /* NULL: to be made, not known */
	const struct record *row, *page; /* as seen; NULL: none */
	unsigned fields;		 /* of `set` and `was` */
	struct content set;
	const json *set_detail;	      /* undo: a date with its time or end */
	bool marks;		      /* checksum and synced are written */
	char checksum[CHECKSUM_SIZE]; /* "": none */
	bool synced;
	bool settles; /* `agreed` holds once it is done */
	bool deleted; /* what is agreed is a deletion */
	struct content agreed;
	char agreed_checksum[CHECKSUM_SIZE];
	const char *code; /* of a skip */
	char *reason;
	unsigned conflict; /* the fields of a conflict decided by this op */
	bool undecided;	   /* of a skip: the conflict has no winner */
	enum side winner;
	int64_t failures; /* of its record's ops, in a row, before this run */
	bool has_base;
	struct content base;
};

struct ops {
	struct op *at;
	size_t n, cap;
};

/* Appends a zeroed op; valid until the next one. */
struct op *ops_add(struct ops *ops, enum op_kind kind, enum op_target target,
	const struct record *row, const struct record *page);
/* Takes the reason; cut at 400 bytes. */
void op_reason(struct op *op, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Moves the stamps behind all others, in their order. */
void ops_stamps_last(struct ops *ops);
/* Moves what fails run after run behind all others, the worst last. */
void ops_failing_last(struct ops *ops);
void ops_fini(struct ops *ops);

/* More than reading: not a skip, nor only a line of the local base. */
bool op_writes(const struct op *op);
enum op_target target_of(enum side s);

/* The op as its line in the plan, numbered n. */
json *op_line(const struct op *op, size_t n);

struct totals {
	size_t count[OP_TARGETS][OP_KINDS];
	size_t conflicts; /* decided ones */
};

void ops_count(const struct ops *ops, struct totals *t);
json *totals_json(const struct totals *t);

#endif
