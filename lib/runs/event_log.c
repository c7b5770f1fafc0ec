#include "runs/event_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runs/records.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/file.h"
#include "util/format.h"
#include "util/text.h"
#include "util/times.h"
#include "util/version.h"

#define LINE_MAX_BYTES (TEXT_SHOWN_SIZE * EVENT_TEXT_MAX + 256)
#define PROGRAM_MAX 32

/* The length of the name of a program at s; 0 where there is none. */
static size_t program_length(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz-");

	return n <= PROGRAM_MAX ? n : 0;
}

static void add_text(struct buf *line, const char *text, size_t len)
{
	const char *end = text + (len < EVENT_TEXT_MAX ? len : EVENT_TEXT_MAX);
	char shown[TEXT_SHOWN_SIZE];
	size_t columns, n;

	/* A character that the bound would cut is left out. */
	while (end < text + len && end > text && (*end & 0xC0) == 0x80)
		end--;
	for (; text < end; text += n) {
		n = text_show_char(text, shown, &columns);
		if (*text == '\n')
			strcpy(shown, "\n");
		for (const char *c = shown; *c; c++) {
			if (*c == '\\' || *c == '"')
				buf_addc(line, '\\');
			buf_adds(line,
				*c == '\n' ? "\\n" : (char[]){ *c, '\0' });
		}
	}
}

static void add_event(struct buf *line, const struct event *event,
	const char *text, size_t len)
{
	char stamp[TIME_SIZE];
	size_t n = program_length(event->program);

	buf_addf(line, "time=%.23sZ level=%s run=%s program=%.*s msg=\"",
		time_format(time_now(), stamp), event->level,
		run_id_is_valid(event->run) ? event->run : "-",
		event->program[n] || n == 0 ? 1 : (int)n,
		event->program[n] || n == 0 ? "-" : event->program);
	add_text(line, text, len);
	buf_adds(line, "\"\n");
}

/* The first line of each file says which form the others have, and who wrote
 * it.
 */
static void add_head(struct buf *out)
{
	static const struct event head = {
		.run = "-", .level = "debug", .program = "run"
	};
	char text[100];

	snprintf(text, sizeof text,
		EVENT_LOG_HEAD "%d, written by vaultsync %s", FORMAT,
		version_text());
	add_event(out, &head, text, strlen(text));
}

static int append(const char *dir, const struct buf *lines, struct error *e)
{
	char *path = path_join(dir, EVENT_LOG);
	int fd = file_open_own(path, O_APPEND, e), rc = fd < 0 ? -1 : 0;
	struct buf all = BUF_INIT(lines->len + LINE_MAX_BYTES);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size == 0)
		add_head(&all);
	buf_add(&all, buf_str(lines), lines->len);
	if (fd >= 0) {
		rc = file_write(fd, path, buf_str(&all), all.len, e);
		close(fd);
	}
	buf_fini(&all);
	free(path);
	return rc;
}

bool event_level_is_valid(const char *level)
{
	static const char *const levels[] = { "debug", "info", "warn",
		"error" };

	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		if (strcmp(levels[i], level) == 0)
			return true;
	return false;
}

int event_log(const char *dir, const struct event *event, const char *text,
	struct error *e)
{
	struct buf line = BUF_INIT(LINE_MAX_BYTES);
	int rc;

	add_event(&line, event, text, strlen(text));
	rc = append(dir, &line, e);
	buf_fini(&line);
	return rc;
}

/* The start of the last lines that are written down. */
static const char *last_lines(const char *said)
{
	const char *at = said + strlen(said);

	if (at > said && at[-1] == '\n')
		at--;
	for (size_t n = 0; at > said; at--)
		if (at[-1] == '\n' && ++n == EVENT_LINES_MAX)
			break;
	return at;
}

int event_log_said(const char *dir, const struct event *event, int code,
	const char *said, struct error *e)
{
	struct buf lines = BUF_INIT(EVENT_LINES_MAX * LINE_MAX_BYTES);
	int rc = 0;

	for (const char *at = last_lines(said), *next; *at; at = next) {
		struct event of = *event;
		size_t len = strcspn(at, "\n"), n = program_length(at);
		char program[PROGRAM_MAX + 1];

		next = at + len + (at[len] == '\n');
		if (*next == '\0' && code > RC_ATTENTION)
			of.level = "error";
		if (n > 0 && strncmp(at + n, ": ", 2) == 0) {
			snprintf(program, sizeof program, "%.*s", (int)n, at);
			of.program = program;
			at += n + 2;
			len -= n + 2;
		}
		add_event(&lines, &of, at, len);
	}
	if (lines.len)
		rc = append(dir, &lines, e);
	buf_fini(&lines);
	return rc;
}
