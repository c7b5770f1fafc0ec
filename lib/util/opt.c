#include "util/opt.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/version.h"

enum {
	ID_VERSION = 1000,
};

static const struct option_spec common_options[] = {
	{ 'q', "quiet", NULL, "say only what is wrong" },
	{ 'v', "verbose", NULL, "say more; twice: every request" },
	{ 'h', "help", NULL, "show this and exit" },
	{ ID_VERSION, "version", NULL, "show the version and exit" },
};
#define N_COMMON (sizeof common_options / sizeof common_options[0])

/* Large enough for every program; opt_next() refuses larger tables. */
#define OPTIONS_MAX 40

static const struct option_spec *spec_at(const struct command *c, size_t i)
{
	return i < c->n_options ? &c->options[i]
				: &common_options[i - c->n_options];
}

static size_t spec_count(const struct command *c)
{
	return c->n_options + N_COMMON;
}

/* "  -b, --base FILE" */
static void option_label(struct buf *b, const struct option_spec *o)
{
	if (o->id < 256)
		buf_addf(b, "  -%c, --%s", o->id, o->name);
	else
		buf_addf(b, "      --%s", o->name);
	if (o->arg)
		buf_addf(b, " %s", o->arg);
}

static void print_option(const struct option_spec *o, size_t column)
{
	struct buf label = BUF_INIT(200);
	const char *help = o->help, *lf;

	option_label(&label, o);
	printf("%-*s  ", (int)column, buf_str(&label));
	while ((lf = strchr(help, '\n'))) {
		printf("%.*s\n%*s  ", (int)(lf - help), help, (int)column, "");
		help = lf + 1;
	}
	printf("%s\n", help);
	buf_fini(&label);
}

static void print_help(const struct command *c)
{
	size_t column = 0;

	printf("usage: %s [options]%s%s\n%s\n\n", c->name,
		*c->operands ? " " : "", c->operands, c->purpose);
	for (size_t i = 0; i < spec_count(c); i++) {
		struct buf label = BUF_INIT(200);

		option_label(&label, spec_at(c, i));
		column = label.len > column ? label.len : column;
		buf_fini(&label);
	}
	for (size_t i = 0; i < spec_count(c); i++)
		print_option(spec_at(c, i), column);
	if (c->notes)
		printf("\n%s\n", c->notes);
}

static void add_short(char *shorts, const struct option_spec *o)
{
	size_t n = strlen(shorts);

	if (o->id >= 256)
		return;
	shorts[n++] = (char)o->id;
	if (o->arg)
		shorts[n++] = ':';
	shorts[n] = '\0';
}

void opt_init(struct opt *o, const struct command *c, int argc, char **argv)
{
	*o = (struct opt){ .command = c, .argc = argc, .argv = argv };
	program_name = c->name;
	optind = 1;
	opterr = 0;
}

static int next_id(struct opt *o)
{
	struct option longs[OPTIONS_MAX + 1] = { 0 };
	char shorts[2 * OPTIONS_MAX + 2] = ":";

	for (size_t i = 0; i < spec_count(o->command); i++) {
		const struct option_spec *s = spec_at(o->command, i);

		longs[i].name = s->name;
		longs[i].has_arg = s->arg ? required_argument : no_argument;
		longs[i].val = s->id;
		add_short(shorts, s);
	}
	return getopt_long(o->argc, o->argv, shorts, longs, NULL);
}

/* What getopt stumbled over, as the user wrote it. */
static int wrong_option(struct opt *o, int id)
{
	const char *word = o->argv[optind - 1];

	if (id == ':')
		return opt_usage(o->command, "%s needs an argument", word);
	if (optopt > 0 && optopt < 256 && word[0] == '-' && word[1] != '-')
		return opt_usage(o->command, "no such option: -%c", optopt);
	return opt_usage(
		o->command, "no such option, or an ambiguous one: %s", word);
}

/* Handles the options that all programs share; OPT_EXIT, or 0 to go on. */
static int common_option(struct opt *o, int id, int *code)
{
	struct error e;

	switch (id) {
	case 'q':
		verbosity = -1;
		return 0;
	case 'v':
		verbosity++;
		return 0;
	case 'h':
		print_help(o->command);
		break;
	default:
		printf("%s %s\n", o->command->name, version_text());
		break;
	}
	*code = close_stdout(&e) < 0 ? error_report(&e) : RC_DONE;
	return OPT_EXIT;
}

int opt_next(struct opt *o, int *code)
{
	for (;;) {
		int id = next_id(o);

		o->value = optarg;
		o->at = optind;
		if (id == -1)
			return OPT_DONE;
		if (id == '?' || id == ':') {
			*code = wrong_option(o, id);
			return OPT_EXIT;
		}
		if (id != 'q' && id != 'v' && id != 'h' && id != ID_VERSION)
			return id;
		if (common_option(o, id, code) == OPT_EXIT)
			return OPT_EXIT;
	}
}

int opt_usage(const struct command *c, const char *fmt, ...)
{
	char text[ERROR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	warning("%s", text);
	warning("try: %s --help", c->name);
	return RC_USAGE;
}

int opt_operands(const struct opt *o, int max)
{
	if (o->argc - o->at <= max)
		return 0;
	return opt_usage(
		o->command, "unexpected operand: %s", o->argv[o->at + max]);
}

int parse_wide(const char *s, int64_t min, int64_t max, int64_t *out)
{
	char *end;
	long long n;

	if (!s || *s < '0' || *s > '9')
		return -1;
	errno = 0;
	n = strtoll(s, &end, 10);
	if (errno || *end || n < min || n > max)
		return -1;
	*out = n;
	return 0;
}

int parse_number(const char *s, long min, long max, long *out)
{
	int64_t n;

	if (parse_wide(s, min, max, &n) < 0)
		return -1;
	*out = (long)n;
	return 0;
}
