#include "chores.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "runs/event_log.h"
#include "runs/retention.h"
#include "util/file.h"
#include "util/opt.h"

#define INPUT_MAX ((size_t)64 << 20)

typedef int chore(char *const *args, int n, struct error *e);

static int read_input(struct buf *text, struct error *e)
{
	return file_read_from(STDIN_FILENO, "standard input", text, e);
}

/* Without the NULs that no text has, and the line break at its end. */
static char *as_text(struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] == '\0')
			text->data[i] = '?';
	buf_addc(text, '\0');
	if (text->len > 1 && text->data[text->len - 2] == '\n')
		text->data[text->len - 2] = '\0';
	return text->data;
}

/* FOLDER RUN LEVEL PROGRAM: standard input is one event of sync.log. */
static int log_one(char *const *args, int n, struct error *e)
{
	const struct event event = {
		.run = args[1], .level = args[2], .program = args[3]
	};
	struct buf text = BUF_INIT(INPUT_MAX);
	int rc = read_input(&text, e);

	(void)n;
	if (rc == 0)
		rc = event_log(args[0], &event, as_text(&text), e);
	buf_fini(&text);
	return rc;
}

/* FOLDER RUN LEVEL PROGRAM CODE: it is what that program said. */
static int log_said(char *const *args, int n, struct error *e)
{
	const struct event event = {
		.run = args[1], .level = args[2], .program = args[3]
	};
	struct buf text = BUF_INIT(INPUT_MAX);
	int rc = read_input(&text, e);
	long code = 0;

	(void)n;
	if (parse_number(args[4], 0, 255, &code) < 0)
		return fail(e, RC_USAGE, "%s is not an exit code", args[4]);
	if (rc == 0)
		rc = event_log_said(
			args[0], &event, (int)code, as_text(&text), e);
	buf_fini(&text);
	return rc;
}

/* FILE…: it becomes each of them, whole or not at all. */
static int put(char *const *args, int n, struct error *e)
{
	struct buf text = BUF_INIT(INPUT_MAX);
	int rc = read_input(&text, e);

	for (int i = 0; rc == 0 && i < n; i++)
		rc = file_replace_with(args[i], buf_str(&text), text.len, e);
	buf_fini(&text);
	return rc;
}

/* FILE: it goes behind what is there. */
static int append(char *const *args, int n, struct error *e)
{
	int fd = file_open_own(args[0], O_APPEND, e), rc = fd < 0 ? -1 : 0;
	char chunk[65536];
	ssize_t got;

	(void)n;
	while (rc == 0 && (got = read(STDIN_FILENO, chunk, sizeof chunk)) != 0)
		rc = got < 0 ? fail_errno(e, "standard input")
			     : file_write(fd, args[0], chunk, (size_t)got, e);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* FOLDER NAME…: those of these files that grew long. */
static int put_aside(char *const *args, int n, struct error *e)
{
	int rc = 0;

	for (int i = 1; i < n; i++)
		if (log_put_aside(args[0], args[i], e) < 0)
			rc = -1;
	return rc;
}

/* FOLDER RUN: the old ones, but never that one. */
static int forget(char *const *args, int n, struct error *e)
{
	(void)n;
	return runs_forget(args[0], args[1], e);
}

/* FOLDER: what killed runs have left there. */
static int clear(char *const *args, int n, struct error *e)
{
	(void)n;
	(void)e;
	work_clear(args[0]);
	return 0;
}

int chore_do(const char *name, char *const *args, int n, struct error *e)
{
	static const struct {
		const char *name;
		int least, most;
		chore *run;
	} chores[] = {
		{ "log", 4, 4, log_one },
		{ "log-said", 5, 5, log_said },
		{ "put", 1, 8, put },
		{ "append", 1, 1, append },
		{ "put-aside", 2, 8, put_aside },
		{ "forget-runs", 2, 2, forget },
		{ "clear-work", 1, 1, clear },
	};

	for (size_t i = 0; i < sizeof chores / sizeof chores[0]; i++) {
		if (strcmp(chores[i].name, name) != 0)
			continue;
		if (n < chores[i].least || n > chores[i].most)
			return fail(e, RC_USAGE,
				"--script %s: wrong number of operands", name);
		return chores[i].run(args, n, e);
	}
	return fail(e, RC_USAGE, "--script: no such chore: %s", name);
}
