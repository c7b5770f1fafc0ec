/*
 * How much is read. What speaks for and against it is gathered here; the
 * decision is in sync/reading.c, and goes into the head, so that the snapshot
 * that is made of this stream has it, and the run's record.
 */
#include <string.h>

#include "fetch.h"
#include "notion/limits.h"
#include "notion/origin.h"
#include "util/version.h"

#define VERSION VAULTSYNC_VERSION " " NOTION_VERSION

void reading_choose(struct fetch *f, bool refused)
{
	const struct earlier *s = &f->earlier;
	const json *reading = json_get(s->head, "reading");
	const char *version = json_str(reading, "version");
	const struct reading_facts facts = {
		.told = f->told,
		.snapshot = s->state,
		.same_version = version && strcmp(version, VERSION) == 0,
		.same_connection =
			notion_origin_has_connection(reading, f->settings),
		.same_scope = notion_origin_has_database(reading, f->settings),
		.refused = refused,
		.pages = s->pages,
		.read_at = s->began_at,
		.asked_at = s->asked_at,
		.now = f->began_at,
		.full_every = f->settings->full_every * USEC_SECOND,
		.full_requests = f->settings->full_requests,
	};

	f->why = reading_decide(&facts);
	if (!f->snapshot_file)
		f->why = READ_ASKED;
	else if (f->why == READ_LESS)
		debug("listing what was edited since the last reading");
	else
		debug("reading every page: %s", full_reason_text(f->why));
}

/*
 * Edits made in the minutes of the last listing itself may be missing from it,
 * because Notion truncates its times to the minute and its listings lag.
 */
usec reading_since(const struct fetch *f)
{
	if (f->since != USEC_NONE)
		return time_floor_minute(f->since);
	return f->why == READ_LESS
		       ? time_floor_minute(f->earlier.at - READING_LAG)
		       : USEC_NONE;
}

static void put_time(json *object, const char *key, usec t)
{
	char text[TIME_SIZE];

	json_put_str(object, key, time_format(t, text));
}

/*
 * Ages are told by this machine's clock; what is compared with Notion's times
 * (`at`, `since`) is by Notion's.
 */
static json *reading_json(const struct fetch *f)
{
	bool less = f->why == READ_LESS;
	json *reading = json_object();

	json_put_str(reading, "why", full_reason_name(f->why));
	put_time(reading, "began_at", f->began_at);
	put_time(reading, "asked_at", f->asked_at);
	put_time(reading, "full_at", less ? f->earlier.full_at : f->began_at);
	json_put_str(reading, "version", VERSION);
	notion_origin_put(reading, f->settings);
	json_put_str(reading, "snapshot", less ? f->earlier.id : NULL);
	return reading;
}

/* By Notion's clock, however this machine's is set meanwhile. */
static usec began_there(const struct fetch *f)
{
	return api_now(&f->client.api) - (time_monotonic() - f->began);
}

int reading_write_head(struct fetch *f, struct error *e)
{
	usec since = reading_since(f);
	json *head;

	if (f->head_written)
		return 0;
	f->head_written = true;
	head = stream_head("fetch");
	json_put_str(head, "source", "notion");
	json_put_str(head, "scope", f->data_source);
	json_put_str(head, "mode", since == USEC_NONE ? "full" : "since");
	if (since != USEC_NONE)
		put_time(head, "since", since);
	notion_schema_to_head(&f->schema, head);
	put_time(head, "at", began_there(f));
	if (f->since == USEC_NONE)
		json_put(head, "reading", reading_json(f));
	return stream_write(&f->out, head, e);
}
