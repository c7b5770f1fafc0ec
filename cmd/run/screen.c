#include "screen.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/error.h"

#define PATIENCE_MS 1000
/* So much a pipe takes that is ready to be written to. */
#ifdef PIPE_BUF
#define PIECE ((size_t)PIPE_BUF)
#else
#define PIECE ((size_t)_POSIX_PIPE_BUF)
#endif

bool screen_has_room(void)
{
	static bool stuck;
	struct pollfd err = { .fd = STDERR_FILENO, .events = POLLOUT };

	/* A closed one takes nothing, and holds nobody up. */
	stuck = poll(&err, 1, stuck ? 0 : PATIENCE_MS) == 0;
	return !stuck;
}

void screen_init(void)
{
	message_has_room = screen_has_room;
}

void screen_put(const char *text)
{
	for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
		n = left < PIECE ? left : PIECE;
		if (!screen_has_room())
			return;
		fwrite(text, 1, n, stderr);
	}
}

void screen_line(const char *before, const char *line, const char *after)
{
	char *text = xasprintf("%s%s%s", before, line, after);

	screen_put(text);
	free(text);
}
