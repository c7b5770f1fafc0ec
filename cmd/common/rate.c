#include "rate.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"

#define WINDOW USEC_MINUTE
#define HOLD_MAX (15 * USEC_MINUTE) /* a longer one is of another boot */
#define LINE_SIZE 24		    /* a time and its LF */

void rate_init(struct rate *r, size_t budget, const char *path)
{
	*r = (struct rate){
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.budget = budget,
		.at = xcalloc(budget, sizeof(usec)),
		.path = xstrdup(path),
	};
}

void rate_fini(struct rate *r)
{
	free(r->at);
	free(r->path);
	*r = (struct rate){ 0 };
}

/* Forgets what lies outside the window, and times of another boot. */
static void keep_window(struct rate *r, usec now)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->at[i] <= now + WINDOW && r->at[i] > now - WINDOW)
			r->at[kept++] = r->at[i];
	r->n = kept;
	if (r->hold > now + HOLD_MAX)
		r->hold = 0;
}

static int lock(int fd, short type)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET };

	while (fcntl(fd, F_SETLKW, &l) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

/* The file, locked; -1 without one: this process counts for itself then. */
static int open_shared(struct rate *r)
{
	int fd;

	if (!r->path)
		return -1;
	fd = open(r->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && lock(fd, F_WRLCK) == 0)
		return fd;
	debug("%s: %s; the request budget isn't shared", r->path,
		strerror(errno));
	if (fd >= 0)
		close(fd);
	free(r->path);
	r->path = NULL;
	return -1;
}

/* "hold" in the first line, then the latest times; what is no time ends it. */
static void read_shared(struct rate *r, int fd)
{
	size_t max = (r->budget + 1) * LINE_SIZE, len = 0, n = 0;
	char *text = xmalloc(max + 1), *at = text, *end;
	ssize_t got;

	while (len < max && (got = read(fd, text + len, max - len)) > 0)
		len += (size_t)got;
	text[len] = '\0';
	r->hold = (usec)strtoll(at, &end, 10);
	while (*end == '\n' && n < r->budget) {
		at = end + 1;
		r->at[n] = (usec)strtoll(at, &end, 10);
		if (end == at)
			break;
		n++;
	}
	r->n = n;
	free(text);
}

static void write_shared(const struct rate *r, int fd)
{
	struct buf text = BUF_INIT((r->budget + 1) * LINE_SIZE);
	ssize_t put;

	buf_addf(&text, "%" PRId64, r->hold);
	for (size_t i = 0; i < r->n; i++)
		buf_addf(&text, "\n%" PRId64, r->at[i]);
	put = pwrite(fd, buf_str(&text), text.len, 0);
	/* A full disk leaves a shorter history: more is sent, and 429 helps. */
	if (ftruncate(fd, put < 0 ? 0 : put) < 0)
		debug("%s: %s", r->path, strerror(errno));
	buf_fini(&text);
}

/* How long until the budget or the server's pause allows a request. */
static usec time_left(const struct rate *r, usec now)
{
	usec left = 0;

	if (r->n >= r->budget)
		left = r->at[r->n - r->budget] + WINDOW - now;
	if (r->hold > now && r->hold - now > left)
		left = r->hold - now;
	return left;
}

static usec take(struct rate *r, usec now)
{
	int fd = open_shared(r);
	usec left;

	if (fd >= 0)
		read_shared(r, fd);
	keep_window(r, now);
	left = time_left(r, now);
	if (left == 0)
		r->at[r->n++] = now;
	if (fd >= 0) {
		if (left == 0)
			write_shared(r, fd);
		close(fd);
	}
	return left;
}

static void hold(struct rate *r, usec now, usec until)
{
	int fd = open_shared(r);

	if (fd >= 0)
		read_shared(r, fd);
	keep_window(r, now);
	if (until > r->hold)
		r->hold = until;
	if (fd >= 0) {
		write_shared(r, fd);
		close(fd);
	}
}

/* A process has its file locks as a whole, so its threads need one more. */
usec rate_take(struct rate *r, usec now)
{
	usec left;

	pthread_mutex_lock(&r->lock);
	left = take(r, now);
	pthread_mutex_unlock(&r->lock);
	return left;
}

void rate_hold(struct rate *r, usec now, usec until)
{
	pthread_mutex_lock(&r->lock);
	hold(r, now, until);
	pthread_mutex_unlock(&r->lock);
}
