#include "worker.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/text.h"

/* How much of a value a message shows, in columns. */
#define VALUE_COLUMNS 50

static const char *const status_names[STATUSES] = {
	[STATUS_DONE] = "done",
	[STATUS_SKIPPED] = "skipped",
	[STATUS_FAILED] = "failed",
	[STATUS_UNKNOWN] = "unknown",
};

usec run_now(const struct worker *r)
{
	return api_now(api_now_is_known(&r->supabase.api) ? &r->supabase.api
							  : &r->notion.api);
}

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

bool is_not_kept(const struct outcome *o)
{
	return o->has_error && strcmp(o->error.code, NOT_KEPT) == 0;
}

static void show_value(struct buf *text, const char *value)
{
	if (!value || !*value) {
		buf_adds(text, "nothing");
		return;
	}
	buf_addc(text, '"');
	text_show(text, value, VALUE_COLUMNS);
	buf_addc(text, '"');
}

void tell_kept(
	struct buf *text, const char *name, const char *sent, const char *kept)
{
	buf_addf(text, "%s%s: ", text->len > 0 ? "; " : "", name);
	show_value(text, sent);
	buf_adds(text, " was sent, ");
	show_value(text, kept);
	buf_adds(text, " is kept");
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

void outcome_fini(struct outcome *o)
{
	json_free(o->row_after);
	json_free(o->page_after);
	json_free(o->known);
	*o = (struct outcome){ 0 };
}
