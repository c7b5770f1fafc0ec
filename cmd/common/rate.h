/*
 * A budget of requests: at most `budget` in any 60 seconds, bursts allowed, so
 * that a fixed window of the server's is never overrun, wherever it begins.
 * https://developers.notion.com/reference/request-limits
 *
 * With a file, all processes of the machine that name it share one budget. The
 * file holds times of the monotonic clock and the boot they are of; one from
 * before a reboot, a damaged or an unwritable one costs nothing but the
 * sharing. They may have different budgets. The threads of a program share one
 * struct.
 */
#ifndef COMMON_RATE_H
#define COMMON_RATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "times.h"

#define RATE_BOOT_SIZE 40

struct rate {
	pthread_mutex_t lock;
	size_t budget;
	usec *at; /* times of the latest requests, ascending */
	size_t n, cap;
	usec hold;		   /* the server said: not before this time */
	char boot[RATE_BOOT_SIZE]; /* of which the times are */
	char *path;		   /* NULL: this process alone */
};

/* The folder of path isn't made. */
void rate_init(struct rate *r, size_t budget, const char *path);
void rate_fini(struct rate *r);

/*
 * 0: a request may be sent now, and is counted; else the microseconds after
 * which to ask again. now: time_monotonic().
 */
usec rate_take(struct rate *r, usec now);
/*
 * The server asked for a pause, of a day at most: nobody sends before `until`.
 */
void rate_hold(struct rate *r, usec now, usec until);

#endif
