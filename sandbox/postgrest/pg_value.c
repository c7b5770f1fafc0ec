#include "sandbox/postgrest/pg_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sandbox/postgrest/pg_time.h"
#include "util/alloc.h"
#include "util/uuid.h"

const char *pg_type_name(enum pg_type type)
{
	static const char *const names[] = { "uuid", "text", "date",
		"timestamp with time zone", "boolean" };

	return names[type];
}

static int bad_syntax(struct rest_error *e, const char *code, enum pg_type type,
	const char *text)
{
	return rest_fail(e, code,
		"invalid input syntax for type %s: \"%.200s\"",
		pg_type_name(type), text);
}

/* PostgreSQL also accepts braces, and a dash after any four digits. */
static int parse_uuid(
	const char *text, struct pg_value *out, struct rest_error *e)
{
	char id[UUID_SIZE], bare[33];
	size_t n = 0;
	const char *s = text + (*text == '{');

	for (; *s && n < 32; s++)
		if (*s != '-')
			bare[n++] = *s;
	bare[n] = '\0';
	if (*text == '{' && *s == '}')
		s++;
	if (*s || uuid_normalize(bare, id) < 0)
		return bad_syntax(e, "22P02", PG_UUID, text);
	*out = pg_string(id);
	return 0;
}

/* Any unique prefix of a word will do, in any case, with spaces around it. */
static int parse_bool(
	const char *text, struct pg_value *out, struct rest_error *e)
{
	static const struct {
		const char *word;
		size_t least;
		bool value;
	} words[] = { { "true", 1, true }, { "false", 1, false },
		{ "yes", 1, true }, { "no", 1, false }, { "on", 2, true },
		{ "off", 2, false }, { "1", 1, true }, { "0", 1, false } };
	size_t from = strspn(text, " \t\n\r"), len = strlen(text + from);

	while (len && strchr(" \t\n\r", text[from + len - 1]))
		len--;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (len >= words[i].least && len <= strlen(words[i].word) &&
			strncasecmp(text + from, words[i].word, len) == 0) {
			*out = pg_number(words[i].value);
			return 0;
		}
	return bad_syntax(e, "22P02", PG_BOOL, text);
}

static int parse_time(enum pg_type type, const char *text, usec now,
	struct pg_value *out, struct rest_error *e)
{
	int64_t n;

	switch (type == PG_DATE ? pg_date_parse(text, now, &n)
				: pg_timestamp_parse(text, now, &n)) {
	case PG_TIME_OK:
		*out = pg_number(n);
		return 0;
	case PG_TIME_RANGE:
		return rest_fail(e, "22008",
			"date/time field value out of range: \"%.200s\"", text);
	default:
		return bad_syntax(e, "22007", type, text);
	}
}

int pg_parse(enum pg_type type, const char *text, usec now,
	struct pg_value *out, struct rest_error *e)
{
	switch (type) {
	case PG_UUID:
		return parse_uuid(text, out, e);
	case PG_BOOL:
		return parse_bool(text, out, e);
	case PG_DATE:
	case PG_TIMESTAMPTZ:
		return parse_time(type, text, now, out, e);
	default:
		*out = pg_string(text);
		return 0;
	}
}

static int unreadable(const char *why, struct rest_error *e)
{
	if (strcmp(why, "U+0000") == 0) {
		rest_fail(e, "22P05", "unsupported Unicode escape sequence");
		return rest_details(e, "\\u0000 cannot be converted to text.");
	}
	if (strcmp(why, "lone surrogate") == 0) {
		rest_fail(e, "22P02", "invalid input syntax for type json");
		return rest_details(e, "Unicode low surrogate must follow a "
				       "high surrogate.");
	}
	return rest_fail(e, "PGRST102", "Empty or invalid json");
}

int pg_parse_json(enum pg_type type, const json *v, usec now,
	struct pg_value *out, struct rest_error *e)
{
	struct buf text = BUF_INIT(SUPABASE_BODY_MAX);
	int rc;

	*out = (struct pg_value){ 0 };
	if (json_is_null(v))
		return 0;
	if (json_unreadable(v))
		return unreadable(json_unreadable(v), e);
	if (json_is_string(v))
		return pg_parse(type, json_text(v), now, out, e);
	json_print(v, &text);
	rc = pg_parse(type, buf_str(&text), now, out, e);
	buf_fini(&text);
	return rc;
}

void pg_value_fini(struct pg_value *v)
{
	free(v->s);
	*v = (struct pg_value){ 0 };
}

struct pg_value pg_number(int64_t n)
{
	return (struct pg_value){ .kind = PG_NUMBER, .n = n };
}

struct pg_value pg_string(const char *s)
{
	return (struct pg_value){ .kind = s ? PG_STRING : PG_NULL,
		.s = xstrdup(s) };
}

json *pg_to_json(enum pg_type type, const struct pg_value *v)
{
	char text[PG_TIME_SIZE];

	if (v->kind == PG_NULL)
		return json_string(NULL);
	switch (type) {
	case PG_BOOL:
		return json_bool(v->n != 0);
	case PG_DATE:
		return json_string(pg_date_format(v->n, text));
	case PG_TIMESTAMPTZ:
		return json_string(pg_timestamp_format(v->n, true, text));
	default:
		return json_string(v->s);
	}
}

char *pg_to_text(enum pg_type type, const struct pg_value *v)
{
	char text[PG_TIME_SIZE];

	if (v->kind == PG_NULL)
		return NULL;
	switch (type) {
	case PG_BOOL:
		return xstrdup(v->n ? "true" : "false");
	case PG_DATE:
		return xstrdup(pg_date_format(v->n, text));
	case PG_TIMESTAMPTZ:
		return xstrdup(pg_timestamp_format(v->n, false, text));
	default:
		return xstrdup(v->s);
	}
}
