/*
 * What each half of a pair is known to hold, noted op by op (sync/base_pair.h
 * says in which form): before a write of a half what holds if it arrives, and
 * after it what the service's answer shows. So a run that is killed anywhere
 * leaves enough for the next one to tell our own request from a person's edit.
 *
 * A field is noted in both halves when an edit has arrived on the other side,
 * and not before: until then it stays an edit.
 */
#ifndef APPLY_KNOWN_H
#define APPLY_KNOWN_H

#include "worker.h"

/*
 * Right before the content or presence of a half that is there is written:
 * `after` is the half as it is to be. Sets o->sent. False with o filled, and
 * the run ends.
 */
bool known_sent(struct worker *w, const struct op *op, const struct held *after,
	struct outcome *o);
/* An earlier run has noted something of this pair, and this one hasn't yet. */
bool known_has_line(struct worker *w, const struct op *op);
/*
 * Right before a page is taken out of the trash, whose content is written by
 * a second request: in those fields the page counts as edited when the plan saw
 * it, and the row's edit has not arrived yet.
 */
bool known_revived(struct worker *w, const struct op *op, struct outcome *o);
/*
 * Before anything is written: pairs that their decision has joined are noted,
 * because only this plan knows of them. A run that ends early, or leaves one of
 * them alone, would have the next one make both halves again.
 */
int known_meetings(struct worker *w, const struct ops *ops, struct error *e);
/*
 * What became of the op, which is to be handed on to the rest of its pair. -1
 * with e filled where the journal can't be written: the run ends.
 */
int known_note(struct worker *w, struct op *op, const struct outcome *o,
	struct error *e);

#endif
