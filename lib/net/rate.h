/*
 * A budget of requests: at most `budget` in any 60 seconds, bursts allowed, so
 * that a fixed window of the server is never exceeded, wherever it begins. A
 * service may begin its window when it starts on a request, not when we sent
 * it: so a request counts until 60 seconds after its answer.
 * https://developers.notion.com/reference/request-limits
 *
 * Also a pause that the server asked for: it holds back all requests to the
 * service, not only those of the client that was told to wait.
 *
 * With a file, all processes on the machine that name it share one budget. The
 * file holds times of the monotonic clock and the id of the boot they belong
 * to; if it is older than a reboot, damaged, forged or not writable, only the
 * sharing is lost. A request that has had no answer for over a minute is known
 * to its own process alone. The processes may have different budgets. The
 * threads of a program share one struct.
 */
#ifndef NET_RATE_H
#define NET_RATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/times.h"

#define RATE_BOOT_SIZE 40

struct rate {
	pthread_mutex_t lock;
	size_t budget; /* 0: no budget, only pauses */
	usec *at;      /* times of the latest requests, ascending */
	size_t n, cap;
	usec *open; /* when the requests without an answer yet were sent */
	size_t n_open, cap_open;
	usec hold;		   /* the server said: not before this time */
	usec hold_here;		   /* the same, for this process alone */
	char boot[RATE_BOOT_SIZE]; /* that the times belong to */
	char *path;		   /* NULL: this process alone */
};

/* Doesn't create the folder of path. */
void rate_init(struct rate *r, size_t budget, const char *path);
void rate_fini(struct rate *r);

/*
 * 0: a request may be sent now, and counts from *sent on; a rate_done() must
 * follow. Otherwise the number of microseconds after which to ask again: from a
 * millisecond to a minute for the budget, or as long as a pause goes on, and
 * *paused says which. Below 0: the length of a pause of this process alone,
 * which it can't wait for. now: time_monotonic().
 */
usec rate_take(struct rate *r, usec now, usec *sent, bool *paused);
/* The request with this *sent has its answer, or won't get one. */
void rate_done(struct rate *r, usec sent, usec now);
/*
 * The server asked for a pause, of a day at most: nobody sends before `until`.
 * `here`: the pause is longer than this run can wait, and holds back this
 * process alone; the next run asks again.
 */
void rate_hold(struct rate *r, usec now, usec until, bool here);

#endif
