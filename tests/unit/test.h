/*
 * A small frame for unit tests. A test program is one .c file:
 *
 *   static void test_squeeze(void)
 *   {
 *           check_str(text_form("a  b"), "a b");
 *   }
 *
 *   int main(void)
 *   {
 *           run(test_squeeze);
 *           return test_end();
 *   }
 *
 * A check that fails says where it is and what was seen, and the test goes on.
 * test_end() prints "N passed, N failed" and returns the exit code: 1 if a
 * check failed, or if there was none. Include it once in a program.
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static unsigned long test_passed, test_failed;
static const char *test_name = "?";

#define run(function) (test_name = #function, function())

/* Each gives true if the check held, so that a test may stop at a failure. */
#define check(condition) test_check((condition), __FILE__, __LINE__, #condition)
#define check_str(seen, wanted) \
	test_check_str((seen), (wanted), __FILE__, __LINE__, #seen)
#define check_int(seen, wanted) \
	test_check_int((intmax_t)(seen), (intmax_t)(wanted), __FILE__, \
		__LINE__, #seen)
/* The text holds the part; for messages. */
#define check_has(seen, part) \
	test_check_has((seen), (part), __FILE__, __LINE__, #seen)

__attribute__((unused)) static bool test_note(
	bool held, const char *file, int line, const char *what)
{
	if (held) {
		test_passed++;
		return true;
	}
	test_failed++;
	printf("%s:%d: %s: %s\n", file, line, test_name, what);
	return false;
}

__attribute__((unused)) static bool test_check(
	bool held, const char *file, int line, const char *what)
{
	return test_note(held, file, line, what);
}

__attribute__((unused)) static bool test_check_str(const char *seen,
	const char *wanted, const char *file, int line, const char *what)
{
	bool held = seen && wanted ? strcmp(seen, wanted) == 0 : seen == wanted;

	test_note(held, file, line, what);
	if (!held)
		printf("\tseen:   %s\n\twanted: %s\n", seen ? seen : "(NULL)",
			wanted ? wanted : "(NULL)");
	return held;
}

__attribute__((unused)) static bool test_check_int(intmax_t seen,
	intmax_t wanted, const char *file, int line, const char *what)
{
	bool held = seen == wanted;

	test_note(held, file, line, what);
	if (!held)
		printf("\tseen:   %" PRIdMAX "\n\twanted: %" PRIdMAX "\n", seen,
			wanted);
	return held;
}

__attribute__((unused)) static bool test_check_has(const char *seen,
	const char *part, const char *file, int line, const char *what)
{
	bool held = seen && strstr(seen, part);

	test_note(held, file, line, what);
	if (!held)
		printf("\tseen:   %s\n\tlacks:  %s\n", seen ? seen : "(NULL)",
			part);
	return held;
}

__attribute__((unused)) static int test_end(void)
{
	printf("%lu passed, %lu failed\n", test_passed, test_failed);
	fflush(stdout);
	return test_failed || !test_passed;
}

#endif
