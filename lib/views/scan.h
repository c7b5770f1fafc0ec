/*
 * The lines of a file that are of interest, without reading the others as JSON:
 * a run may leave sixty thousand lines, of which one is asked for.
 */
#ifndef VIEWS_SCAN_H
#define VIEWS_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "util/json.h"

struct scan {
	/* Whether this line may be one, by its text. NULL: any may. */
	bool (*wanted)(void *arg, const char *text, size_t len);
	void (*each)(void *arg, const json *line);
	void *arg;
};

/*
 * Gives each such line that is an object to `each`. Lines that are cut, longer
 * than a stream's (util/stream.h) or not JSON are left out and hide none of the
 * others. 1; 0 where there is no such file or nothing in it; -1 where it can't
 * be read.
 */
int scan_file(const char *path, const struct scan *s);
/* The same with DIR/runs/ID/STREAM.ndjson. */
int scan_run(const char *dir, const char *id, const char *stream,
	const struct scan *s);
/* The same with a text. */
void scan_text(const char *text, size_t len, const struct scan *s);

/* Whether the text contains the part; for wanted(). */
bool text_contains(const char *text, size_t len, const char *part);

#endif
