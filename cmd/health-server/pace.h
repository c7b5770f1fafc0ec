/* At most so many within a minute, from all clients together. */
#ifndef HEALTH_SERVER_PACE_H
#define HEALTH_SERVER_PACE_H

#include <stddef.h>

#include "util/times.h"

#define PACE_MAX 12

struct pace {
	usec at[PACE_MAX]; /* by time_monotonic(); USEC_NONE: none */
	size_t next;	   /* the oldest */
};

void pace_init(struct pace *p);
/* 0: one more is counted; else the seconds until one more may come. */
unsigned pace_take(struct pace *p);

#endif
