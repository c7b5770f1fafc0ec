#include "util/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "util/alloc.h"

size_t utf8_char_len(const char *s, size_t left)
{
	utf8proc_int32_t cp;
	utf8proc_ssize_t n;

	if (left == 0)
		return 0;
	n = utf8proc_iterate(
		(const utf8proc_uint8_t *)s, (utf8proc_ssize_t)left, &cp);
	return n > 0 ? (size_t)n : 0;
}

bool utf8_valid(const char *s, size_t len)
{
	while (len > 0) {
		size_t n = (unsigned char)*s < 0x80 ? 1 : utf8_char_len(s, len);

		if (n == 0)
			return false;
		s += n;
		len -= n;
	}
	return true;
}

/* White_Space of PropList.txt, unchanged since Unicode 6.3. */
static bool is_white_space(utf8proc_int32_t cp)
{
	return (cp >= 0x09 && cp <= 0x0D) || cp == 0x20 || cp == 0x85 ||
	       cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) ||
	       cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F ||
	       cp == 0x3000;
}

/* Decodes one character; s is valid and not at its end. */
static size_t next_char(const char *s, utf8proc_int32_t *cp)
{
	utf8proc_ssize_t n;

	if ((unsigned char)*s < 0x80) {
		*cp = (unsigned char)*s;
		return 1;
	}
	n = utf8proc_iterate((const utf8proc_uint8_t *)s, -1, cp);
	if (n <= 0) {
		*cp = 0xFFFD;
		return 1;
	}
	return (size_t)n;
}

/* Makes every run of white space one space, and removes those at the ends. */
static char *squeeze(const char *s)
{
	char *out = xmalloc(strlen(s) + 1), *to = out;
	bool pending = false;
	utf8proc_int32_t cp;

	while (*s) {
		size_t n = next_char(s, &cp);

		if (is_white_space(cp)) {
			pending = to != out;
		} else {
			if (pending)
				*to++ = ' ';
			pending = false;
			memcpy(to, s, n);
			to += n;
		}
		s += n;
	}
	*to = '\0';
	return out;
}

/*
 * Most texts are ASCII, which is in NFC: its text or folded form in one pass,
 * into memory as large as the text and its NUL; its end, or NULL for any other
 * text.
 */
static char *put_ascii_form(char *out, const char *s, bool folded)
{
	char *to = out;
	bool pending = false;

	for (; *s; s++) {
		char c = *s;

		if ((unsigned char)c >= 0x80)
			return NULL;
		if (c == ' ' || (c >= '\t' && c <= '\r')) {
			pending = to != out;
			continue;
		}
		if (pending)
			*to++ = ' ';
		pending = false;
		if (folded && c >= 'A' && c <= 'Z')
			c = (char)(c + 'a' - 'A');
		*to++ = c;
	}
	*to = '\0';
	return to;
}

static char *ascii_form(const char *s, bool folded)
{
	char *out = xmalloc(strlen(s) + 1);

	if (put_ascii_form(out, s, folded))
		return out;
	free(out);
	return NULL;
}

/* NFC, and with UTF8PROC_CASEFOLD folded before it is composed. */
static char *map(const char *s, utf8proc_option_t options)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n;

	n = utf8proc_map((const utf8proc_uint8_t *)s, 0, &out,
		UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE |
			options);
	return n < 0 ? xstrdup(s) : (char *)out;
}

char *text_form(const char *s)
{
	char *out = ascii_form(s ? s : "", false), *composed;

	if (out)
		return out;
	composed = map(s, 0);
	out = squeeze(composed);
	free(composed);
	return out;
}

char *text_folded(const char *s)
{
	char *out = ascii_form(s ? s : "", true), *form;

	if (out)
		return out;
	form = text_form(s);
	out = map(form, UTF8PROC_CASEFOLD);
	free(form);
	return out;
}

void text_fold(struct buf *out, const char *s)
{
	char *room, *end, *folded;

	if (!s)
		return;
	room = buf_room(out, strlen(s));
	end = room ? put_ascii_form(room, s, true) : NULL;
	if (end) {
		out->len += (size_t)(end - room);
		return;
	}
	folded = text_folded(s);
	buf_adds(out, folded);
	free(folded);
}

bool text_same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same(char *take_a, char *take_b)
{
	bool equal = strcmp(take_a, take_b) == 0;

	free(take_a);
	free(take_b);
	return equal;
}

bool text_equal(const char *a, const char *b)
{
	if (text_same(a, b))
		return true;
	return same(text_form(a), text_form(b));
}

bool text_equal_folded(const char *a, const char *b)
{
	if (text_same(a, b))
		return true;
	return same(text_folded(a), text_folded(b));
}

bool text_is_empty(const char *s)
{
	utf8proc_int32_t cp;

	while (s && *s) {
		s += next_char(s, &cp);
		if (!is_white_space(cp))
			return false;
	}
	return true;
}

size_t text_utf16_len(const char *s)
{
	size_t units = 0;

	for (; s && *s; s++)
		if (((unsigned char)*s & 0xC0) != 0x80)
			units += (unsigned char)*s >= 0xF0 ? 2 : 1;
	return units;
}

size_t text_utf16_prefix(const char *s, size_t units)
{
	const char *start = s;
	utf8proc_int32_t cp;

	while (*s) {
		size_t n = next_char(s, &cp);
		size_t need = cp > 0xFFFF ? 2 : 1;

		if (need > units)
			break;
		units -= need;
		s += n;
	}
	return (size_t)(s - start);
}

/*
 * Control characters, and formatting characters that could hide or reorder
 * text.
 */
static bool must_escape(utf8proc_int32_t cp)
{
	utf8proc_category_t c = utf8proc_category(cp);

	if (cp == 0x200D || cp == 0x200C) /* joiners: emoji, Persian */
		return false;
	return c == UTF8PROC_CATEGORY_CC || c == UTF8PROC_CATEGORY_CF ||
	       c == UTF8PROC_CATEGORY_ZL || c == UTF8PROC_CATEGORY_ZP;
}

size_t text_show_char(
	const char *s, char shown[TEXT_SHOWN_SIZE], size_t *columns)
{
	utf8proc_int32_t cp;
	size_t n;
	int width;

	*columns = 0;
	shown[0] = '\0';
	if (*s == '\0')
		return 0;
	n = next_char(s, &cp);
	if (n == 1 && cp == 0xFFFD) {
		snprintf(shown, TEXT_SHOWN_SIZE, "\\x%02X", (unsigned char)*s);
		*columns = 4;
	} else if (must_escape(cp)) {
		*columns = (size_t)snprintf(
			shown, TEXT_SHOWN_SIZE, "\\u{%04X}", (unsigned)cp);
	} else {
		memcpy(shown, s, n);
		shown[n] = '\0';
		width = utf8proc_charwidth(cp);
		*columns = width > 0 ? (size_t)width : 0;
	}
	return n;
}

size_t text_show(struct buf *out, const char *s, size_t columns)
{
	size_t used = 0, fits_len = out->len, fits_used = 0, wide, n;
	char shown[TEXT_SHOWN_SIZE];

	while (s && (n = text_show_char(s, shown, &wide)) > 0) {
		buf_adds(out, shown);
		used += wide;
		s += n;
		if (columns && used > columns) {
			out->len = fits_len;
			buf_adds(out, "…");
			return fits_used + 1;
		}
		if (columns && used < columns) {
			fits_len = out->len;
			fits_used = used;
		}
	}
	return used;
}

void text_put(FILE *out, const char *s)
{
	char shown[TEXT_SHOWN_SIZE];
	size_t wide, n;

	for (; (n = text_show_char(s, shown, &wide)) > 0; s += n)
		fputs(*s == '\n' ? "\n" : shown, out);
}
