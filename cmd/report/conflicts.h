/*
 * The conflicts that a person can decide: those that --conflict stop left alone
 * in the last run, and those that were decided earlier, whose losing values are
 * in conflicts.ndjson. Of each record and field the newest one counts.
 */
#ifndef REPORT_CONFLICTS_H
#define REPORT_CONFLICTS_H

#include <stdbool.h>
#include <stddef.h>

#include "runs/pending.h"
#include "runs/records.h"
#include "sync/base.h"
#include "sync/decision.h"
#include "sync/side.h"
#include "util/uuid.h"

struct conflict {
	char row_id[UUID_SIZE], page_id[UUID_SIZE];
	char run_id[RUN_ID_SIZE]; /* that decided it, or left it alone */
	unsigned fields;
	struct decision of[SIDES]; /* the two values of each field */
	const json *date_detail;   /* of Notion's date, if that lost; or NULL */
	bool decided;
	enum side winner;
	bool by_hand; /* a person has decided it */
	const char
		*title; /* the record's decision, as the base has it; or NULL */
	json *line;	/* owned; supabase_at and notion_at too */
	size_t order;
};

struct conflicts {
	struct conflict *at; /* newest first */
	size_t n, cap;
};

/* The base, from which the titles are borrowed, may be empty. */
void conflicts_load(struct conflicts *c, struct run_records *l,
	const struct pending *waits, const struct base *base);
void conflicts_fini(struct conflicts *c);

/* The list for people, and as JSON. */
void print_conflicts(const struct conflicts *c);
json *conflicts_json(const struct conflicts *c);

/* What a person asks for. */
struct decision_asked {
	const char *id;	  /* of the row or the page, or how it begins */
	const char *take; /* a side; NULL: not said */
	unsigned fields;  /* 0: those of the newest conflict */
};

/*
 * The decision as plan --resolve takes it. If the conflict isn't there: NULL
 * with RC_USAGE, and the message lists what can be decided.
 */
json *conflicts_decide(const struct conflicts *c,
	const struct decision_asked *asked, struct error *e);

#endif
