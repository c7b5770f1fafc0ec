#include "util/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "util/alloc.h"

/* What those that started us may have left open. */
#define DESCRIPTORS 1024

extern char **environ;

int spawn_pipe(int ends[2], struct error *e)
{
	if (pipe(ends) < 0)
		return fail_errno(e, "pipe");
	for (int i = 0; i < 2; i++)
		fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	return 0;
}

static bool begins_with_any(const char *s, const char *const *starts)
{
	for (; *starts; starts++)
		if (strncmp(s, *starts, strlen(*starts)) == 0)
			return true;
	return false;
}

char **spawn_environment(const char *const *without, char *const *with)
{
	char **env = NULL;
	size_t n = 0, cap = 0;

	for (char **v = environ; *v; v++) {
		if (begins_with_any(*v, without))
			continue;
		env = grow(env, n, &cap, sizeof *env);
		env[n++] = *v;
	}
	for (; *with; with++) {
		env = grow(env, n, &cap, sizeof *env);
		env[n++] = *with;
	}
	env = grow(env, n, &cap, sizeof *env);
	env[n] = NULL;
	return env;
}

/* In the child, where only what is safe in a signal handler may be called. */
static void become(const struct spawn *s, pid_t parent)
{
	const int streams[3] = { s->in, s->out, s->err };
	sigset_t none;

	setpgid(0, 0);
#ifdef __linux__
	if (s->dies_with_us) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			raise(SIGKILL);
	}
#else
	(void)parent;
#endif
	for (int i = 0; i < 3; i++)
		if (streams[i] >= 0 && dup2(streams[i], i) < 0)
			return;
	for (int i = 3; s->bare && i < DESCRIPTORS; i++)
		fcntl(i, F_SETFD, FD_CLOEXEC);
	if (s->keep >= 0)
		fcntl(s->keep, F_SETFD, 0);
	/* A terminal that stops what writes from the background stops no run.
	 */
	signal(SIGTTOU, SIG_IGN);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (s->env)
		environ = (char **)s->env;
	execvp(s->argv[0], s->argv);
}

int spawn(const struct spawn *s, pid_t *child, struct error *e)
{
	pid_t parent = getpid();
	int failed[2], error = 0;
	ssize_t n;

	if (spawn_pipe(failed, e) < 0)
		return -1;
	*child = fork();
	if (*child == 0) {
		become(s, parent);
		error = errno;
		if (write(failed[1], &error, sizeof error) < 0)
			_exit(126);
		_exit(127);
	}
	close(failed[1]);
	if (*child < 0) {
		close(failed[0]);
		return fail_errno(e, "%s", s->argv[0]);
	}
	/* In both, for either may be the first that the group matters to. */
	setpgid(*child, *child);
	while ((n = read(failed[0], &error, sizeof error)) < 0)
		if (errno != EINTR)
			break;
	close(failed[0]);
	if (n <= 0)
		return 0;
	while (waitpid(*child, NULL, 0) < 0 && errno == EINTR)
		;
	errno = error;
	return fail_errno(e, "%s", s->argv[0]);
}
