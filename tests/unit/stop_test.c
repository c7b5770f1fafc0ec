/* Ending by a signal: util/stop.h. Each case is a process of its own. */
#include "util/stop.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) < 0)
		;
}

/* Says that it is ready, waits for the flag, works on, ends by the signal. */
static void child(int ready, long work_ms)
{
	const atomic_int *stop = stop_on_signals();

	if (write(ready, "r", 1) != 1)
		_exit(9);
	for (int i = 0; i < 500 && *stop == 0; i++)
		pause_ms(10);
	pause_ms(work_ms);
	_exit(stop_or(7));
}

/* How a child ended that got these signals, with so long between them. */
static int end_of(int first, long between_ms, int second, long work_ms)
{
	int pipes[2], status = 0;
	pid_t pid;
	char c;

	if (pipe(pipes) < 0 || (pid = fork()) < 0)
		exit(1);
	if (pid == 0)
		child(pipes[1], work_ms);
	if (read(pipes[0], &c, 1) == 1 && first)
		kill(pid, first);
	pause_ms(between_ms);
	if (second)
		kill(pid, second);
	waitpid(pid, &status, 0);
	close(pipes[0]);
	close(pipes[1]);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void test_ends_by_the_signal(void)
{
	check_int(end_of(SIGTERM, 0, 0, 0), SIGTERM);
	check_int(end_of(SIGINT, 0, 0, 0), SIGINT);
	check_int(end_of(SIGHUP, 0, 0, 0), SIGHUP);
}

/* timeout(1) signals its child and then the group: that is one signal. */
static void test_twice_at_once_is_once(void)
{
	time_t start = time(NULL);

	check_int(end_of(SIGTERM, 50, SIGTERM, 2500), SIGTERM);
	check(time(NULL) - start >= 2);
}

static void test_another_is_not_waited_for(void)
{
	time_t start = time(NULL);

	check_int(end_of(SIGTERM, 700, SIGHUP, 8000), SIGHUP);
	check(time(NULL) - start < 5);
}

static void test_ignored_stays_ignored(void)
{
	signal(SIGHUP, SIG_IGN);
	check_int(end_of(SIGHUP, 300, SIGTERM, 0), SIGTERM);
	signal(SIGHUP, SIG_DFL);
}

static void test_closed_pipe_is_an_error(void)
{
	check_int(end_of(SIGPIPE, 100, SIGINT, 0), SIGINT);
}

int main(void)
{
	/* A shell ignores it in what it starts in the background, nohup HUP. */
	signal(SIGINT, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	run(test_ends_by_the_signal);
	run(test_twice_at_once_is_once);
	run(test_another_is_not_waited_for);
	run(test_ignored_stays_ignored);
	run(test_closed_pipe_is_an_error);
	return test_end();
}
