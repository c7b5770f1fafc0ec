/* The budget of requests: net/rate.h. And the set of ids: util/idset.h. */
#include "net/rate.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"
#include "util/idset.h"

#define MINUTE USEC_MINUTE

static bool paused; /* the last wait was for a pause */

/* As of a request that is answered at once. */
static usec take_at(struct rate *r, usec now)
{
	usec sent, left = rate_take(r, now, &sent, &paused);

	if (left == 0)
		rate_done(r, sent, now);
	return left;
}

static void test_burst_then_wait(void)
{
	struct rate r;
	usec t = 100 * MINUTE;

	rate_init(&r, 3, NULL);
	check_int(take_at(&r, t), 0);
	check_int(take_at(&r, t + 10), 0);
	check_int(take_at(&r, t + 20), 0);
	check_int(take_at(&r, t + 30), MINUTE - 30);
	check_int(take_at(&r, t + MINUTE - 1), 1000);
	check_int(take_at(&r, t + MINUTE), 0);
	check_int(take_at(&r, t + MINUTE), 1000);
	check_int(take_at(&r, t + 9 * MINUTE), 0);
	rate_fini(&r);
}

/* The server's window may begin when it starts on a request. */
static void test_counts_from_the_answer(void)
{
	usec t = 100 * MINUTE, one, two, three;
	struct rate r;

	rate_init(&r, 2, NULL);
	check_int(rate_take(&r, t, &one, &paused), 0);
	check_int(rate_take(&r, t + 10, &two, &paused), 0);
	rate_done(&r, two, t + 3 * USEC_SECOND);
	rate_done(&r, one, t + 4 * USEC_SECOND);
	check_int(rate_take(&r, t + MINUTE, &three, &paused), 3 * USEC_SECOND);
	check(!paused);
	check_int(rate_take(&r, t + MINUTE + 3 * USEC_SECOND, &three, &paused),
		0);
	check_int(rate_take(&r, t + MINUTE + 3 * USEC_SECOND, &one, &paused),
		USEC_SECOND);
	/* One that has no answer yet counts however long ago it was sent, */
	check_int(rate_take(&r, t + 9 * MINUTE, &one, &paused), 0);
	check(rate_take(&r, t + 9 * MINUTE, &two, &paused) > 0);
	/* and not for ever. */
	rate_done(&r, three, t + 9 * MINUTE);
	rate_done(&r, one, t + 9 * MINUTE);
	check_int(rate_take(&r, t + 10 * MINUTE, &one, &paused), 0);
	check_int(rate_take(&r, t + 10 * MINUTE, &two, &paused), 0);
	rate_fini(&r);
}

static void test_pauses_without_a_budget(void)
{
	usec t = 100 * MINUTE;
	struct rate r;

	rate_init(&r, 0, NULL);
	for (int i = 0; i < 1000; i++)
		check_int(take_at(&r, t), 0);
	check_int(r.n + r.n_open, 0);
	rate_hold(&r, t, t + 700, false);
	check_int(take_at(&r, t), 700);
	/* Longer than a run can wait, and told as that. */
	rate_hold(&r, t, t + 9 * MINUTE, true);
	check_int(take_at(&r, t + 1000), 1000 - 9 * MINUTE);
	check_int(take_at(&r, t + 9 * MINUTE), 0);
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
		if (take_at(&r, now) == 0)
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
	rate_hold(&r, MINUTE, MINUTE + 500, false);
	check_int(take_at(&r, MINUTE + 100), 400);
	check(paused);
	check_int(take_at(&r, MINUTE + 500), 0);
	rate_hold(&r, MINUTE + 600, MINUTE, false);
	check_int(take_at(&r, MINUTE + 600), 0);
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
	char path[256], text[256];
	usec t = 50 * MINUTE;

	snprintf(path, sizeof path, "%s/rate", dir);
	rate_init(&one, 2, path);
	rate_init(&two, 2, path);
	check_int(take_at(&one, t), 0);
	check_int(take_at(&two, t + 1), 0);
	check_int(take_at(&one, t + 2), MINUTE - 2);
	check_int(take_at(&two, t + 3), MINUTE - 3);
	rate_hold(&one, t + 4, t + 2 * MINUTE, false);
	check_int(take_at(&two, t + MINUTE + 5), MINUTE - 5);
	/* Times of another boot, and rubbish, cost nothing. */
	snprintf(text, sizeof text, "99999999999999 %s\n99999999999999\n",
		two.boot);
	write_file(path, text);
	rate_fini(&two);
	rate_init(&two, 2, path);
	check_int(take_at(&two, t), 0);
	snprintf(text, sizeof text, "%lld another-boot\n%lld\n%lld\n",
		(long long)(t + MINUTE), (long long)t, (long long)t);
	write_file(path, text);
	check_int(take_at(&two, t), 0);
	write_file(path, "no number\nat all\n");
	check_int(take_at(&two, t), 0);
	write_file(path, "");
	check_int(take_at(&two, t), 0);
	rate_fini(&one);
	rate_fini(&two);
	unlink(path);
}

/*
 * Whatever the file says, a wait is from a millisecond to a minute, and it
 * ends: at some time a request is let through, and the file is right again.
 */
static void test_made_up_files(const char *dir)
{
	static const struct {
		const char *hold, *rest;
	} texts[] = {
		{ "0", "" }, /* backward, two minutes apart */
		{ "0", "-5\n-9223372036854775808\n9223372036854775807\n" },
		{ "9223372036854775807", "0\n0\n" },
		{ "-9223372036854775808", "99999999999999999999999999\n" },
		{ "0", "\n\n" },
		{ "0", "7 7\n" },
	};
	usec t = 50 * MINUTE;
	char path[256], text[512];

	snprintf(path, sizeof path, "%s/rate", dir);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		for (usec by = -2 * MINUTE; by <= 2 * MINUTE;
			by += 7 * USEC_SECOND) {
			long long a = t + by, b = t - MINUTE + 1;
			usec now = t, left;
			struct rate r;
			int asked = 0;

			rate_init(&r, 2, path);
			snprintf(text, sizeof text, "%s %s\n%lld\n%lld\n%s%lld",
				texts[i].hold, r.boot, a, b, texts[i].rest, a);
			write_file(path, text);
			while ((left = take_at(&r, now)) != 0 && asked++ < 5) {
				if (!check(left >= 1000 && left <= MINUTE))
					return;
				now += left;
			}
			check(asked < 5);
			rate_fini(&r);
		}
	}
	unlink(path);
}

/*
 * Something that is not a file is not waited for, and a link is not followed.
 */
static void test_no_plain_file(const char *dir)
{
	char path[256], other[256];
	struct rate r;

	snprintf(path, sizeof path, "%s/rate", dir);
	snprintf(other, sizeof other, "%s/other", dir);
	check(mkfifo(path, 0600) == 0);
	rate_init(&r, 1, path);
	check_int(take_at(&r, MINUTE), 0);
	check_int(take_at(&r, MINUTE), MINUTE);
	rate_fini(&r);
	unlink(path);
	write_file(other, "somebody's own");
	check(symlink(other, path) == 0);
	rate_init(&r, 1, path);
	check_int(take_at(&r, MINUTE), 0);
	check_int(take_at(&r, MINUTE), MINUTE);
	rate_fini(&r);
	unlink(path);
	unlink(other);
}

/* The larger budget's requests count for the smaller one, and stay counted. */
static void test_other_budgets_share(const char *dir)
{
	struct rate large, small;
	char path[256];
	usec t = 50 * MINUTE;

	snprintf(path, sizeof path, "%s/rate", dir);
	rate_init(&large, 4, path);
	rate_init(&small, 2, path);
	for (int i = 0; i < 3; i++)
		check_int(take_at(&large, t + i * USEC_SECOND), 0);
	check_int(
		take_at(&small, t + 4 * USEC_SECOND), MINUTE - 3 * USEC_SECOND);
	check_int(take_at(&large, t + 5 * USEC_SECOND), 0);
	check_int(
		take_at(&large, t + 6 * USEC_SECOND), MINUTE - 6 * USEC_SECOND);
	rate_fini(&large);
	rate_fini(&small);
	unlink(path);
}

static void test_a_long_pause_is_kept(const char *dir)
{
	struct rate one, two;
	char path[256];
	usec t = 50 * MINUTE;

	snprintf(path, sizeof path, "%s/rate", dir);
	rate_init(&one, 5, path);
	rate_init(&two, 5, path);
	rate_hold(&one, t, t + 20 * MINUTE, false);
	check_int(take_at(&two, t + MINUTE), 19 * MINUTE);
	check_int(take_at(&one, t + MINUTE), 19 * MINUTE);
	check(paused);
	rate_fini(&one);
	rate_fini(&two);
	unlink(path);
}

#define THREADS 8
#define PROCESSES 4
#define SHARED_BUDGET 100

static void *take_many(void *arg)
{
	long taken = 0;

	for (int i = 0; i < 100; i++)
		taken += take_at(arg, time_monotonic()) == 0;
	return (void *)taken;
}

static int count_taken(const char *path)
{
	struct rate r;
	pthread_t threads[THREADS];
	int taken = 0;
	void *n;

	rate_init(&r, SHARED_BUDGET, path);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, take_many, &r) != 0)
			exit(255);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &n);
		taken += (int)(long)n;
	}
	rate_fini(&r);
	return taken;
}

/* In far less than a minute: exactly the budget is given out, to all of them.
 */
static void test_many_at_once(const char *dir)
{
	char path[256];
	int total = 0, status;

	snprintf(path, sizeof path, "%s/rate", dir);
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0)
			_exit(count_taken(path));
	for (int i = 0; i < PROCESSES; i++)
		if (check(wait(&status) > 0 && WIFEXITED(status)))
			total += WEXITSTATUS(status);
	check_int(total, SHARED_BUDGET);
	unlink(path);
}

static void test_no_folder_no_sharing(const char *dir)
{
	struct rate r;
	char path[256];

	snprintf(path, sizeof path, "%s/no/rate", dir);
	rate_init(&r, 1, path);
	check_int(take_at(&r, MINUTE), 0);
	check_int(take_at(&r, MINUTE), MINUTE);
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
	run(test_counts_from_the_answer);
	run(test_pauses_without_a_budget);
	run(test_no_window_is_overrun);
	run(test_pause_of_the_server);
	test_name = "test_two_processes_share";
	test_two_processes_share(dir);
	test_name = "test_made_up_files";
	test_made_up_files(dir);
	test_name = "test_no_plain_file";
	test_no_plain_file(dir);
	test_name = "test_other_budgets_share";
	test_other_budgets_share(dir);
	test_name = "test_a_long_pause_is_kept";
	test_a_long_pause_is_kept(dir);
	test_name = "test_many_at_once";
	test_many_at_once(dir);
	test_name = "test_no_folder_no_sharing";
	test_no_folder_no_sharing(dir);
	run(test_idset);
	rmdir(dir);
	return test_end();
}
