#include "sync/reading.h"

#include <string.h>

#define ROWS_OF_AN_ANSWER 100 /* Notion's maximum */

static const struct {
	const char *name, *text;
} reasons[FULL_REASONS] = {
	[READ_LESS] = { "edited", "only what was edited is read" },
	[READ_ASKED] = { "asked", "somebody asked for it" },
	[READ_CALLED] = { "called", "a service told of more than an edit" },
	[READ_UNSETTLED] = { "unsettled", "the last run did not end well" },
	[READ_ABSENCE] = { "absence",
		"the plan rests on what only a full reading shows" },
	[READ_NO_SNAPSHOT] = { "none", "there is no snapshot" },
	[READ_DAMAGED] = { "damaged", "the snapshot is damaged" },
	[READ_OTHER_VERSION] = { "version",
		"the snapshot is from another version" },
	[READ_OTHER_CONNECTION] = { "connection",
		"the snapshot was made with another key or address" },
	[READ_OTHER_SCOPE] = { "scope", "the snapshot is of another database" },
	[READ_OTHER_SCHEMA] = { "schema",
		"the database's properties have changed" },
	[READ_CLOCK] = { "clock",
		"the snapshot is from the future: a clock was set back" },
	[READ_OLD] = { "old", "the last full reading is too long ago" },
	[READ_FEW] = { "few", "that takes few requests" },
};

/* A listing of so many pages, and that of the archived ones. */
static bool takes_few_requests(const struct reading_facts *f)
{
	size_t lists = f->pages / ROWS_OF_AN_ANSWER +
		       (f->pages % ROWS_OF_AN_ANSWER != 0);

	return f->full_requests > 0 &&
	       (lists ? lists : 1) + 1 <= (size_t)f->full_requests;
}

enum full_reason reading_decide(const struct reading_facts *f)
{
	if (f->told != READ_LESS)
		return f->told;
	if (f->snapshot == SNAPSHOT_NONE)
		return READ_NO_SNAPSHOT;
	if (f->snapshot == SNAPSHOT_DAMAGED)
		return READ_DAMAGED;
	if (!f->same_version)
		return READ_OTHER_VERSION;
	if (!f->same_connection)
		return READ_OTHER_CONNECTION;
	if (!f->same_scope)
		return READ_OTHER_SCOPE;
	if (f->refused)
		return READ_OTHER_SCHEMA;
	if (f->read_at > f->now || f->asked_at > f->now)
		return READ_CLOCK;
	if (f->now - f->asked_at >= f->full_every)
		return READ_OLD;
	return takes_few_requests(f) ? READ_FEW : READ_LESS;
}

bool reading_keeps_schema(enum full_reason why)
{
	return why == READ_LESS || why == READ_FEW;
}

const char *full_reason_name(enum full_reason why)
{
	return reasons[why].name;
}

const char *full_reason_text(enum full_reason why)
{
	return reasons[why].text;
}

int full_reason_parse(const char *name, enum full_reason *why)
{
	for (enum full_reason r = READ_ASKED; r <= READ_ABSENCE; r++)
		if (strcmp(reasons[r].name, name) == 0) {
			*why = r;
			return 0;
		}
	return -1;
}
