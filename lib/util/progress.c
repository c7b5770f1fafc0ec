#include "util/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/error.h"
#include "util/humanize.h"

#define TELL_EVERY (USEC_SECOND / 5)

void progress_begin(
	struct progress *p, bool on, const char *what, int64_t total)
{
	usec now = time_monotonic();

	*p = (struct progress){ .on = on && verbosity >= 0,
		.what = what,
		.total = total,
		.begun = now,
		.told = now,
		.terminal = isatty(STDERR_FILENO) == 1 };
}

void progress_tell(struct progress *p, int64_t done)
{
	usec now = time_monotonic(), took = now - p->begun;
	struct buf text = BUF_INIT(512);
	char left[HUMANIZE_SIZE];

	if (!p->on || now - p->told < TELL_EVERY)
		return;
	p->told = now;
	buf_addf(&text, "%s: %s: %" PRId64, program_name, p->what, done);
	if (p->total)
		buf_addf(&text, " of %" PRId64, p->total);
	if (done > 0 && took >= USEC_SECOND) {
		buf_addf(&text, ", %" PRId64 " a minute",
			(int64_t)(done * USEC_MINUTE / took));
		if (p->total > done)
			buf_addf(&text, ", about %s left",
				humanize_rough(
					(p->total - done) * (took / done),
					left));
	}
	fprintf(stderr, p->terminal ? "\r\033[K%s" : "%s\r", buf_str(&text));
	buf_fini(&text);
}

void progress_end(struct progress *p)
{
	if (p->on && p->terminal)
		fputs("\r\033[K", stderr);
	p->on = false;
}
