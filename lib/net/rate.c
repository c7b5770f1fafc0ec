#include "net/rate.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/order.h"

#define WINDOW USEC_MINUTE
#define WAIT_MIN 1000 /* a millisecond */
#define AHEAD (5 * USEC_SECOND)
/*
 * Longer waits come from another boot: this is how it is recognized where boots
 * have no id.
 */
#define HOLD_MAX USEC_DAY
#define HOLD_MAX_NO_ID (15 * USEC_MINUTE)
#define KEPT_MAX 10000 /* the largest budget there is */
#define LINE_SIZE 24   /* a time and its LF */
#define FILE_MAX ((KEPT_MAX + 1) * LINE_SIZE + RATE_BOOT_SIZE)

/* "" where the file is missing. */
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
	free(r->open);
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

static int by_time(const void *a, const void *b)
{
	const usec *x = a, *y = b;

	return order_of(*x, *y);
}

/*
 * The time to count by. A process that asked while we waited for the lock has
 * counted a time a little later than ours: then it is already that late.
 */
static usec latest(const struct rate *r, usec now)
{
	usec last = now;

	for (size_t i = 0; i < r->n; i++)
		if (r->at[i] > last && r->at[i] <= now + AHEAD)
			last = r->at[i];
	return last;
}

/*
 * Forgets times outside the window, and those of another boot. A time further
 * ahead than is possible counts as now, so that no wait is longer than the
 * window. The times in a file may be in any order.
 */
static void keep_window(struct rate *r, usec now)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->at[i] <= now + WINDOW && r->at[i] > now - WINDOW)
			r->at[kept++] = r->at[i] < now ? r->at[i] : now;
	r->n = kept;
	if (kept > 1)
		qsort(r->at, kept, sizeof *r->at, by_time);
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

static bool is_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	errno = EINVAL;
	return S_ISREG(st.st_mode);
}

/* The file, locked; -1 without one: then this process counts on its own. */
static int open_shared(struct rate *r)
{
	int fd;

	if (!r->path)
		return -1;
	fd = open(r->path,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd >= 0 && is_file(fd) && lock(fd, F_WRLCK) == 0)
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
 * whatever their budgets; anything that is not a time ends the list.
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
	struct stat st;
	size_t len = 0, most = FILE_MAX;
	ssize_t got;
	char *text;

	if (fstat(fd, &st) == 0 && st.st_size < (off_t)most)
		most = (size_t)st.st_size;
	text = xmalloc(most + 1);
	while (len < most && (got = read(fd, text + len, most - len)) > 0)
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
	/*
	 * A full disk leaves a shorter history: more is sent, and a 429 slows
	 * it down.
	 */
	if (ftruncate(fd, put < 0 ? 0 : put) < 0)
		debug("%s: %s", r->path, strerror(errno));
	buf_fini(&text);
}

/* Those sent over a minute ago and still without an answer count as well. */
static size_t overdue(const struct rate *r, usec now)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_open; i++)
		n += r->open[i] <= now - WINDOW;
	return n;
}

static usec budget_left(const struct rate *r, usec now)
{
	size_t late = overdue(r, now), budget = r->budget;
	usec left = WAIT_MIN;

	if (budget == 0 || r->n + late < budget)
		return 0;
	if (late < budget && r->n >= budget - late)
		left = r->at[r->n - (budget - late)] + WINDOW - now;
	else if (late >= budget)
		left = USEC_SECOND;
	return left < WAIT_MIN ? WAIT_MIN : left > WINDOW ? WINDOW : left;
}

/* How long until the budget or the server's pause allows a request. */
static usec time_left(const struct rate *r, usec now, bool *paused)
{
	usec left = budget_left(r, now);

	*paused = r->hold_here > now;
	if (*paused)
		return now - r->hold_here;
	*paused = r->hold > now && r->hold - now > left;
	return *paused ? r->hold - now : left;
}

/*
 * Reads the shared state as of *now; the descriptor is for leave(), -1: no
 * file.
 */
static int enter(struct rate *r, usec *now)
{
	int fd = open_shared(r);

	if (fd >= 0)
		read_shared(r, fd);
	*now = latest(r, *now);
	keep_window(r, *now);
	return fd;
}

static void leave(const struct rate *r, int fd, bool changed)
{
	if (fd < 0)
		return;
	if (changed)
		write_shared(r, fd);
	close(fd);
}

static usec take(struct rate *r, usec now, usec *sent, bool *paused)
{
	int fd = enter(r, &now);
	usec left = time_left(r, now, paused);

	if (left == 0 && r->budget > 0) {
		keep(r, now);
		r->open =
			grow(r->open, r->n_open, &r->cap_open, sizeof *r->open);
		r->open[r->n_open++] = now;
	}
	*sent = now;
	leave(r, fd, left == 0 && r->budget > 0);
	return left;
}

/* Removes the first one with this value. */
static void drop(usec *list, size_t *n, usec value)
{
	for (size_t i = 0; i < *n; i++) {
		if (list[i] != value)
			continue;
		memmove(&list[i], &list[i + 1], (--*n - i) * sizeof *list);
		return;
	}
}

/* Its time moves from when it was sent to when it was answered. */
static void count_answer(struct rate *r, usec sent, usec now)
{
	int fd = enter(r, &now);

	drop(r->open, &r->n_open, sent);
	drop(r->at, &r->n, sent);
	keep(r, now);
	leave(r, fd, true);
}

static void hold(struct rate *r, usec now, usec until)
{
	int fd = enter(r, &now);

	if (until > r->hold)
		r->hold = until;
	leave(r, fd, true);
}

/* File locks belong to the whole process, so its threads need a mutex too. */
usec rate_take(struct rate *r, usec now, usec *sent, bool *paused)
{
	usec left;

	pthread_mutex_lock(&r->lock);
	left = take(r, now, sent, paused);
	pthread_mutex_unlock(&r->lock);
	return left;
}

void rate_done(struct rate *r, usec sent, usec now)
{
	if (r->budget == 0)
		return;
	pthread_mutex_lock(&r->lock);
	count_answer(r, sent, now);
	pthread_mutex_unlock(&r->lock);
}

void rate_hold(struct rate *r, usec now, usec until, bool here)
{
	pthread_mutex_lock(&r->lock);
	if (!here)
		hold(r, now, until);
	else if (until > r->hold_here)
		r->hold_here = until;
	pthread_mutex_unlock(&r->lock);
}
