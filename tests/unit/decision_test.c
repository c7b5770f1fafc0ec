/* A decision: its checksum (the table of the specification) and equality. */
#include "sync/base.h"
#include "sync/decision.h"
#include "sync/side.h"

#include <stdlib.h>

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

static struct decision of(
	const char *decision, const char *type, const char *date)
{
	return (struct decision){ {
		[FIELD_DECISION] = decision,
		[FIELD_TYPE] = type,
		[FIELD_DATE] = date,
	} };
}

static void test_table(void)
{
	char seen[CHECKSUM_SIZE];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct decision d =
			of(table[i].decision, table[i].type, table[i].date);

		decision_checksum(&d, seen);
		check_str(seen, table[i].checksum);
		check(checksum_is_valid(seen));
	}
}

static void check_same(const char *a, const char *b, bool same)
{
	char x[CHECKSUM_SIZE], y[CHECKSUM_SIZE];
	struct decision of_a = of(a, "Ops", "2026-01-02");
	struct decision of_b = of(b, "Ops", "2026-01-02");

	decision_checksum(&of_a, x);
	decision_checksum(&of_b, y);
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

/* Section 2: the decision in text form, the type in folded form, the date. */
static void test_equality(void)
{
	static const struct {
		enum field field;
		const char *a, *b;
		bool equal;
	} cases[] = {
		{ FIELD_DECISION, " a\tb\n", "a b", true },
		{ FIELD_DECISION, "a", "A", false },
		{ FIELD_DECISION, NULL, "", true },
		{ FIELD_DECISION, NULL, " ", true },
		{ FIELD_TYPE, "Ops ", "oPS", true },
		{ FIELD_TYPE, "Stra\u00DFe", "STRASSE", true },
		{ FIELD_TYPE, "Ops", NULL, false },
		{ FIELD_DATE, "2026-01-02", "2026-01-02", true },
		{ FIELD_DATE, "2026-01-02", "2026-01-03", false },
		{ FIELD_DATE, NULL, "", true },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum field f = cases[i].field;
		struct decision a = { { NULL } }, b = { { NULL } };
		char *x = field_normal(f, cases[i].a);
		char *y = field_normal(f, cases[i].b);

		a.value[f] = cases[i].a;
		b.value[f] = cases[i].b;
		check(field_equal(f, cases[i].a, cases[i].b) == cases[i].equal);
		check((strcmp(x, y) == 0) == cases[i].equal);
		check(decision_diff(&a, &b) ==
			(cases[i].equal ? 0 : FIELD_BIT(f)));
		free(x);
		free(y);
	}
}

static json *parsed(const char *text)
{
	struct error e;

	return json_parse(text, strlen(text), JSON_STRICT, &e);
}

static void test_parse(void)
{
	json *object = parsed("{\"decision\":\"a\",\"date\":null,\"x\":1}");
	unsigned fields;
	struct decision d;

	check_int(decision_parse(&d, &fields, object), 0);
	check(fields == (FIELD_BIT(FIELD_DECISION) | FIELD_BIT(FIELD_DATE)));
	check_str(d.value[FIELD_DECISION], "a");
	check(!d.value[FIELD_TYPE] && !d.value[FIELD_DATE]);
	json_free(object);

	object = parsed(
		"{\"decision\":\"a\",\"type\":[],\"date\":\"2026-02-30\"}");
	check_int(decision_parse(&d, &fields, object), -1);
	check(fields == ALL_FIELDS);
	check_str(d.value[FIELD_DECISION], "a");
	check(!d.value[FIELD_TYPE] && !d.value[FIELD_DATE]);
	json_free(object);

	check_int(decision_parse(&d, &fields, NULL), 0);
	check(fields == 0);
}

static void test_sets(void)
{
	unsigned set = FIELD_BIT(FIELD_TYPE) | PRESENCE;
	json *names = fields_json(set);

	check_int((long long)json_count(names), 2);
	check(fields_parse(names) == set);
	json_free(names);
	names = parsed("[\"date\",\"else\",7]");
	check(fields_parse(names) == FIELD_BIT(FIELD_DATE));
	json_free(names);
}

static void test_sides(void)
{
	enum side side;

	for (enum side s = 0; s < SIDES; s++) {
		check_int(side_parse(side_name(s), &side), 0);
		check(side == s && other_side(other_side(s)) == s);
	}
	check_int(side_parse("base", &side), -1);
	check_int(side_parse(NULL, &side), -1);
}

/* What is read from a line of the base is written as it was. */
static void test_base_line(void)
{
	static const char sum[] = "2aa316e588a21e79f89f6e7e42020a92"
				  "0a3a1b7e51ca046796622993c0ffcf17";
	static const char half[] = "{\"decision\":\"a\",\"type\":null,"
				   "\"date\":\"2026-01-02\",\"deleted\":true}";
	char text[4096];
	json *line, *again;
	struct base_pair p;

	snprintf(text, sizeof text,
		"{\"kind\":\"pair\","
		"\"row_id\":\"aaaaaaaa-0000-4000-8000-000000000001\","
		"\"page_id\":\"bbbbbbbb-0000-4000-8000-000000000001\","
		"\"row_is\":%s,\"page_is\":%s,\"checksum\":\"%s\","
		"\"row_sum\":\"%s\",\"page_sum\":\"%s\","
		"\"page_rewrites_checksum\":true,\"resets_synced\":true,"
		"\"failed\":3,"
		"\"refused\":{\"to\":\"notion\",\"fields\":[\"type\","
		"\"deleted\"],\"set\":%s,\"times\":2,"
		"\"at\":\"2026-01-02T03:04:05.000001Z\"},"
		"\"sent\":{\"to\":\"supabase\",\"row_is\":%s,"
		"\"page_is\":%s,\"checksum\":\"%s\","
		"\"at\":\"2026-01-02T03:04:06.000001Z\"},"
		"\"at\":\"2026-01-02T03:04:07.000001Z\"}",
		half, half, sum, sum, sum, half, half, half, sum);
	line = parsed(text);
	again = json_copy(line);
	if (check_int(base_pair_parse(&p, line), 0)) {
		usec at;

		time_parse("2026-01-02T03:04:07.000001Z", &at);
		line = base_pair_line(&p, at);
		check(json_equal(line, again));
		json_free(line);
		json_free(p.line);
	}
	json_free(again);
}

int main(void)
{
	run(test_table);
	run(test_what_counts);
	run(test_valid);
	run(test_equality);
	run(test_parse);
	run(test_sets);
	run(test_sides);
	run(test_base_line);
	return test_end();
}
