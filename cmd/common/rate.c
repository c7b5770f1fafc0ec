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
/* Longer ones are of another boot: where boots have no id, it is told so. */
#define HOLD_MAX (24 * 60 * USEC_MINUTE)
#define HOLD_MAX_NO_ID (15 * USEC_MINUTE)
#define KEPT_MAX 10000 /* the largest budget there is */
#define LINE_SIZE 24   /* a time and its LF */
#define FILE_MAX ((KEPT_MAX + 1) * LINE_SIZE + RATE_BOOT_SIZE)

/* Where there is no such file, "". */
static void read_boot_id(char id[RATE_BOOT_SIZE])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	*id = '\0';
	if (!f)
		return;
	if (!fgets(id, RATE_BOOT_SIZE, f))
		*id = '\0';
	id[strcspn(id, " \n")] = '\0';
	fclose(f);
}

void rate_init(struct rate *r, size_t budget, const char *path)
{
	*r = (struct rate){
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.budget = budget,
		.path = xstrdup(path),
	};
	read_boot_id(r->boot);
}

void rate_fini(struct rate *r)
{
	free(r->at);
	free(r->path);
	*r = (struct rate){ 0 };
}

static void keep(struct rate *r, usec at)
{
	if (r->n == KEPT_MAX)
		memmove(r->at, r->at + 1, --r->n * sizeof *r->at);
	r->at = grow(r->at, r->n, &r->cap, sizeof *r->at);
	r->at[r->n++] = at;
}

/*
 * Forgets what lies outside the window, and times of another boot. A time
 * ahead of now was counted by one who asked while we waited for the lock.
 */
static void keep_window(struct rate *r, usec now)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->at[i] <= now + WINDOW && r->at[i] > now - WINDOW)
			r->at[kept++] = r->at[i];
	r->n = kept;
	if (r->hold > now + (*r->boot ? HOLD_MAX : HOLD_MAX_NO_ID))
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
	fd = open(r->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
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

/*
 * "hold boot" in the first line, then the times of all that share the file,
 * whatever their budgets are; what is no time ends it.
 */
static void parse(struct rate *r, const char *text)
{
	size_t id = strlen(r->boot);
	char *end;

	r->n = 0;
	r->hold = (usec)strtoll(text, &end, 10);
	if (*end != ' ' || strncmp(end + 1, r->boot, id) != 0 ||
		(end[1 + id] != '\n' && end[1 + id] != '\0')) {
		r->hold = 0;
		return;
	}
	end += 1 + id;
	while (*end == '\n') {
		const char *at = end + 1;
		usec t = (usec)strtoll(at, &end, 10);

		if (end == at)
			break;
		keep(r, t);
	}
}

static void read_shared(struct rate *r, int fd)
{
	char *text = xmalloc(FILE_MAX + 1);
	size_t len = 0;
	ssize_t got;

	while (len < FILE_MAX &&
		(got = read(fd, text + len, FILE_MAX - len)) > 0)
		len += (size_t)got;
	text[len] = '\0';
	parse(r, text);
	free(text);
}

static void write_shared(const struct rate *r, int fd)
{
	struct buf text = BUF_INIT(FILE_MAX);
	ssize_t put;

	buf_addf(&text, "%" PRId64 " %s", r->hold, r->boot);
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
	if (r->n > 0 && now < r->at[r->n - 1])
		now = r->at[r->n - 1];
	left = time_left(r, now);
	if (left == 0)
		keep(r, now);
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
