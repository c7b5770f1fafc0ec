#include "script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/opt.h"
#include "util/spawn.h"

#define NEVER INT64_MAX
/* Of what a program wrote that has ended, a pipe holds no more. */
#define LAST_READINGS 64
#define SAME_SIGNAL (USEC_SECOND / 2)
/* How often the group is looked at once its leader has ended. */
#define LOOK_EVERY (USEC_SECOND / 20)

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
#define N_SIGNALS (sizeof signals / sizeof signals[0])

/* The handlers' own; all of these signals are blocked but in a wait. */
static volatile sig_atomic_t caught, times_caught;

static void catch_signal(int sig)
{
	if (sig == SIGCHLD)
		return;
	if (!caught)
		caught = sig;
	times_caught++;
}

static void fill(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaddset(set, signals[i]);
}

void script_catch_signals(void)
{
	struct sigaction act = { .sa_handler = catch_signal }, old;
	sigset_t blocked;

	fill(&act.sa_mask);
	fill(&blocked);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	sigaction(SIGCHLD, &act, NULL);
	for (size_t i = 0; i < N_SIGNALS; i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
			old.sa_handler != SIG_IGN)
			sigaction(signals[i], &act, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* as on a full disk: ulimit -f */
}

int script_signal(void)
{
	struct sigaction act;
	sigset_t pending;

	/* One that came while nothing waited is still to be handled. */
	sigpending(&pending);
	for (size_t i = 0; !caught && i < N_SIGNALS; i++)
		/* One that is ignored waits there too. */
		if (sigismember(&pending, signals[i]) &&
			sigaction(signals[i], NULL, &act) == 0 &&
			act.sa_handler != SIG_IGN)
			caught = signals[i];
	return caught;
}

int script_end_by(int sig, int code)
{
	sigset_t one;

	if (sig == 0)
		return code;
	sigemptyset(&one);
	sigaddset(&one, sig);
	signal(sig, SIG_DFL);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	return code;
}

/* --- the loop ---------------------------------------------------------------
 */

struct loop {
	pid_t child;
	int messages; /* the reading end; -1: all writers are gone */
	int status;   /* of the child, once `ended` */
	bool ended;
	int handed_on; /* signals that became one for the group */
	usec handed_on_at;
	usec stop_at, kill_at; /* NEVER: not at all, or done */
	bool limit;
};

/* The first signal is an order to stop, a later one an end at once. */
static void hand_on_signals(struct loop *l)
{
	usec now = time_monotonic();

	if (times_caught == 0 || l->handed_on == times_caught)
		return;
	if (l->handed_on == 0) {
		kill(-l->child, SIGTERM);
		l->handed_on_at = now;
	} else if (now - l->handed_on_at >= SAME_SIGNAL) {
		kill(-l->child, SIGKILL);
	}
	l->handed_on = times_caught;
}

static usec kill_time(void)
{
	const char *set = getenv("SYNC_KILL_SECONDS");
	long seconds;

	if (!set || parse_number(set, 1, 86400, &seconds) < 0)
		seconds = 60;
	return seconds * USEC_SECOND;
}

static void tell(const struct run_context *run, const char *text)
{
	warning("%s", text);
	run_log(run, "error", "run", "%s", text);
}

static void keep_limit(struct loop *l, const struct run_context *run)
{
	usec now = time_monotonic();
	char text[128];

	if (l->stop_at != NEVER && now >= l->stop_at) {
		snprintf(text, sizeof text,
			"the run takes longer than %lld seconds (--limit): "
			"stopping it",
			(long long)(run->limit / USEC_SECOND));
		tell(run, text);
		kill(-l->child, SIGTERM);
		l->limit = true;
		l->stop_at = NEVER;
		l->kill_at = now + kill_time();
	} else if (l->kill_at != NEVER && now >= l->kill_at) {
		tell(run, "the run does not end: killing it");
		kill(-l->child, SIGKILL);
		l->kill_at = NEVER;
	}
}

static bool group_is_empty(const struct loop *l)
{
	return kill(-l->child, 0) < 0 && errno == ESRCH;
}

/*
 * One reading, and not all there is: a program that writes without a pause must
 * not keep signals and the limit from being seen. False: there is nothing now.
 */
static bool read_messages(struct loop *l, struct messages *m)
{
	char data[65536];
	ssize_t n;

	if (l->messages < 0 || (n = read(l->messages, data, sizeof data)) == -1)
		return false;
	if (n == 0) {
		close(l->messages);
		l->messages = -1;
		return false;
	}
	messages_take(m, data, (size_t)n);
	return true;
}

static void await_more(struct loop *l)
{
	usec due = l->stop_at < l->kill_at ? l->stop_at : l->kill_at;
	usec wait = due == NEVER ? NEVER : due - time_monotonic();
	struct timespec time;
	sigset_t open;
	fd_set readable;

	sigprocmask(SIG_SETMASK, NULL, &open);
	sigdelset(&open, SIGCHLD);
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigdelset(&open, signals[i]);
	FD_ZERO(&readable);
	if (l->messages >= 0)
		FD_SET(l->messages, &readable);
	if (l->ended && wait > LOOK_EVERY)
		wait = LOOK_EVERY;
	if (wait < 0)
		wait = 0;
	time.tv_sec = wait == NEVER ? 0 : (time_t)(wait / USEC_SECOND);
	time.tv_nsec = wait == NEVER ? 0 : (long)(wait % USEC_SECOND) * 1000;
	pselect(l->messages + 1, &readable, NULL, NULL,
		wait == NEVER ? NULL : &time, &open);
}

static void loop_run(
	struct loop *l, const struct run_context *run, struct messages *m)
{
	for (;;) {
		hand_on_signals(l);
		keep_limit(l, run);
		if (!l->ended &&
			waitpid(l->child, &l->status, WNOHANG) == l->child)
			l->ended = true;
		/* Orphans of the script, which are ours then. */
		while (l->ended && waitpid(-l->child, NULL, WNOHANG) > 0)
			;
		read_messages(l, m);
		/* A program may outlive a script that was killed. */
		if (l->ended && group_is_empty(l)) {
			for (int i = 0;
				i < LAST_READINGS && read_messages(l, m); i++)
				;
			return;
		}
		await_more(l);
	}
}

/* --- the script -------------------------------------------------------------
 */

#define OWN 5 /* variables for the script */

static char **environment(const struct run_context *run, char *set[OWN + 1])
{
	static const char *const own[] = { "SYNC_RUN_PID=", "SYNC_RUN_WORK=",
		"SYNC_RUN_DIR=", "SYNC_RUN_STATE=", "SYNC_RUN_FULL=", NULL };
	size_t n = 0;

	set[n++] = xasprintf("SYNC_RUN_PID=%ld", (long)getpid());
	set[n++] = xasprintf("SYNC_RUN_WORK=%s", run->work);
	set[n++] = xasprintf("SYNC_RUN_STATE=%s", run->settings->state_dir);
	if (run->dir)
		set[n++] = xasprintf("SYNC_RUN_DIR=%s", run->dir);
	if (run->full)
		set[n++] = xasprintf("SYNC_RUN_FULL=%s", run->full);
	set[n] = NULL;
	return spawn_environment(own, set);
}

int script_run(const struct run_context *run, char *const *argv,
	struct messages *m, struct script_end *end, struct error *e)
{
	struct spawn s = { .argv = argv,
		.in = -1,
		.out = -1,
		.keep = run->work_fd,
		.dies_with_us = true };
	struct loop l = { .messages = -1,
		.stop_at = run->limit ? time_monotonic() + run->limit : NEVER,
		.kill_at = NEVER };
	char *set[OWN + 1];
	int ends[2], rc, code;

	if (spawn_pipe(ends, e) < 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	s.err = ends[1];
	s.env = environment(run, set);
#ifdef __linux__
	/* Where the script is killed, its programs are waited for here. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
	rc = spawn(&s, &l.child, e);
	close(ends[1]);
	free((void *)s.env);
	for (size_t i = 0; set[i]; i++)
		free(set[i]);
	if (rc < 0) {
		close(ends[0]);
		return -1;
	}
	l.messages = ends[0];
	loop_run(&l, run, m);
	if (l.messages >= 0)
		close(l.messages);
	code = WIFSIGNALED(l.status) ? 128 + WTERMSIG(l.status)
				     : WEXITSTATUS(l.status);
	*end = (struct script_end){
		.code = code,
		.signal = script_signal(),
		.limit = l.limit && code > 128,
	};
	return 0;
}
