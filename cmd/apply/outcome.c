#include "outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much of a value a message shows, in columns. */
#define VALUE_COLUMNS 50

static const char *const status_names[STATUSES] = {
	[STATUS_DONE] = "done",
	[STATUS_SKIPPED] = "skipped",
	[STATUS_FAILED] = "failed",
	[STATUS_UNKNOWN] = "unknown",
};

const char *status_name(enum status s)
{
	return status_names[s];
}

bool skip(struct outcome *o, const char *code, const char *fmt, ...)
{
	va_list ap;

	o->status = STATUS_SKIPPED;
	o->code = code;
	va_start(ap, fmt);
	vsnprintf(o->reason, sizeof o->reason, fmt, ap);
	va_end(ap);
	return false;
}

bool give_up(struct outcome *o, enum status status, const struct api_error *a)
{
	o->status = status;
	o->has_error = true;
	o->error = *a;
	return false;
}

bool not_kept(struct outcome *o, const char *fmt, ...)
{
	struct api_error a = { .action = API_BAD_RECORD, .status = 200 };
	char text[2 * API_MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	snprintf(a.code, sizeof a.code, NOT_KEPT);
	api_copy_text(a.message, sizeof a.message, text);
	o->differs = true;
	return give_up(o, STATUS_FAILED, &a);
}

bool is_changed(const struct outcome *o)
{
	return o->status == STATUS_SKIPPED && o->code &&
	       strcmp(o->code, "changed") == 0;
}

bool is_not_kept(const struct outcome *o)
{
	return o->has_error && strcmp(o->error.code, NOT_KEPT) == 0;
}

void tell_kept(
	struct buf *text, const char *name, const char *sent, const char *kept)
{
	buf_addf(text, "%s%s: ", text->len > 0 ? "; " : "", name);
	field_show(text, sent, VALUE_COLUMNS);
	buf_adds(text, " was sent, ");
	field_show(text, kept, VALUE_COLUMNS);
	buf_adds(text, " is kept");
}

void tell_fields(struct buf *text, const struct decision *sent,
	const struct decision *kept, unsigned fields)
{
	fields &= decision_diff(sent, kept);
	for (enum field f = 0; f < FIELDS; f++)
		if (fields & FIELD_BIT(f))
			tell_kept(text, field_name(f), sent->value[f],
				kept->value[f]);
}

void note_marks(struct outcome *o, enum side side,
	const struct field_names *names, bool checksum_is_kept,
	bool synced_is_kept)
{
	o->marks_shown[side] = true;
	o->rewrites_checksum[side] = !checksum_is_kept;
	o->resets_synced[side] = !synced_is_kept;
	if (side == SUPABASE && !checksum_is_kept)
		note(o, "the table itself changes what is written to %s",
			column_name(names, "checksum"));
	if (side == SUPABASE && !synced_is_kept)
		note(o, "the table itself changes what is written to %s",
			column_name(names, "notion_synced"));
	if (side == NOTION && !checksum_is_kept)
		note(o,
			"Notion keeps something else than was sent in "
			"%s: look at the database's automations",
			property_name(names, "Checksum"));
	if (side == NOTION && !synced_is_kept)
		note(o,
			"Notion keeps something else than was sent in %s: "
			"look at the database's automations",
			property_name(names, "Synced"));
}

void note_link(struct outcome *o, bool is_kept)
{
	o->rewrites_link = !is_kept;
	if (!is_kept)
		note(o, "Notion keeps something else than was sent in the "
			"property of SYNC_LINK_PROPERTY: look at the "
			"database's automations");
}

bool unclear(struct outcome *o)
{
	o->status = STATUS_UNKNOWN;
	o->code = NULL;
	return false;
}

void note(struct outcome *o, const char *fmt, ...)
{
	size_t n = strlen(o->note);
	va_list ap;

	if (n)
		n += (size_t)snprintf(o->note + n, sizeof o->note - n, "; ");
	if (n >= sizeof o->note)
		return;
	va_start(ap, fmt);
	vsnprintf(o->note + n, sizeof o->note - n, fmt, ap);
	va_end(ap);
}

bool done(struct outcome *o)
{
	o->status = STATUS_DONE;
	return true;
}

void saw_row(struct outcome *o, const struct supabase_row *row)
{
	free(o->after[SUPABASE]);
	o->after[SUPABASE] = seen_row(row);
	o->updated_at = row->updated;
	o->row_shown = time_with_sleep();
}

void saw_page(struct outcome *o, const struct notion_page *page)
{
	free(o->after[NOTION]);
	o->after[NOTION] = seen_page(page);
}

void outcome_fini(struct outcome *o)
{
	for (enum side s = 0; s < SIDES; s++)
		free(o->after[s]);
	base_pair_free(o->known);
	*o = (struct outcome){ 0 };
}
