#include "flight.h"

/* So many answers without a conflict, at each number, let it rise. */
#define RISE_AFTER 8

void flight_init(struct flight *f, int most)
{
	*f = (struct flight){
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.landed = PTHREAD_COND_INITIALIZER,
		.most = most,
		.limit = 1,
	};
}

void flight_enter(struct flight *f)
{
	pthread_mutex_lock(&f->lock);
	while (f->under_way >= f->limit)
		pthread_cond_wait(&f->landed, &f->lock);
	f->under_way++;
	pthread_mutex_unlock(&f->lock);
}

static void adapt(struct flight *f, bool conflict)
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

void flight_leave(struct flight *f, bool conflict)
{
	pthread_mutex_lock(&f->lock);
	f->under_way--;
	adapt(f, conflict);
	pthread_cond_broadcast(&f->landed);
	pthread_mutex_unlock(&f->lock);
}
