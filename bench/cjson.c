/*
 * The yardstick for the pure programs: what cJSON alone costs on the lines that
 * they read, with nothing checked and nothing understood.
 *   cjson parse <LINES    parse each line
 *   cjson print <LINES    parse each line, and print it again
 * Reading and writing go through stdio with buffers as large as those of the
 * programs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#define BUFFER_SIZE 65536

/* -1 where the line is not JSON, or can't be written. */
static int take_line(const char *text, size_t len, int print)
{
	cJSON *v = cJSON_ParseWithLength(text, len);
	char *again;
	int rc = v ? 0 : -1;

	if (v && print) {
		again = cJSON_PrintUnformatted(v);
		rc = again && puts(again) >= 0 ? 0 : -1;
		cJSON_free(again);
	}
	cJSON_Delete(v);
	return rc;
}

int main(int argc, char **argv)
{
	static char in[BUFFER_SIZE], out[BUFFER_SIZE];
	int print = argc == 2 && strcmp(argv[1], "print") == 0;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int rc = 0;

	if (!print && (argc != 2 || strcmp(argv[1], "parse") != 0)) {
		fputs("usage: cjson parse|print <LINES\n", stderr);
		return 2;
	}
	setvbuf(stdin, in, _IOFBF, sizeof in);
	setvbuf(stdout, out, _IOFBF, sizeof out);
	while (rc == 0 && (n = getline(&line, &cap, stdin)) > 0)
		rc = take_line(line, (size_t)n, print);
	free(line);
	if (rc < 0 || ferror(stdin) || fflush(stdout) != 0) {
		fputs("cjson: not JSON, or it can't be written\n", stderr);
		return 1;
	}
	return 0;
}
