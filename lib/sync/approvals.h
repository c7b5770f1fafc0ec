/*
 * What a person has approved (doc/semantics.md, section 10): single ops that
 * pass a hold and don't count for a guard, as long as both halves are as they
 * were seen and the op writes the same; and the guards of whose ops some were
 * approved, or all, which hold from then on what is not approved.
 *
 * <state>/approved.ndjson, a stream "approved"; lines:
 *   {"kind":"approved","plan_id","at","op","target","row_id","page_id","seen",
 *    "set"}
 *       seen is the op's `expect`, and set what it writes: sync/op_names.h
 *   {"kind":"guard","guard","plan_id","at","op","target","records"}
 *       records are the ids of what it waits for; null: too many to name
 * `at` is when it was written, and larger than that of any line before it.
 *
 * Only approve writes the file, under <file>.lock; plan reads it. Losing it is
 * harmless: what waited waits on, and what a guard blocked is blocked again.
 */
#ifndef SYNC_APPROVALS_H
#define SYNC_APPROVALS_H

#include <stdbool.h>
#include <stddef.h>

#include "sync/guard_names.h"
#include "sync/op_names.h"
#include "util/error.h"
#include "util/idlist.h"
#include "util/json.h"
#include "util/times.h"

/* What an op is told by, in a plan and in the file; ids NULL: none. */
struct op_key {
	enum op_kind kind;
	enum op_target target;
	const char *row_id, *page_id;
};

struct approval {
	struct op_key key; /* of a guard: without ids */
	bool of_guard;
	enum guard guard;
	usec at;
	json *line; /* owned; the ids are in it */
};

struct approvals {
	struct approval *at;
	size_t n, cap;
	struct id_list by_id; /* those of ops: by row, or by page */
	usec until;	      /* the latest `at`; USEC_NONE: there is none */
};

/*
 * A file that isn't there is empty; a damaged one, or one of a later version,
 * is RC_STREAM, with the command that removes it.
 */
int approvals_load(struct approvals *a, const char *path, struct error *e);
void approvals_fini(struct approvals *a);
/* Replaces the file by what is there, or removes one that would be empty. */
int approvals_save(
	const struct approvals *a, const char *path, struct error *e);

/* Takes a line, later than all the others; false: it says nothing. */
bool approvals_add(struct approvals *a, json *take_line);
/* Once all are added; approvals_load() does it. */
void approvals_sort(struct approvals *a);
/* Only once sorted; NULL: that op is not approved. */
const struct approval *approvals_find(
	const struct approvals *a, const struct op_key *key);
/* Such a guard holds such ops, unless it is allowed. */
bool approvals_guard(const struct approvals *a, const struct op_key *key,
	const bool allowed[GUARDS]);

/* The kinds of ops that people can hold and approve. */
bool op_key_can_wait(const struct op_key *key);
bool op_key_equal(const struct op_key *a, const struct op_key *b);
/* From a line with op, target, row_id and page_id; -1: it names no such op. */
int op_key_parse(struct op_key *key, const json *line);
void op_key_put(json *line, const struct op_key *key);

#endif
