/* sandbox: both APIs on this machine, for trying things out and for tests. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "sandbox/fields.h"
#include "sandbox/postgrest/filter.h"
#include "sandbox/server.h"
#include "sandbox/world.h"
#include "util/file.h"
#include "util/opt.h"

enum {
	ID_UNTIL_EOF = 256,
	ID_FIELDS,
};

static const struct option_spec options[] = {
	{ 'p', "port", "N",
		"listen on this port (0: a free one, the default)" },
	{ 'r', "ready", "FILE",
		"write the base URL to FILE once requests are answered" },
	{ 'd', "data", "FILE",
		"keep the data in this SQLite file (default: in memory)" },
	{ ID_FIELDS, "fields", "FILE",
		"call columns and properties as this fields.json does" },
	{ ID_UNTIL_EOF, "until-eof", NULL,
		"end when standard input ends, so that nothing is "
		"left behind" },
};

static const struct command command = { "sandbox", "",
	"Serve Supabase's and Notion's APIs on a loopback port.", options,
	sizeof options / sizeof options[0],
	"The base URL is the first line of output. GET /control/info shows "
	"keys and ids;\nsandbox(1) lists everything under /control." };

struct settings_given {
	long port;
	const char *ready, *data, *fields;
	bool until_eof;
};

static int parse_options(int argc, char **argv, struct settings_given *g)
{
	struct opt o;
	int id, code;

	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, &code)) != OPT_DONE) {
		if (id == OPT_EXIT)
			return code;
		if (id == 'r')
			g->ready = o.value;
		else if (id == 'd')
			g->data = o.value;
		else if (id == ID_FIELDS)
			g->fields = o.value;
		else if (id == ID_UNTIL_EOF)
			g->until_eof = true;
		else if (parse_number(o.value, 0, 65535, &g->port) < 0)
			return opt_usage(&command,
				"--port must be a number from 0 to 65535, not "
				"%s",
				o.value);
	}
	code = opt_operands(&o, 0);
	return code ? code : -1;
}

static void on_signal(int number)
{
	(void)number; /* it only has to end pselect() */
}

/* TERM and INT are blocked in every thread, except while main waits. */
static void block_signals(sigset_t *waiting)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t ends;

	sigemptyset(&sa.sa_mask);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, waiting);
	sigdelset(waiting, SIGTERM);
	sigdelset(waiting, SIGINT);
}

static void wait_for_end(bool until_eof, const sigset_t *waiting)
{
	for (;;) {
		fd_set in;
		char rest[256];
		int n;

		FD_ZERO(&in);
		if (until_eof)
			FD_SET(STDIN_FILENO, &in);
		n = pselect(until_eof ? STDIN_FILENO + 1 : 0, &in, NULL, NULL,
			NULL, waiting);
		if (n < 0)
			return;
		if (n > 0 && read(STDIN_FILENO, rest, sizeof rest) <= 0)
			return;
	}
}

static int announce(
	const struct world *w, const struct settings_given *g, struct error *e)
{
	char line[64];
	int n = snprintf(line, sizeof line, "%s\n", w->url);

	if (fputs(line, stdout) == EOF || fflush(stdout) == EOF)
		return fail_errno(e, "standard output");
	return g->ready ? file_replace_with(g->ready, line, (size_t)n, e) : 0;
}

int main(int argc, char **argv)
{
	struct settings_given g = { .data = ":memory:" };
	struct MHD_Daemon *daemon = NULL;
	struct world w;
	struct error e;
	sigset_t waiting;
	int rc = parse_options(argc, argv, &g);

	if (rc >= 0)
		return rc;
	block_signals(&waiting);
	if (world_init(&w, g.data, &e) < 0)
		return error_report(&e);
	rc = rest_filter_init(&w.db, &e);
	if (rc == 0 && g.fields)
		rc = fields_take(&w, g.fields, &e);
	if (rc == 0)
		rc = server_start(&w, g.port, &daemon, &e);
	if (rc == 0)
		rc = announce(&w, &g, &e);
	if (rc == 0)
		wait_for_end(g.until_eof, &waiting);
	if (daemon)
		server_stop(&w, daemon);
	world_fini(&w);
	if (rc == 0)
		rc = close_stdout(&e);
	return rc < 0 ? error_report(&e) : RC_DONE;
}
