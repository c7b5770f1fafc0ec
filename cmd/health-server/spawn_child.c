#include "spawn_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"

extern char **environ;

/* A name that ends in "_" or "=" means all that begin with it. */
static bool begins_with_any(const char *s, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(s, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/*
 * The proxy variables that libcurl reads: it ignores HTTP_PROXY because of CGI.
 */
static bool is_passed_on(const char *variable)
{
	static const char *const passed[] = { "PATH=", "HOME=", "LANG=", "LC_",
		"TZ=", "TMPDIR=", "SUPABASE_", "NOTION_", "SYNC_",
		"VAULTSYNC_BIN=", "VAULTSYNC_HOME=", "VAULTSYNC_COMMAND=",
		/* from systemd: .env may be there, see util/env_file.c */
		"CREDENTIALS_DIRECTORY=", "http_proxy=", "https_proxy=",
		"HTTPS_PROXY=", "all_proxy=", "ALL_PROXY=", "no_proxy=",
		"NO_PROXY=", "SSL_CERT_FILE=", "SSL_CERT_DIR=" };
	static const char *const own[] = { "SYNC_CONTROL_TOKEN=",
		"SYNC_HOOK_SECRET_" };

	return begins_with_any(
		       variable, passed, sizeof passed / sizeof passed[0]) &&
	       !begins_with_any(variable, own, sizeof own / sizeof own[0]);
}

static char **clean_environment(void)
{
	char **clean = NULL;
	size_t n = 0, cap = 0;

	for (char **v = environ; *v; v++) {
		if (!is_passed_on(*v))
			continue;
		clean = grow(clean, n, &cap, sizeof *clean);
		clean[n++] = *v;
	}
	clean = grow(clean, n, &cap, sizeof *clean);
	clean[n] = NULL;
	return clean;
}

static void set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, ignored;

	sigemptyset(&none);
	sigemptyset(&ignored);
	sigaddset(&ignored, SIGPIPE);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setpgroup(attributes, 0);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &ignored);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP |
						     POSIX_SPAWN_SETSIGMASK |
						     POSIX_SPAWN_SETSIGDEF);
}

static int make_pipe(int ends[2], struct error *e)
{
	if (pipe(ends) < 0)
		return fail_errno(e, "pipe");
	for (int i = 0; i < 2; i++)
		fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return 0;
}

int spawn_child(const char *script, const char *option, pid_t *child,
	int *output, struct error *e)
{
	char *argv[] = { (char *)script, "--quiet", (char *)option, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	char **environment;
	int ends[2], rc;

	if (make_pipe(ends, e) < 0)
		return -1;
	environment = clean_environment();
	set_attributes(&attributes);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(
		&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	rc = posix_spawn(
		child, script, &actions, &attributes, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	free(environment);
	close(ends[1]);
	*output = ends[0];
	if (rc == 0)
		return 0;
	close(ends[0]);
	*output = -1;
	*child = 0;
	return fail(e, RC_LOCAL, "%s: %s", script, strerror(rc));
}
