/*
 * Raw requests to health-server, as they come over a socket: the whole input is
 * what one connection sends. The server runs in this process, as it always
 * does, but for the scripts that an act would start: the linker puts
 * __wrap_spawn_child() in their place.
 *
 * What comes back is an answer of ours or nothing; no request wakes the sync
 * that doesn't know a secret; no answer tells one.
 */
#include "fuzz.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../cmd/health-server/server.h"
#include "../../cmd/health-server/spawn_child.h"
#include "util/alloc.h"
#include "util/file.h"

#define PATIENCE_MS 15000
#define TOKEN "a-token-of-this-test"
#define HOOK_NOTION "a-secret-of-notion"
#define HOOK_SUPABASE "a-secret-of-supabase"

int __wrap_spawn_child(char *const *argv, bool apart, pid_t *child,
	int outputs[2], struct error *e);

static struct settings settings;
static struct hosts hosts;
static struct site site;
static struct server server;
static char *state, *logs, *wake;

/* What would be started is named by words of ours and ids alone. */
int __wrap_spawn_child(char *const *argv, bool apart, pid_t *child,
	int outputs[2], struct error *e)
{
	(void)apart, (void)child, (void)outputs;
	must(strstr(argv[0], "/sync-now.sh") ||
		strstr(argv[0], "/controls.sh"));
	for (char *const *arg = argv + 1; *arg; arg++)
		must(strspn(*arg,
			     "abcdefghijklmnopqrstuvwxyzTZ0123456789:,=-") ==
			strlen(*arg));
	return fail(e, RC_LOCAL, "nothing is started here");
}

static void begin(void)
{
	static char token[] = TOKEN, notion[] = HOOK_NOTION,
		    supabase[] = HOOK_SUPABASE;
	struct sockaddr_storage address;
	struct error e;
	char *script;

	if (server.daemon)
		return;
	state = fuzz_path("state");
	logs = fuzz_path("logs");
	mkdir(state, 0700);
	mkdir(logs, 0700);
	wake = fuzz_path("state/wake");
	settings = (struct settings){ .state_dir = state,
		.log_dir = logs,
		.control_token = token,
		.hook_notion = notion,
		.hook_supabase = supabase,
		.interval = 900 };
	script = fuzz_file("sync-now.sh", "", 0);
	chmod(script, 0700);
	must(site_init(&site, &settings, &hosts, "", script, &e) == 0);
	must(parse_listen("127.0.0.1:0", &address, &e) == 0);
	must(server_start(&server, &site, &address, &e) == 0);
}

static int connect_to_it(void)
{
	struct linger reset = { .l_onoff = 1 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(fd >= 0);
	/* A reset at the end leaves no port waiting. */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	must(connect(fd, (struct sockaddr *)&server.address,
		     sizeof(struct sockaddr_in)) == 0);
	return fd;
}

/* What comes within `ms` of silence; false: the other end is still open. */
static bool receive(int fd, int ms, struct buf *answer)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char chunk[4096];
	ssize_t n;

	while (poll(&p, 1, ms) > 0) {
		n = recv(fd, chunk, sizeof chunk, 0);
		if (n <= 0)
			return true;
		must(buf_add(answer, chunk, (size_t)n) == 0);
		ms = PATIENCE_MS;
	}
	return false;
}

/*
 * The answer, as far as it came. A request that isn't whole is ended: by the
 * end of what is sent, and where the server, which reads that with the rest,
 * overlooks it, by a reset. One thread answers all: what it has of this
 * connection is done once it has answered the next one.
 */
static void talk(const uint8_t *data, size_t size, struct buf *answer)
{
	static const char next[] = "GET /health HTTP/1.0\r\n\r\n";
	struct buf ignored = BUF_INIT(OUTPUT_MAX);
	int fd = connect_to_it();
	bool ended;

	(void)!send(fd, data, size, MSG_NOSIGNAL);
	ended = receive(fd, 2, answer);
	shutdown(fd, SHUT_WR);
	ended = ended || receive(fd, 20, answer);
	close(fd);
	if (ended)
		return;
	fd = connect_to_it();
	must(send(fd, next, sizeof next - 1, MSG_NOSIGNAL) > 0);
	must(receive(fd, PATIENCE_MS, &ignored));
	close(fd);
	buf_fini(&ignored);
}

static bool knows(const uint8_t *data, size_t size, const char *secret)
{
	size_t n = strlen(secret);

	for (size_t i = 0; i + n <= size; i++)
		if (memcmp(data + i, secret, n) == 0)
			return true;
	return false;
}

static void check_answer(
	const uint8_t *data, size_t size, const struct buf *answer)
{
	const char *text = buf_str(answer);
	const char *const secrets[] = { TOKEN, HOOK_NOTION, HOOK_SUPABASE };

	if (answer->len) {
		must(strncmp(text, "HTTP/1.", 7) == 0);
		must(text[9] >= '1' && text[9] <= '5');
		must(strncmp(text + 9, "500", 3) != 0 ||
			knows(data, size, TOKEN));
	}
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		must(knows(data, size, secrets[i]) ||
			!strstr(text, secrets[i]));
	/* Notion's signs, and no fuzzer guesses a signature. */
	if (access(wake, F_OK) == 0) {
		must(knows(data, size, HOOK_SUPABASE) ||
			knows(data, size, "sha256="));
		unlink(wake);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf answer = BUF_INIT(OUTPUT_MAX);
	char *log;

	begin();
	talk(data, size, &answer);
	check_answer(data, size, &answer);
	buf_fini(&answer);
	log = path_join(logs, "sync.log"); /* it has a line for each act */
	unlink(log);
	free(log);
	return 0;
}
