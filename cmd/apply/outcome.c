#include "run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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
	*o = (struct outcome){ 0 };
}
