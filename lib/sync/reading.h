/*
 * How much of Notion is read: all of it, or only what was edited since the
 * snapshot (sync/snapshot.h). doc/semantics.md, section 9, says when. It is
 * decided here and nowhere else, by a function without a clock, a file or a
 * network.
 */
#ifndef SYNC_READING_H
#define SYNC_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "util/times.h"

/*
 * In the state folder: who knows that more than a record's content has changed
 * (a call from a service, notion-setup) makes this file, and the next run reads
 * in full. A run that begins READING_LAG or more after the call removes it:
 * before, the listing may not show yet what the call told of.
 */
#define READING_WAKE_FULL "wake-full"

/* So long Notion's listing may lag behind a change: a minute or two, mostly. */
#define READING_LAG (5 * USEC_MINUTE)

/* Why everything is read; the first that applies counts. */
enum full_reason {
	READ_LESS, /* it isn't: what was edited is enough */
	/* The caller says so. */
	READ_ASKED,	/* somebody wants it */
	READ_CALLED,	/* a service told of more than an edit */
	READ_UNSETTLED, /* the last run did not end well */
	READ_ABSENCE,	/* the plan rests on what only a full reading shows */
	/* The snapshot doesn't fit. */
	READ_NO_SNAPSHOT,
	READ_DAMAGED,
	READ_OTHER_VERSION,
	READ_OTHER_CONNECTION,
	READ_OTHER_SCOPE,
	READ_OTHER_SCHEMA, /* Notion refused what was asked by it */
	READ_CLOCK,	   /* it is from the future */
	READ_OLD,	   /* SYNC_FULL_EVERY has passed */
	READ_FEW,	   /* that costs little: SYNC_FULL_REQUESTS */
	FULL_REASONS,
};

enum snapshot_state {
	SNAPSHOT_NONE,
	SNAPSHOT_DAMAGED,
	SNAPSHOT_WHOLE,
};

struct reading_facts {
	enum full_reason told; /* READ_LESS, or one that the caller says */
	enum snapshot_state snapshot;
	/* Of a whole snapshot: whether it was made by, with and of the same. */
	bool same_version, same_connection, same_scope;
	bool refused;  /* Notion refused a request that rests on its schema */
	size_t pages;  /* that it holds */
	usec read_at;  /* when its reading began */
	usec asked_at; /* when the schema was asked for */
	usec now;      /* all three by this machine's clock */
	usec full_every;
	long full_requests; /* a listing that takes no more is made in full */
};

enum full_reason reading_decide(const struct reading_facts *f);
/*
 * Whether the schema and our own user are taken from the snapshot: where
 * nothing speaks against it, even if so few pages are listed in full.
 */
bool reading_keeps_schema(enum full_reason why);

/* "asked", "called", …: as in heads, records and --full. */
const char *full_reason_name(enum full_reason why);
/* "somebody asked for it": the end of a sentence. */
const char *full_reason_text(enum full_reason why);
/* One that a caller may say; -1 for any other word. */
int full_reason_parse(const char *name, enum full_reason *why);

#endif
