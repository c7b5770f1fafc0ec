/*
 * A page without a row that an earlier run made for one, and had no time to
 * link: the create is still open in the journal. Its row may not be planned as
 * a create now, because that is held or settles, and may no longer equal the
 * page, so that plan would make a second row. Each function is true with o
 * filled where the page gets no row of its own in this run.
 */
#ifndef APPLY_LEFT_PAGE_H
#define APPLY_LEFT_PAGE_H

#include "worker.h"

/* Its row has got another page since: it goes to the trash, once that is seen.
 */
bool page_was_left_over(
	struct worker *w, const struct op *op, struct outcome *o);
/* Its row is there and has no page: it is linked to this one. */
bool page_has_maker(struct worker *w, const struct op *op, struct outcome *o);

#endif
