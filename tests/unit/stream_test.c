/* The streams between the programs: util/stream.h. */
#include "util/stream.h"

#include <stdlib.h>
#include <unistd.h>

#include "test.h"

#define HEAD "{\"kind\":\"head\",\"stream\":\"x\",\"v\":1}\n"
#define END(n) "{\"kind\":\"end\",\"count\":" #n ",\"complete\":true}\n"
#define BODY "{\"kind\":\"a\",\"n\":1}\n"

/* A file with that content, read from its start; already without a name. */
static int content(const char *text, size_t len)
{
	FILE *f = tmpfile();
	int fd;

	if (!f || fwrite(text, 1, len, f) != len || fflush(f) != 0)
		abort();
	fd = dup(fileno(f));
	fclose(f);
	if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	return fd;
}

/* Reads one stream and demands its end; the body lines, or -1. */
static int read_through(
	const char *text, size_t len, unsigned flags, struct error *e)
{
	int fd = content(text, len), got, lines = 0;
	struct stream_reader r;
	json *line;

	*e = (struct error){ 0 };
	stream_reader_init(&r, fd, "in", flags);
	got = stream_read_head(&r, "x", &line, e);
	if (got == 0)
		got = stream_refuse(&r, e, "nothing");
	while (got > 0) {
		json_free(line);
		got = stream_read(&r, &line, e);
		lines += got > 0;
	}
	if (got == 0) {
		json_free(line);
		got = stream_read_eof(&r, e);
	}
	stream_reader_fini(&r);
	close(fd);
	return got < 0 ? -1 : lines;
}

static void check_refused(const char *text, unsigned flags, const char *why)
{
	struct error e;

	if (!check_int(read_through(text, strlen(text), flags, &e), -1) ||
		!check_int(e.code, RC_STREAM) || !check_has(e.text, why))
		printf("\tfor %s\n", text);
}

static void check_whole(const char *text, unsigned flags, int lines)
{
	struct error e;

	if (!check_int(read_through(text, strlen(text), flags, &e), lines))
		printf("\t%s\n\tfor %s\n", e.text, text);
}

/* As read_through(), but past lines that begin so: how many were parsed. */
static int read_past(const char *text, const char *plain, struct error *e)
{
	int fd = content(text, strlen(text)), got, parsed = 0;
	struct stream_reader r;
	json *line;

	*e = (struct error){ 0 };
	stream_reader_init(&r, fd, "in", STREAM_STRICT);
	got = stream_read_head(&r, "x", &line, e);
	while (got > 0) {
		json_free(line);
		got = stream_read_past(&r, plain, &line, e);
		parsed += got > 0 && line;
		if (got > 0)
			check_int(r.text_len > 0, true);
	}
	if (got == 0)
		json_free(line);
	stream_reader_fini(&r);
	close(fd);
	return got < 0 ? -1 : parsed;
}

static void test_past(void)
{
	static const char plain[] = "{\"kind\":\"a\",";
	struct error e;

	check_int(read_past(HEAD BODY BODY END(2), plain, &e), 0);
	check_int(read_past(HEAD BODY END(1), "{\"kind\":\"b\",", &e), 1);
	/* The same in another form, the end too: parsed, and counted. */
	check_int(read_past(HEAD BODY " {\"n\":1,\"kind\":\"a\"}\n"
				      "{\"count\":2,\"complete\":true,"
				      "\"kind\":\"end\"}\n",
			  plain, &e),
		1);
	/* What isn't JSON passes where it is passed over, and nowhere else. */
	check_int(read_past(HEAD "{\"kind\":\"a\",?\n" END(1), plain, &e), 0);
	check_int(read_past(HEAD "{\"kind\":\"b\",?\n" END(1), plain, &e), -1);
	check_has(e.text, "in:2: byte ");
	check_int(read_past(HEAD BODY END(2), plain, &e), -1);
	check_has(e.text, "in:3: the end line counts 2");
	check_int(read_past(HEAD BODY HEAD END(1), plain, &e), -1);
	check_has(e.text, "in:3: a second head");
	check_int(read_past(HEAD BODY, plain, &e), -1);
	check_has(e.text, "in:3: the stream has no end");
}

static void test_whole(void)
{
	check_whole(HEAD END(0), 0, 0);
	check_whole(HEAD BODY BODY END(2), 0, 2);
	/* Unknown keys, keys in any order, white space. */
	check_whole(
		"{\"v\":1,\"new\":{},\"stream\":\"x\", \"kind\":\"head\"}\n"
		" {\"n\":1,\"kind\":\"b\"}\t\r\n"
		"{\"complete\":true,\"more\":1,\"count\":1,\"kind\":\"end\"}"
		"\n",
		0, 1);
}

static void test_refused(void)
{
	check_refused("", 0, "in:1: nothing");
	check_refused("\n", 0, "in:1: ");
	check_refused(BODY END(1), 0, "in:1: ");
	check_refused(END(0), 0, "in:1: ");
	check_refused("{\"kind\":\"head\",\"stream\":\"y\",\"v\":1}\n" END(0),
		0, "\"y\"");
	check_refused("{\"kind\":\"head\",\"v\":1}\n" END(0), 0, "in:1: ");
	check_refused("{\"kind\":\"head\",\"stream\":\"x\",\"v\":2}\n" END(0),
		0,
		"in:1: the stream has format 2, written by a later vaultsync");
	check_refused("{\"kind\":\"head\",\"stream\":\"x\",\"v\":7,"
		      "\"by\":\"0.9.0 (abc)\"}\n" END(0),
		0, "format 7, written by vaultsync 0.9.0 (abc), and this is");
	check_refused("{\"kind\":\"head\",\"stream\":\"x\",\"v\":0}\n" END(0),
		0, "\"v\":1");
	check_refused(
		"{\"kind\":\"head\",\"stream\":\"x\"}\n" END(0), 0, "\"v\":1");
	check_refused("{\"kind\":\"head\",\"stream\":\"x\",\"v\":\"1\"}\n", 0,
		"\"v\":1");
	check_refused(HEAD, 0, "in:2: the stream has no end");
	check_refused(HEAD BODY, 0, "in:3: the stream has no end");
	check_refused(HEAD HEAD END(0), 0, "in:2: a second head");
	check_refused(HEAD "\n" END(0), 0, "in:2: ");
	check_refused(HEAD "[1]\n" END(1), 0, "in:2: not an object");
	check_refused(HEAD "{\"n\":1}\n" END(1), 0, "no \"kind\"");
	check_refused(HEAD "{\"kind\":1}\n" END(1), 0, "no \"kind\"");
	check_refused(HEAD "{\"kind\":\"a\",\"kind\":\"b\"}\n" END(1), 0,
		"in:2: the key \"kind\" is repeated");
	check_refused(HEAD "{\"kind\":\"a\",\"s\":\"\\u0000\"}\n" END(1), 0,
		"in:2: byte 17");
	check_refused("\xEF\xBB\xBF" HEAD END(0), 0, "in:1: ");
}

static void test_ends(void)
{
	check_refused(HEAD BODY END(0), 0, "in:3: the end line counts 0");
	check_refused(HEAD BODY END(2), 0, "counts 2 lines, 1");
	check_whole(HEAD BODY END(7), STREAM_ANY_COUNT, 1);
	check_refused(
		HEAD "{\"kind\":\"end\",\"complete\":true}\n", 0, "no count");
	check_refused(HEAD
		"{\"kind\":\"end\",\"count\":-1,\"complete\":true}\n",
		0, "count");
	check_refused(HEAD
		"{\"kind\":\"end\",\"count\":0,\"complete\":false}\n",
		0, "not complete");
	check_refused(
		HEAD "{\"kind\":\"end\",\"count\":0}\n", 0, "not complete");
	check_refused(HEAD
		"{\"kind\":\"end\",\"count\":0,\"complete\":\"true\"}\n",
		0, "not complete");
	check_whole(HEAD "{\"kind\":\"end\",\"count\":0,\"complete\":false}\n",
		STREAM_ANY_END, 0);
	check_refused(HEAD END(0) "\n", 0, "in:3: a line after the end line");
	check_refused(HEAD END(0) "x", 0, "in:3: ");
	check_refused(HEAD END(0) END(0), 0, "in:3: a line after the end line");
}

/* A stream cut anywhere is not a stream. */
static void test_every_cut(void)
{
	static const char text[] =
		HEAD BODY "{\"kind\":\"b\",\"s\":\"\\u00e9é\"}\n" END(2);
	struct error e;

	for (size_t len = 0; len < strlen(text); len++) {
		if (!check_int(read_through(text, len, 0, &e), -1) ||
			!check_int(e.code, RC_STREAM))
			printf("\tcut at byte %zu\n", len);
	}
	check_int(read_through(text, strlen(text), 0, &e), 2);
}

/* Marks are for body lines; a head that can't be read is refused. */
static void test_marks(void)
{
	check_whole(HEAD "{\"kind\":\"a\",\"s\":\"\\u0000\"}\n" END(1),
		STREAM_MARK_UNREADABLE, 1);
	check_refused(HEAD "{\"kind\":\"\\u0000\"}\n" END(1),
		STREAM_MARK_UNREADABLE, "no \"kind\"");
	check_refused("{\"kind\":\"head\",\"stream\":\"x\",\"v\":1,"
		      "\"scope\":\"\\ud800\"}\n" END(0),
		STREAM_MARK_UNREADABLE, "lone surrogate");
}

static void check_line_length(size_t len, int wanted)
{
	struct buf text = BUF_INIT(2 * STREAM_LINE_MAX);
	static const char start[] = "{\"kind\":\"a\",\"s\":\"";
	struct error e;

	buf_adds(&text, HEAD);
	buf_adds(&text, start);
	for (size_t i = strlen(start) + 2; i < len; i++)
		buf_addc(&text, 'x');
	buf_adds(&text, "\"}\n" END(1));
	check_int(read_through(buf_str(&text), text.len, 0, &e), wanted);
	if (wanted < 0)
		check_has(e.text, "in:2: a line longer than 4194304 bytes");
	buf_fini(&text);
}

static void test_line_length(void)
{
	check_line_length(STREAM_LINE_MAX, 1);
	check_line_length(STREAM_LINE_MAX + 1, -1);
	/* At the edges of what is read in one go. */
	for (size_t len = 65536 - 60; len < 65536 + 60; len++)
		check_line_length(len, 1);
}

static void test_too_many_values(void)
{
	struct buf text = BUF_INIT(2 * STREAM_LINE_MAX);
	struct error e;

	buf_adds(&text, HEAD "{\"kind\":\"a\",\"s\":[");
	for (size_t i = 0; i < STREAM_LINE_MAX / 3 - 100; i++)
		buf_adds(&text, "[],");
	buf_adds(&text, "0]}\n" END(1));
	check_int(read_through(buf_str(&text), text.len, 0, &e), -1);
	check_has(e.text, "more values");
	buf_fini(&text);
}

static void test_several(void)
{
	static const char text[] = HEAD BODY END(1) HEAD END(0);
	int fd = content(text, strlen(text));
	struct stream_reader r;
	struct error e;
	json *line;

	stream_reader_init(&r, fd, "in", 0);
	check_int(stream_read_head(&r, "x", &line, &e), 1);
	json_free(line);
	check_int(stream_read(&r, &line, &e), 1);
	json_free(line);
	check_int(stream_read(&r, &line, &e), 0);
	json_free(line);
	check_int(stream_read_head(&r, "x", &line, &e), 1);
	check_int(r.line, 4);
	json_free(line);
	check_int(stream_read(&r, &line, &e), 0);
	json_free(line);
	check_int(stream_read_head(&r, "x", &line, &e), 0);
	check(line == NULL);
	stream_reader_fini(&r);
	close(fd);
}

static void test_write(void)
{
	struct stream_writer w;
	struct error e;
	char text[500] = "";
	FILE *f = tmpfile();
	json *line;

	stream_writer_init(&w, f);
	check_int(stream_write(&w, stream_head("x"), &e), 0);
	line = stream_line("a");
	json_put_str(line, "s", "b\nc");
	check_int(stream_write(&w, line, &e), 0);
	line = stream_line("end");
	json_put_int(line, "extra", 5);
	check_int(stream_write_end(&w, line, true, &e), 0);
	rewind(f);
	check(fread(text, 1, sizeof text - 1, f) > 0);
	check_str(text, HEAD "{\"kind\":\"a\",\"s\":\"b\\nc\"}\n"
			     "{\"kind\":\"end\",\"extra\":5,\"count\":1,"
			     "\"complete\":true}\n");
	stream_writer_fini(&w);
	fclose(f);
}

static void test_write_too_long(void)
{
	char *long_text = malloc(STREAM_LINE_MAX + 1);
	struct stream_writer w;
	struct error e;
	FILE *f = tmpfile();
	json *line = stream_line("a");

	if (!long_text || !f)
		abort();
	memset(long_text, 'x', STREAM_LINE_MAX);
	long_text[STREAM_LINE_MAX] = '\0';
	json_put_str(line, "s", long_text);
	stream_writer_init(&w, f);
	check_int(stream_write(&w, line, &e), -1);
	check_int(e.code, RC_STREAM);
	check_int(ftell(f), 0);
	stream_writer_fini(&w);
	fclose(f);
	free(long_text);
}

static void test_full_disk(void)
{
	struct stream_writer w;
	struct error e;
	FILE *f = fopen("/dev/full", "w");
	int rc;

	if (!f)
		return;
	stream_writer_init(&w, f);
	rc = stream_write(&w, stream_head("x"), &e);
	if (rc == 0)
		rc = stream_write_end(&w, stream_line("end"), true, &e);
	check_int(rc, -1);
	check_int(e.code, RC_LOCAL);
	stream_writer_fini(&w);
	fclose(f);
}

static void test_open(void)
{
	const char *name;
	struct error e;
	int fd;

	check_int(stream_open("-", &fd, &name, &e), 0);
	check_int(fd, 0);
	check_str(name, "stdin");
	check_int(stream_open("no/such/file", &fd, &name, &e), -1);
	check_int(e.code, RC_LOCAL);
	check_has(e.text, "no/such/file: No such file");
	/* A folder can be opened, but not read. */
	check_int(stream_open("/", &fd, &name, &e), 0);
	close(fd);
}

int main(void)
{
	run(test_whole);
	run(test_past);
	run(test_refused);
	run(test_ends);
	run(test_every_cut);
	run(test_marks);
	run(test_line_length);
	run(test_too_many_values);
	run(test_several);
	run(test_write);
	run(test_write_too_long);
	run(test_full_disk);
	run(test_open);
	return test_end();
}
