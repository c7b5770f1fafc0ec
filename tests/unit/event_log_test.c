/* sync.log, line by line: runs/event_log.h. */
#include "runs/event_log.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/text.h"

#define RUN "20261125T193500Z-812"

static char dir[] = "/tmp/event_log_test.XXXXXX";
static const struct event event = {
	.level = "info", .run = RUN, .program = "apply"
};

/* What is in the log behind its first line; it is empty then; allocated. */
static char *take_log(void)
{
	static const char head[] =
		" level=debug run=- program=run msg=\"format 1, written by "
		"vaultsync ";
	char *path = path_join(dir, EVENT_LOG), *all, *log;
	struct buf text = BUF_INIT(1 << 20);
	struct error e;
	char *lf;

	if (file_read(path, &text, &e) < 0)
		buf_adds(&text, e.text);
	unlink(path);
	free(path);
	all = buf_take(&text);
	lf = strchr(all, '\n');
	check(lf && strstr(all, head) && strstr(all, head) < lf);
	log = xstrdup(lf ? lf + 1 : all);
	free(all);
	return log;
}

/* The message of the only line. */
static void check_message(const char *text, const char *wanted)
{
	struct error e = { 0 };
	char *log, *at;

	if (!check_int(event_log(dir, &event, text, &e), 0))
		printf("\t%s\n", e.text);
	log = take_log();
	check(utf8_valid(log, strlen(log)));
	check(strchr(log, '\n') == log + strlen(log) - 1);
	check(strncmp(log, "time=20", 7) == 0 && log[28] == 'Z');
	check_has(log, "Z level=info run=" RUN " program=apply msg=\"");
	at = strstr(log, "msg=");
	check_str(at ? at : "", wanted);
	free(log);
}

static void test_text(void)
{
	check_message("begins", "msg=\"begins\"\n");
	check_message("", "msg=\"\"\n");
	check_message("a \"b\" \\ c", "msg=\"a \\\"b\\\" \\\\ c\"\n");
	/* Nothing makes a line of its own, or hides one. */
	check_message("a\ntime=2026-11-25T19:35:00.123Z level=error",
		"msg=\"a\\ntime=2026-11-25T19:35:00.123Z level=error\"\n");
	check_message("a\r\x1B[2K\xC2\x85"
		      "\xC2\x9B"
		      "\u2028\u202Eb",
		"msg=\"a\\\\u{000D}\\\\u{001B}[2K\\\\u{0085}\\\\u{009B}"
		"\\\\u{2028}\\\\u{202E}b\"\n");
	/* What is not UTF-8 would make the reader pass over the line. */
	check_message("a\x9B\xC2", "msg=\"a\\\\x9B\\\\xC2\"\n");
}

/* However a text is cut, no character is. */
static void test_cut(void)
{
	static char text[EVENT_TEXT_MAX + 100];
	struct error e;

	for (size_t shift = 0; shift < 4; shift++) {
		char *log;
		size_t n = shift;

		memset(text, 'a', shift);
		for (; n + 4 < sizeof text; n += 4)
			memcpy(text + n, "\U0001F600", 4);
		text[n] = '\0';
		check_int(event_log(dir, &event, text, &e), 0);
		log = take_log();
		check(utf8_valid(log, strlen(log)));
		check(!strstr(log, "\\x"));
		check(strlen(log) > EVENT_TEXT_MAX - 4);
		check(strlen(log) < EVENT_TEXT_MAX + 200);
		free(log);
	}
}

static void check_names(
	const char *run, const char *program, const char *wanted)
{
	const struct event of = {
		.level = "warn", .run = run, .program = program
	};
	struct error e;
	char *log;

	check_int(event_log(dir, &of, "x", &e), 0);
	log = take_log();
	check_has(log, wanted);
	free(log);
}

static void test_names(void)
{
	check_names("-", "alarm", "level=warn run=- program=alarm msg");
	check_names("x y", "a b", "run=- program=- msg");
	check_names("", "", "run=- program=- msg");
	check_names(RUN "\n", "a\n", "run=- program=- msg");
}

static void check_said(int code, const char *said, const char *wanted)
{
	static const struct event of = {
		.level = "info", .run = RUN, .program = "plan"
	};
	struct buf seen = BUF_INIT(1 << 20);
	struct error e;
	char *log;

	check_int(event_log_said(dir, &of, code, said, &e), 0);
	log = *wanted ? take_log() : xstrdup("");
	for (char *line = log, *lf; (lf = strchr(line, '\n')); line = lf + 1) {
		*lf = '\0';
		line = strstr(line, "level=");
		buf_addf(&seen, "%s\n", line ? line : "no level");
	}
	check_str(buf_str(&seen), wanted);
	buf_fini(&seen);
	free(log);
}

static void test_said(void)
{
	check_said(0, "", "");
	check_said(0, "apply: one\nsb-fetch: two\n",
		"level=info run=" RUN " program=apply msg=\"one\"\n"
		"level=info run=" RUN " program=sb-fetch msg=\"two\"\n");
	/* The last line of one that failed is why. */
	check_said(75, "apply: one\napply: two",
		"level=info run=" RUN " program=apply msg=\"one\"\n"
		"level=error run=" RUN " program=apply msg=\"two\"\n");
	check_said(1, "apply: one\n",
		"level=info run=" RUN " program=apply msg=\"one\"\n");
	check_said(139, "Segmentation fault: x\n\n",
		"level=info run=" RUN
		" program=plan msg=\"Segmentation fault: x\"\n"
		"level=error run=" RUN " program=plan msg=\"\"\n");
}

/* Of very many lines the last count. */
static void test_many(void)
{
	struct buf said = BUF_INIT(1 << 20);
	struct error e;
	char *log;
	int lines = 0;

	for (int i = 0; i < EVENT_LINES_MAX + 5; i++)
		buf_addf(&said, "plan: line %d\n", i);
	check_int(event_log_said(dir, &event, 0, buf_str(&said), &e), 0);
	log = take_log();
	for (char *c = log; *c; c++)
		lines += *c == '\n';
	check_int(lines, EVENT_LINES_MAX);
	check_has(log, "msg=\"line 5\"");
	check(!strstr(log, "msg=\"line 4\""));
	free(log);
	buf_fini(&said);
}

static void test_file(void)
{
	char *path = path_join(dir, EVENT_LOG), *other = path_join(dir, "o");
	struct error e;
	struct stat st;

	check_int(event_log(dir, &event, "x", &e), 0);
	check_int(stat(path, &st), 0);
	check_int(st.st_mode & 0777, 0600);
	unlink(path);
	check_int(symlink(other, path), 0);
	check_int(event_log(dir, &event, "x", &e), -1);
	check_int(e.code, RC_LOCAL);
	check(access(other, F_OK) < 0);
	unlink(path);
	check_int(event_log("/none", &event, "x", &e), -1);
	check_has(e.text, "/none/sync.log");
	free(other);
	free(path);
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	run(test_text);
	run(test_cut);
	run(test_names);
	run(test_said);
	run(test_many);
	run(test_file);
	rmdir(dir);
	return test_end();
}
