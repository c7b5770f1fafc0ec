/* Options and operands: util/opt.h. What is printed goes to a file. */
#include "util/opt.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"
#include "util/buf.h"
#include "util/file.h"

#define ARGS_MAX 12

enum {
	ID_LONG = 256,
};

static const struct option_spec options[] = {
	{ 'b', "base", "FILE", "the base\nin two lines" },
	{ 'n', "dry-run", NULL, "no write" },
	{ ID_LONG, "journal", "FILE", "the journal" },
};

static const struct command command = {
	.name = "prog",
	.operands = "[FILE ...]",
	.purpose = "Does a thing.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes = "And a note.",
};

/* Kept to the end: getopt remembers where it stood in the last one. */
static char *command_lines[100];
static size_t n_command_lines;

static char out_path[] = "/tmp/opt_test.XXXXXX";

/* Sends a stream into the file, and back again. */
static int capture(FILE *stream)
{
	int saved;

	fflush(stream);
	saved = dup(fileno(stream));
	if (saved < 0 || !freopen(out_path, "w", stream))
		abort();
	return saved;
}

static void release(FILE *stream, int saved, struct buf *text)
{
	struct error e;

	fflush(stream);
	if (dup2(saved, fileno(stream)) < 0)
		abort();
	close(saved);
	if (text && file_read(out_path, text, &e) < 0)
		abort();
}

/*
 * Parses a command line, written as words with a blank between them, into
 * "id[=value] … | operand …", or "exit N".
 */
static void parse(const char *line, struct buf *seen, struct buf *messages)
{
	char *words = strdup(line), *argv[ARGS_MAX + 1] = { NULL }, *rest;
	int argc = 0, id, code = -1, saved;
	struct opt o;

	if (!words || n_command_lines == 100)
		abort();
	command_lines[n_command_lines++] = words;
	for (char *w = strtok_r(words, " ", &rest); w && argc < ARGS_MAX;
		w = strtok_r(NULL, " ", &rest))
		argv[argc++] = w;
	saved = capture(stderr);
	verbosity = 0;
	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, &code)) >= 0)
		buf_addf(seen, "%d%s%s ", id, o.value ? "=" : "",
			o.value ? o.value : "");
	release(stderr, saved, messages);
	if (id == OPT_EXIT) {
		buf_addf(seen, "exit %d", code);
	} else {
		buf_addc(seen, '|');
		for (int i = o.at; i < argc; i++)
			buf_addf(seen, " %s", argv[i]);
	}
}

static void check_parse(const char *line, const char *wanted)
{
	struct buf seen = BUF_INIT(1000);

	parse(line, &seen, NULL);
	if (!check_str(buf_str(&seen), wanted))
		printf("\tfor: %s\n", line);
	buf_fini(&seen);
}

static void test_parse(void)
{
	check_parse("prog", "|");
	check_parse("prog a b", "| a b");
	check_parse("prog -b x a", "98=x | a");
	check_parse("prog -bx", "98=x |");
	check_parse("prog --base x", "98=x |");
	check_parse("prog --base=x", "98=x |");
	check_parse("prog --journal=x -n", "256=x 110 |");
	check_parse("prog -nb x", "110 98=x |");
	check_parse("prog a -n b", "110 | a b");
	check_parse("prog -- -n", "| -n");
	check_parse("prog -", "| -");
	check_parse("prog -n - -b -", "110 98=- | -");
	check_parse("prog --dry", "110 |");
}

static void test_common(void)
{
	check_parse("prog -v a", "| a");
	check_int(verbosity, 1);
	check_parse("prog -vv --verbose", "|");
	check_int(verbosity, 3);
	check_parse("prog -q", "|");
	check_int(verbosity, -1);
	verbosity = 0;
	check_str(program_name, "prog");
}

static void check_usage(const char *line, const char *message)
{
	struct buf seen = BUF_INIT(1000), messages = BUF_INIT(10000);

	parse(line, &seen, &messages);
	check_has(buf_str(&seen), "exit 2");
	if (!check_has(buf_str(&messages), message) ||
		!check_has(buf_str(&messages), "try: prog --help"))
		printf("\tfor: %s\n", line);
	buf_fini(&seen);
	buf_fini(&messages);
}

static void test_wrong(void)
{
	check_usage("prog -x", "prog: no such option: -x");
	check_usage("prog -nx", "no such option: -x");
	check_usage("prog --none", "--none");
	check_usage("prog --base", "--base needs an argument");
	check_usage("prog -b", "-b needs an argument");
	check_usage("prog --dry-run=x", "--dry-run");
	check_usage("prog --help=x", "--help");
	check_usage("prog --ver", "--ver");
}

static void test_operands(void)
{
	static char name[] = "prog", a[] = "a", b[] = "b";
	char *argv[] = { name, a, b, NULL };
	struct opt o;
	int code, saved;

	opt_init(&o, &command, 3, argv);
	check_int(opt_next(&o, &code), OPT_DONE);
	check_int(opt_operands(&o, 2), 0);
	saved = capture(stderr);
	check_int(opt_operands(&o, 1), RC_USAGE);
	release(stderr, saved, NULL);
}

/* The exit code of the one child. */
static int wait_for_child(void)
{
	int status = 0;

	if (wait(&status) < 0 || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* --help closes standard output, so it runs in a process of its own. */
static void test_help(void)
{
	struct buf text = BUF_INIT(10000);
	int saved = capture(stdout), code = -1;
	static char name[] = "prog", help[] = "--help";
	char *argv[] = { name, help, NULL };
	struct opt o;

	if (fork() == 0) {
		opt_init(&o, &command, 2, argv);
		_exit(opt_next(&o, &code) == OPT_EXIT ? code : 99);
	}
	check_int(wait_for_child(), 0);
	release(stdout, saved, &text);
	check_str(buf_str(&text),
		"usage: prog [options] [FILE ...]\n"
		"Does a thing.\n\n"
		"  -b, --base FILE     the base\n"
		"                      in two lines\n"
		"  -n, --dry-run       no write\n"
		"      --journal FILE  the journal\n"
		"  -q, --quiet         say only what is wrong\n"
		"  -v, --verbose       say more; twice: every request\n"
		"  -h, --help          show this and exit\n"
		"      --version       show the version and exit\n"
		"\nAnd a note.\n");
	buf_fini(&text);
}

static void test_numbers(void)
{
	static const char *const bad[] = { NULL, "", " 1", "1 ", "+1", "-1",
		"1x", "0x1", "1.0", "99999999999999999999", "4", "0" };
	long n = 77;
	int64_t wide = 77;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!check_int(parse_number(bad[i], 1, 3, &n), -1))
			printf("\tfor \"%s\"\n", bad[i]);
	check_int(n, 77);
	check_int(parse_number("1", 1, 3, &n), 0);
	check_int(n, 1);
	check_int(parse_number("003", 1, 3, &n), 0);
	check_int(n, 3);
	/* Wherever long has 32 bits, too: a time after 2038. */
	check_int(parse_wide("4102444800", 0, 999999999999, &wide), 0);
	check_int(wide, 4102444800);
	check_int(parse_wide("1000000000000", 0, 999999999999, &wide), -1);
	check_int(parse_wide("9223372036854775808", 0, INT64_MAX, &wide), -1);
	check_int(wide, 4102444800);
}

int main(void)
{
	int fd = mkstemp(out_path);

	if (fd < 0)
		return 1;
	close(fd);
	run(test_parse);
	run(test_common);
	run(test_wrong);
	run(test_operands);
	run(test_help);
	run(test_numbers);
	unlink(out_path);
	while (n_command_lines > 0)
		free(command_lines[--n_command_lines]);
	return test_end();
}
