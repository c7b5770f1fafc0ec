/*
 * The streams between the programs: newline-delimited JSON: a head line, body
 * lines and an end line. A pipe can't tell its reader that the writer died, so
 * a stream counts as complete only once its end line has been read and says so.
 *
 *   {"kind":"head","stream":"<name>","v":1,…}
 *   {"kind":"…",…}                               any number
 *   {"kind":"end","count":<body lines>,"complete":true,…}
 *
 * The reader refuses, with RC_STREAM and "<file>:<line>: <reason>": no head,
 * another stream's head, an unknown v, a line that is not a JSON object or
 * longer than STREAM_LINE_MAX, a last line without LF, no end, a wrong count,
 * "complete":false, and a line after the end line.
 */
#ifndef UTIL_STREAM_H
#define UTIL_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "util/buf.h"
#include "util/error.h"
#include "util/format.h"
#include "util/json.h"

#define STREAM_VERSION FORMAT
#define STREAM_LINE_MAX (4u << 20) /* bytes, its LF not counted */

enum stream_flags {
	STREAM_STRICT = 0,
	/* Lines with unreadable strings pass, marked: util/json.h. */
	STREAM_MARK_UNREADABLE = 1,
	/* `count` isn't compared: a plan may be filtered by jq or grep. */
	STREAM_ANY_COUNT = 2,
	/* "complete":false is not an error: for the records of broken runs. */
	STREAM_ANY_END = 4,
};

struct stream_reader {
	const char *name; /* for messages: a file's name, or "stdin" */
	int fd;
	unsigned flags;
	uint64_t line;	/* number of the line read last, from 1 */
	uint64_t count; /* body lines of this stream so far */
	/* The line read last, until the next one is read; no NUL follows. */
	const char *text;
	size_t text_len;
	struct buf raw;
	size_t raw_at; /* how much of it has been read as lines */
	bool at_eof;
	bool later; /* a head was refused because its form is a later one */
	/*
	 * For input that may come late: asked before each read and five times a
	 * second while there is none; true ends it with RC_TEMPORARY. NULL:
	 * read() waits.
	 */
	bool (*given_up)(void *arg);
	void *arg;
};

/* fd stays the caller's. */
void stream_reader_init(
	struct stream_reader *r, int fd, const char *name, unsigned flags);
void stream_reader_fini(struct stream_reader *r);

/*
 * Reads a head; an input may hold several streams one after another. 1 with
 * *head, which the caller frees; 0 at the end of the input; -1.
 */
int stream_read_head(struct stream_reader *r, const char *stream, json **head,
	struct error *e);
/*
 * Reads a line: 1 with a body line, 0 with the end line (all checked), -1.
 * The caller frees *line, which is NULL in the last case only.
 */
int stream_read(struct stream_reader *r, json **line, struct error *e);
/*
 * The same, but a body line that begins with `plain`, such as {"kind":"row", is
 * counted and not parsed: *line is NULL, and r->text is all there is of it.
 */
int stream_read_past(struct stream_reader *r, const char *plain, json **line,
	struct error *e);
/* Fails unless the input ends here. */
int stream_read_eof(struct stream_reader *r, struct error *e);
/* RC_STREAM with "<file>:<line>: " and the reason; returns -1. */
int stream_refuse(const struct stream_reader *r, struct error *e,
	const char *fmt, ...) PRINTF_LIKE(3, 4);

/*
 * Opens an operand: "-" is standard input. *fd is the caller's to close,
 * unless it is 0.
 */
int stream_open(
	const char *operand, int *fd, const char **name, struct error *e);

struct stream_writer {
	FILE *out;
	uint64_t count;
	struct buf text; /* what stream_write() wrote last, without its LF */
};

void stream_writer_init(struct stream_writer *w, FILE *out);
void stream_writer_fini(struct stream_writer *w);

/*
 * Lets standard output hand on as much at once as a pipe holds; only before
 * anything is written to it. stream_writer_init() does so.
 */
void stream_widen_stdout(void);

/* An object that starts with "kind". */
json *stream_line(const char *kind);
/* {"kind":"head","stream":…,"v":1} */
json *stream_head(const char *stream);
/* The same for a file that is kept, with who wrote it: util/format.h. */
json *stream_kept_head(const char *stream);

/*
 * Writes one line, head or body; RC_LOCAL when the output fails, RC_STREAM when
 * the line is too long: then nothing of it is written, and other lines may
 * follow. take_line is freed in any case. Output is buffered; stream_flush()
 * hands it to the reader.
 */
int stream_write(struct stream_writer *w, json *take_line, struct error *e);
/*
 * A body line from two texts, without LF, that its writer vouches for: one that
 * is passed on, and isn't read for that.
 */
int stream_write_text(struct stream_writer *w, const char *first,
	size_t first_len, const char *rest, size_t rest_len, struct error *e);
/* Appends count and complete to the end line, writes it, and flushes. */
int stream_write_end(struct stream_writer *w, json *take_end, bool complete,
	struct error *e);
int stream_flush(struct stream_writer *w, struct error *e);

#endif
