/*
 * health-server: tells over HTTP whether the sync is healthy.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "file.h"
#include "opt.h"
#include "server.h"
#include "settings.h"
#include "stop.h"

enum {
	OPT_PREFIX = 256,
	OPT_SCRIPTS,
};

static const struct option_spec options[] = {
	{ 'l', "listen", "ADDR:PORT",
		"where to listen: 0.0.0.0:8080; port 0 is a free one" },
	{ 'r', "ready", "FILE",
		"write the base URL there once requests are answered" },
	{ OPT_PREFIX, "prefix", "PATH",
		"the path under which a proxy passes requests on, as /vault" },
	{ OPT_SCRIPTS, "scripts", "DIR",
		"where sync-now.sh is (scripts beside the folder of this\n"
		"program)" },
};

static const struct command command = {
	.name = "health-server",
	.operands = "",
	.purpose = "Tell over HTTP how the sync is: /health, /livez, /metrics, "
		   "and a page at /.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes = "It reads SYNC_LOG_DIR (logs). SYNC_CONTROL_TOKEN puts "
		 "buttons on the page,\nSYNC_HOOK_SECRET_NOTION and "
		 "SYNC_HOOK_SECRET_SUPABASE let the services call.",
};

struct args {
	const char *listen, *ready, *prefix, *scripts;
};

static bool is_prefix(const char *s)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789-._~/";
	size_t n = strlen(s);

	/* "//vault" would lead a browser to a host of that name. */
	return n > 1 && *s == '/' && s[1] != '/' && s[n - 1] != '/' &&
	       strspn(s, good) == n;
}

/* -1, or the code to end with. */
static int parse_args(struct args *a, int argc, char **argv)
{
	struct opt o;
	int id, code;

	*a = (struct args){ .listen = "0.0.0.0:8080", .prefix = "" };
	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, &code)) >= 0) {
		if (id == 'l')
			a->listen = o.value;
		else if (id == 'r')
			a->ready = o.value;
		else if (id == OPT_SCRIPTS)
			a->scripts = o.value;
		else if (!is_prefix(o.value))
			return opt_usage(&command,
				"--prefix: %s is no path such as /vault",
				o.value);
		else
			a->prefix = o.value;
	}
	if (id == OPT_EXIT)
		return code;
	return opt_operands(&o, 0) ? RC_USAGE : -1;
}

/* scripts/sync-now.sh beside the folder of this program; allocated. */
static char *find_script(const char *scripts)
{
	char self[4096];
	ssize_t n;

	if (scripts)
		return path_join(scripts, "sync-now.sh");
	n = readlink("/proc/self/exe", self, sizeof self - 1);
	for (int up = 0; n > 0 && up < 2; up++)
		while (n > 0 && self[--n] != '/')
			;
	if (n <= 0)
		return xstrdup("scripts/sync-now.sh");
	self[n] = '\0';
	return xasprintf("%s/scripts/sync-now.sh", self);
}

static int announce(
	const struct server *server, const struct args *a, struct error *e)
{
	const char *slash = *a->prefix ? "/" : "";
	char url[128], *line;
	int rc = 0;

	server_url(server, url, sizeof url);
	line = xasprintf("%s%s%s\n", url, a->prefix, slash);
	info("listening on %s%s%s", url, a->prefix, slash);
	if (a->ready)
		rc = file_replace_with(a->ready, line, strlen(line), e);
	free(line);
	return rc;
}

/* Once a second the child and the slow connections are looked after. */
static void watch(struct server *server, const atomic_int *stop)
{
	const struct timespec second = { .tv_sec = 1 };

	while (!*stop) {
		nanosleep(&second, NULL);
		control_poll(&server->site->control);
		connections_end_slow(&server->connections);
	}
}

/* The daemon's thread takes no signal, so each one ends our own waiting. */
static int start_without_signals(struct server *server, struct site *site,
	const struct sockaddr_storage *address, struct error *e)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = server_start(server, site, address, e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static int serve(
	const struct args *a, const struct settings *settings, struct error *e)
{
	const atomic_int *stop = stop_on_signals();
	struct sockaddr_storage address;
	struct server server;
	struct site site;
	int rc;

	if (parse_listen(a->listen, &address, e) < 0)
		return -1;
	rc = site_init(&site, settings, a->prefix, find_script(a->scripts), e);
	if (rc == 0)
		rc = start_without_signals(&server, &site, &address, e);
	if (rc == 0) {
		rc = announce(&server, a, e);
		if (rc == 0)
			watch(&server, stop);
		server_stop(&server);
	}
	site_fini(&site);
	return rc;
}

int main(int argc, char **argv)
{
	struct settings settings = { 0 };
	struct args a;
	struct error e;
	int code = parse_args(&a, argc, argv);

	if (code >= 0)
		return code;
	code = settings_load(&settings, NEED_SECRETS, &e);
	if (code == 0)
		code = serve(&a, &settings, &e);
	if (code < 0)
		code = error_report(&e);
	settings_fini(&settings);
	return stop_or(code);
}
