#include "net/inflight.h"

#include <time.h>

#include "test.h"

static void answers(struct inflight *f, int n)
{
	for (int i = 0; i < n; i++) {
		inflight_enter(f);
		inflight_leave(f, false);
	}
}

static void conflict(struct inflight *f)
{
	inflight_enter(f);
	inflight_leave(f, true);
}

static void test_rises_and_halves(void)
{
	struct inflight f;

	inflight_init(&f, 4);
	check_int(f.limit, 1);
	answers(&f, 8);
	check_int(f.limit, 2);
	answers(&f, 15);
	check_int(f.limit, 2);
	answers(&f, 1);
	check_int(f.limit, 3);
	answers(&f, 1000);
	check_int(f.limit, 4);
	conflict(&f);
	check_int(f.limit, 2);
	conflict(&f);
	check_int(f.limit, 1);
	conflict(&f);
	check_int(f.limit, 1);
}

/* After a conflict, the limit starts to rise again. */
static void test_conflicts_count_against_the_rise(void)
{
	struct inflight f;

	inflight_init(&f, 4);
	answers(&f, 7);
	conflict(&f);
	answers(&f, 7);
	check_int(f.limit, 1);
	answers(&f, 1);
	check_int(f.limit, 2);
}

static void *enter(void *arg)
{
	struct inflight *f = arg;

	inflight_enter(f);
	return NULL;
}

static void test_waits_for_a_free_place(void)
{
	struct timespec pause = { .tv_nsec = 50 * 1000000 };
	struct inflight f;
	pthread_t second;
	int under_way;

	inflight_init(&f, 4);
	inflight_enter(&f);
	check_int(pthread_create(&second, NULL, enter, &f), 0);
	nanosleep(&pause, NULL);
	pthread_mutex_lock(&f.lock);
	under_way = f.under_way;
	pthread_mutex_unlock(&f.lock);
	check_int(under_way, 1);
	inflight_leave(&f, false);
	pthread_join(second, NULL);
	check_int(f.under_way, 1);
}

int main(void)
{
	run(test_rises_and_halves);
	run(test_conflicts_count_against_the_rise);
	run(test_waits_for_a_free_place);
	return test_end();
}
