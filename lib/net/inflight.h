/*
 * How many requests may be under way to one service at once. The limit is found
 * on the way, as TCP finds its window: it rises by one after a run of answers
 * without a conflict and halves after a conflict. Notion answers 409 ("Conflict
 * occurred while saving") when it is written to too fast.
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
	int most;  /* the upper bound, 1 or more */
	int limit; /* now */
	int under_way;
	int undisturbed; /* answers since the limit was changed */
};

/* Begins with one at a time; there is nothing to free. */
void inflight_init(struct inflight *f, int most);

/*
 * Waits until a request may be sent. Each call must be followed by an
 * inflight_leave().
 */
void inflight_enter(struct inflight *f);
void inflight_leave(struct inflight *f, bool conflict);

#endif
