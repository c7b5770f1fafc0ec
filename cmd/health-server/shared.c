#include "shared.h"

#include <stdlib.h>

#include "util/alloc.h"

struct shared *shared_take(struct buf *b, size_t *held)
{
	struct shared *s = xcalloc(1, sizeof *s);

	s->len = b->len;
	/* A growing buffer has spare room. */
	s->data = xstrndup(buf_str(b), b->len);
	s->uses = 1;
	s->held = held;
	*held += s->len;
	buf_fini(b);
	return s;
}

struct shared *shared_use(struct shared *s)
{
	s->uses++;
	return s;
}

void shared_drop(void *shared)
{
	struct shared *s = shared;

	if (!s || --s->uses > 0)
		return;
	*s->held -= s->len;
	free(s->data);
	free(s);
}
