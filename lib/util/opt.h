/*
 * Options and operands, handled the same way in every program. The table that
 * drives the parsing is also the text of --help, so the two can't differ; the
 * manual pages and the completions are tested against it.
 *
 * Every program has -h/--help, --version, -q/--quiet and -v/--verbose in
 * addition to its own; "--" ends the options and "-" is an operand (standard
 * input).
 */
#ifndef UTIL_OPT_H
#define UTIL_OPT_H

#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

struct option_spec {
	int id;		  /* its short letter, or a number from 256 on */
	const char *name; /* long name without dashes */
	const char *arg;  /* what its argument is called, NULL: none */
	const char *help; /* a line or more; '\n' keeps the same column */
};

struct command {
	const char *name;
	const char *operands; /* "[FILE ...]", or "" */
	const char *purpose;  /* a sentence */
	const struct option_spec *options;
	size_t n_options;
	const char *notes; /* printed after the options, or NULL */
};

struct opt {
	const struct command *command;
	int argc;
	char **argv;
	const char *value; /* the argument of the option returned last */
	int at;		   /* index of the first operand, after OPT_DONE */
};

enum {
	OPT_DONE = -1, /* no more options: operands are argv[at] … */
	OPT_EXIT = -2, /* the program ends now: see opt_next() */
};

/* Sets program_name too. */
void opt_init(struct opt *o, const struct command *c, int argc, char **argv);
/*
 * The id of the next option, OPT_DONE, or OPT_EXIT with *code set: RC_DONE
 * after --help or --version, RC_USAGE after a message about a wrong option.
 */
int opt_next(struct opt *o, int *code);
/* A message about wrong usage and a hint at --help; returns RC_USAGE. */
int opt_usage(const struct command *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* RC_USAGE with a message unless there are at most max operands, else 0. */
int opt_operands(const struct opt *o, int max);

/* A decimal number from min to max, nothing else; -1 otherwise. */
int parse_number(const char *s, long min, long max, long *out);
/* The same where long may be too short, as for seconds since 1970. */
int parse_wide(const char *s, int64_t min, int64_t max, int64_t *out);

#endif
