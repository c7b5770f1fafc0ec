/*
 * The state of both sides as one record stream tells it: what a plan is made
 * from. Complete when it was sealed, and not changed any more then.
 */
#ifndef PLAN_WORLD_H
#define PLAN_WORLD_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "json.h"
#include "record.h"
#include "stream.h"

struct records {
	struct record *at; /* sorted by id */
	size_t n, cap;
};

struct world {
	json *sources; /* {"supabase":head,"notion":head} of the two fetches */
	json *scope;   /* {"supabase","notion"} */
	bool soft_delete;  /* the table has deleted_at */
	bool has_checksum; /* the database has the property Checksum */
	bool has_synced;   /* and Synced */
	const json *type_options;
	struct records side[SIDES];
	struct trouble *trouble;
	size_t n_trouble, trouble_cap;
};

/*
 * Reads a whole record stream; RC_STREAM for everything that the guard
 * `incomplete` is about: a cut or miscounted stream, a missing source, an
 * incremental listing without its snapshot.
 */
int world_read(struct world *w, struct stream_reader *r, struct error *e);
void world_fini(struct world *w);

/* The steps of world_read(); the reasons come without the place. */
int world_head(struct world *w, const json *head, struct error *e);
int world_add(struct world *w, const json *line, struct error *e);
/* Sorts; a record that stands there twice is RC_STREAM. */
int world_seal(struct world *w, struct error *e);

/* By id; NULL where there is none. Only in a sealed world. */
const struct record *world_find(
	const struct world *w, enum side side, const char *id);
/* Live records of a side. */
size_t world_live(const struct world *w, enum side side);

#endif
