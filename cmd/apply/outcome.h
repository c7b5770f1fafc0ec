/*
 * What became of one op: its status, why, what was noticed, and how both halves
 * stand since. Its words are those of the result line.
 */
#ifndef APPLY_OUTCOME_H
#define APPLY_OUTCOME_H

#include <stdbool.h>

#include "net/api.h"
#include "notion/page.h"
#include "seen.h"
#include "supabase/row.h"
#include "sync/base_pair.h"
#include "util/buf.h"

enum status {
	STATUS_DONE,
	STATUS_SKIPPED, /* nothing was written; the next run decides */
	STATUS_FAILED,	/* nothing was written; error says why */
	STATUS_UNKNOWN, /* it may have been written, or was in part; the next
			   run looks */
	STATUSES,
};

struct outcome {
	enum status status;
	const char *code; /* of a skip: "changed", "waits", "dry-run", … */
	char reason[512]; /* of a skip, for people */
	char note[512];	  /* what else was noticed; "" for nothing */
	bool has_error;
	struct api_error error;
	char row_id[UUID_SIZE], page_id[UUID_SIZE]; /* of a new half */
	/* How the halves stand now, where this op wrote them: see op_hand_on().
	 */
	struct seen *after[SIDES];
	usec updated_at; /* of after[SUPABASE] */
	usec row_shown;	 /* when the answer showed that: time_with_sleep() */
	bool differs; /* the other side stored something else than was sent */
	/* A trigger of the table, or an automation of the database, changed
	 * what was written: see sync/base_pair.h; and whether that was shown at
	 * all.
	 */
	bool rewrites_checksum[SIDES], resets_synced[SIDES];
	bool marks_shown[SIDES];
	bool rewrites_link; /* with marks_shown[NOTION] */
	bool sent;	    /* a write was noted before it was sent: known.h */
	struct base_pair *known; /* the pair after the first of two requests */
};

/* Frees what it owns, and zeroes it. */
void outcome_fini(struct outcome *o);
/* What an answer, or a look, has shown of a half. */
void saw_row(struct outcome *o, const struct supabase_row *row);
void saw_page(struct outcome *o, const struct notion_page *page);

/* The words in the stream. */
const char *status_name(enum status s);

/* Each fills o and returns false, so that a step can `return skip(…)`. */
bool skip(struct outcome *o, const char *code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
bool give_up(struct outcome *o, enum status status, const struct api_error *a);
/*
 * The service answered that it has taken a write, and keeps something else:
 * STATUS_FAILED with the error code "not-kept", and nothing is agreed. The
 * message says what to look at, what was sent and what is kept: see
 * tell_kept(), of which there may be several, joined.
 */
#define NOT_KEPT "not-kept"
#define NOT_KEPT_BY_TABLE \
	"Supabase took the write and keeps something else (look at the " \
	"table's triggers and rules): "
#define NOT_KEPT_BY_NOTION \
	"Notion took the write and keeps something else (look at the " \
	"database's automations): "
bool not_kept(struct outcome *o, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool is_not_kept(const struct outcome *o);
/* Skipped, because a half is not what the plan saw. */
bool is_changed(const struct outcome *o);
/* Appends `name: "sent" was sent, "kept" is kept`, both cut; NULL: nothing. */
void tell_kept(
	struct buf *text, const char *name, const char *sent, const char *kept);
/* The same for each of the fields in which the two differ. */
void tell_fields(struct buf *text, const struct decision *sent,
	const struct decision *kept, unsigned fields);
/* A half was written with its checksum and mark: whether it keeps them. */
void note_marks(struct outcome *o, enum side side,
	const struct field_names *names, bool checksum_is_kept,
	bool synced_is_kept);
/* The same of what the page shows of its row. */
void note_link(struct outcome *o, bool is_kept);
/* What ended as skipped or failed was written after all, or may have been. */
bool unclear(struct outcome *o);
/* STATUS_DONE; returns true. */
bool done(struct outcome *o);
/* Adds to the note, after what it has already. */
void note(struct outcome *o, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
