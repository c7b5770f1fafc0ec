#include "util/json_check.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/hex.h"
#include "util/text.h"

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* Why a string can't be held. */
enum {
	NUL,
	SURROGATE,
	NOT_UTF8,
	REASONS,
};

static const char *const reasons[REASONS] = {
	[NUL] = "U+0000",
	[SURROGATE] = "lone surrogate",
	[NOT_UTF8] = "invalid UTF-8",
};

/*
 * The check: a recursive descent over the text. Where an unreadable string is
 * to be marked, `copy` holds the text so far with the marks put in, and `done`
 * is how much of the text it covers.
 */
struct checker {
	const char *start, *at, *end;
	enum json_flags flags;
	struct buf copy;
	const char *done;
	size_t values;
	struct error *e;
};

static bool check_value(struct checker *c, int depth);

static bool refuse(struct checker *c, const char *why)
{
	fail(c->e, RC_STREAM, "byte %zu: %s", (size_t)(c->at - c->start) + 1,
		why);
	return false;
}

static void skip_space(struct checker *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' ||
					 *c->at == '\n' || *c->at == '\r'))
		c->at++;
}

static bool accept(struct checker *c, char wanted)
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
		int digit = hex_value(s[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* At the "u" of an escape: moves past it; *bad says what can't be held. */
static bool check_unicode_escape(struct checker *c, const char **bad)
{
	int unit = hex4(c->at + 1, c->end), low;

	if (unit < 0)
		return refuse(c, "bad \\u escape");
	c->at += 5;
	if (unit == 0)
		*bad = reasons[NUL];
	if (unit < 0xD800 || unit > 0xDFFF)
		return true;
	low = c->end - c->at >= 6 && c->at[0] == '\\' && c->at[1] == 'u'
		      ? hex4(c->at + 2, c->end)
		      : -1;
	if (unit <= 0xDBFF && low >= 0xDC00 && low <= 0xDFFF)
		c->at += 6;
	else
		*bad = reasons[SURROGATE];
	return true;
}

static bool check_escape(struct checker *c, const char **bad)
{
	if (c->at == c->end)
		return refuse(c, "unterminated string");
	if (*c->at == 'u')
		return check_unicode_escape(c, bad);
	/* A NUL is none: NOLINTNEXTLINE(bugprone-not-null-terminated-result) */
	if (!memchr("\"\\/bfnrt", *c->at, 8))
		return refuse(c, "bad escape");
	c->at++;
	return true;
}

/* Most of a text: ASCII that needs no second look. */
static bool is_plain(unsigned char c)
{
	return c > 0x1F && c < 0x80 && c != '"' && c != '\\';
}

/*
 * The high bit of each byte of w that is b; also of those right above such a
 * byte that are b ^ 1, so only the lowest of them is sure.
 */
static uint64_t bytes_that_are(uint64_t w, unsigned char b)
{
	uint64_t x = w ^ EACH_BYTE(b);

	return (x - EACH_BYTE(0x01)) & ~x & EACH_BYTE(0x80);
}

/* The same of the bytes that aren't plain. */
static uint64_t not_plain(uint64_t w)
{
	return (w & EACH_BYTE(0x80)) |
	       ((w - EACH_BYTE(0x20)) & ~w & EACH_BYTE(0x80)) |
	       bytes_that_are(w, '"') | bytes_that_are(w, '\\');
}

/* The first byte that isn't plain; eight at a time, for it is mostly far. */
static const char *skip_plain(const char *at, const char *end)
{
	for (uint64_t w, found; end - at >= 8; at += 8) {
		memcpy(&w, at, 8);
		found = not_plain(w);
		if (!found)
			continue;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		return at + __builtin_ctzll(found) / 8;
#else
		break;
#endif
	}
	while (at < end && is_plain((unsigned char)*at))
		at++;
	return at;
}

/* From just after the opening quote to just after the closing one. */
static bool check_string_body(struct checker *c, const char **bad)
{
	for (;;) {
		size_t n;

		c->at = skip_plain(c->at, c->end);
		if (c->at == c->end)
			break;
		if (*c->at == '"') {
			c->at++;
			return true;
		}
		if ((unsigned char)*c->at < 0x20)
			return refuse(c, "control character in a string");
		if (*c->at == '\\') {
			c->at++;
			if (!check_escape(c, bad))
				return false;
			continue;
		}
		n = utf8_char_len(c->at, (size_t)(c->end - c->at));
		if (n == 0)
			*bad = reasons[NOT_UTF8];
		c->at += n ? n : 1;
	}
	return refuse(c, "unterminated string");
}

static bool count_value(struct checker *c)
{
	return ++c->values <= JSON_VALUES_MAX ||
	       refuse(c, "more values than this program accepts");
}

/* Replaces the string that began at `from` by {"unreadable":"why"}. */
static bool mark(struct checker *c, const char *from, const char *why)
{
	if (buf_add(&c->copy, c->done, (size_t)(from - c->done)) < 0 ||
		buf_addf(&c->copy, "{\"" JSON_MARK "\":\"%s\"}", why) < 0)
		return refuse(c, "too large");
	c->done = c->at;
	return count_value(c);
}

static bool check_string(struct checker *c, bool is_key)
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

static size_t skip_digits(struct checker *c)
{
	const char *from = c->at;

	while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
		c->at++;
	return (size_t)(c->at - from);
}

/* A double holds 15 digits of it: it neither overflows nor underflows. */
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

static bool check_number(struct checker *c)
{
	const char *from;
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

static bool check_word(struct checker *c, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0)
		return refuse(c, "not JSON");
	c->at += n;
	return true;
}

static bool check_array(struct checker *c, int depth)
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

static bool check_object(struct checker *c, int depth)
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

static bool check_value_inner(struct checker *c, int depth)
{
	if (c->at == c->end)
		return refuse(c, "a value was expected");
	if (!count_value(c))
		return false;
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

static bool check_value(struct checker *c, int depth)
{
	skip_space(c);
	if (!check_value_inner(c, depth))
		return false;
	skip_space(c);
	return true;
}

int json_check(const char *text, size_t len, enum json_flags flags,
	struct buf *marked, struct error *e)
{
	struct checker c = { .start = text,
		.at = text,
		.end = text + len,
		.flags = flags,
		/* A mark is at most 12 times as long as what it replaces. */
		.copy = BUF_INIT(len * 12 + 64),
		.done = text,
		.e = e };
	bool held = check_value(&c, 0);

	if (held && c.at != c.end)
		held = refuse(&c, "text after the value");
	if (held && c.done != text)
		held = buf_add(&c.copy, c.done, (size_t)(c.end - c.done)) == 0;
	if (held)
		*marked = c.copy;
	else
		buf_fini(&c.copy);
	return held ? 0 : -1;
}

const char *json_check_reason(const char *s)
{
	for (int i = 0; s && i < REASONS; i++)
		if (strcmp(reasons[i], s) == 0)
			return reasons[i];
	return NULL;
}
