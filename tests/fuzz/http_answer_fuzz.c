/*
 * What a service, or something on the way to it, sends over the wire: the whole
 * input is the answer to one request, headers and all. The exchange is a real
 * one, over the loopback, to a thread of this process. The key never comes back
 * in what is told.
 */
#include "fuzz.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "notion/client.h"
#include "util/text.h"

#define KEY "ntn_secret_of_ours"

static struct {
	int listens;
	char url[64];
	const uint8_t *data;
	size_t size;
	pthread_t thread;
	/* Held while it answers: the input is this one's until it is done. */
	pthread_mutex_t busy;
} peer = { .busy = PTHREAD_MUTEX_INITIALIZER };

static struct notion_client client;

static void answer(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char request[8192];
	size_t at = 0;
	ssize_t n;

	if (poll(&p, 1, 5000) > 0 && recv(fd, request, sizeof request, 0) > 0)
		while (at < peer.size &&
			(n = send(fd, peer.data + at, peer.size - at,
				 MSG_NOSIGNAL)) > 0)
			at += (size_t)n;
	shutdown(fd, SHUT_WR);
}

static void *serve(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(peer.listens, NULL, NULL)) >= 0) {
		pthread_mutex_lock(&peer.busy);
		answer(fd);
		close(fd);
		pthread_mutex_unlock(&peer.busy);
	}
	return NULL;
}

static void begin(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof a;

	if (peer.url[0])
		return;
	peer.listens = socket(AF_INET, SOCK_STREAM, 0);
	must(bind(peer.listens, (struct sockaddr *)&a, sizeof a) == 0);
	must(listen(peer.listens, 16) == 0);
	must(getsockname(peer.listens, (struct sockaddr *)&a, &size) == 0);
	snprintf(peer.url, sizeof peer.url, "http://127.0.0.1:%d",
		ntohs(a.sin_port));
	must(pthread_create(&peer.thread, NULL, serve, NULL) == 0);
}

static bool tells_key(const char *text)
{
	return strstr(text, KEY) != NULL;
}

static void call(bool read, bool repeatable)
{
	struct api_call one = { .method = read ? "GET" : "PATCH",
		.path = "/v1/pages/" FUZZ_ID,
		.read = read,
		.repeatable = repeatable };
	json *body = read ? NULL : json_object();
	struct api_answer out;
	struct api_error a;
	struct error e;

	one.body = body;
	if (api_call(&client.api, &one, &out, &a) == 0) {
		must(out.status >= 200 && out.status < 300);
		must(out.body || !read);
		json_free(out.body);
	} else {
		api_fail(&a, &e, "what");
		must(!tells_key(e.text) && !tells_key(a.code));
		must(utf8_valid(e.text, strlen(e.text)));
		must(a.action != API_STOPPED);
		must(!(read && a.outcome_unknown));
	}
	json_free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char key[] = KEY, dir[] = "/nonexistent";
	struct settings s = { .notion_key = key,
		.state_dir = dir,
		.notion_rpm = 10000,
		.timeout = 5,
		.jobs = 1 };
	struct error e;

	begin();
	s.notion_url = peer.url;
	pthread_mutex_lock(&peer.busy);
	peer.data = data;
	peer.size = size;
	pthread_mutex_unlock(&peer.busy);
	must(notion_client_init(&client, &s, NULL, &e) == 0);
	client.api.rate = NULL;
	call(size % 2 == 0, false);
	notion_client_fini(&client);
	/* One that came too late for this answer has nothing to say any more.
	 */
	pthread_mutex_lock(&peer.busy);
	peer.size = 0;
	pthread_mutex_unlock(&peer.busy);
	return 0;
}
