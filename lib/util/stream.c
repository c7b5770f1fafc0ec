#include "util/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#ifndef STREAM_READ_SIZE
#define STREAM_READ_SIZE 65536
#endif
#define STREAM_WRITE_SIZE 65536
#define LOOK_EVERY_MS 200

void stream_reader_init(
	struct stream_reader *r, int fd, const char *name, unsigned flags)
{
	*r = (struct stream_reader){
		.name = name,
		.fd = fd,
		.flags = flags,
		/* A line that is too long is seen at the latest here. */
		.raw = BUF_INIT(STREAM_LINE_MAX + 2 * STREAM_READ_SIZE),
	};
}

void stream_reader_fini(struct stream_reader *r)
{
	buf_fini(&r->raw);
}

int stream_refuse(
	const struct stream_reader *r, struct error *e, const char *fmt, ...)
{
	char why[ERROR_MAX / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	return fail(e, RC_STREAM, "%s:%" PRIu64 ": %s", r->name, r->line, why);
}

/* Until there is something to read. */
static int await_input(const struct stream_reader *r, struct error *e)
{
	struct pollfd input = { .fd = r->fd, .events = POLLIN };

	do {
		if (r->given_up(r->arg))
			return fail(e, RC_TEMPORARY,
				"%s: stopped before its end was read", r->name);
	} while (poll(&input, 1, LOOK_EVERY_MS) == 0);
	return 0;
}

/* More input after what is left in r->raw: 1, 0 at the end of the file, -1. */
static int fill(struct stream_reader *r, struct error *e)
{
	size_t left = r->raw.len - r->raw_at;
	ssize_t n;

	if (r->at_eof)
		return 0;
	if (left > 0)
		memmove(r->raw.data, r->raw.data + r->raw_at, left);
	buf_cut(&r->raw, left);
	r->raw_at = 0;
	if (r->given_up && await_input(r, e) < 0)
		return -1;
	do
		n = read(r->fd, buf_room(&r->raw, STREAM_READ_SIZE),
			STREAM_READ_SIZE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail_errno(e, "%s", r->name);
	r->raw.len += (size_t)n;
	r->at_eof = n == 0;
	return n > 0;
}

/* The next line without its LF is r->text: 1, 0 at the end, -1. */
static int read_line(struct stream_reader *r, struct error *e)
{
	size_t seen = 0, left;
	const char *lf;
	int got;

	r->line++;
	for (;;) {
		r->text = buf_str(&r->raw) + r->raw_at;
		left = r->raw.len - r->raw_at;
		lf = memchr(r->text + seen, '\n', left - seen);
		r->text_len = lf ? (size_t)(lf - r->text) : left;
		if (r->text_len > STREAM_LINE_MAX)
			return stream_refuse(r, e,
				"a line longer than %u bytes", STREAM_LINE_MAX);
		if (lf) {
			r->raw_at += r->text_len + 1;
			return 1;
		}
		seen = left;
		if ((got = fill(r, e)) < 0)
			return -1;
		if (got == 0 && left == 0)
			return 0;
		if (got == 0)
			return stream_refuse(
				r, e, "the last line is cut off: it has no LF");
	}
}

/* The line that was read last, as an object with a kind. */
static int parse_line(struct stream_reader *r, enum json_flags flags,
	json **line, struct error *e)
{
	*line = json_parse(r->text, r->text_len, flags, e);
	if (!*line)
		return fail_at(e, "%s:%" PRIu64, r->name, r->line);
	if (!json_is_object(*line))
		stream_refuse(r, e, "not an object");
	else if (!json_str(*line, "kind"))
		stream_refuse(r, e, "no \"kind\"");
	else
		return 0;
	json_free(*line);
	*line = NULL;
	return -1;
}

static int check_head(struct stream_reader *r, const json *head,
	const char *stream, struct error *e)
{
	const char *is = json_str(head, "stream");
	char text[FORMAT_TEXT_SIZE];
	int64_t v;

	if (strcmp(json_str(head, "kind"), "head") != 0)
		return stream_refuse(r, e,
			"a \"%s\" stream must start with a head line", stream);
	if (!is || strcmp(is, stream) != 0)
		return stream_refuse(r, e,
			"a \"%s\" stream was expected, not"
			" \"%.100s\"",
			stream, is ? is : "?");
	r->later = format_is_later(head);
	if (r->later)
		return stream_refuse(
			r, e, "the stream %s", format_text(head, text));
	if (json_whole(json_get(head, "v"), &v) < 0 || v != STREAM_VERSION)
		return stream_refuse(r, e,
			"this version reads only streams with \"v\":%d",
			STREAM_VERSION);
	return 0;
}

int stream_read_head(struct stream_reader *r, const char *stream, json **head,
	struct error *e)
{
	int got = read_line(r, e);

	*head = NULL;
	r->count = 0;
	if (got <= 0)
		return got;
	if (parse_line(r, JSON_STRICT, head, e) < 0)
		return -1;
	if (check_head(r, *head, stream, e) == 0)
		return 1;
	json_free(*head);
	*head = NULL;
	return -1;
}

static int check_end(
	const struct stream_reader *r, const json *end, struct error *e)
{
	int64_t count;

	if (json_whole(json_get(end, "count"), &count) < 0)
		return stream_refuse(r, e, "the end line has no count");
	if (!(r->flags & STREAM_ANY_COUNT) && (uint64_t)count != r->count)
		return stream_refuse(r, e,
			"the end line counts %" PRId64 " lines, %" PRIu64
			" were read",
			count, r->count);
	if (!(r->flags & STREAM_ANY_END) && !json_true(end, "complete"))
		return stream_refuse(r, e,
			"the stream is not complete: its writer was stopped");
	return 0;
}

static bool begins(const struct stream_reader *r, const char *text)
{
	size_t n = strlen(text);

	return r->text_len >= n && memcmp(r->text, text, n) == 0;
}

int stream_read_past(struct stream_reader *r, const char *plain, json **line,
	struct error *e)
{
	enum json_flags flags = r->flags & STREAM_MARK_UNREADABLE
					? JSON_MARK_UNREADABLE
					: JSON_STRICT;
	int got = read_line(r, e);
	const char *kind;

	*line = NULL;
	if (got < 0)
		return -1;
	if (got == 0)
		return stream_refuse(r, e,
			"the stream has no end line: its writer was stopped");
	if (plain && begins(r, plain))
		return r->count++, 1;
	if (parse_line(r, flags, line, e) < 0)
		return -1;
	kind = json_str(*line, "kind");
	if (strcmp(kind, "head") == 0)
		stream_refuse(r, e, "a second head line before the end line");
	else if (strcmp(kind, "end") != 0)
		return r->count++, 1;
	else if (check_end(r, *line, e) == 0)
		return 0;
	json_free(*line);
	*line = NULL;
	return -1;
}

int stream_read(struct stream_reader *r, json **line, struct error *e)
{
	return stream_read_past(r, NULL, line, e);
}

int stream_read_eof(struct stream_reader *r, struct error *e)
{
	int got = read_line(r, e);

	if (got > 0)
		return stream_refuse(r, e, "a line after the end line");
	return got;
}

int stream_open(
	const char *operand, int *fd, const char **name, struct error *e)
{
	if (strcmp(operand, "-") == 0) {
		*fd = STDIN_FILENO;
		*name = "stdin";
		return 0;
	}
	*name = operand;
	*fd = open(operand, O_RDONLY | O_CLOEXEC);
	return *fd < 0 ? fail_errno(e, "%s", operand) : 0;
}

void stream_widen_stdout(void)
{
	static char buffer[STREAM_WRITE_SIZE];
	static bool done;

	/* On a terminal lines are read as they come. */
	if (!done && !isatty(STDOUT_FILENO))
		setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	done = true;
}

void stream_writer_init(struct stream_writer *w, FILE *out)
{
	if (out == stdout)
		stream_widen_stdout();
	*w = (struct stream_writer){ .out = out,
		.text = BUF_INIT(STREAM_LINE_MAX) };
}

void stream_writer_fini(struct stream_writer *w)
{
	buf_fini(&w->text);
}

json *stream_line(const char *kind)
{
	json *line = json_object();

	json_put_str(line, "kind", kind);
	return line;
}

json *stream_head(const char *stream)
{
	json *head = stream_line("head");

	json_put_str(head, "stream", stream);
	json_put_int(head, "v", STREAM_VERSION);
	return head;
}

json *stream_kept_head(const char *stream)
{
	json *head = stream_line("head");

	json_put_str(head, "stream", stream);
	format_put(head);
	return head;
}

static int write_line(struct stream_writer *w, json *take_line, struct error *e)
{
	int rc;

	buf_reset(&w->text);
	rc = json_print(take_line, &w->text);
	json_free(take_line);
	if (rc < 0)
		return fail(e, RC_STREAM, "a line longer than %u bytes",
			STREAM_LINE_MAX);
	if (fwrite(w->text.data, 1, w->text.len, w->out) != w->text.len ||
		putc('\n', w->out) == EOF)
		return fail_errno(e, "write");
	return 0;
}

int stream_write(struct stream_writer *w, json *take_line, struct error *e)
{
	const char *kind = json_str(take_line, "kind");

	bool counts = kind && strcmp(kind, "head") != 0;
	int rc = write_line(w, take_line, e);

	w->count += rc == 0 && counts;
	return rc;
}

int stream_write_text(struct stream_writer *w, const char *first,
	size_t first_len, const char *rest, size_t rest_len, struct error *e)
{
	if (fwrite(first, 1, first_len, w->out) != first_len ||
		fwrite(rest, 1, rest_len, w->out) != rest_len ||
		putc('\n', w->out) == EOF)
		return fail_errno(e, "write");
	w->count++;
	return 0;
}

int stream_write_end(
	struct stream_writer *w, json *take_end, bool complete, struct error *e)
{
	json_put_int(take_end, "count", (int64_t)w->count);
	json_put_bool(take_end, "complete", complete);
	if (write_line(w, take_end, e) < 0)
		return -1;
	return stream_flush(w, e);
}

int stream_flush(struct stream_writer *w, struct error *e)
{
	return fflush(w->out) != 0 ? fail_errno(e, "write") : 0;
}
