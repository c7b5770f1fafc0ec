/*
 * The clock of a service, as its answers show it: times that are written for
 * others to compare (updated_at, deleted_at, the time of a create) must not be
 * a day off because this machine's clock is.
 *
 * The Date header is truncated to a second, and the answer took time to arrive,
 * so each answer gives only a range for how far the service is ahead of this
 * machine. Several answers narrow it down. The smallest correction that agrees
 * with all of them is applied: none at all on a machine whose clock is right,
 * so its microseconds stay. Where an answer contradicts the earlier ones, one
 * of the clocks was set, and only the latest answer counts.
 * https://www.rfc-editor.org/rfc/rfc9110#name-date
 *
 * Shared by the threads of one program.
 */
#ifndef NET_SERVICE_CLOCK_H
#define NET_SERVICE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>

#include "util/times.h"

struct service_clock {
	pthread_mutex_t lock;
	bool known;
	usec least, most; /* how much it is ahead of time_now() */
};

void clock_init(struct service_clock *c);
/*
 * Takes an answer with this Date, and time_now() before the request and after
 * the answer.
 */
void clock_seen(struct service_clock *c, usec date, usec asked, usec answered);
bool clock_is_known(struct service_clock *c);
/* What the service's clock shows when ours shows `now`; `now` where unknown. */
usec clock_read(struct service_clock *c, usec now);

#endif
