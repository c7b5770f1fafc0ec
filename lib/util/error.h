/*
 * Errors, messages and exit codes.
 *
 * A function that can fail returns 0 (or a count) on success and -1 on failure,
 * and then has filled in the `struct error` that it was given: the exit code
 * for this failure and one line of text that names the file, line or record and
 * what to do about it. Nothing here ends the program; only a program's own file
 * does, as `return error_report(&e);` at the end of its main().
 *
 * Messages go to standard error, each preceded by the program's name. One
 * message is one line, whatever it contains: util/text.h says which characters
 * are escaped, so that text from a record can neither control the terminal nor
 * forge a message of its own. No message may contain a key: the callers ensure
 * that, and tests check it.
 */
#ifndef UTIL_ERROR_H
#define UTIL_ERROR_H

#include <stdbool.h>

/* The same for all programs; vaultsync-streams(5) lists them. */
enum exit_code {
	RC_DONE = 0,	     /* all done */
	RC_ATTENTION = 1,    /* done, but something needs a person */
	RC_USAGE = 2,	     /* wrong options or operands */
	RC_GUARD = 3,	     /* a guard stopped it */
	RC_STREAM = 65,	     /* bad input stream */
	RC_BUG = 70,	     /* an invariant was violated */
	RC_LOCAL = 74,	     /* a local file, disk or pipe failed */
	RC_TEMPORARY = 75,   /* lock held, outage, rate limit: try later */
	RC_CREDENTIALS = 77, /* a key was refused */
	RC_CONFIG = 78, /* a setting, table or column is missing or wrong */
};

#define ERROR_MAX 2048

struct error {
	enum exit_code code;
	char text[ERROR_MAX]; /* one line of UTF-8, cut at a character */
};

/* Set once, read by the messages; the only globals there are. */
extern const char *program_name;
extern int verbosity; /* -1 quiet, 0 normal, 1 and more verbose */
/*
 * Asked before each message, which is lost where it answers false: for a
 * program that nobody who doesn't read its messages may hold up. NULL: none is
 * lost.
 */
extern bool (*message_has_room)(void);

#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* Fills e and returns -1, so that a function can `return fail(e, …)`. */
int fail(struct error *e, enum exit_code code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* The same, followed by ": " and strerror(errno), as RC_LOCAL. */
int fail_errno(struct error *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Puts "fmt: " before the text that is there already; returns -1. */
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
