/* The service's clock: net/service_clock.h. */
#include "net/service_clock.h"

#include "test.h"

#define S USEC_SECOND
#define DAY (24 * 60 * USEC_MINUTE)
#define T (20000 * DAY)

static void test_unknown_is_ours(void)
{
	struct service_clock c;

	clock_init(&c);
	check(!clock_is_known(&c));
	check_int(clock_read(&c, T + 5), T + 5);
	clock_seen(&c, USEC_NONE, T, T + S);
	check(!clock_is_known(&c));
}

/* A Date that a right clock explains corrects nothing. */
static void test_right_clock_stays(void)
{
	struct service_clock c;

	clock_init(&c);
	for (int i = 0; i < 50; i++) {
		usec asked = T + i * 1234567, answered = asked + 80000;
		usec date = (asked + 40000) / S * S;

		clock_seen(&c, date, asked, answered);
		check_int(clock_read(&c, answered), answered);
	}
	check(clock_is_known(&c));
}

/* Ours is wrong by `by`: theirs is found, to what the answers can tell. */
static void finds(usec by)
{
	struct service_clock c;
	usec ours = T + 300000, found = 0;

	clock_init(&c);
	for (int i = 0; i < 50; i++) {
		usec theirs = ours + by;

		clock_seen(&c, theirs / S * S, ours - 20000, ours + 20000);
		found = clock_read(&c, ours) - theirs;
		if (!check(found > -S - 20000 && found < S + 20000))
			return;
		ours += 1234567;
	}
	check(found > -100000 && found < 100000);
}

static void test_wrong_clock(void)
{
	finds(-DAY);
	finds(DAY);
	finds(-700 * DAY);
	finds(1500000);
}

static void test_a_clock_that_is_set(void)
{
	struct service_clock c;

	clock_init(&c);
	clock_seen(&c, T, T + 100, T + 200);
	check_int(clock_read(&c, T + 300), T + 300);
	/* ours was set a day ahead */
	clock_seen(&c, T + S, T + DAY + S + 100, T + DAY + S + 200);
	check(clock_read(&c, T + DAY + S) <= T + 2 * S);
	/* and back */
	clock_seen(&c, T + 3 * S, T + 3 * S + 100, T + 3 * S + 200);
	check_int(clock_read(&c, T + 4 * S), T + 4 * S);
}

int main(void)
{
	run(test_unknown_is_ours);
	run(test_right_clock_stays);
	run(test_wrong_clock);
	run(test_a_clock_that_is_set);
	return test_end();
}
