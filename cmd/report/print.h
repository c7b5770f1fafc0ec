/* Texts on standard output, made safe for a terminal. */
#ifndef REPORT_PRINT_H
#define REPORT_PRINT_H

#include <stddef.h>

/* Prints a text from outside through text_show(). NULL becomes "?". */
void print_shown(const char *s, size_t columns);

/*
 * The same for a text of several lines: `label` before the first, blanks before
 * the others.
 */
void print_labelled(const char *label, const char *text);

enum colour {
	COLOUR_GREEN = 32,
	COLOUR_YELLOW = 33,
	COLOUR_RED = 31,
};

/* Coloured only on a terminal, and not where NO_COLOR is set. */
void print_coloured(enum colour c, const char *s);

#endif
