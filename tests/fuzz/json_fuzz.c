/* JSON and its check: util/json.h. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "util/text.h"

/* Printing and reading again changes nothing, and what is printed is UTF-8. */
static void round_trip(const json *v)
{
	struct buf once = BUF_INIT(OUTPUT_MAX), again = BUF_INIT(OUTPUT_MAX);
	struct error e;
	json *back, *copy = json_copy(v);

	must(json_print(v, &once) == 0);
	must(utf8_valid(once.data, once.len));
	must(!memchr(once.data, '\n', once.len));
	back = json_parse(once.data, once.len, JSON_STRICT, &e);
	must(back && json_equal(v, back) && json_equal(back, v));
	must(json_equal(copy, v));
	must(json_print(back, &again) == 0);
	must(again.len == once.len &&
		memcmp(again.data, once.data, once.len) == 0);
	json_free(back);
	json_free(copy);
	buf_fini(&once);
	buf_fini(&again);
}

/* No getter minds what it is given. */
static void walk(const json *v, size_t *values)
{
	const json *last = NULL;
	int64_t n;
	size_t members = 0;

	must(++*values <= JSON_VALUES_MAX);
	if (json_whole(v, &n) == 0)
		must(n >= -((int64_t)1 << 53) && n <= (int64_t)1 << 53);
	if (json_text(v))
		must(utf8_valid(json_text(v), strlen(json_text(v))));
	for (const json *m = json_first(v); m; m = json_next(m)) {
		if (json_is_object(v))
			must(json_get(v, json_key(m)) == m);
		walk(m, values);
		members++;
		last = m;
	}
	must(json_count(v) == members);
	must(!last || json_next(last) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error strict_e, marked_e;
	const char *text = (const char *)data;
	json *strict = json_parse(text, size, JSON_STRICT, &strict_e);
	json *marked = json_parse(text, size, JSON_MARK_UNREADABLE, &marked_e);
	size_t values = 0;

	if (strict) {
		must(marked && json_equal(strict, marked));
		round_trip(strict);
		walk(strict, &values);
	} else {
		must(strict_e.code == RC_STREAM);
		must_be_error(&strict_e);
	}
	if (marked)
		round_trip(marked);
	else
		must_be_error(&marked_e);
	json_free(strict);
	json_free(marked);
	return 0;
}
