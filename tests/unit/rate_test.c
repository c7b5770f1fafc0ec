/* The budget of requests: rate.h. And the set of ids: idset.h. */
#include "rate.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idset.h"
#include "test.h"

#define MINUTE USEC_MINUTE

static void test_burst_then_wait(void)
{
	struct rate r;
	usec t = 100 * MINUTE;

	rate_init(&r, 3, NULL);
	check_int(rate_take(&r, t), 0);
	check_int(rate_take(&r, t + 10), 0);
	check_int(rate_take(&r, t + 20), 0);
	check_int(rate_take(&r, t + 30), MINUTE - 30);
	check_int(rate_take(&r, t + MINUTE - 1), 1);
	check_int(rate_take(&r, t + MINUTE), 0);
	check_int(rate_take(&r, t + MINUTE), 10);
	check_int(rate_take(&r, t + 9 * MINUTE), 0);
	rate_fini(&r);
}

/* No window of a minute, wherever it begins, sees more than the budget. */
static void test_no_window_is_overrun(void)
{
	static usec sent[2000];
	struct rate r;
	usec now = MINUTE;
	size_t n = 0;

	rate_init(&r, 7, NULL);
	srand(7);
	while (n < 500) {
		if (rate_take(&r, now) == 0)
			sent[n++] = now;
		now += rand() % (5 * USEC_SECOND);
	}
	for (size_t i = 7; i < n; i++)
		if (!check(sent[i] - sent[i - 7] >= MINUTE))
			return;
	rate_fini(&r);
}

static void test_pause_of_the_server(void)
{
	struct rate r;

	rate_init(&r, 10, NULL);
	rate_hold(&r, MINUTE, MINUTE + 500);
	check_int(rate_take(&r, MINUTE + 100), 400);
	check_int(rate_take(&r, MINUTE + 500), 0);
	rate_hold(&r, MINUTE + 600, MINUTE);
	check_int(rate_take(&r, MINUTE + 600), 0);
	rate_fini(&r);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		perror(path);
}

static void test_two_processes_share(const char *dir)
{
	struct rate one, two;
	char path[256];
	usec t = 50 * MINUTE;

	snprintf(path, sizeof path, "%s/rate", dir);
	rate_init(&one, 2, path);
	rate_init(&two, 2, path);
	check_int(rate_take(&one, t), 0);
	check_int(rate_take(&two, t + 1), 0);
	check_int(rate_take(&one, t + 2), MINUTE - 2);
	check_int(rate_take(&two, t + 3), MINUTE - 3);
	rate_hold(&one, t + 4, t + 2 * MINUTE);
	check_int(rate_take(&two, t + MINUTE + 5), MINUTE - 5);
	/* Times of another boot, and rubbish, cost nothing. */
	write_file(path, "99999999999999\n99999999999999\n99999999999999\n");
	rate_fini(&two);
	rate_init(&two, 2, path);
	check_int(rate_take(&two, t), 0);
	write_file(path, "no number\nat all\n");
	check_int(rate_take(&two, t), 0);
	write_file(path, "");
	check_int(rate_take(&two, t), 0);
	rate_fini(&one);
	rate_fini(&two);
	unlink(path);
}

static void test_no_folder_no_sharing(const char *dir)
{
	struct rate r;
	char path[256];

	snprintf(path, sizeof path, "%s/no/rate", dir);
	rate_init(&r, 1, path);
	check_int(rate_take(&r, MINUTE), 0);
	check_int(rate_take(&r, MINUTE), MINUTE);
	check(access(path, F_OK) != 0);
	rate_fini(&r);
}

static void test_idset(void)
{
	struct idset s = { 0 };
	char id[64];

	check(!idset_has(&s, "00000000-0000-0000-0000-000000000000"));
	check(idset_add(&s, "00000000-0000-0000-0000-000000000000"));
	check(!idset_add(&s, "00000000-0000-0000-0000-000000000000"));
	for (unsigned i = 1; i < 5000; i++) {
		snprintf(id, sizeof id, "%08x-0000-4000-8000-%012x", i % 7, i);
		if (!check(!idset_has(&s, id)) || !check(idset_add(&s, id)) ||
			!check(!idset_add(&s, id)) || !check(idset_has(&s, id)))
			break;
	}
	check_int(s.n, 4999);
	idset_fini(&s);
}

int main(void)
{
	char dir[] = "/tmp/rate_test.XXXXXX";

	if (!mkdtemp(dir)) {
		perror(dir);
		return 1;
	}
	run(test_burst_then_wait);
	run(test_no_window_is_overrun);
	run(test_pause_of_the_server);
	test_name = "test_two_processes_share";
	test_two_processes_share(dir);
	test_name = "test_no_folder_no_sharing";
	test_no_folder_no_sharing(dir);
	run(test_idset);
	rmdir(dir);
	return test_end();
}
