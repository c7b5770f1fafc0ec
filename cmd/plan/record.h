/*
 * One line of the record stream: a row, a page, or what could not be read.
 *
 * A record and its texts are one piece of memory, because there can be a
 * hundred thousand of them on each side. The checksum is computed here, always:
 * what a stream or a side says it is counts for nothing (doc/semantics.md,
 * section 2).
 */
#ifndef PLAN_RECORD_H
#define PLAN_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "sync/decision.h"
#include "sync/side.h"
#include "util/arena.h"
#include "util/error.h"
#include "util/json.h"
#include "util/times.h"

struct record {
	enum side side;
	const char *id;	   /* row id or page id */
	const char *link;  /* of a row: the page it names; NULL: none */
	const char *state; /* of a page that is gone: "moved", "unreachable" */
	struct decision is;
	const char *checksum; /* of `is` */
	const char *stored;   /* the stored checksum; NULL: none */
	bool synced;
	bool own;      /* of a page: made by our connection */
	bool deleted;  /* soft-deleted, in the trash */
	bool archived; /* of a page: not deleted, and as present as any */
	bool kept;     /* of a page: as the snapshot has it, not read now */
	bool paused;   /* of a page: nothing is written to it, or to its row */
	bool more_types;
	const char *shows; /* of a page: its row, in its link property */
	json *date_detail; /* of a page; owned; NULL: only a day */
	usec created, edited;
	const char *edited_at; /* as it stands in the stream */
};

/* A record that normalize could not understand: it holds its pair. */
struct trouble {
	enum side side;
	const char *row_id, *page_id; /* NULL: not known */
	const char *code, *detail;
};

/*
 * Both keep in the arena what they make of a line. NULL, or -1, with the reason
 * in e, without the place.
 */
struct record *record_parse(struct arena *a, const json *line, struct error *e);
int trouble_parse(
	struct trouble *t, struct arena *a, const json *line, struct error *e);
/* Frees what is not in the arena. */
void record_fini(struct record *r);

/* Into the cache, with the texts behind it, for one that is needed soon. */
void record_fetch(const struct record *r);

/* There, neither deleted nor gone. */
bool record_is_live(const struct record *r);

/* The minute of a time, as Notion keeps it; none is the oldest. */
usec minute_of(usec t);

#endif
