#include "json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "alloc.h"
#include "text.h"

#define WHOLE_MAX 9007199254740992LL /* 2^53 */
#define MARK "unreadable"

/*
 * The check: a recursive descent over the text. Where an unreadable string is
 * to be marked, `copy` holds the text so far with the marks put in, and `done`
 * is how much of the text it covers.
 */
struct check {
	const char *start, *at, *end;
	enum json_flags flags;
	struct buf copy;
	const char *done;
	struct error *e;
};

static bool check_value(struct check *c, int depth);

static bool refuse(struct check *c, const char *why)
{
	fail(c->e, RC_STREAM, "byte %zu: %s", (size_t)(c->at - c->start) + 1,
		why);
	return false;
}

static void skip_space(struct check *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' ||
					 *c->at == '\n' || *c->at == '\r'))
		c->at++;
}

static bool accept(struct check *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

/* The four digits of a \u escape, or -1. */
static int hex4(const char *s, const char *end)
{
	int value = 0;

	if (end - s < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char ch = s[i];
		int digit = ch >= '0' && ch <= '9'   ? ch - '0'
			    : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10
			    : ch >= 'A' && ch <= 'F' ? ch - 'A' + 10
						     : -1;

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* At the "u" of an escape: moves behind it; *bad says what can't be held. */
static bool check_unicode_escape(struct check *c, const char **bad)
{
	int unit = hex4(c->at + 1, c->end), low;

	if (unit < 0)
		return refuse(c, "bad \\u escape");
	c->at += 5;
	if (unit == 0)
		*bad = "U+0000";
	if (unit < 0xD800 || unit > 0xDFFF)
		return true;
	low = c->end - c->at >= 6 && c->at[0] == '\\' && c->at[1] == 'u'
		      ? hex4(c->at + 2, c->end)
		      : -1;
	if (unit <= 0xDBFF && low >= 0xDC00 && low <= 0xDFFF)
		c->at += 6;
	else
		*bad = "lone surrogate";
	return true;
}

static bool check_escape(struct check *c, const char **bad)
{
	if (c->at == c->end)
		return refuse(c, "unterminated string");
	if (*c->at == 'u')
		return check_unicode_escape(c, bad);
	if (!memchr("\"\\/bfnrt", *c->at, 8))
		return refuse(c, "bad escape");
	c->at++;
	return true;
}

/* Behind the opening quote, to behind the closing one. */
static bool check_string_body(struct check *c, const char **bad)
{
	while (c->at < c->end) {
		unsigned char ch = (unsigned char)*c->at;
		size_t n;

		if (ch == '"') {
			c->at++;
			return true;
		}
		if (ch < 0x20)
			return refuse(c, "control character in a string");
		if (ch == '\\') {
			c->at++;
			if (!check_escape(c, bad))
				return false;
			continue;
		}
		n = ch < 0x80 ? 1
			      : utf8_char_len(c->at, (size_t)(c->end - c->at));
		if (n == 0)
			*bad = "invalid UTF-8";
		c->at += n ? n : 1;
	}
	return refuse(c, "unterminated string");
}

/* Puts {"unreadable":"why"} in the place of the string that began at from. */
static bool mark(struct check *c, const char *from, const char *why)
{
	if (buf_add(&c->copy, c->done, (size_t)(from - c->done)) < 0 ||
		buf_addf(&c->copy, "{\"" MARK "\":\"%s\"}", why) < 0)
		return refuse(c, "too large");
	c->done = c->at;
	return true;
}

static bool check_string(struct check *c, bool is_key)
{
	const char *from = c->at, *bad = NULL;

	if (!accept(c, '"'))
		return refuse(c, "a string was expected");
	if (!check_string_body(c, &bad))
		return false;
	if (!bad)
		return true;
	if (!is_key && c->flags & JSON_MARK_UNREADABLE)
		return mark(c, from, bad);
	c->at = from;
	fail(c->e, RC_STREAM, "byte %zu: %s in a string",
		(size_t)(from - c->start) + 1, bad);
	return false;
}

static size_t skip_digits(struct check *c)
{
	const char *from = c->at;

	while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
		c->at++;
	return (size_t)(c->at - from);
}

/* A double holds 15 digits of it: neither endless nor nearly nothing. */
static bool is_in_range(const char *s, size_t len)
{
	char number[64];
	double value;

	if (!memchr(s, 'e', len) && !memchr(s, 'E', len))
		return true;
	if (len >= sizeof number)
		return false;
	memcpy(number, s, len);
	number[len] = '\0';
	value = strtod(number, NULL);
	if (value == 0)
		return strspn(number, "0.") == strcspn(number, "eE");
	return value >= 1e-290 && value <= 1e290;
}

static bool check_number(struct check *c)
{
	const char *from = c->at;
	size_t whole, fraction = 0;

	accept(c, '-');
	from = c->at;
	whole = skip_digits(c);
	if (whole == 0 || (whole > 1 && *from == '0'))
		return refuse(c, "bad number");
	if (accept(c, '.') && (fraction = skip_digits(c)) == 0)
		return refuse(c, "bad number");
	if (accept(c, 'e') || accept(c, 'E')) {
		if (!accept(c, '+'))
			accept(c, '-');
		if (skip_digits(c) == 0)
			return refuse(c, "bad number");
	}
	if (whole + fraction > 15)
		return refuse(c, "a number with more than 15 digits");
	return is_in_range(from, (size_t)(c->at - from)) ||
	       refuse(c, "a number out of range");
}

static bool check_word(struct check *c, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0)
		return refuse(c, "not JSON");
	c->at += n;
	return true;
}

static bool check_array(struct check *c, int depth)
{
	skip_space(c);
	if (accept(c, ']'))
		return true;
	do {
		if (!check_value(c, depth))
			return false;
	} while (accept(c, ','));
	return accept(c, ']') || refuse(c, "\",\" or \"]\" was expected");
}

static bool check_object(struct check *c, int depth)
{
	skip_space(c);
	if (accept(c, '}'))
		return true;
	do {
		skip_space(c);
		if (!check_string(c, true))
			return false;
		skip_space(c);
		if (!accept(c, ':'))
			return refuse(c, "\":\" was expected");
		if (!check_value(c, depth))
			return false;
	} while (accept(c, ','));
	return accept(c, '}') || refuse(c, "\",\" or \"}\" was expected");
}

static bool check_value_inner(struct check *c, int depth)
{
	if (c->at == c->end)
		return refuse(c, "a value was expected");
	if (depth >= JSON_DEPTH_MAX && (*c->at == '{' || *c->at == '['))
		return refuse(c, "nested too deep");
	switch (*c->at) {
	case '{':
		c->at++;
		return check_object(c, depth + 1);
	case '[':
		c->at++;
		return check_array(c, depth + 1);
	case '"':
		return check_string(c, false);
	case 't':
		return check_word(c, "true");
	case 'f':
		return check_word(c, "false");
	case 'n':
		return check_word(c, "null");
	default:
		return check_number(c);
	}
}

static bool check_value(struct check *c, int depth)
{
	skip_space(c);
	if (!check_value_inner(c, depth))
		return false;
	skip_space(c);
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static const char *repeated_key_here(const json *obj)
{
	size_t n = json_count(obj), i = 0;
	const char *found = NULL;
	const char **keys;

	if (n < 2)
		return NULL;
	keys = xmalloc(n * sizeof *keys);
	for (const json *m = obj->child; m; m = m->next)
		keys[i++] = m->string;
	qsort(keys, n, sizeof *keys, by_text);
	for (i = 1; i < n && !found; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0)
			for (const json *m = obj->child; m; m = m->next)
				if (strcmp(m->string, keys[i]) == 0)
					found = m->string;
	free(keys);
	return found;
}

static const char *repeated_key(const json *v)
{
	const char *found = NULL;

	if (cJSON_IsObject(v))
		found = repeated_key_here(v);
	for (const json *m = v->child; m && !found; m = m->next)
		found = repeated_key(m);
	return found;
}

json *json_parse(
	const char *text, size_t len, enum json_flags flags, struct error *e)
{
	struct check c = { .start = text,
		.at = text,
		.end = text + len,
		.flags = flags,
		.copy = BUF_INIT(len * 12 + 64),
		.done = text,
		.e = e };
	json *v = NULL;
	const char *twice;

	if (!check_value(&c, 0))
		goto out;
	if (c.at != c.end) {
		refuse(&c, "text behind the value");
		goto out;
	}
	if (c.done != text) {
		buf_add(&c.copy, c.done, (size_t)(c.end - c.done));
		text = c.copy.data;
		len = c.copy.len;
	}
	v = cJSON_ParseWithLengthOpts(text, len, NULL, false);
	if (!v) {
		fail(e, RC_STREAM, "not JSON");
		goto out;
	}
	twice = repeated_key(v);
	if (twice) {
		fail(e, RC_STREAM, "the key \"%.100s\" is there twice", twice);
		cJSON_Delete(v);
		v = NULL;
	}
out:
	buf_fini(&c.copy);
	return v;
}

void json_free(json *v)
{
	cJSON_Delete(v);
}

bool json_is_object(const json *v)
{
	return cJSON_IsObject(v);
}

bool json_is_array(const json *v)
{
	return cJSON_IsArray(v);
}

bool json_is_string(const json *v)
{
	return cJSON_IsString(v);
}

bool json_is_bool(const json *v)
{
	return cJSON_IsBool(v);
}

bool json_is_null(const json *v)
{
	return !v || cJSON_IsNull(v);
}

const char *json_unreadable(const json *v)
{
	return json_is_object(v) && json_count(v) == 1 ? json_str(v, MARK)
						       : NULL;
}

const char *json_key(const json *member)
{
	return member ? member->string : NULL;
}

const char *json_text(const json *v)
{
	return cJSON_IsString(v) ? v->valuestring : NULL;
}

bool json_is_true(const json *v)
{
	return cJSON_IsTrue(v);
}

int json_whole(const json *v, int64_t *out)
{
	if (!cJSON_IsNumber(v) || v->valuedouble != floor(v->valuedouble) ||
		fabs(v->valuedouble) > (double)WHOLE_MAX)
		return -1;
	*out = (int64_t)v->valuedouble;
	return 0;
}

json *json_get(const json *obj, const char *key)
{
	return cJSON_IsObject(obj) ? cJSON_GetObjectItemCaseSensitive(obj, key)
				   : NULL;
}

const char *json_str(const json *obj, const char *key)
{
	return json_text(json_get(obj, key));
}

bool json_true(const json *obj, const char *key)
{
	return json_is_true(json_get(obj, key));
}

json *json_first(const json *container)
{
	return cJSON_IsArray(container) || cJSON_IsObject(container)
		       ? container->child
		       : NULL;
}

json *json_next(const json *v)
{
	return v ? v->next : NULL;
}

size_t json_count(const json *container)
{
	size_t n = 0;

	for (const json *v = json_first(container); v; v = v->next)
		n++;
	return n;
}

/* cJSON answers NULL only when memory is out. */
static json *made(json *v)
{
	return v ? v : (warning("out of memory"), abort(), v);
}

json *json_object(void)
{
	return made(cJSON_CreateObject());
}

json *json_array(void)
{
	return made(cJSON_CreateArray());
}

json *json_string(const char *s)
{
	return made(s ? cJSON_CreateString(s) : cJSON_CreateNull());
}

json *json_bool(bool b)
{
	return made(cJSON_CreateBool(b));
}

json *json_number(int64_t n)
{
	return made(cJSON_CreateNumber((double)n));
}

json *json_copy(const json *v)
{
	return v ? made(cJSON_Duplicate(v, true)) : json_string(NULL);
}

json *json_put(json *obj, const char *key, json *take_value)
{
	if (json_get(obj, key))
		cJSON_ReplaceItemInObjectCaseSensitive(obj, key, take_value);
	else
		cJSON_AddItemToObject(obj, key, take_value);
	return take_value;
}

void json_put_str(json *obj, const char *key, const char *s)
{
	json_put(obj, key, json_string(s));
}

void json_put_bool(json *obj, const char *key, bool b)
{
	json_put(obj, key, json_bool(b));
}

void json_put_int(json *obj, const char *key, int64_t n)
{
	json_put(obj, key, json_number(n));
}

json *json_add(json *array, json *take_value)
{
	cJSON_AddItemToArray(array, take_value);
	return take_value;
}

void json_remove(json *obj, const char *key)
{
	cJSON_DeleteItemFromObjectCaseSensitive(obj, key);
}

json *json_detach(json *obj, const char *key)
{
	return cJSON_DetachItemFromObjectCaseSensitive(obj, key);
}

json *json_take_first(json *array)
{
	return cJSON_DetachItemFromArray(array, 0);
}

bool json_equal(const json *a, const json *b)
{
	return cJSON_Compare(a, b, true);
}

int json_print(const json *v, struct buf *out)
{
	char *text = cJSON_PrintUnformatted(v);
	int rc;

	if (!text)
		made(NULL);
	rc = buf_adds(out, text);
	cJSON_free(text);
	return rc;
}
