/* The content checksum: the table of the specification, and its edges. */
#include "sync/checksum.h"

#include "test.h"

static const struct {
	const char *decision, *type, *date, *checksum;
} table[] = {
	{ "Adopt PostgreSQL", "Architecture", "2026-01-02",
		"2aa316e588a21e79f89f6e7e42020a92"
		"0a3a1b7e51ca046796622993c0ffcf17" },
	{ "  Adopt\tPostgreSQL \n", "architecture", "2026-01-02",
		"2aa316e588a21e79f89f6e7e42020a92"
		"0a3a1b7e51ca046796622993c0ffcf17" },
	{ "Adopt PostgreSQL", NULL, NULL,
		"a2bbfa620566a431d3005eb665294dd5"
		"8445e0442567f3ba5fd62fd70df8990e" },
	{ "Stra\u00DFe f\u00FCr \u00DCn\u00EFcode", "Ops", "2026-02-28",
		"34f9ffa32577e40bd926f787a58df9d3"
		"aab9c0ccc2e2585c9653f9041d7d0251" },
	{ "re\u0301sume\u0301", "UX", "2026-03-01",
		"046ac8bf3efb470c947336bc6eb8d306"
		"f89914f16fe74fe5632b984b02aeaefc" },
	{ "", "", "",
		"565d240f5343e625ae579a4d45a770f1"
		"f02c6368b5ed4d06da4fbe6f47c28866" },
	{ NULL, NULL, NULL,
		"565d240f5343e625ae579a4d45a770f1"
		"f02c6368b5ed4d06da4fbe6f47c28866" },
};

static void test_table(void)
{
	char seen[CHECKSUM_SIZE];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		checksum_of(
			table[i].decision, table[i].type, table[i].date, seen);
		check_str(seen, table[i].checksum);
		check(checksum_is_valid(seen));
	}
}

static void check_same(const char *a, const char *b, bool same)
{
	char x[CHECKSUM_SIZE], y[CHECKSUM_SIZE];

	checksum_of(a, "Ops", "2026-01-02", x);
	checksum_of(b, "Ops", "2026-01-02", y);
	if (!check((strcmp(x, y) == 0) == same))
		printf("\t\"%s\" and \"%s\"\n", a, b);
}

static void test_what_counts(void)
{
	check_same("Straße", "STRASSE", true);
	check_same("Caf\u00E9", "cafe\u0301", true);
	check_same("a  b", "a\u3000b", true);
	check_same("a b", "ab", false);
	check_same("a", "b", false);
	/* A separator in a text is not told from the one between the fields;
	 * the values themselves are compared before anything is written. */
	check_same("e", "\u00E9", false);
}

static void test_valid(void)
{
	char s[CHECKSUM_SIZE + 1];

	memset(s, 'a', sizeof s);
	s[CHECKSUM_LEN] = '\0';
	check(checksum_is_valid(s));
	s[0] = 'A';
	check(!checksum_is_valid(s));
	s[0] = 'g';
	check(!checksum_is_valid(s));
	s[0] = 'a';
	s[CHECKSUM_LEN - 1] = '\0';
	check(!checksum_is_valid(s));
	memset(s, 'a', sizeof s);
	s[CHECKSUM_LEN + 1] = '\0';
	s[CHECKSUM_LEN] = 'a';
	s[CHECKSUM_SIZE] = '\0';
	check(!checksum_is_valid(s));
	check(!checksum_is_valid(""));
	check(!checksum_is_valid(NULL));
}

int main(void)
{
	run(test_table);
	run(test_what_counts);
	run(test_valid);
	return test_end();
}
