#include "unsettled.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/reading.h"
#include "util/file.h"
#include "util/humanize.h"

#define UNSETTLED "unsettled"

/* True where the file was there, and is removed, or can't be. */
static bool take_mark(const struct settings *s, const char *name)
{
	char *path = path_join(s->state_dir, name);
	int rc = unlink(path), why = errno;

	if (rc < 0 && why != ENOENT)
		warning("%s: %s: remove it", path, strerror(why));
	free(path);
	return rc == 0 || why != ENOENT;
}

/*
 * A call from a service. Notion's listing may show what it tells of only a
 * minute or two later: so the mark stays until a run begins after that.
 */
static bool take_call(const struct settings *s)
{
	char *path = path_join(s->state_dir, READING_WAKE_FULL);
	usec now = time_now(), made = now;
	struct stat st;
	bool there = lstat(path, &st) == 0;

	free(path);
	if (there)
		made = (usec)st.st_mtime * USEC_SECOND;
	if (there && llabs(now - made) < READING_LAG)
		return true;
	return take_mark(s, READING_WAKE_FULL);
}

/* Whatever becomes of this run: only one that ends well removes the mark. */
int unsettled_begin(struct run_context *r, struct error *e)
{
	char *path = path_join(r->settings->state_dir, UNSETTLED);
	bool was = access(path, F_OK) == 0;
	int fd = file_open_own(path, 0, e);

	free(path);
	if (fd < 0)
		return -1;
	close(fd);
	if (take_call(r->settings))
		r->full = full_reason_name(READ_CALLED);
	else if (was)
		r->full = full_reason_name(READ_UNSETTLED);
	return 0;
}

/*
 * What was found changed between plan and apply may have gone, which only a
 * full reading shows.
 */
void unsettled_end(const struct run_context *r, const struct run_end *end,
	const json *record)
{
	bool well = end->status == RUN_OK || end->status == RUN_ATTENTION;

	if (well && json_int(json_get(record, "skips"), "changed") == 0)
		take_mark(r->settings, UNSETTLED);
}
