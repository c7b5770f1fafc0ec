#include "stop.h"

#include <stddef.h>

static volatile sig_atomic_t caught;

/* The second one, whichever it is, isn't waited for. */
static void catch_signal(int sig)
{
	if (caught) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	caught = sig;
}

const volatile sig_atomic_t *stop_on_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction act = { .sa_handler = catch_signal }, old;

	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
			old.sa_handler != SIG_IGN)
			sigaction(signals[i], &act, NULL);
	signal(SIGPIPE, SIG_IGN);
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
