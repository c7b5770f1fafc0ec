/*
 * The conflicts that a person can decide: those that --conflict stop left alone
 * in the last run, and those that were decided earlier, whose losing values are
 * in conflicts.ndjson. Of each record and field the newest one counts.
 */
#ifndef VIEWS_CONFLICTS_H
#define VIEWS_CONFLICTS_H

#include <stdbool.h>
#include <stddef.h>

#include "runs/pending.h"
#include "runs/records.h"
#include "sync/decision.h"
#include "sync/side.h"
#include "util/humanize.h"
#include "util/sha256.h"
#include "util/uuid.h"
#include "views/change.h"
#include "views/titles.h"

#define CONFLICTS_MAX 300 /* held, where texts are cut */
#define SEEN_SIZE 17

struct conflict {
	char row_id[UUID_SIZE], page_id[UUID_SIZE];
	char run_id[RUN_ID_SIZE]; /* that decided it, or left it alone */
	unsigned fields;
	struct decision of[SIDES]; /* the two values of each field */
	const json *date_detail;   /* of Notion's date, if that lost; or NULL */
	bool decided;
	enum side winner;
	bool by_hand; /* a person has decided it */
	/* the record's decision, as the local base has it, borrowed; or NULL */
	const char *title;
	json *line; /* owned; supabase_at and notion_at too */
	/* of both values of each field, before any text was cut */
	unsigned char digest[FIELDS][SHA256_BYTES];
	size_t order;
};

struct conflicts {
	struct conflict *at; /* newest first */
	size_t n, cap;
	size_t order;	 /* how many were read */
	size_t left_out; /* older than CONFLICTS_MAX; none without `copy` */
	view_copy *copy;
	struct titles titles;
};

/*
 * All of them without `copy`; with it, the newest ones alone are held, with
 * the texts that it leaves.
 */
void conflicts_load(struct conflicts *c, struct run_records *l,
	const struct pending *waits, const char *state_dir, view_copy *copy);
void conflicts_fini(struct conflicts *c);

/* {"v":1,"conflicts":[…],"left_out"} */
json *conflicts_json(const struct conflicts *c);

/* The sides whose value can be asked for: of a decided one, the one that lost.
 */
bool conflict_is_choice(const struct conflict *c, enum side s);
/* The command that gives the record the value of that side. */
const char *conflict_command(const struct conflicts *all,
	const struct conflict *c, enum side take, char out[COMMAND_SIZE]);
/*
 * What tells this conflict, as a person sees it, from any other: sixteen hex
 * digits of its fields, both values of each, uncut, and the winner. It is the
 * same in each run that finds the same.
 */
void conflict_seen(const struct conflict *c, char out[SEEN_SIZE]);
/* The same of one that was left alone, from its line; -1: it can't be decided.
 */
int conflict_seen_open(const json *conflict, char out[SEEN_SIZE]);
bool conflict_same_pair(const struct conflict *x, const struct conflict *y);
/* When it was edited there: the key in its line. */
const char *conflict_edited_key(enum side s);
/* Puts the fields with both values, as conflicts_json() has them. */
void conflict_put_fields(json *to, const struct conflict *c, unsigned fields);

#endif
