/*
 * Errors, messages and exit codes.
 *
 * A function that can fail returns 0 (or a count) on success and -1 on
 * failure, and then has filled the `struct error` it was given: the exit code
 * that the failure deserves and one line of text that names the file, line or
 * record and the way out. Nothing here ends the program; only a program's own
 * file does, as `return error_report(&e);` at the end of its main().
 *
 * Messages go to standard error, each with the program's name in front.
 * One message is one line, whatever is in it: see util/text.h on what is
 * written out there, so that text which came from a record can neither drive
 * the terminal nor make a message of its own. No message may hold a key: the
 * callers see to that, and tests grep for it.
 */
#ifndef UTIL_ERROR_H
#define UTIL_ERROR_H

/* The same for all programs; the manual page vaultsync-streams(5) has them. */
enum exit_code {
	RC_DONE = 0,	     /* all done */
	RC_ATTENTION = 1,    /* done, but something needs a person */
	RC_USAGE = 2,	     /* wrong options or operands */
	RC_GUARD = 3,	     /* a guard stopped it */
	RC_STREAM = 65,	     /* bad input stream */
	RC_BUG = 70,	     /* an invariant broke */
	RC_LOCAL = 74,	     /* a local file, disk or pipe failed */
	RC_TEMPORARY = 75,   /* lock held, outage, rate limit: try later */
	RC_CREDENTIALS = 77, /* a key was refused */
	RC_CONFIG = 78,	     /* a setting, table, column is missing or wrong */
};

#define ERROR_MAX 2048

struct error {
	enum exit_code code;
	char text[ERROR_MAX]; /* one line, no newline, cut at a character */
};

/* Set once by opt_init(), read by the messages; the only globals there are. */
extern const char *program_name;
extern int verbosity; /* -1 quiet, 0 normal, 1 and more verbose */

#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* Fills e and returns -1, so that a function can `return fail(e, …)`. */
int fail(struct error *e, enum exit_code code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* The same with ": " and strerror(errno) behind, as RC_LOCAL. */
int fail_errno(struct error *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Puts "fmt: " in front of the text that is there already; returns -1. */
int fail_at(struct error *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* "program: text\n" on standard error: always, unless -q, only with -v. */
void warning(const char *fmt, ...) PRINTF_LIKE(1, 2);
void info(const char *fmt, ...) PRINTF_LIKE(1, 2);
void debug(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Prints the error as a message and returns its code. */
int error_report(const struct error *e);

/*
 * Flushes and closes standard output; a program calls it last, since output
 * that did not reach the disk or the reader is a failure (RC_LOCAL).
 */
int close_stdout(struct error *e);

#endif
