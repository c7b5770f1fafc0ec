/*
 * How libFuzzer changes an input here: mostly one value of one line of JSON, so
 * that the line stays JSON and gets past the check to what reads it. Values
 * come from other lines of the same input, and from a list of those that
 * matter somewhere. Else bytes, or whole lines, as libFuzzer does it.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

static const char *const values[] = { "null", "true", "false", "0", "-1", "1",
	"999999999999999", "0.5", "\"\"", "\" \"", "{}", "[]", "[null]",
	"\"" FUZZ_ID "\"", "\"AAAAAAAA000040008000000000000001\"",
	"\"bbbbbbbb-0000-4000-8000-000000000001\"",
	"\"bbbbbbbb-0000-4000-8000-000000000002\"", "\"2026-01-02\"",
	"\"2026-02-30\"", "\"0001-01-01\"", "\"2026-01-02T03:04:05Z\"",
	"\"9999-12-31T23:59:59.999999Z\"",
	"\"2026-01-02T03:04:05.678901+00:53:28\"", "\"create\"", "\"update\"",
	"\"link\"", "\"stamp\"", "\"trash\"", "\"restore\"", "\"adopt\"",
	"\"skip\"", "\"notion\"", "\"supabase\"", "\"base\"", "\"none\"",
	"\"full\"", "\"snapshot\"", "\"since\"", "\"moved\"", "\"unreachable\"",
	"\"done\"", "\"failed\"", "\"unknown\"", "\"skipped\"", "\"held\"",
	"\"title\"", "\"rich_text\"", "\"multi_select\"", "\"select\"",
	"\"status\"", "\"checkbox\"", "\"url\"", "\"date\"", "\"a,b\"",
	"\"e\\u0301\"", "\"\\u0130SS\\u00df\"", "\"\\ud83d\\ude00\"",
	"\"\\u0000\"", "{\"unreadable\":\"it contains U+0000\"}" };

#define N_VALUES (sizeof values / sizeof values[0])

struct dice {
	uint64_t state;
};

static size_t below(struct dice *d, size_t n)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return (size_t)(d->state % n);
}

static void start_of_line(
	const char *text, size_t size, size_t at, size_t *from, size_t *to)
{
	const char *end;

	while (at > 0 && text[at - 1] != '\n')
		at--;
	*from = at;
	end = memchr(text + at, '\n', size - at);
	*to = end ? (size_t)(end - text) : size;
}

static json *parse_line(const char *text, size_t from, size_t to)
{
	struct error ignored;

	return json_parse(
		text + from, to - from, JSON_MARK_UNREADABLE, &ignored);
}

/* Any value in the tree that is in a container; NULL where there is none. */
static json *pick(json *v, struct dice *d, json **parent)
{
	json *at = v, *found = NULL;

	while (json_count(at) > 0) {
		size_t n = below(d, json_count(at));
		json *m = json_first(at);

		while (n--)
			m = json_next(m);
		*parent = at;
		found = m;
		if (json_count(m) == 0 || below(d, 3) == 0)
			break;
		at = m;
	}
	return found;
}

static json *new_value(
	struct dice *d, const char *text, size_t size, const json *here)
{
	struct error ignored;
	size_t from, to;
	json *other, *parent = NULL, *copy = NULL, *picked;

	if (below(d, 2) || size == 0) {
		const char *s = values[below(d, N_VALUES)];

		return json_parse(s, strlen(s), JSON_MARK_UNREADABLE, &ignored);
	}
	start_of_line(text, size, below(d, size), &from, &to);
	other = parse_line(text, from, to);
	picked = other ? pick(other, d, &parent) : NULL;
	if (picked)
		copy = json_copy(picked);
	/* Its namesake in the other line, often: an id, a time, a checksum. */
	if (picked && json_key(here) && below(d, 3) &&
		json_get(other, json_key(here))) {
		json_free(copy);
		copy = json_copy(json_get(other, json_key(here)));
	}
	json_free(other);
	return copy ? copy : json_string("");
}

/* An array has no put: its members are taken out and added again. */
static void change_array(json *array, struct dice *d, json *take_new)
{
	size_t n = json_count(array), at = below(d, n), how = below(d, 3);

	for (size_t i = 0; i < n; i++) {
		json *one = json_take_first(array);

		if (i == at && how == 0) {
			json_free(one);
			continue;
		}
		if (i == at && how == 1) {
			json_free(one);
			one = json_copy(take_new);
		}
		json_add(array, one);
	}
	if (how == 2)
		json_add(array, json_copy(take_new));
	json_free(take_new);
}

static void change_tree(json *v, struct dice *d, const char *text, size_t size)
{
	json *parent = NULL, *at = pick(v, d, &parent), *new;
	char *key;

	if (!at)
		return;
	new = new_value(d, text, size, at);
	if (json_is_array(parent)) {
		change_array(parent, d, new);
		return;
	}
	key = xstrdup(json_key(at));
	if (below(d, 6) == 0) {
		json_remove(parent, key);
		json_free(new);
	} else {
		json_put(parent, key, new);
	}
	free(key);
}

static size_t replace(uint8_t *data, size_t size, size_t max, size_t from,
	size_t to, const char *with, size_t len)
{
	size_t rest = size - to;

	if (from + len + rest > max)
		return 0;
	memmove(data + from + len, data + to, rest);
	memcpy(data + from, with, len);
	return from + len + rest;
}

static size_t change_json(
	uint8_t *data, size_t size, size_t max, struct dice *d)
{
	struct buf out = BUF_INIT(OUTPUT_MAX);
	size_t from, to, new = 0;
	json *v;

	start_of_line((char *)data, size, below(d, size), &from, &to);
	v = parse_line((char *)data, from, to);
	if (v && json_count(v) > 0) {
		for (size_t n = 1 + below(d, 3); n--;)
			change_tree(v, d, (char *)data, size);
		if (json_print(v, &out) == 0)
			new = replace(data, size, max, from, to, buf_str(&out),
				out.len);
	}
	json_free(v);
	buf_fini(&out);
	return new;
}

/* A line goes, comes twice, or comes elsewhere too. */
static size_t change_lines(
	uint8_t *data, size_t size, size_t max, struct dice *d)
{
	size_t from, to, at, ignored, len;
	char *line;

	start_of_line((char *)data, size, below(d, size), &from, &to);
	to += to < size;
	if (below(d, 2))
		return replace(data, size, max, from, to, "", 0);
	len = to - from;
	line = fuzz_text((char *)data + from, len);
	len = strlen(line);
	start_of_line((char *)data, size, below(d, size), &at, &ignored);
	size = replace(data, size, max, at, at, line, len);
	free(line);
	return size;
}

size_t LLVMFuzzerCustomMutator(
	uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct dice d = { seed * 0x9E3779B97F4A7C15u | 1 };
	size_t new = 0, how = below(&d, 8);

	if (size > 0 && how < 5)
		new = change_json(data, size, max, &d);
	else if (size > 0 && how == 5)
		new = change_lines(data, size, max, &d);
	return new ? new : LLVMFuzzerMutate(data, size, max);
}
