/*
 * Throws broken requests at a server on the loopback: http_flood PORT COUNT
 * SEED. It only sends and reads what comes; whether the server lives is the
 * caller's to see. Every fifth connection ends without waiting for its answer.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX 24000

static uint64_t state;

static uint64_t random_below(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % n;
}

static const char *const seeds[] = {
	"GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET / HTTP/1.0\r\n\r\n",
	"HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	"GET /status.json HTTP/1.1\r\nHost: x\r\nRange: bytes=0-\r\n\r\n",
	"POST /hooks/notion HTTP/1.1\r\nHost: x\r\nContent-Length: 31\r\n"
	"X-Notion-Signature: sha256=00\r\n\r\n{\"verification_token\":\"secret\"}",
	"POST /hooks/supabase HTTP/1.1\r\nHost: x\r\n"
	"Transfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n0\r\n\r\n",
	"POST /control/sync-now HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\n"
	"Authorization: Bearer wrong\r\nContent-Length: 0\r\n\r\n",
	"POST /control/dry-run HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
	"Content-Length: 99999999999999999999\r\n\r\n",
	/* With the right token, so that the body is read; it runs nothing. */
	"POST /control/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
	"Authorization: Bearer a-token-of-this-test\r\n"
	"Content-Type: application/json\r\nContent-Length: 25\r\n"
	"X-Forwarded-For: 203.0.113.7\r\n\r\n{\"ids\":[\"00\",{\"a\":1e9}]}",
	"POST /control/undo HTTP/1.1\r\nHost: 127.0.0.1\r\n"
	"Content-Type: application/json\r\nAuthorization: Bearer wrong\r\n"
	"Transfer-Encoding: chunked\r\n\r\n7\r\n{\"run\":\r\n0\r\n\r\n",
	"GET /%00%ff/../../etc/passwd?a=%zz&%=& HTTP/1.1\r\nHost: x\r\n"
	"Cookie: a=b; c=\"d\r\n folded: header\r\n\r\n",
};
#define N_SEEDS (sizeof seeds / sizeof seeds[0])

static void change_bytes(char *s, size_t *len)
{
	size_t at = random_below(*len), n = 1 + random_below(8);

	for (size_t i = at; i < at + n && i < *len; i++)
		s[i] = (char)random_below(256);
}

static void cut_bytes(char *s, size_t *len)
{
	size_t at = random_below(*len), n = random_below(*len - at) + 1;

	memmove(s + at, s + at + n, *len - at - n);
	*len -= n;
}

/* Repeats a part, up to where the whole is as long as can be. */
static void repeat_bytes(char *s, size_t *len)
{
	size_t at = random_below(*len), n = random_below(*len - at) + 1;
	size_t times = 1 + random_below(random_below(20) ? 4 : 2000);

	while (times-- && *len + n <= REQUEST_MAX) {
		memmove(s + at + n, s + at, *len - at);
		*len += n;
	}
}

static size_t make_request(char *s)
{
	static void (*const changes[])(
		char *, size_t *) = { change_bytes, cut_bytes, repeat_bytes };
	const char *seed = seeds[random_below(N_SEEDS)];
	size_t len = strlen(seed), n = random_below(4);

	memcpy(s, seed, len);
	while (n-- && len > 1)
		changes[random_below(3)](s, &len);
	return len;
}

/* A reset at the end leaves no port waiting. */
static int connect_to(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct linger reset = { .l_onoff = 1 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	close(fd);
	return -1;
}

/* A hundred at once: less waiting for each other. */
#define BATCH 100

struct tally {
	long answered, refused;
};

static int begin_one(int port)
{
	static char request[REQUEST_MAX];
	size_t len = make_request(request);
	int fd = connect_to(port);

	if (fd < 0)
		return -1;
	if (send(fd, request, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return fd;
	shutdown(fd, SHUT_WR);
	return fd;
}

static void end_one(int fd, struct tally *t)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char in[4096];

	if (fd < 0) {
		t->refused++;
		return;
	}
	if (random_below(5) && poll(&p, 1, 0) > 0 &&
		read(fd, in, sizeof in) > 0)
		t->answered++;
	close(fd);
}

static void run_batch(int port, int n, struct tally *t)
{
	struct pollfd p[BATCH];

	for (int i = 0; i < n; i++)
		p[i] = (struct pollfd){ .fd = begin_one(port),
			.events = POLLIN };
	/* For the first answer, and a little for the others. */
	poll(p, (nfds_t)n, 1000);
	poll(NULL, 0, 5);
	for (int i = 0; i < n; i++)
		end_one(p[i].fd, t);
}

int main(int argc, char **argv)
{
	struct tally t = { 0 };
	long count;

	if (argc != 4) {
		fputs("usage: http_flood PORT COUNT SEED\n", stderr);
		return 2;
	}
	count = atol(argv[2]);
	state = strtoull(argv[3], NULL, 10) | 1;
	for (long n = 0; n < count; n += BATCH)
		run_batch(atoi(argv[1]),
			count - n < BATCH ? (int)(count - n) : BATCH, &t);
	printf("%ld sent, %ld answered, %ld not connected\n", count, t.answered,
		t.refused);
	return t.answered > 0 && t.refused == 0 ? 0 : 1;
}
