/* Texts on standard output, as a terminal may see them. */
#ifndef REPORT_PRINT_H
#define REPORT_PRINT_H

#include <stddef.h>

/* Prints a text that came from data, through text_show(). NULL is "?". */
void print_shown(const char *s, size_t columns);

/*
 * The same for a text of several lines: `label` in front of the first, blanks
 * in front of the others.
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
