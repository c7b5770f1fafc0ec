/* Times and dates: util/times.h. */
#include "util/times.h"

#include "test.h"

static void check_time(const char *s, const char *wanted)
{
	char out[TIME_SIZE];
	usec t = 42;

	if (!wanted) {
		if (!check_int(time_parse(s, &t), -1) || !check_int(t, 42))
			printf("\tfor \"%s\"\n", s ? s : "(NULL)");
		return;
	}
	if (!check_int(time_parse(s, &t), 0) ||
		!check_str(time_format(t, out), wanted))
		printf("\tfor \"%s\"\n", s);
}

static void test_read(void)
{
	check_time("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z");
	check_time(
		"2026-11-23T05:00:00.123456Z", "2026-11-23T05:00:00.123456Z");
	check_time(
		"2026-02-03T04:05:06.1+00:00", "2026-02-03T04:05:06.100000Z");
	check_time(
		"2026-06-27T17:57:00.000+01:00", "2026-06-27T16:57:00.000000Z");
	check_time("2026-01-01T00:30:00-23:59", "2026-01-02T00:29:00.000000Z");
	check_time("2024-02-29t23:59:59z", "2024-02-29T23:59:59.000000Z");
	check_time("1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59.900000Z");
	check_time("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z");
	check_time(
		"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z");
	check_time("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z");
}

/* As PostgreSQL gives them where the database's zone is not UTC. */
static void test_local_times(void)
{
	check_time(
		"1800-01-01T00:00:00+00:53:28", "1799-12-31T23:06:32.000000Z");
	check_time("1930-01-01T00:19:32.5+00:19:32",
		"1930-01-01T00:00:00.500000Z");
	check_time(
		"1883-11-18T12:03:57-04:56:02", "1883-11-18T16:59:59.000000Z");
	check_time(
		"0001-01-01T00:53:28+00:53:28", "0001-01-01T00:00:00.000000Z");
	check_time("0001-12-31T19:03:58-04:56:02 BC",
		"0001-01-01T00:00:00.000000Z");
	check_time("10000-01-01T00:59:59.999999+01:00",
		"9999-12-31T23:59:59.999999Z");
	check_time("1800-01-01T00:00:00+00:53:60", NULL);
	check_time("1800-01-01T00:00:00+00:53:", NULL);
	check_time("1800-01-01T00:00:00+00:53:2", NULL);
	check_time("1800-01-01T00:00:00+00:53:28:00", NULL);
	check_time("1800-01-01T00:00:00+00:53:28Z", NULL);
	/* Outside of the years as instants, too. */
	check_time("0001-01-01T00:53:27+00:53:28", NULL);
	check_time("0001-12-31T19:03:57-04:56:02 BC", NULL);
	check_time("0001-12-31T19:03:58Z BC", NULL);
	check_time("0044-03-15T12:00:00+00:00 BC", NULL);
	check_time("10000-01-01T01:00:00+01:00", NULL);
	check_time("10000-02-30T01:00:00+01:00", NULL);
	check_time("2026-01-01T00:00:00Z BC", NULL);
	check_time("0001-01-01T00:00:00Z BC ", NULL);
}

static void test_rounding(void)
{
	check_time(
		"2026-01-01T00:00:00.1234564Z", "2026-01-01T00:00:00.123456Z");
	check_time(
		"2026-01-01T00:00:00.1234565Z", "2026-01-01T00:00:00.123457Z");
	check_time(
		"2026-01-01T00:00:00.9999999Z", "2026-01-01T00:00:01.000000Z");
	check_time("2026-01-01T00:00:00.12345649999999999999999999Z",
		"2026-01-01T00:00:00.123456Z");
}

static void test_refused(void)
{
	static const char *const bad[] = { NULL, "", "2026-01-01",
		"2026-01-01T00:00:00", "2026-01-01 00:00:00Z",
		"2026-01-01T00:00Z", "2026-01-01T00:00:00+01",
		"2026-01-01T00:00:00+0100", "2026-01-01T00:00:00.Z",
		"2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
		"2026-01-01T00:00:61Z", "2026-01-01T00:00:00Zx",
		"2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
		"0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
		"2026-1-01T00:00:00Z", "2026-01-01T00:00:00+24:00",
		"2026-01-01T00:00:00+01:60", "infinity",
		" 2026-01-01T00:00:00Z", "-001-01-01T00:00:00Z",
		/* Beyond the years as instants. */
		"0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
		"9999-12-31T23:59:59.9999999Z" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		check_time(bad[i], NULL);
}

static void test_floor(void)
{
	check_int(time_floor_minute(0), 0);
	check_int(time_floor_minute(USEC_MINUTE - 1), 0);
	check_int(time_floor_minute(USEC_MINUTE), USEC_MINUTE);
	check_int(time_floor_minute(-1), -USEC_MINUTE);
	check_int(time_floor_minute(-USEC_MINUTE), -USEC_MINUTE);
	check_int(time_floor_minute(USEC_NONE), USEC_NONE);
}

static void test_dates(void)
{
	static const char *const good[] = { "2026-01-02", "0001-01-01",
		"9999-12-31", "2024-02-29", "2000-02-29" };
	static const char *const bad[] = { NULL, "", "2026-1-2", "2026-02-29",
		"1900-02-29", "2026-04-31", "2026-00-10", "2026-10-00",
		"2026-13-01", "0000-01-01", "10000-01-01", "2026-01-02 ",
		" 2026-01-02", "2026/01/02", "20260102", "2026-01-02T00:00",
		"0044-03-15 BC", "\xEF\xBC\x92" };

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		check(date_is_valid(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!check(!date_is_valid(bad[i])))
			printf("\tfor \"%s\"\n", bad[i]);
	check(date_leads("2026-01-02T09:00:00.000+01:00"));
	check(!date_leads("2026-02-30T09:00:00Z"));
	check(!date_leads(NULL));
}

/* Every day of the calendar there and back. */
static void test_every_day(void)
{
	usec t, day = 24 * 60 * USEC_MINUTE;
	char first[TIME_SIZE], again[TIME_SIZE], date[DATE_LEN + 1];
	long days = 0;
	usec back;

	if (time_parse("0001-01-01T00:00:00Z", &t) < 0)
		return (void)check(false);
	for (;; t += day, days++) {
		time_format(t, first);
		memcpy(date, first, DATE_LEN);
		date[DATE_LEN] = '\0';
		if (time_parse(first, &back) < 0 || back != t ||
			!date_is_valid(date)) {
			check_str(first, "there and back");
			return;
		}
		if (strcmp(date, "9999-12-31") == 0)
			break;
	}
	check_int(days + 1, 3652059);
	check_str(time_format(t, again), "9999-12-31T00:00:00.000000Z");
}

static void test_clocks(void)
{
	usec a = time_monotonic(), now = time_now();

	check(time_monotonic() >= a);
	/* After 2020, before 2200. */
	check(now > 1577836800 * USEC_SECOND);
	check(now < 7258118400 * USEC_SECOND);
}

int main(void)
{
	run(test_read);
	run(test_local_times);
	run(test_rounding);
	run(test_refused);
	run(test_floor);
	run(test_dates);
	run(test_every_day);
	run(test_clocks);
	return test_end();
}
