/*
 * The ops of a plan before they become lines: sync/op_names.h says what they
 * are. Texts are borrowed from both sides, the base and the fetch heads, all of
 * which outlive them; only `reason` is owned.
 */
#ifndef PLAN_OP_LIST_H
#define PLAN_OP_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "merge.h"
#include "record.h"
#include "sync/op_names.h"
#include "util/json.h"

struct planned_op {
	enum op_kind kind;
	enum op_target target;
	const char *row_id, *page_id;	 /* NULL: to be made, not known */
	const struct record *row, *page; /* as seen; NULL: none */
	unsigned fields;		 /* of `set` and `was` */
	struct decision set;
	const json *set_detail;	      /* a date put back with its time or end */
	bool marks;		      /* checksum and synced are written */
	char checksum[CHECKSUM_SIZE]; /* "": none */
	bool synced;
	bool settles; /* `agreed` holds of both halves once it is done */
	struct held agreed;
	char agreed_checksum[CHECKSUM_SIZE];
	const char *code;  /* of a skip */
	const char *match; /* of a pair found by its decision: the rule */
	bool meets;	   /* the first of that pair that is no bookkeeping */
	char *reason;
	unsigned conflict; /* the fields of a conflict decided by this op */
	bool undecided;	   /* of a skip: the conflict has no winner */
	bool resolved;	   /* a person has decided all of it */
	enum side winner;
	bool approved; /* it passes a hold, and counts for no guard */
	/* A skip that waits (waits.h): what it would be, and since when. */
	bool waits;
	enum op_kind would;
	enum op_target would_target;
	usec since;
	int64_t failures; /* of its record's ops, in a row, before this run */
	bool has_base;
	struct decision base;
};

struct op_list {
	struct planned_op *at;
	size_t n, cap;
};

/* Appends a zeroed op; valid until the next one. */
struct planned_op *op_list_add(struct op_list *ops, enum op_kind kind,
	enum op_target target, const struct record *row,
	const struct record *page);
/* Takes the reason; cut at 400 bytes. */
void op_reason(struct planned_op *op, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Moves the stamps after all others, in their order. */
void op_list_stamps_last(struct op_list *ops);
/* Moves what fails run after run after all others, the worst last. */
void op_list_failing_last(struct op_list *ops);
void op_list_fini(struct op_list *ops);

enum op_target target_of(enum side s);

/* It waits, and not only for an edit to settle. */
bool op_is_held(const struct planned_op *op);
bool op_is_settling(const struct planned_op *op);

/* What a plan says of a half that it saw. */
json *record_seen(const struct record *r);
/* The op as its line in the plan, numbered n. */
json *op_line(const struct planned_op *op, size_t n);

struct totals {
	size_t count[OP_TARGETS][OP_KINDS];
	size_t conflicts;      /* decided ones */
	size_t held, settling; /* of the skips: those that wait */
};

void op_list_count(const struct op_list *ops, struct totals *t);
json *totals_json(const struct totals *t);

#endif
