/*
 * The reader of streams: util/stream.h. The first byte chooses the flags and
 * how much comes at once, the rest is what is read: at one time, and then in
 * PIECES pieces at most that come late. Both ways are the same.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/stream.h"

#define PIECES 32

struct late {
	const uint8_t *data;
	size_t size, piece;
	int fd; /* of a pipe; -1: closed */
};

/* Called before each read: the next piece, or the end. */
static bool come(void *arg)
{
	struct late *l = arg;
	size_t n = l->size < l->piece ? l->size : l->piece;

	if (l->fd < 0)
		return false;
	if (n == 0) {
		close(l->fd);
		l->fd = -1;
		return false;
	}
	must(write(l->fd, l->data, n) == (ssize_t)n);
	l->data += n;
	l->size -= n;
	return false;
}

/* All that is in it, one line each, and how it ends. */
static char *read_all(struct stream_reader *r)
{
	struct buf seen = BUF_INIT(OUTPUT_MAX);
	struct error e;
	json *line;
	uint64_t lines = 0;
	int got;

	while ((got = stream_read_head(r, "fetch", &line, &e)) > 0) {
		do {
			must(++lines == r->line);
			json_print(line, &seen);
			buf_addc(&seen, '\n');
			json_free(line);
			got = stream_read(r, &line, &e);
		} while (got > 0);
		if (got < 0)
			break;
		must(++lines == r->line);
		must(json_is_object(line));
		json_free(line);
	}
	if (got == 0) {
		must(stream_read_eof(r, &e) == 0);
	} else {
		must(e.code == RC_STREAM && strncmp(e.text, "in:", 3) == 0);
		must_be_error(&e);
		buf_adds(&seen, e.text);
	}
	stream_reader_fini(r);
	buf_addc(&seen, '\n');
	return buf_take(&seen);
}

static char *read_at_once(const uint8_t *data, size_t size, unsigned flags)
{
	struct stream_reader r;

	stream_reader_init(
		&r, fuzz_open((const char *)data, size), "in", flags);
	return read_all(&r);
}

static char *read_in_pieces(
	const uint8_t *data, size_t size, size_t piece, unsigned flags)
{
	struct late late = { data, size, piece, -1 };
	struct stream_reader r;
	int fds[2];
	char *seen;

	must(pipe(fds) == 0);
	late.fd = fds[1];
	stream_reader_init(&r, fds[0], "in", flags);
	r.given_up = come;
	r.arg = &late;
	seen = read_all(&r);
	close(fds[0]);
	if (late.fd >= 0)
		close(late.fd);
	return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned flags;
	size_t piece;

	if (size == 0)
		return 0;
	flags = data[0] & 7u;
	piece = (size_t)(data[0] >> 3) * 7 + 1 + size / PIECES;
	must_be_same(read_at_once(data + 1, size - 1, flags),
		read_in_pieces(data + 1, size - 1, piece, flags));
	return 0;
}
