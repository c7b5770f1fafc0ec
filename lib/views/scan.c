#include "views/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/stream.h"

/*
 * memmem() is not in POSIX. The second character leads, because that of many
 * parts is a quote, which is all over a line.
 */
bool text_contains(const char *text, size_t len, const char *part)
{
	size_t n = strlen(part);
	const char *end = text + len;

	while (n > 1 && (size_t)(end - text) >= n) {
		const char *at =
			memchr(text + 1, part[1], (size_t)(end - text) - n + 1);

		if (!at)
			return false;
		if (memcmp(at - 1, part, n) == 0)
			return true;
		text = at;
	}
	return false;
}

static void take(const char *text, size_t len, const struct scan *s)
{
	struct error ignored;
	json *line;

	if (len > STREAM_LINE_MAX ||
		(s->wanted && !s->wanted(s->arg, text, len)))
		return;
	line = json_parse(text, len, JSON_MARK_UNREADABLE, &ignored);
	if (json_is_object(line))
		s->each(s->arg, line);
	json_free(line);
}

void scan_text(const char *text, size_t len, const struct scan *s)
{
	const char *lf;

	/* A line that has no LF was cut, or is being written. */
	while (len && (lf = memchr(text, '\n', len))) {
		take(text, (size_t)(lf - text), s);
		len -= (size_t)(lf - text) + 1;
		text = lf + 1;
	}
}

/* 1 with *in; 0 where there is no such file or nothing in it; -1. */
static int open_file(const char *path, FILE **in)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = -1;
	struct stat st;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		rc = st.st_size > 0;
	if (rc > 0 && (*in = fdopen(fd, "r")))
		return 1;
	close(fd);
	return rc > 0 ? -1 : rc;
}

int scan_file(const char *path, const struct scan *s)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t n;
	FILE *in;
	int rc = open_file(path, &in);

	if (rc <= 0)
		return rc;
	while ((n = getline(&text, &size, in)) > 0)
		if (text[n - 1] == '\n')
			take(text, (size_t)n - 1, s);
	if (ferror(in))
		rc = -1;
	free(text);
	fclose(in);
	return rc;
}

int scan_run(const char *dir, const char *id, const char *stream,
	const struct scan *s)
{
	char *path = xasprintf("%s/runs/%s/%s.ndjson", dir, id, stream);
	int rc = scan_file(path, s);

	free(path);
	return rc;
}
