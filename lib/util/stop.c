#include "util/stop.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "util/times.h"

#define SAME_SIGNAL (USEC_SECOND / 2)

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
#define N_SIGNALS (sizeof signals / sizeof signals[0])

static atomic_int caught;
static usec caught_at; /* the handler's own: it isn't interrupted by itself */

static void catch_signal(int sig)
{
	usec now = time_monotonic();

	if (caught && now - caught_at >= SAME_SIGNAL) {
		signal(sig, SIG_DFL);
		raise(sig);
		return;
	}
	if (!caught)
		caught_at = now;
	caught = sig;
}

/* The script of a run that is killed dies with it, and this is how its programs
 * hear of that: no request is made without the run's lock. */
static void end_with_the_run(void)
{
#ifdef __linux__
	const char *script = getenv("SYNC_RUN_SCRIPT");

	if (!script)
		return;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* It may have been killed before this was said. */
	if (kill((pid_t)strtol(script, NULL, 10), 0) < 0 && errno == ESRCH)
		raise(SIGTERM);
#endif
}

const atomic_int *stop_on_signals(void)
{
	struct sigaction act = { .sa_handler = catch_signal }, old;

	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaddset(&act.sa_mask, signals[i]);
	for (size_t i = 0; i < N_SIGNALS; i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
			old.sa_handler != SIG_IGN)
			sigaction(signals[i], &act, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* as on a full disk: ulimit -f */
	end_with_the_run();
	return &caught;
}

int stop_or(int code)
{
	int sig = caught;

	if (sig == 0)
		return code;
	signal(sig, SIG_DFL);
	raise(sig);
	return code;
}
