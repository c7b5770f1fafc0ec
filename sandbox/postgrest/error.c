#include "sandbox/postgrest/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/text.h"

static const struct {
	const char *code;
	int status;
} statuses[] = {
	{ "23503", 409 },
	{ "23505", 409 },
	{ "25006", 405 },
	{ "42501", 403 },
	{ "42883", 404 },
	{ "42P01", 404 },
	{ "57014", 500 },
	{ "57P01", 503 },
	{ "40001", 500 },
	{ "40P01", 500 },
	{ "PGRST000", 503 },
	{ "PGRST001", 503 },
	{ "PGRST002", 503 },
	{ "PGRST003", 504 },
	{ "PGRST103", 416 },
	{ "PGRST106", 406 },
	{ "PGRST107", 406 },
	{ "PGRST116", 406 },
	{ "PGRST117", 405 },
	{ "PGRST125", 404 },
	{ "PGRST205", 404 },
	{ "PGRST300", 500 },
	{ "PGRST301", 401 },
	{ "PGRST302", 401 },
	{ "PGRST303", 401 },
};

int rest_fail(struct rest_error *e, const char *code, const char *fmt, ...)
{
	va_list ap;

	*e = (struct rest_error){ .status = 400 };
	snprintf(e->code, sizeof e->code, "%s", code);
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (strcmp(statuses[i].code, code) == 0)
			e->status = statuses[i].status;
	va_start(ap, fmt);
	vsnprintf(e->message, sizeof e->message, fmt, ap);
	va_end(ap);
	return -1;
}

int rest_details(struct rest_error *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->details, sizeof e->details, fmt, ap);
	va_end(ap);
	return -1;
}

static void put(json *body, const char *key, const char *text)
{
	struct buf whole = BUF_INIT(700);

	/* Text that vsnprintf() cut may end in half a character. */
	for (size_t n; *text; text += n) {
		n = utf8_char_len(text, strlen(text));
		if (!n)
			break;
		buf_add(&whole, text, n);
	}
	json_put_str(body, key, whole.len ? whole.data : NULL);
	buf_fini(&whole);
}

void rest_answer_error(
	struct reply *a, const struct rest_error *e, bool anonymous)
{
	json *body = json_object();
	int status = e->status;

	if (anonymous && strcmp(e->code, "42501") == 0)
		status = 401;
	put(body, "code", e->code);
	put(body, "details", e->details);
	put(body, "hint", e->hint);
	put(body, "message", e->message);
	reply_json(a, status, body);
	a->failed_code = true;
	reply_header(a, "Proxy-Status", "PostgREST; error=%s", e->code);
}
