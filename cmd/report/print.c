#include "print.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/text.h"

/* Longer texts are cut here, so that no single one floods the screen. */
#define SHOWN_MAX 65536

void print_shown(const char *s, size_t columns)
{
	struct buf b = BUF_INIT(SHOWN_MAX);

	text_show(&b, s ? s : "?", columns);
	fputs(buf_str(&b), stdout);
	buf_fini(&b);
}

void print_labelled(const char *label, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = xstrndup(text, len);

		printf("%-10s  ", label);
		print_shown(line, 0);
		printf("\n");
		free(line);
		text += len + (text[len] == '\n');
		label = "";
	}
}

static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && term &&
	       strcmp(term, "dumb") != 0;
}

void print_coloured(enum colour c, const char *s)
{
	bool coloured = wants_colour();

	if (coloured)
		printf("\033[1;%dm", (int)c);
	print_shown(s, 0);
	if (coloured)
		printf("\033[0m");
}
