/*
 * A server for unit tests that answers what it is told to, byte by byte: one
 * reply a request, the last one again and again. It runs in a thread of the
 * test, on a free loopback port, and keeps every request it has read.
 */
#ifndef TESTS_UNIT_RESPONDER_H
#define TESTS_UNIT_RESPONDER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RESPONDER_REQUESTS 64
#define RESPONDER_TEXT 16384

struct reply {
	const char *text; /* the whole answer; NULL: none, the line is cut */
	long delay_ms;
	bool keep; /* the connection stays open after it */
};

/* An answer of JSON with its length. */
#define REPLY_MAX 16384
__attribute__((unused)) static const char *json_reply(
	char out[REPLY_MAX], const char *status, const char *body)
{
	snprintf(out, REPLY_MAX,
		"HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		status, strlen(body), body);
	return out;
}

/* The same of "NNN BODY", or of a body alone, which is a 200. */
__attribute__((unused)) static const char *json_answer(
	char out[REPLY_MAX], const char *answer)
{
	char status[8] = "200 x";

	if (strspn(answer, "0123456789") == 3 && answer[3] == ' ') {
		memcpy(status, answer, 3);
		answer += 4;
	}
	return json_reply(out, status, answer);
}

/* An answer of n bytes of small arrays; the caller frees it. */
__attribute__((unused)) static char *arrays_reply(size_t n)
{
	char *text = malloc(n + 200);
	int at = snprintf(text, 200,
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n[",
		n / 3 * 3 + 3);

	for (size_t i = 0; i < n / 3; i++)
		memcpy(text + at + i * 3, "[],", 3);
	memcpy(text + at + n / 3 * 3, "0]", 3);
	return text;
}

/* How much more memory the process has held at once than before, in MiB. */
__attribute__((unused)) static long peak_mib(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return use.ru_maxrss / 1024;
}

struct responder {
	int fd, port;
	pthread_t thread;
	const struct reply *replies;
	size_t n_replies;
	/* What came, and how many; read them after responder_stop(). */
	char requests[RESPONDER_REQUESTS][RESPONDER_TEXT];
	size_t n;
};

static void responder_pause(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) < 0)
		;
}

/* 0 with a whole request in text; -1 at the end of the connection. */
static int responder_read(int fd, char text[RESPONDER_TEXT])
{
	size_t len = 0, want = RESPONDER_TEXT - 1;
	char *end, *field;
	ssize_t got;

	memset(text, 0, RESPONDER_TEXT);
	while (len < want &&
		(got = read(fd, text + len, RESPONDER_TEXT - 1 - len)) > 0) {
		len += (size_t)got;
		end = strstr(text, "\r\n\r\n");
		if (!end)
			continue;
		field = strstr(text, "Content-Length: ");
		want = (size_t)(end + 4 - text) +
		       (field && field < end ? strtoul(field + 16, NULL, 10)
					     : 0);
	}
	return len > 0 && len >= want ? 0 : -1;
}

static void responder_serve(struct responder *r, int fd)
{
	bool keep = true;

	while (keep && r->n < RESPONDER_REQUESTS &&
		responder_read(fd, r->requests[r->n]) == 0) {
		size_t i = r->n < r->n_replies ? r->n : r->n_replies - 1;
		const struct reply *reply = &r->replies[i];

		r->n++;
		responder_pause(reply->delay_ms);
		if (reply->text)
			send(fd, reply->text, strlen(reply->text),
				MSG_NOSIGNAL);
		keep = reply->keep;
	}
	close(fd);
}

static void *responder_run(void *arg)
{
	struct responder *r = arg;
	int fd;

	while ((fd = accept(r->fd, NULL, NULL)) >= 0)
		responder_serve(r, fd);
	return NULL;
}

/* The URL goes into url; replies stay the caller's. */
__attribute__((unused)) static void responder_start(struct responder *r,
	const struct reply *replies, size_t n, char url[64])
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof at;

	r->replies = replies;
	r->n_replies = n;
	r->n = 0;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	r->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (r->fd < 0 || bind(r->fd, (struct sockaddr *)&at, len) < 0 ||
		listen(r->fd, 8) < 0 ||
		getsockname(r->fd, (struct sockaddr *)&at, &len) < 0 ||
		pthread_create(&r->thread, NULL, responder_run, r) != 0) {
		perror("responder");
		exit(1);
	}
	r->port = ntohs(at.sin_port);
	snprintf(url, 64, "http://127.0.0.1:%d", r->port);
}

/* Close the client's connection before, or it is waited for. */
__attribute__((unused)) static void responder_stop(struct responder *r)
{
	shutdown(r->fd, SHUT_RDWR);
	pthread_join(r->thread, NULL);
	close(r->fd);
}

#endif
