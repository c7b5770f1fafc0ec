#include "pace.h"

void pace_init(struct pace *p)
{
	p->next = 0;
	for (size_t i = 0; i < PACE_MAX; i++)
		p->at[i] = USEC_NONE;
}

unsigned pace_take(struct pace *p)
{
	usec now = time_monotonic(), oldest = p->at[p->next];

	if (oldest != USEC_NONE && now - oldest < USEC_MINUTE)
		return 1 +
		       (unsigned)((oldest + USEC_MINUTE - now) / USEC_SECOND);
	p->at[p->next] = now;
	p->next = (p->next + 1) % PACE_MAX;
	return 0;
}
