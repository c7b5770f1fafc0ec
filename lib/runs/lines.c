/* The streams of the runs, line by line. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runs/records.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/format.h"
#include "util/stream.h"

/* 1 with *fd; 0 where there is no such file or nothing in it; -1. */
static int open_lines(const char *path, int *fd, struct error *e)
{
	struct stat st;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0 && errno == ENOENT)
		return 0;
	if (*fd < 0 || fstat(*fd, &st) < 0)
		return fail_errno(e, "%s", path);
	if (S_ISREG(st.st_mode) && st.st_size > 0)
		return 1;
	if (S_ISREG(st.st_mode))
		return 0;
	return fail(e, RC_STREAM, "%s: not a file", path);
}

static int each_of_stream(struct stream_reader *r, const char *stream,
	each_line *each, void *arg, struct error *e)
{
	json *line = NULL;
	int got = stream_read_head(r, stream, &line, e);

	while (got > 0) {
		each(arg, line);
		json_free(line);
		got = stream_read(r, &line, e);
	}
	if (got < 0)
		return -1;
	each(arg, line);
	json_free(line);
	return 1;
}

int run_lines(const struct run_records *l, const char *id, const char *stream,
	each_line *each, void *arg, struct error *e)
{
	char *path = xasprintf("%s/runs/%s/%s.ndjson", l->dir, id, stream);
	struct stream_reader r;
	int fd, rc = open_lines(path, &fd, e);

	if (rc > 0) {
		stream_reader_init(&r, fd, path,
			STREAM_MARK_UNREADABLE | STREAM_ANY_COUNT |
				STREAM_ANY_END);
		rc = each_of_stream(&r, stream, each, arg, e);
		stream_reader_fini(&r);
	}
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}

/* -1 where it is of a later version. */
static int each_conflict(char *text, ssize_t len, each_line *each, void *arg,
	const char *path, struct error *e)
{
	struct error ignored;
	json *line =
		json_parse(text, (size_t)len, JSON_MARK_UNREADABLE, &ignored);
	char says[FORMAT_TEXT_SIZE];
	int rc = 0;

	if (format_is_later(line))
		rc = fail(e, RC_STREAM,
			"%s: a line %s, and is left out: run that version "
			"again, or a later one",
			path, format_text(line, says));
	else if (json_is_object(line))
		each(arg, line);
	json_free(line);
	return rc;
}

static int each_of_conflicts(
	const char *path, each_line *each, void *arg, struct error *e)
{
	int fd, rc = open_lines(path, &fd, e);
	bool later = false;
	FILE *in = rc > 0 ? fdopen(fd, "r") : NULL;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	/* A line that has no LF was cut, or is being written. */
	while (in && (len = getline(&text, &size, in)) > 0)
		if (text[len - 1] == '\n' && (size_t)len <= STREAM_LINE_MAX)
			later |= each_conflict(text, len, each, arg, path, e) <
				 0;
	if (rc > 0 && (!in || ferror(in)))
		rc = fail_errno(e, "%s", path);
	if (in)
		fclose(in);
	else if (fd >= 0)
		close(fd);
	free(text);
	return later ? -1 : rc;
}

int conflict_lines(const struct run_records *l, each_line *each, void *arg,
	struct error *e)
{
	int rc = 0;

	for (int aside = CONFLICTS_ASIDE; aside >= 0; aside--) {
		char *path = aside ? xasprintf("%s/conflicts.ndjson.%d", l->dir,
					     aside)
				   : path_join(l->dir, "conflicts.ndjson");
		int got = each_of_conflicts(path, each, arg, e);

		if (got < 0 || rc == 0)
			rc = got;
		free(path);
	}
	return rc;
}
