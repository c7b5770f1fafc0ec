/*
 * What waits: the records that the last run of the sync left undone, and why.
 * Read from its results; where it came to none, from those of the last success.
 */
#ifndef RUNS_PENDING_H
#define RUNS_PENDING_H

#include <stddef.h>

#include "runs/records.h"
#include "util/buf.h"
#include "util/json.h"

/* In the order in which a person would want to see to them. */
enum pending_kind {
	PENDING_FAILED,
	PENDING_UNCLEAR,  /* may have been carried out: the next run looks */
	PENDING_NOT_KEPT, /* answered with success, and something else kept */
	PENDING_CONFLICT,
	PENDING_NOT_RESOLVED, /* decided by a person, and edited since */
	PENDING_POISON,
	PENDING_PROBLEM,
	PENDING_DOUBLE_LINK,
	PENDING_UNKNOWN_PAGE,
	PENDING_TRASHED,
	PENDING_ORPHAN,
	PENDING_WAITS,	  /* a create that isn't sent again yet */
	PENDING_PAUSED,	  /* a person has paused its page */
	PENDING_HELD,	  /* until a hold ends, or a person approves it */
	PENDING_SETTLING, /* edited a moment ago */
	PENDING_CHANGED,  /* edited meanwhile: the next run decides */
	PENDING_OTHER,
	PENDING_KINDS,
};

/* What a line may say; longer texts are left out. */
#define REASON_INIT BUF_INIT(65536)

/*
 * Held; beyond it they are only counted. What goes on by itself gives way first
 * to what a person has to see to, then the less urgent to the more urgent.
 */
#define PENDING_MAX 1000
/* Bytes of JSON: conflicts beyond them are held without their values. */
#define PENDING_VALUES_MAX ((size_t)1 << 20)
/* Likewise of the lines, which give way in the same order. */
#define PENDING_LINES_MAX ((size_t)2 << 20)

struct pending_item {
	enum pending_kind kind;
	size_t order;
	/*
	 * {kind,code,op,target,row_id,page_id,reason,error,failures}, and of an
	 * open conflict its {fields,supabase,notion,…}, owned
	 */
	json *data;
	char *line; /* of the results, with the record's values; or NULL */
};

struct pending {
	char run_id[RUN_ID_SIZE]; /* "": no results are kept */
	size_t counts[PENDING_KINDS];
	size_t total;
	struct pending_item *items; /* sorted by kind */
	size_t n, cap;
	size_t held[PENDING_KINDS]; /* how many of them by kind */
	size_t values;		    /* bytes of the conflicts held */
	size_t lines;		    /* bytes of the lines held */
	int64_t live_pairs;	    /* -1: unknown */
	json *guards; /* what each tripped guard saw; NULL: nothing */
	json *notes;  /* what apply has noticed, with the number of ops */
	/*
	 * What can be approved, also beyond PENDING_MAX:
	 * {"held":{"trash:notion": 1250},"blocked":{…}}, an object
	 */
	json *totals;
	json *counted; /* by the guards that block the last run */
};

void pending_load(struct pending *w, struct run_records *l);
void pending_fini(struct pending *w);

/* The word of streams(5): "failed", "unclear", "poison", … */
const char *pending_name(enum pending_kind k);
/* True where a result line waits, with its kind. */
bool pending_kind_of(const json *result, enum pending_kind *k);
/* Why, in words; nothing where the line doesn't say. */
void pending_reason(const json *result, struct buf *out);

#endif
