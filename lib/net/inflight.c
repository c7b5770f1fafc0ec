#include "net/inflight.h"

/* After so many answers without a conflict, the limit rises by one. */
#define RISE_AFTER 8

void inflight_init(struct inflight *f, int most)
{
	*f = (struct inflight){
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.landed = PTHREAD_COND_INITIALIZER,
		.most = most,
		.limit = 1,
	};
}

void inflight_enter(struct inflight *f)
{
	pthread_mutex_lock(&f->lock);
	while (f->under_way >= f->limit)
		pthread_cond_wait(&f->landed, &f->lock);
	f->under_way++;
	pthread_mutex_unlock(&f->lock);
}

static void adapt(struct inflight *f, bool conflict)
{
	if (conflict) {
		f->limit = f->limit > 1 ? f->limit / 2 : 1;
		f->undisturbed = 0;
	} else if (++f->undisturbed >= RISE_AFTER * f->limit &&
		   f->limit < f->most) {
		f->limit++;
		f->undisturbed = 0;
	}
}

void inflight_leave(struct inflight *f, bool conflict)
{
	pthread_mutex_lock(&f->lock);
	f->under_way--;
	adapt(f, conflict);
	pthread_cond_broadcast(&f->landed);
	pthread_mutex_unlock(&f->lock);
}
