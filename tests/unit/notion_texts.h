/* What the tests of notion/limits.h share; included once in a program. */
#ifndef TESTS_UNIT_NOTION_TEXTS_H
#define TESTS_UNIT_NOTION_TEXTS_H

#include "util/error.h"
#include "util/json.h"

#include <stdlib.h>

#include "test.h"

#define ID "38c9ce7b-60a4-8128-8d53-d5d4642a0a6f"
#define BOT "00000000-0000-4000-8000-0000000000b0"

/* Of a test's own text: a bad one ends the program. */
__attribute__((unused)) static json *parse(const char *text)
{
	struct error e;
	json *v = json_parse(text, strlen(text), JSON_MARK_UNREADABLE, &e);

	if (!v) {
		printf("bad test: %s in %s\n", e.text, text);
		abort();
	}
	return v;
}

__attribute__((unused)) static void check_prints(json *take, const char *wanted)
{
	struct buf out = BUF_INIT(100000);

	json_print(take, &out);
	check_str(buf_str(&out), wanted);
	buf_fini(&out);
	json_free(take);
}

#endif
