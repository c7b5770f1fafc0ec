#include "net/service_clock.h"

void clock_init(struct service_clock *c)
{
	*c = (struct service_clock){ .lock = PTHREAD_MUTEX_INITIALIZER };
}

static void narrow(struct service_clock *c, usec least, usec most)
{
	if (!c->known || least > c->most || most < c->least) {
		c->least = least;
		c->most = most;
	}
	if (least > c->least)
		c->least = least;
	if (most < c->most)
		c->most = most;
	c->known = true;
}

void clock_seen(struct service_clock *c, usec date, usec asked, usec answered)
{
	if (date == USEC_NONE || answered < asked)
		return;
	pthread_mutex_lock(&c->lock);
	narrow(c, date - answered, date + USEC_SECOND - asked);
	pthread_mutex_unlock(&c->lock);
}

bool clock_is_known(struct service_clock *c)
{
	bool known;

	pthread_mutex_lock(&c->lock);
	known = c->known;
	pthread_mutex_unlock(&c->lock);
	return known;
}

usec clock_read(struct service_clock *c, usec now)
{
	usec ahead = 0;

	pthread_mutex_lock(&c->lock);
	if (c->known)
		ahead = c->least > 0 ? c->least : c->most < 0 ? c->most : 0;
	pthread_mutex_unlock(&c->lock);
	return now + ahead;
}
