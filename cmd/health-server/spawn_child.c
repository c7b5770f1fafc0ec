#include "spawn_child.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/spawn.h"

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

/* Of what the child writes: the end to read here, and the child's. */
static int make_pipe(int *here, int *there, struct error *e)
{
	int ends[2];

	if (spawn_pipe(ends, e) < 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*here = ends[0];
	*there = ends[1];
	return 0;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int spawn_child(char *const *argv, bool apart, pid_t *child, int outputs[2],
	struct error *e)
{
	int none = open("/dev/null", O_RDONLY | O_CLOEXEC), its[2] = { -1, -1 };
	char **environment;
	int rc;

	*child = 0;
	outputs[0] = outputs[1] = -1;
	if (none < 0)
		return fail_errno(e, "/dev/null");
	rc = make_pipe(&outputs[0], &its[0], e);
	if (rc == 0 && apart)
		rc = make_pipe(&outputs[1], &its[1], e);
	if (rc == 0) {
		environment = clean_environment();
		rc = spawn(&(struct spawn){ .argv = argv,
				   .env = environment,
				   .in = none,
				   .out = its[0],
				   .err = apart ? its[1] : its[0],
				   .keep = -1 },
			child, e);
		free(environment);
	}
	close(none);
	shut(&its[0]);
	shut(&its[1]);
	if (rc == 0)
		return 0;
	shut(&outputs[0]);
	shut(&outputs[1]);
	*child = 0;
	return -1;
}
