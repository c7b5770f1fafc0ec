/*
 * A budget of requests: at most `budget` in any 60 seconds, bursts allowed, so
 * that a fixed window of the server's is never overrun, wherever it begins. A
 * service may begin its window when it takes a request up, not when we sent
 * it: so a request counts until 60 seconds after its answer.
 * https://developers.notion.com/reference/request-limits
 *
 * And a pause that the server asked for: it holds all requests to the service,
 * not only those of the client that was told so.
 *
 * With a file, all processes of the machine that name it share one budget. The
 * file holds times of the monotonic clock and the boot they are of; one from
 * before a reboot, a damaged, a made up or an unwritable one costs nothing but
 * the sharing. They may have different budgets. The threads of a program share
 * one struct.
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
	size_t budget; /* 0: none, there are only pauses */
	usec *at;      /* times of the latest requests, ascending */
	size_t n, cap;
	usec *open; /* when those were sent that have no answer yet */
	size_t n_open, cap_open;
	usec hold;		   /* the server said: not before this time */
	usec hold_here;		   /* likewise, for this process alone */
	char boot[RATE_BOOT_SIZE]; /* of which the times are */
	char *path;		   /* NULL: this process alone */
};

/* The folder of path isn't made. */
void rate_init(struct rate *r, size_t budget, const char *path);
void rate_fini(struct rate *r);

/*
 * 0: a request may be sent now, and is counted from *sent on; its rate_done()
 * follows. Else the microseconds after which to ask again: from a millisecond
 * to a minute for the budget, longer for a pause. Less than 0: so long lasts a
 * pause of this process alone, for which it can't wait. now: time_monotonic().
 */
usec rate_take(struct rate *r, usec now, usec *sent);
/* The request of this *sent has its answer, or has none to come. */
void rate_done(struct rate *r, usec sent, usec now);
/*
 * The server asked for a pause, of a day at most: nobody sends before `until`.
 * `here`: it is longer than this run can wait, and holds this process alone;
 * the next run asks again.
 */
void rate_hold(struct rate *r, usec now, usec until, bool here);

#endif
