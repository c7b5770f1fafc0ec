/* The text forms: util/text.h. */
#include "util/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "util/alloc.h"

static void check_forms(const char *s, const char *form, const char *folded)
{
	char *seen_form = text_form(s), *seen_folded = text_folded(s);
	struct buf behind = BUF_INIT(SIZE_MAX / 2);

	check_str(seen_form, form);
	check_str(seen_folded, folded);
	buf_adds(&behind, "|");
	text_fold(&behind, s);
	check_str(buf_str(&behind) + 1, folded);
	check_int((long)behind.len, (long)strlen(folded) + 1);
	buf_fini(&behind);
	free(seen_form);
	free(seen_folded);
}

static void test_white_space(void)
{
	/* Every character of the property White_Space, and nothing else. */
	static const char *const white[] = { "\t", "\n", "\v", "\f", "\r", " ",
		"\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\x80",
		"\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84",
		"\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
		"\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9",
		"\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80" };
	/* Look like it, or are it in other lists: zero width space, joiner,
	 * word joiner, byte order mark, file separator, Mongolian vowel
	 * separator. */
	static const char *const not_white[] = { "\xE2\x80\x8B", "\xE2\x80\x8D",
		"\xE2\x81\xA0", "\xEF\xBB\xBF", "\x1C", "\xE1\xA0\x8E" };
	char s[16];

	for (size_t i = 0; i < sizeof white / sizeof white[0]; i++) {
		snprintf(s, sizeof s, "a%sb", white[i]);
		check_forms(s, "a b", "a b");
		check(text_is_empty(white[i]));
	}
	for (size_t i = 0; i < sizeof not_white / sizeof not_white[0]; i++) {
		snprintf(s, sizeof s, "a%sb", not_white[i]);
		check_forms(s, s, s);
		check(!text_is_empty(not_white[i]));
	}
}

static void test_squeeze(void)
{
	check_forms("", "", "");
	check_forms(NULL, "", "");
	check_forms("   ", "", "");
	check_forms("  a \t\r\n b  ", "a b", "a b");
	check_forms("a\xC2\xA0 \xE3\x80\x80"
		    "b",
		"a b", "a b");
	check(text_is_empty(NULL));
	check(text_is_empty(""));
	check(!text_is_empty(" a"));
}

static void test_composition(void)
{
	check_forms("Cafe\u0301", "Caf\u00E9", "caf\u00E9");
	/* Marks in another order; Hangul; a singleton (Angstrom sign). */
	check_forms("a\u0323\u0302", "\u1EAD", "\u1EAD");
	check_forms("a\u0302\u0323", "\u1EAD", "\u1EAD");
	check_forms("\u1112\u1161\u11AB", "\uD55C", "\uD55C");
	check_forms("\u212B", "\u00C5", "\u00E5");
	check_forms("\u0301", "\u0301", "\u0301");
	/* Compatibility characters are not the same text: NFC, not NFKC. */
	check_forms("\uFB01\u00B2", "\uFB01\u00B2", "fi\u00B2");
}

static void test_folding(void)
{
	check_forms("ADOPT Postgres", "ADOPT Postgres", "adopt postgres");
	check_forms("Stra\u00DFe", "Stra\u00DFe", "strasse");
	check_forms("\u1E9E", "\u1E9E", "ss");
	check_forms("\u0130", "\u0130", "i\u0307");
	check_forms("\u03A3\u03C3\u03C2", "\u03A3\u03C3\u03C2",
		"\u03C3\u03C3\u03C3");
	check_forms("\u1F88", "\u1F88", "\u1F00\u03B9");
	check_forms("\u13A0\uAB70", "\u13A0\uAB70", "\u13A0\u13A0");
	check_forms("\U00010400", "\U00010400", "\U00010428");
	/* U+0131 has no folding: it is not i. */
	check_forms("\u0131", "\u0131", "\u0131");
}

static void test_equality(void)
{
	check(text_equal(NULL, ""));
	check(text_equal("", "  "));
	check(text_equal("Cafe\u0301 ", "Caf\u00E9"));
	check(!text_equal("a", "A"));
	check(!text_equal("a", NULL));
	check(text_equal_folded("STRASSE", "stra\u00DFe"));
	check(text_equal_folded(NULL, "\u00A0"));
	check(!text_equal_folded("e", "\u00E9"));
}

static void test_utf8(void)
{
	static const char *const bad[] = { "\x80", "\xC3", "\xC0\xAF",
		"\xE0\x80\x80", "\xED\xA0\x80", "\xED\xBF\xBF",
		"\xF4\x90\x80\x80", "\xF0\x80\x80\x80", "\xF8\x88\x80\x80\x80",
		"\xFF", "\xE2\x82", "\xF0\x9F\x98" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		check(!utf8_valid(bad[i], strlen(bad[i])));
		check_int(utf8_char_len(bad[i], strlen(bad[i])), 0);
	}
	check(utf8_valid("", 0));
	check(utf8_valid("a\u00E9\u20AC\U0001F600\U0010FFFF", 14));
	/* Non-characters are valid. */
	check(utf8_valid("\uFFFE\uFFFF\uFDD0", 9));
	check_int(utf8_char_len("\u20AC", 3), 3);
	check_int(utf8_char_len("\u20AC", 2), 0);
	check_int(utf8_char_len("a", 0), 0);
}

static void test_utf16(void)
{
	check_int(text_utf16_len(NULL), 0);
	check_int(text_utf16_len("a\u00E9\u20AC"), 3);
	check_int(text_utf16_len("\U0001F600"), 2);
	check_int(text_utf16_prefix("abc", 2), 2);
	check_int(text_utf16_prefix("abc", 9), 3);
	check_int(text_utf16_prefix("", 3), 0);
	/* A surrogate pair is never cut. */
	check_int(text_utf16_prefix("a\U0001F600", 2), 1);
	check_int(text_utf16_prefix("a\U0001F600", 3), 5);
	check_int(text_utf16_prefix("\U0001F600", 0), 0);
}

static void check_show(
	const char *s, size_t columns, const char *wanted, size_t used)
{
	struct buf out = BUF_INIT(1000);

	check_int(text_show(&out, s, columns), used);
	check_str(buf_str(&out), wanted);
	buf_fini(&out);
}

static void test_show(void)
{
	check_show(NULL, 5, "", 0);
	check_show("abc", 0, "abc", 3);
	check_show("abc", 3, "abc", 3);
	check_show("abcd", 3, "ab\u2026", 3);
	check_show("abcd", 1, "\u2026", 1);
	/* Wide characters take two columns, marks none. */
	check_show("\u6F22\u5B57", 4, "\u6F22\u5B57", 4);
	check_show("\u6F22\u5B57", 3, "\u6F22\u2026", 3);
	check_show("e\u0301", 1, "e\u0301", 1);
	/* Nothing that drives a terminal or hides text comes through. */
	check_show("a\x1B[31m", 0, "a\\u{001B}[31m", 13);
	check_show("\u202E\u2066\uFEFF", 0, "\\u{202E}\\u{2066}\\u{FEFF}", 24);
	check_show("a\nb\u2028", 0, "a\\u{000A}b\\u{2028}", 18);
	check_show("\x1B\x1B", 9, "\\u{001B}\u2026", 9);
	/* NEL, CSI and APC of the C1 controls; marks that turn the order. */
	check_show("\xC2\x85"
		   "\xC2\x9B"
		   "1m\xC2\x9F"
		   "",
		0, "\\u{0085}\\u{009B}1m\\u{009F}", 26);
	check_show("\u061C\u200E\u200F\u202A\u2069\u2029", 0,
		"\\u{061C}\\u{200E}\\u{200F}\\u{202A}\\u{2069}\\u{2029}", 48);
	check_show("\x7F\u00AD\u200B", 0, "\\u{007F}\\u{00AD}\\u{200B}", 24);
	/* Joiners make emoji and Persian words. */
	check_show("\u200D\u200C", 0, "\u200D\u200C", 0);
	/* Bytes that are not UTF-8, or a character that was cut. */
	check_show("a\x80", 0, "a\\x80", 5);
	check_show("\xC2\u00E9", 0, "\\xC2\u00E9", 5);
	check_show("\xED\xA0\x80", 0, "\\xED\\xA0\\x80", 12);
	check_show("a\xE2\x80", 0, "a\\xE2\\x80", 9);
	check_show("\uFFFD", 0, "\uFFFD", 1);
}

/* Whatever comes in, what comes out is text, and stays as it is. */
static void test_show_all(void)
{
	char s[8], *once;
	struct buf out = BUF_INIT(1000);

	for (unsigned n = 0; n < 0x10000; n += 7) {
		s[0] = (char)(n >> 8);
		s[1] = (char)n;
		strcpy(s + 2, n % 2 ? "\u2028" : "\xE2\x80");
		buf_reset(&out);
		text_show(&out, s, 0);
		once = xstrdup(buf_str(&out));
		check(utf8_valid(once, strlen(once)));
		for (const char *c = once; *c; c++)
			check((unsigned char)*c >= ' ' && *c != 0x7F);
		buf_reset(&out);
		text_show(&out, once, 0);
		check_str(buf_str(&out), once);
		free(once);
	}
	buf_fini(&out);
}

static void test_put(void)
{
	char *printed = NULL;
	size_t len;
	FILE *out = open_memstream(&printed, &len);

	text_put(out, "a\tb\x1B\n\xC2\x85"
		      "\n");
	fclose(out);
	check_str(printed, "a\\u{0009}b\\u{001B}\n\\u{0085}\n");
	free(printed);
}

int main(void)
{
	run(test_white_space);
	run(test_squeeze);
	run(test_composition);
	run(test_folding);
	run(test_equality);
	run(test_utf8);
	run(test_utf16);
	run(test_show);
	run(test_show_all);
	run(test_put);
	return test_end();
}
