/* When all of Notion is read: sync/reading.h, as a table. */
#include "sync/reading.h"

#include "test.h"

#define HOUR (60 * USEC_MINUTE)
#define NOW (1000 * HOUR)

/* A vault of 10,000 pages, read a quarter of an hour ago: nothing speaks for
 * more than what was edited. */
static const struct reading_facts usual = {
	.snapshot = SNAPSHOT_WHOLE,
	.same_version = true,
	.same_connection = true,
	.same_scope = true,
	.pages = 10000,
	.read_at = NOW - 15 * USEC_MINUTE,
	.asked_at = NOW - 45 * USEC_MINUTE,
	.now = NOW,
	.full_every = HOUR,
	.full_requests = 10,
};

/* What differs from the usual, and what follows. */
#define WITH(what, wanted) \
	do { \
		struct reading_facts f = usual; \
		what; \
		check_str(full_reason_name(reading_decide(&f)), wanted); \
	} while (0)

static void test_reasons(void)
{
	WITH((void)0, "edited");
	WITH(f.told = READ_ASKED, "asked");
	WITH(f.told = READ_CALLED, "called");
	WITH(f.told = READ_UNSETTLED, "unsettled");
	WITH(f.told = READ_ABSENCE, "absence");
	WITH(f.snapshot = SNAPSHOT_NONE, "none");
	WITH(f.snapshot = SNAPSHOT_DAMAGED, "damaged");
	WITH(f.same_version = false, "version");
	WITH(f.same_connection = false, "connection");
	WITH(f.same_scope = false, "scope");
	WITH(f.refused = true, "schema");
}

static void test_times(void)
{
	WITH(f.asked_at = NOW - HOUR, "old");
	WITH(f.asked_at = NOW - HOUR + 1, "edited");
	WITH(f.full_every = 45 * USEC_MINUTE, "old");
	/* A clock that was set back makes neither old nor young. */
	WITH(f.read_at = NOW + 1, "clock");
	WITH(f.asked_at = NOW + 1, "clock");
	WITH(f.read_at = f.asked_at = NOW, "edited");
}

static void test_few(void)
{
	WITH(f.pages = 900, "few");
	WITH(f.pages = 901, "edited");
	WITH(f.pages = 0, "few");
	WITH((f.pages = 0, f.full_requests = 0), "edited");
	WITH((f.pages = 0, f.full_requests = 1), "edited");
	WITH((f.pages = 1, f.full_requests = 2), "few");
	WITH((f.pages = 100, f.full_requests = 2), "few");
	WITH((f.pages = 101, f.full_requests = 2), "edited");
	/* Then the schema is kept, but for no longer than else. */
	WITH((f.pages = 1, f.asked_at = NOW - HOUR), "old");
	check(reading_keeps_schema(READ_FEW));
	check(reading_keeps_schema(READ_LESS));
	for (enum full_reason r = READ_ASKED; r < READ_FEW; r++)
		check(!reading_keeps_schema(r));
}

static void test_words(void)
{
	enum full_reason why = READ_LESS;

	for (enum full_reason r = READ_LESS; r < FULL_REASONS; r++) {
		bool told = r >= READ_ASKED && r <= READ_ABSENCE;

		check(full_reason_text(r)[0] != '\0');
		check((full_reason_parse(full_reason_name(r), &why) == 0) ==
			told);
		check(!told || why == r);
	}
	check(full_reason_parse("", &why) < 0);
}

int main(void)
{
	run(test_reasons);
	run(test_times);
	run(test_few);
	run(test_words);
	return test_end();
}
