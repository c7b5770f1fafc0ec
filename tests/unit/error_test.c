/* Errors as values: util/error.h, sync/problem.h. What is printed is tested in
 * the .bats files. */
#include "util/error.h"

#include <errno.h>

#include "sync/problem.h"
#include "test.h"
#include "util/text.h"

static void test_fail(void)
{
	struct error e;

	check_int(fail(&e, RC_STREAM, "line %d", 7), -1);
	check_int(e.code, RC_STREAM);
	check_str(e.text, "line 7");
	check_int(fail_at(&e, "%s", "file"), -1);
	check_int(e.code, RC_STREAM);
	check_str(e.text, "file: line 7");
	errno = ENOENT;
	check_int(fail_errno(&e, "%s", "x"), -1);
	check_int(e.code, RC_LOCAL);
	check_str(e.text, "x: No such file or directory");
}

/* However long a text is, it is cut at a character. */
static void test_cut(void)
{
	static char text[ERROR_MAX + 100];
	struct error e;

	for (size_t shift = 0; shift < 4; shift++) {
		size_t n = shift;

		memset(text, 'a', shift);
		for (; n + 4 < sizeof text; n += 4)
			memcpy(text + n, "\U0001F600", 4);
		text[n] = '\0';
		fail(&e, RC_STREAM, "%s", text);
		check(utf8_valid(e.text, strlen(e.text)));
		check(strlen(e.text) > ERROR_MAX - 8);
		fail_at(&e, "f");
		check(utf8_valid(e.text, strlen(e.text)));
		errno = ENOENT;
		fail_errno(&e, "%s", text);
		check(utf8_valid(e.text, strlen(e.text)));
	}
}

/* So it is where the quoted part of a message ends, and elsewhere in it. */
static void test_cut_inside(void)
{
	static char bytes[ERROR_MAX + 100];
	struct error e;

	fail(&e, RC_USAGE, "%.4s is cut: %s", "abc\u00E9", "\u00E9");
	check_str(e.text, "abc\\xC3 is cut: \u00E9");
	fail(&e, RC_USAGE, "\"%s\"", "caf\xE9.json");
	check_str(e.text, "\"caf\\xE9.json\"");
	memset(bytes, '\xE9', sizeof bytes - 1);
	fail(&e, RC_USAGE, "%s", bytes);
	check(utf8_valid(e.text, strlen(e.text)));
	check(strlen(e.text) > ERROR_MAX - 8);
}

/* What a problem quotes may be cut anywhere; its detail is still a text. */
static void test_problem(void)
{
	static const char quoted[] = "\u00E9\U0001F600\u20AC";
	char text[300];
	struct problem p;

	check_int(problem(&p, "shape", "a %s", "b"), -1);
	check_str(p.code, "shape");
	check_str(p.detail, "a b");
	for (int n = 0; n < (int)sizeof quoted; n++) {
		problem(&p, "shape", "%.*s|", n, quoted);
		check(utf8_valid(p.detail, strlen(p.detail)));
	}
	memset(text, 'x', sizeof text);
	for (size_t n = 245; n < 260; n++) {
		strcpy(text + n, "\U0001F600");
		problem(&p, "shape", "%s", text);
		check(utf8_valid(p.detail, strlen(p.detail)));
		check(strlen(p.detail) >= n || n >= 252);
		memset(text + n, 'x', 5);
	}
}

int main(void)
{
	run(test_fail);
	run(test_cut);
	run(test_cut_inside);
	run(test_problem);
	return test_end();
}
