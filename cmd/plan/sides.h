/*
 * The state of both sides as one record stream tells it: what a plan is made
 * from. Complete when it was sealed, and not changed any more then.
 */
#ifndef PLAN_SIDES_H
#define PLAN_SIDES_H

#include <stdbool.h>
#include <stddef.h>

#include "notion/schema.h"
#include "record.h"
#include "util/arena.h"
#include "util/error.h"
#include "util/idlist.h"
#include "util/json.h"
#include "util/stream.h"

struct sides {
	json *sources; /* {"supabase":head,"notion":head} of the two fetches */
	json *scope;   /* see sync/base.h */
	json *end;     /* the end line: what there was, and made from what */
	bool soft_delete;  /* the table has deleted_at */
	bool has_checksum; /* the database has the property Checksum */
	bool has_synced;   /* and Synced */
	/* Some pages are as an earlier reading saw them: absence.h. */
	bool from_snapshot;
	bool old_schema; /* so is the schema, even if all pages were read */
	const json *type_options;
	enum type_kind type_kind;
	bool has_link;		    /* pages show their row */
	const char *link_template;  /* how; NULL: by its id */
	struct id_list side[SIDES]; /* of records; see record_at() */
	struct arena texts;	    /* the records, and what they say */
	bool has_details;	    /* some own more than is in there */
	size_t live[SIDES];	    /* how many of them are live */
	struct trouble *trouble;
	size_t n_trouble, trouble_cap;
};

/*
 * Reads a whole record stream into w, which is empty; RC_STREAM for everything
 * that the guard `incomplete` is about: a cut or miscounted stream, a missing
 * source, an incremental listing without its snapshot.
 */
int sides_read(struct sides *w, struct stream_reader *r, struct error *e);
void sides_fini(struct sides *w);

/* The steps of sides_read(); the reasons come without the place. */
int sides_head(struct sides *w, const json *head, struct error *e);
int sides_add(struct sides *w, const json *line, struct error *e);
/* Sorts; a record that stands there twice is RC_STREAM. */
int sides_seal(struct sides *w, struct error *e);

static inline struct record *record_at(
	const struct sides *w, enum side side, size_t place)
{
	return w->side[side].at[place].of;
}

/* What the table calls a column that usually has this name, for messages. */
const char *sides_column(const struct sides *w, const char *usual);

/* By id; NULL where there is none. Only once sealed. */
const struct record *sides_find(
	const struct sides *w, enum side side, const char *id);

#endif
