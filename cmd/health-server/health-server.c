/* health-server: reports over HTTP whether the sync is healthy. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hosts.h"
#include "mask.h"
#include "server.h"
#include "settings/settings.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/opt.h"
#include "util/stop.h"

enum {
	OPT_PREFIX = 256,
	OPT_SCRIPTS,
	OPT_HOST_NAME,
};

static const struct option_spec options[] = {
	{ 'l', "listen", "ADDR:PORT",
		"where to listen: 0.0.0.0:8080; port 0 picks a free one" },
	{ 'r', "ready", "FILE",
		"write the base URL to FILE once requests are answered" },
	{ OPT_PREFIX, "prefix", "PATH",
		"the path under which a proxy forwards requests, as /vault" },
	{ OPT_HOST_NAME, "host-name", "NAME",
		"a host name to answer to, in addition to addresses "
		"and\nlocalhost; repeat it for more, or set SYNC_HOST_NAMES" },
	{ OPT_SCRIPTS, "scripts", "DIR",
		"where sync-now.sh and controls.sh are (scripts beside\n"
		"this program's folder)" },
};

static const struct command command = {
	.name = "health-server",
	.operands = "",
	.purpose = "Report over HTTP how the sync is doing: /health, /livez, "
		   "/metrics, and a page at /.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes = "It reads SYNC_LOG_DIR (logs). SYNC_CONTROL_TOKEN puts "
		 "buttons on the page,\nSYNC_HOOK_SECRET_NOTION and "
		 "SYNC_HOOK_SECRET_SUPABASE let the services call it,\nand "
		 "SYNC_HOST_NAMES lists host names that it answers to.",
};

struct args {
	const char *ready, *prefix, *scripts;
	struct sockaddr_storage address;
	struct hosts hosts;
};

static bool is_prefix(const char *s)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789-._~/";
	size_t n = strlen(s);

	/* "//vault" would send a browser to a host of that name. */
	return n > 1 && *s == '/' && s[1] != '/' && s[n - 1] != '/' &&
	       strspn(s, good) == n;
}

/* 0, or the code to end with. */
static int take_option(struct args *a, int id, const char *value)
{
	struct error e;
	int rc = 0;

	if (id == 'l')
		rc = parse_listen(value, &a->address, &e);
	else if (id == 'r')
		a->ready = value;
	else if (id == OPT_SCRIPTS)
		a->scripts = value;
	else if (id == OPT_HOST_NAME)
		rc = hosts_add(&a->hosts, value, &e) < 0
			     ? fail_at(&e, "--host-name")
			     : 0;
	else if (is_prefix(value))
		a->prefix = value;
	else
		return opt_usage(&command,
			"--prefix: %s is not a path such as /vault", value);
	return rc < 0 ? error_report(&e) : 0;
}

/* -1, or the code to end with. */
static int parse_args(struct args *a, int argc, char **argv)
{
	struct opt o;
	int id, code;

	*a = (struct args){ .prefix = "" };
	take_option(a, 'l', "0.0.0.0:8080");
	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, &code)) >= 0) {
		code = take_option(a, id, o.value);
		if (code != 0)
			return code;
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

/* Folders that messages may name, with blanks in them. */
static void mask_places(const struct settings *settings, const char *script)
{
	char here[4096], *home = xstrdup(script), *slash;
	const char *places[] = { settings->state_dir, settings->log_dir,
		getcwd(here, sizeof here), home, getenv("HOME"),
		getenv("TMPDIR") };

	/* The folder of the scripts, and the one in which it is. */
	for (int up = 0; up < 2; up++) {
		slash = strrchr(home, '/');
		if (slash)
			*slash = '\0';
	}
	mask_folders(places, sizeof places / sizeof places[0]);
	free(home);
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

/* Once a second or more often: the child, and the slow connections. */
static void watch(struct server *server, const atomic_int *stop)
{
	while (!*stop) {
		control_watch(&server->site->control);
		connections_end_slow(&server->connections);
	}
}

/* The daemon's thread receives no signals, so each signal ends our own wait. */
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

/* Replit's environment contains the host names that lead to this server. */
static int add_names(
	struct hosts *h, const struct settings *settings, struct error *e)
{
	struct error ignored;

	hosts_add(h, getenv("REPLIT_DOMAINS"), &ignored);
	hosts_add(h, getenv("REPLIT_DEV_DOMAIN"), &ignored);
	if (hosts_add(h, settings->host_names, e) == 0)
		return 0;
	e->code = RC_CONFIG;
	return fail_at(e, "SYNC_HOST_NAMES");
}

static int serve(
	const struct args *a, const struct settings *settings, struct error *e)
{
	const atomic_int *stop = stop_on_signals();
	struct server server;
	struct site site;
	char *script = find_script(a->scripts);
	int rc;

	mask_places(settings, script);
	rc = site_init(&site, settings, &a->hosts, a->prefix, script, e);
	if (rc == 0)
		rc = start_without_signals(&server, &site, &a->address, e);
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

	if (code < 0) {
		code = settings_load(&settings, NEED_SECRETS, &e);
		if (code == 0)
			code = add_names(&a.hosts, &settings, &e);
		if (code == 0)
			code = serve(&a, &settings, &e);
		if (code < 0)
			code = error_report(&e);
		settings_fini(&settings);
	}
	hosts_fini(&a.hosts);
	return stop_or(code);
}
