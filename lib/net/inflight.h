/*
 * How many requests may be under way to one service at once. The number is
 * found while going, as TCP finds its window: one more after a run of answers
 * without a conflict, half of it after a conflict. Notion answers 409
 * ("Conflict occurred while saving") where it is written to too fast at once.
 * https://developers.notion.com/reference/status-codes
 *
 * Shared by the threads of one program.
 */
#ifndef NET_INFLIGHT_H
#define NET_INFLIGHT_H

#include <pthread.h>
#include <stdbool.h>

struct inflight {
	pthread_mutex_t lock;
	pthread_cond_t landed;
	int most;  /* never more than these, 1 or more */
	int limit; /* now */
	int under_way;
	int undisturbed; /* answers since the limit was changed */
};

/* Begins with one at a time; nothing to be freed. */
void inflight_init(struct inflight *f, int most);

/* Waits until a request may be sent. Each is followed by its inflight_leave().
 */
void inflight_enter(struct inflight *f);
void inflight_leave(struct inflight *f, bool conflict);

#endif
