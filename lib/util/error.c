#include "util/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/text.h"

const char *program_name = "vaultsync";
bool (*message_has_room)(void);
int verbosity;

/* Drops a last character that was cut, so that the text stays valid UTF-8. */
static void cut_at_character(char *text)
{
	size_t len = strlen(text), at = len, whole;
	unsigned char lead;

	while (at > 0 && ((unsigned char)text[at - 1] & 0xC0) == 0x80)
		at--;
	if (at == 0)
		return;
	lead = (unsigned char)text[--at];
	whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	if (len - at < whole)
		text[at] = '\0';
}

/*
 * What is not UTF-8, such as a character of which a precision has left a part,
 * is written as print_message() shows it.
 */
static void escape_bytes(char text[ERROR_MAX])
{
	char copy[ERROR_MAX];
	size_t left = strlen(text), used = 0, n;

	if (utf8_valid(text, left))
		return;
	memcpy(copy, text, left + 1);
	for (const char *s = copy; left > 0; s += n, left -= n) {
		n = utf8_char_len(s, left);
		if (used + (n ? n : 4) >= ERROR_MAX)
			break;
		if (n)
			memcpy(text + used, s, n);
		else
			snprintf(text + used, ERROR_MAX - used, "\\x%02X",
				(unsigned char)*s);
		used += n ? n : 4;
		n = n ? n : 1;
	}
	text[used] = '\0';
}

PRINTF_LIKE(2, 0)
static void set_text(struct error *e, const char *fmt, va_list ap)
{
	int n = vsnprintf(e->text, sizeof e->text, fmt, ap);

	if (n < 0)
		e->text[0] = '\0';
	else if ((size_t)n >= sizeof e->text)
		cut_at_character(e->text);
	escape_bytes(e->text);
}

int fail(struct error *e, enum exit_code code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	va_start(ap, fmt);
	set_text(e, fmt, ap);
	va_end(ap);
	return -1;
}

int fail_errno(struct error *e, const char *fmt, ...)
{
	const char *why = strerror(errno);
	va_list ap;
	size_t len;

	e->code = RC_LOCAL;
	va_start(ap, fmt);
	set_text(e, fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	snprintf(e->text + len, sizeof e->text - len, ": %s", why);
	return -1;
}

int fail_at(struct error *e, const char *fmt, ...)
{
	struct error inner = *e;
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	set_text(e, fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	if ((size_t)snprintf(e->text + len, sizeof e->text - len, ": %s",
		    inner.text) >= sizeof e->text - len)
		cut_at_character(e->text);
	return -1;
}

/* Allocates nothing: it also reports that memory is exhausted. */
PRINTF_LIKE(1, 0)
static void print_message(const char *fmt, va_list ap)
{
	char text[ERROR_MAX + 256], shown[TEXT_SHOWN_SIZE];
	/* One write(2), for several programs may share a pipe. */
	char line[4 * ERROR_MAX];
	size_t columns, n, used;
	int len = vsnprintf(text, sizeof text, fmt, ap);

	if (len < 0 || (message_has_room && !message_has_room()))
		return;
	if ((size_t)len >= sizeof text)
		cut_at_character(text);
	used = (size_t)snprintf(line, sizeof line, "%.64s: ", program_name);
	for (const char *s = text;
		(n = text_show_char(s, shown, &columns)) > 0 &&
		used + strlen(shown) + 1 < sizeof line;
		s += n) {
		/* What ends the line is the LF below. */
		/* NOLINTNEXTLINE(bugprone-not-null-terminated-result) */
		memcpy(line + used, shown, strlen(shown));
		used += strlen(shown);
	}
	line[used++] = '\n';
	fwrite(line, 1, used, stderr);
}

void warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_message(fmt, ap);
	va_end(ap);
}

void info(const char *fmt, ...)
{
	va_list ap;

	if (verbosity < 0)
		return;
	va_start(ap, fmt);
	print_message(fmt, ap);
	va_end(ap);
}

void debug(const char *fmt, ...)
{
	va_list ap;

	if (verbosity < 1)
		return;
	va_start(ap, fmt);
	print_message(fmt, ap);
	va_end(ap);
}

int error_report(const struct error *e)
{
	warning("%s", e->text);
	return e->code;
}

int close_stdout(struct error *e)
{
	bool failed = ferror(stdout);

	if (fclose(stdout) != 0)
		return fail_errno(e, "standard output");
	if (failed)
		return fail(e, RC_LOCAL, "standard output: write failed");
	return 0;
}
