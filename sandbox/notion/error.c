#include "sandbox/notion/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sandbox/world.h"
#include "util/text.h"

__attribute__((format(printf, 4, 0))) static int vfail(struct notion_error *e,
	int status, const char *code, const char *fmt, va_list ap)
{
	json_free(e->additional);
	*e = (struct notion_error){ .status = status };
	snprintf(e->code, sizeof e->code, "%s", code);
	vsnprintf(e->message, sizeof e->message, fmt, ap);
	return -1;
}

int notion_fail(struct notion_error *e, int status, const char *code,
	const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(e, status, code, fmt, ap);
	va_end(ap);
	return -1;
}

int notion_invalid(struct notion_error *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(e, 400, "validation_error", fmt, ap);
	va_end(ap);
	return -1;
}

int notion_should_be(struct notion_error *e, const char *path, const char *what,
	const json *instead)
{
	struct buf text = BUF_INIT(CONTROL_BODY_MAX);

	if (instead)
		json_print(instead, &text);
	notion_invalid(e,
		"%.*s failed validation: %s should be %s, instead "
		"was `%.300s`.",
		(int)strcspn(path, "."), path, path, what,
		instead ? buf_str(&text) : "undefined");
	buf_fini(&text);
	return -1;
}

int notion_should_not_be_there(
	struct notion_error *e, const char *path, const json *instead)
{
	return notion_should_be(e, path, "not present", instead);
}

int notion_too_long(
	struct notion_error *e, const char *path, size_t most, size_t length)
{
	return notion_invalid(e,
		"body failed validation: %s.length should be ≤ `%zu`, instead "
		"was `%zu`.",
		path, most, length);
}

int notion_only_keys(struct notion_error *e, const char *path,
	const json *object, const char *const *keys)
{
	for (const json *v = json_first(object); v; v = json_next(v)) {
		char at[600];
		int i = 0;

		while (keys[i] && strcmp(keys[i], json_key(v)) != 0)
			i++;
		if (keys[i])
			continue;
		snprintf(at, sizeof at, "%s.%s", path, json_key(v));
		return notion_should_not_be_there(e, at, v);
	}
	return 0;
}

int notion_not_found(struct notion_error *e, const char *kind, const char *id)
{
	notion_fail(e, 404, "object_not_found",
		"Could not find %s with ID: %s. Make sure the relevant pages "
		"and databases are shared with your integration \"%s\".",
		kind, id, CONNECTION_NAME);
	e->additional = json_object();
	json_put_str(e->additional, "integration_id", BOT_ID);
	return -1;
}

void notion_answer_error(struct reply *a, struct notion_error *e)
{
	json *body = json_object();
	struct buf message = BUF_INIT(sizeof e->message);

	/* Text that vsnprintf() cut may end in half a character. */
	for (const char *s = e->message; *s;) {
		size_t n = utf8_char_len(s, strlen(s));

		if (!n)
			break;
		buf_add(&message, s, n);
		s += n;
	}
	json_put_str(body, "object", "error");
	json_put_int(body, "status", e->status);
	json_put_str(body, "code", e->code);
	json_put_str(body, "message", buf_str(&message));
	if (e->additional)
		json_put(body, "additional_data", e->additional);
	e->additional = NULL;
	buf_fini(&message);
	reply_json(a, e->status, body);
	a->failed_code = true;
}
