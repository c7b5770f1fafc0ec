/*
 * What the programs of a run say on standard error: passed on line by line to
 * that of this program, and into sync.log. The newest line waits until another
 * one comes or all is over, because of a run that failed the last line of its
 * stage is why, and goes into the log as an error.
 *
 * A line that ends with a carriage return tells how far a program is
 * (util/progress.h): on a terminal it is rewritten in place, elsewhere shown
 * every SYNC_PROGRESS_SECONDS (30), and never logged.
 */
#ifndef RUN_MESSAGES_H
#define RUN_MESSAGES_H

#include <stddef.h>

#include "run.h"
#include "util/buf.h"

#define MESSAGE_LINES 5
#define SPEAKERS 4 /* programs that work at once, and the shell */

/* The newest lines of one program. */
struct said {
	char *last[MESSAGE_LINES];
	size_t n, logged;
};

struct messages {
	const struct run_context *run;
	struct buf part;	  /* of a line that isn't whole yet */
	char *newest;		  /* not in the log yet */
	struct said by[SPEAKERS]; /* the one that spoke last comes first */
	bool on_terminal, progress_shown;
	usec progress_every, progress_at;
};

void messages_init(struct messages *m, const struct run_context *run);
void messages_take(struct messages *m, const char *data, size_t len);
/*
 * No more come. The newest goes into the log; of a run that failed in `stage`,
 * the last line of that one as an error, which may be there already: two
 * programs work at once, and one that gets no more input may speak last. NULL:
 * the run went well. Where the stage said nothing, the newest is the error.
 */
void messages_end(struct messages *m, const char *failed_in);
/*
 * The last lines of `stage`, joined; NULL where none of those that spoke last
 * is it. The caller's to free.
 */
char *messages_of(const struct messages *m, const char *stage);
void messages_fini(struct messages *m);

#endif
