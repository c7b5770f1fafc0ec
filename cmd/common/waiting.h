/*
 * What waits: the records that the last run left undone, and why. Read from
 * the results of the last run; where that came to none, of the last success.
 */
#ifndef COMMON_WAITING_H
#define COMMON_WAITING_H

#include <stddef.h>

#include "buf.h"
#include "json.h"
#include "logs.h"

/* In the order in which a person would want to see to them. */
enum waiting_kind {
	WAITING_FAILED,
	WAITING_UNCLEAR,  /* may have been carried out: the next run looks */
	WAITING_NOT_KEPT, /* answered with success, and something else kept */
	WAITING_CONFLICT,
	WAITING_POISON,
	WAITING_PROBLEM,
	WAITING_DOUBLE_LINK,
	WAITING_UNKNOWN_PAGE,
	WAITING_TRASHED,
	WAITING_ORPHAN,
	WAITING_WAITS,	 /* a create that isn't sent again yet */
	WAITING_CHANGED, /* edited meanwhile: the next run decides */
	WAITING_OTHER,
	WAITING_KINDS,
};

/* What a line may say; longer texts are left out. */
#define REASON_INIT BUF_INIT(65536)

#define WAITING_MAX 1000 /* held; beyond it they are only counted */
/* Bytes of JSON: conflicts beyond them are held without their values. */
#define WAITING_VALUES_MAX ((size_t)1 << 20)

struct waiting_item {
	enum waiting_kind kind;
	size_t order;
	/*
	 * {kind,op,target,row_id,page_id,reason,error}, and of an open
	 * conflict its {fields,supabase,notion,…}, owned
	 */
	json *data;
};

struct waiting {
	char run_id[RUN_ID_SIZE]; /* "": no results are kept */
	size_t counts[WAITING_KINDS];
	size_t total;
	struct waiting_item *items; /* sorted by kind */
	size_t n, cap;
	size_t values;	    /* bytes of the conflicts held */
	int64_t live_pairs; /* -1: unknown */
	json *guards;	    /* what each tripped guard saw; NULL: nothing */
	json *notes;	    /* what apply has noticed, with the number of ops */
};

void waiting_load(struct waiting *w, struct logs *l);
void waiting_fini(struct waiting *w);

/* The word of streams(5): "failed", "unclear", "poison", … */
const char *waiting_name(enum waiting_kind k);
/* True where a result line waits, with its kind. */
bool waiting_kind_of(const json *result, enum waiting_kind *k);
/* Why, in words; nothing where the line doesn't say. */
void waiting_reason(const json *result, struct buf *out);

#endif
