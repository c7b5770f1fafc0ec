/*
 * Printing a value straight into the caller's buffer. The text is the one that
 * cJSON_PrintUnformatted() makes, which allocates, grows and copies a buffer of
 * its own for each value.
 */
#include <string.h>

#include <cjson/cJSON.h>

#include "util/json.h"

struct printer {
	struct buf *out;
	int rc; /* -1 once something did not fit */
};

static void put(struct printer *p, const char *s, size_t len)
{
	p->rc |= buf_add(p->out, s, len);
}

static void put_char(struct printer *p, char c)
{
	p->rc |= buf_addc(p->out, c);
}

static void put_escape(struct printer *p, char c)
{
	static const char escaped[] = "\b\f\n\r\t\"\\", names[] = "bfnrt\"\\";
	const char *at = strchr(escaped, c);

	p->rc |= at ? buf_addf(p->out, "\\%c", names[at - escaped])
		    : buf_addf(p->out, "\\u%04x", (unsigned)c);
}

static bool is_plain(char c)
{
	return (unsigned char)c > 0x1F && c != '"' && c != '\\';
}

static void put_text(struct printer *p, const char *s)
{
	put_char(p, '"');
	for (;;) {
		const char *from = s;

		while (is_plain(*s))
			s++;
		put(p, from, (size_t)(s - from));
		if (*s == '\0')
			break;
		put_escape(p, *s++);
	}
	put_char(p, '"');
}

/* Counts and the like by hand; every other number as cJSON has it. */
static void put_number(struct printer *p, const json *v)
{
	char text[64], *at = text + sizeof text;
	double d = v->valuedouble;

	if (!(d >= 1 && d < 1e15 && d == (double)(int64_t)d)) {
		cJSON_PrintPreallocated(
			(json *)(uintptr_t)v, text, sizeof text, false);
		put(p, text, strlen(text));
		return;
	}
	for (int64_t left = (int64_t)d; left > 0; left /= 10)
		*--at = (char)('0' + left % 10);
	put(p, at, (size_t)(text + sizeof text - at));
}

static void put_value(struct printer *p, const json *v);

static void put_members(struct printer *p, const json *v, bool have_keys)
{
	for (const json *m = v->child; m && p->rc == 0; m = m->next) {
		if (m != v->child)
			put_char(p, ',');
		if (have_keys) {
			put_text(p, m->string);
			put_char(p, ':');
		}
		put_value(p, m);
	}
}

static void put_value(struct printer *p, const json *v)
{
	switch (v->type & 0xFF) {
	case cJSON_Object:
		put_char(p, '{');
		put_members(p, v, true);
		put_char(p, '}');
		break;
	case cJSON_Array:
		put_char(p, '[');
		put_members(p, v, false);
		put_char(p, ']');
		break;
	case cJSON_String:
		put_text(p, v->valuestring);
		break;
	case cJSON_Number:
		put_number(p, v);
		break;
	case cJSON_True:
		put(p, "true", 4);
		break;
	case cJSON_False:
		put(p, "false", 5);
		break;
	default:
		put(p, "null", 4);
		break;
	}
}

int json_print(const json *v, struct buf *out)
{
	struct printer p = { out, 0 };
	size_t before = out->len;

	put_value(&p, v);
	if (p.rc < 0)
		buf_cut(out, before);
	return p.rc;
}
