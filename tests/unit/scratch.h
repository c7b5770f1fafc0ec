/* A folder for the files of one test program; tests/unit/test.h comes first. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/error.h"
#include "util/file.h"

static char scratch[] = "/tmp/unit_test.XXXXXX";

/* The path of that file; until the next call. */
static const char *in_scratch(const char *name)
{
	static char path[200];

	snprintf(path, sizeof path, "%s/%s", scratch, name);
	return path;
}

/* Puts the text there, and gives the path. */
static const char *put_file(const char *name, const char *text)
{
	const char *path = in_scratch(name);
	FILE *f = fopen(path, "w");

	check(f && fputs(text, f) >= 0 && fclose(f) == 0);
	return path;
}

static bool begin_scratch(void)
{
	return check(mkdtemp(scratch) != NULL);
}

/* Fails where a test has left a file. */
static void end_scratch(void)
{
	check_int(rmdir(scratch), 0);
}

#endif
