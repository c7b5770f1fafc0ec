/* The strict JSON guard: util/json.h. */
#include "util/json.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"
#include "util/alloc.h"

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

static json *parse(const char *text, enum json_flags flags)
{
	struct error e;

	return json_parse(text, strlen(text), flags, &e);
}

static bool is_as_cjson_prints(const json *v, const char *text)
{
	char *wanted = cJSON_PrintUnformatted(v);
	bool same = wanted && strcmp(wanted, text) == 0;

	cJSON_free(wanted);
	return same;
}

/* The text is taken, and comes out as `wanted` (NULL: as it went in). */
static void check_taken(const char *text, const char *wanted)
{
	struct buf out = BUF_INIT(10000);
	struct error e = { 0 };
	json *v = json_parse(text, strlen(text), JSON_STRICT, &e);

	if (!check(v != NULL)) {
		printf("\tfor %s: %s\n", text, e.text);
		return;
	}
	json_print(v, &out);
	check_str(buf_str(&out), wanted ? wanted : text);
	json_free(v);
	buf_fini(&out);
}

static void check_refused(const char *text, size_t len, const char *why)
{
	struct error e = { 0 };
	json *v = json_parse(text, len, JSON_STRICT, &e);

	if (!check(v == NULL))
		printf("\tfor %s\n", text);
	else if (!check_int(e.code, RC_STREAM) || !check_has(e.text, why))
		printf("\tfor %s\n", text);
	json_free(v);
}

/* An array of n values, itself one of them. */
static char *many(size_t n, const char *value, size_t *len)
{
	size_t each = strlen(value) + 1;
	char *text = malloc(n * each + 2);

	text[0] = '[';
	for (size_t i = 0; i < n - 1; i++) {
		memcpy(text + 1 + i * each, value, each - 1);
		text[(i + 1) * each] = ',';
	}
	*len = 1 + (n - 1) * each;
	text[*len - 1] = ']';
	text[*len] = '\0';
	return text;
}

/* Memory goes by the number of values, so that is bounded as well. */
static void test_number_of_values(void)
{
	size_t len;
	char *text = many(JSON_VALUES_MAX, "[]", &len);
	struct error e;
	json *v = json_parse(text, len, JSON_STRICT, &e);

	check(v != NULL);
	check_int(json_count(v), JSON_VALUES_MAX - 1);
	json_free(v);
	free(text);
	text = many(JSON_VALUES_MAX + 1, "0", &len);
	check_refused(text, len, "more values");
	free(text);
	/* A mark is an object and its text. */
	text = many(JSON_VALUES_MAX / 2 + 1, "\"\\u0000\"", &len);
	v = json_parse(text, len, JSON_MARK_UNREADABLE, &e);
	check(v == NULL);
	check_has(e.text, "more values");
	json_free(v);
	free(text);
}

static void test_taken(void)
{
	static const char *const same[] = { "{}", "[]", "null", "true", "false",
		"\"\"", "0", "-1", "123456789012345", "[1,[2,{\"a\":[]}],null]",
		"{\"a\":1,\"A\":2,\"\xC3\xA9\":\"\xF0\x9F\x98\x80\"}",
		"\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\"", "0.5", "-2.25",
		"\"\x7F\xC2\x85\xE2\x80\xA8\xEF\xBF\xBE\"", "{\"\":\"\"}" };

	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		check_taken(same[i], NULL);
	check_taken(" \t\r\n[ 1 , 2 ] ", "[1,2]");
	check_taken("\"\\u00e9\\u20AC\\ud83d\\uDE00\"", "\"é€\U0001F600\"");
	check_taken("\"\\/\\u0041\"", "\"/A\"");
	check_taken("1e2", "100");
	check_taken("1.5E-1", "0.15");
	check_taken("123456789.012345", NULL);
}

static void test_refused(void)
{
	static const struct {
		const char *text, *why;
	} cases[] = { { "", "value was expected" },
		{ "  ", "value was expected" }, { "{} {}", "after the value" },
		{ "{}x", "after the value" }, { "[1,]", "byte 4" },
		{ "[1 2]", "expected" }, { "[", "expected" },
		{ "{\"a\"}", "expected" }, { "{\"a\":}", "bad number" },
		{ "{\"a\":1,}", "string was expected" }, { "{a:1}", "string" },
		{ "{'a':1}", "string" }, { "'a'", "bad number" },
		{ "nul", "not JSON" }, { "nulll", "after the value" },
		{ "True", "bad number" }, { "NaN", "bad number" },
		{ "Infinity", "bad number" }, { "+1", "bad number" },
		{ "01", "bad number" }, { "-", "bad number" },
		{ "1.", "bad number" }, { ".5", "bad number" },
		{ "1e", "bad number" }, { "1e+", "bad number" },
		{ "0x10", "after the value" },
		{ "1234567890123456", "15 digits" },
		{ "0.1234567890123456", "15 digits" },
		{ "1e999", "out of range" }, { "-1e400", "out of range" },
		{ "1e-400", "out of range" },
		{ "1e0000000999", "out of range" }, { "\"a", "unterminated" },
		{ "\"\\", "unterminated" }, { "\"\\\"", "unterminated" },
		{ "\"\\x\"", "bad escape" },
		{ "\"\\u12g4\"", "bad \\u escape" },
		{ "\"\\u12", "bad \\u escape" },
		{ "\"a\nb\"", "control character" },
		{ "\"a\tb\"", "control character" },
		{ "\"\x01\"", "control character" },
		{ "// c\n1", "bad number" }, { "[1]/**/", "after the value" },
		{ "\xEF\xBB\xBF{}", "byte 1" }, { "\f1", "bad number" },
		{ "\xC2\xA0"
		  "1",
			"bad number" },
		{ "{\"a\":1,\"a\":2}", "\"a\" is repeated" },
		{ "[{\"x\":{\"b\":1,\"c\":2,\"b\":3}}]", "repeated" },
		{ "{\"a\":1,\"\\u0061\":2}", "repeated" },
		{ "{\"\":1,\"\":2}", "\"\" is repeated" },
		{ "\"\\u0000\"", "U+0000" }, { "\"a\\u0000b\"", "U+0000" },
		{ "\"\\ud800\"", "lone surrogate" },
		{ "\"\\udc00\"", "lone surrogate" },
		{ "\"\\ud800\\ud800\"", "lone surrogate" },
		{ "\"\\ud800\\u0041\"", "lone surrogate" },
		{ "\"\xFF\"", "invalid UTF-8" },
		{ "\"\xC0\xAF\"", "invalid UTF-8" },
		{ "\"\xED\xA0\x80\"", "invalid UTF-8" },
		{ "{\"\xFF\":1}", "invalid UTF-8" },
		{ "{\"\\u0000\":1}", "U+0000" } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_refused(
			cases[i].text, strlen(cases[i].text), cases[i].why);
	/* A NUL byte doesn't end the text. */
	check_refused("1\0", 2, "after the value");
	check_refused("\"a\0b\"", 5, "control character");
	check_refused("{}\0{}", 5, "after the value");
}

/* An object with keys a0 to a(n-1), and then `last`. */
static json *with_keys(int n, const char *last, struct error *e)
{
	struct buf text = BUF_INIT(100000);
	json *v;

	buf_addc(&text, '{');
	for (int i = 0; i < n; i++)
		buf_addf(&text, "\"a%d\":%d,", i, i);
	buf_addf(&text, "\"%s\":0}", last);
	v = json_parse(buf_str(&text), text.len, JSON_STRICT, e);
	buf_fini(&text);
	return v;
}

/* Few keys and many keys are compared in different ways. */
static void test_repeated_among_many(void)
{
	for (int n = 1; n < 60; n++) {
		struct error e = { 0 };
		json *v = with_keys(n, "b", &e);
		char last[16];

		check_int(json_count(v), n + 1);
		json_free(v);
		for (int i = 0; i < n; i++) {
			snprintf(last, sizeof last, "a%d", i);
			v = with_keys(n, last, &e);
			check(v == NULL);
			check_has(e.text, last);
			json_free(v);
		}
	}
}

/* What only a program can make; cJSON says how it is printed. */
static void test_print_as_cjson(void)
{
	static const double numbers[] = { 0, -0.0, 1, -1, 9, 10, 2147483647,
		2147483648, 999999999999999, 1e15, 1e16, -1e15, 0.1, 1.5,
		99999.5, 1e-7, 1e300, -2.5e-300 };
	char text[3] = "x?";
	json *all = cJSON_CreateArray();
	struct buf out = BUF_INIT(1 << 16);

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		json_add(all, cJSON_CreateNumber(numbers[i]));
	for (int c = 1; c < 256; c++) {
		text[1] = (char)c;
		json_add(all, json_string(text));
	}
	json_add(all, cJSON_CreateObject());
	json_add(all, cJSON_CreateArray());
	check_int(json_print(all, &out), 0);
	check(is_as_cjson_prints(all, buf_str(&out)));
	json_free(all);
	buf_fini(&out);
}

/* Eight bytes are looked at in one go: a byte that counts may be any of them.
 */
static void test_every_place(void)
{
	static const char *const bad[] = { "\x01", "\x1F", "\xFF", "\xC3",
		"\xED\xA0\x80", "\\x" };
	static const char *const good[] = { " ", "!", "#", "[", "]", "\x7F",
		"\xC3\xA9", "\xF0\x9F\x98\x80", "\\\\", "\\\"",
		/* A byte above one that counts, and one bit from it. */
		"\\\"#", "\\\\]" };
	char text[64];

	for (int before = 0; before < 20; before++) {
		for (int after = 0; after < 10; after++) {
			for (size_t i = 0; i < sizeof bad / sizeof bad[0];
				i++) {
				snprintf(text, sizeof text, "\"%.*s%s%.*s\"",
					before, "xxxxxxxxxxxxxxxxxxxx", bad[i],
					after, "xxxxxxxxxx");
				check_refused(text, strlen(text), "byte ");
			}
			for (size_t i = 0; i < sizeof good / sizeof good[0];
				i++) {
				snprintf(text, sizeof text, "\"%.*s%s%.*s\"",
					before, "xxxxxxxxxxxxxxxxxxxx", good[i],
					after, "xxxxxxxxxx");
				check_taken(text, NULL);
			}
		}
	}
}

static json *nested(int depth, const char *inner, struct error *e)
{
	struct buf text = BUF_INIT(100000);
	json *v;

	for (int i = 0; i < depth; i++)
		buf_adds(&text, i % 2 ? "[" : "{\"a\":");
	buf_adds(&text, inner);
	for (int i = depth; i-- > 0;)
		buf_adds(&text, i % 2 ? "]" : "}");
	v = json_parse(buf_str(&text), text.len, JSON_STRICT, e);
	buf_fini(&text);
	return v;
}

static void test_depth(void)
{
	static char deep[300000];
	struct error e;
	json *v = nested(JSON_DEPTH_MAX, "1", &e);

	check(v != NULL);
	json_free(v);
	check(nested(JSON_DEPTH_MAX, "[]", &e) == NULL);
	check_has(e.text, "deep");
	check(nested(JSON_DEPTH_MAX + 1, "1", &e) == NULL);
	memset(deep, '[', sizeof deep);
	check(json_parse(deep, sizeof deep, JSON_STRICT, &e) == NULL);
}

/* Unreadable strings are marked where they are values, and nothing else is. */
static void test_marks(void)
{
	static const char text[] =
		"{\"a\":\"x\\u0000y\",\"b\":[\"ok\",\"\xFF\",\"\\ud800\"],"
		"\"c\":\"fine\"}";
	struct buf out = BUF_INIT(1000);
	json *v = parse(text, JSON_MARK_UNREADABLE);

	if (!check(v != NULL))
		return;
	check_str(json_unreadable(json_get(v, "a")), "U+0000");
	check(json_str(v, "a") == NULL);
	check(json_unreadable(json_get(v, "c")) == NULL);
	check(json_unreadable(v) == NULL);
	check(json_unreadable(NULL) == NULL);
	json_print(v, &out);
	check_str(buf_str(&out),
		"{\"a\":{\"unreadable\":\"U+0000\"},\"b\":[\"ok\","
		"{\"unreadable\":\"invalid UTF-8\"},"
		"{\"unreadable\":\"lone surrogate\"}],\"c\":\"fine\"}");
	json_free(v);
	buf_fini(&out);
	check(parse("{\"\\u0000\":1}", JSON_MARK_UNREADABLE) == NULL);
	check(parse("\"\\u000\"", JSON_MARK_UNREADABLE) == NULL);
	v = parse("{\"a\":{\"unreadable\":\"forged\"}}", JSON_STRICT);
	check(json_unreadable(json_get(v, "a")) == NULL);
	json_free(v);
	v = parse("\"\xFF\"", JSON_MARK_UNREADABLE);
	check_str(json_unreadable(v), "invalid UTF-8");
	json_free(v);
}

/* A marked text may be far longer than the text was. */
static void test_many_marks(void)
{
	struct buf text = BUF_INIT(1 << 20);
	struct error e;
	size_t n = 20000;
	json *v;

	buf_addc(&text, '[');
	for (size_t i = 0; i < n; i++)
		buf_adds(&text, i ? ",\"\xFF\"" : "\"\xFF\"");
	buf_addc(&text, ']');
	v = json_parse(buf_str(&text), text.len, JSON_MARK_UNREADABLE, &e);
	if (check(v != NULL))
		check_int(json_count(v), n);
	json_free(v);
	buf_fini(&text);
}

static void test_nothing_there(void)
{
	int64_t n = 5;

	check(!json_is_object(NULL) && !json_is_array(NULL));
	check(!json_is_string(NULL) && !json_is_bool(NULL));
	check(json_is_null(NULL));
	check(!json_is_true(NULL));
	check(json_key(NULL) == NULL && json_text(NULL) == NULL);
	check_int(json_whole(NULL, &n), -1);
	check_int(n, 5);
	check(json_get(NULL, "a") == NULL && json_str(NULL, "a") == NULL);
	check(!json_true(NULL, "a"));
	check(json_first(NULL) == NULL && json_next(NULL) == NULL);
	check_int(json_count(NULL), 0);
	json_free(NULL);
}

static void test_getters(void)
{
	json *v =
		parse("{\"a\":\"x\",\"A\":true,\"n\":null,\"i\":-7,\"l\":[1,2,"
		      "3],\"o\":{\"z\":false}}",
			JSON_STRICT);
	int64_t n = 0;
	size_t walked = 0;

	check_str(json_str(v, "a"), "x");
	check(json_true(v, "A") && !json_true(v, "a"));
	check(json_is_null(json_get(v, "n")) && json_is_null(json_get(v, "?")));
	check_int(json_whole(json_get(v, "i"), &n), 0);
	check_int(n, -7);
	check_int(json_count(json_get(v, "l")), 3);
	check_int(json_count(v), 6);
	check(json_is_bool(json_get(json_get(v, "o"), "z")));
	check(json_get(json_get(v, "l"), "a") == NULL);
	check(json_first(json_get(v, "a")) == NULL);
	for (const json *m = json_first(v); m; m = json_next(m), walked++)
		if (walked == 1)
			check_str(json_key(m), "A");
	check_int(walked, 6);
	json_free(v);
}

static void check_whole(const char *text, int rc, int64_t wanted)
{
	json *v = parse(text, JSON_STRICT);
	int64_t n = -99;

	check_int(json_whole(v, &n), rc);
	if (rc == 0)
		check_int(n, wanted);
	json_free(v);
}

static void test_whole(void)
{
	check_whole("0", 0, 0);
	check_whole("-0", 0, 0);
	check_whole("1e3", 0, 1000);
	check_whole("999999999999999", 0, 999999999999999);
	check_whole("1.5", -1, 0);
	check_whole("1e17", -1, 0);
	check_whole("\"1\"", -1, 0);
	check_whole("true", -1, 0);
}

static void test_making(void)
{
	struct buf out = BUF_INIT(1000);
	json *v = json_object(), *list, *taken;

	json_put_str(v, "a", "x");
	json_put_str(v, "n", NULL);
	json_put_bool(v, "b", true);
	json_put_int(v, "i", 999999999999999);
	list = json_put(v, "l", json_array());
	json_add(list, json_string("\x01\"\xC3\xA9"));
	json_add(list, json_number(-3));
	json_put_str(v, "a", "y"); /* in its old place */
	json_put_str(v, "A", "other");
	json_remove(v, "b");
	json_remove(v, "none");
	taken = json_detach(v, "n");
	check(taken != NULL && json_is_null(taken));
	check(json_detach(v, "n") == NULL);
	json_free(taken);
	check_int(json_print(v, &out), 0);
	check_str(buf_str(&out),
		"{\"a\":\"y\",\"i\":999999999999999,\"l\":[\"\\u0001\\\"é\",-3]"
		",\"A\":\"other\"}");
	json_free(v);
	buf_fini(&out);
}

static void test_print_maximum(void)
{
	struct buf out = BUF_INIT(4);
	json *v = json_string("abc");

	check_int(json_print(v, &out), -1);
	check_int(out.len, 0);
	json_free(v);
	v = json_string("ab");
	check_int(json_print(v, &out), 0);
	json_free(v);
	buf_fini(&out);
}

static void check_equal(const char *a, const char *b, bool wanted)
{
	json *x = parse(a, JSON_STRICT), *y = parse(b, JSON_STRICT);

	if (!check(json_equal(x, y) == wanted) ||
		!check(json_equal(y, x) == wanted))
		printf("\t%s and %s\n", a, b);
	json_free(x);
	json_free(y);
}

static void test_equal(void)
{
	json *v = parse(
		"{\"a\":[1,{\"b\":\"\xC3\xA9\"}],\"c\":null}", JSON_STRICT);
	json *copy = json_copy(v), *none = json_copy(NULL);

	check(json_equal(v, copy));
	check(json_is_null(none));
	json_free(v);
	json_free(copy);
	json_free(none);
	check_equal("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true);
	check_equal("[1,2]", "[2,1]", false);
	check_equal("{\"a\":1}", "{\"a\":1,\"b\":null}", false);
	check_equal("{\"a\":1}", "{\"A\":1}", false);
	check_equal("\"a\"", "\"A\"", false);
	check_equal("1", "\"1\"", false);
	check_equal("null", "false", false);
	check_equal("[]", "{}", false);
	check_equal("[[1],[2]]", "[[1],[2]]", true);
	check_equal("123456789012344", "123456789012345", false);
}

/*
 * Random damage: whatever comes in, nothing breaks, and what is taken comes
 * out as a text that is taken again and is equal.
 */
static unsigned long long fuzz_state;

static unsigned fuzz(unsigned below)
{
	fuzz_state = fuzz_state * 6364136223846793005ULL + 1442695040888963407;
	return (unsigned)(fuzz_state >> 33) % below;
}

static size_t damage(char *text, size_t len, size_t max)
{
	static const char bytes[] = "{}[]\",:\\u0dD8ctfn.eE+-19 \t\xC3\xED\xFF";

	for (unsigned n = 1 + fuzz(4); n > 0 && len > 0; n--) {
		size_t at = fuzz((unsigned)len);

		switch (fuzz(4)) {
		case 0:
			text[at] = bytes[fuzz(sizeof bytes)];
			break;
		case 1:
			memmove(text + at, text + at + 1, --len - at);
			break;
		case 2:
			if (len < max) {
				memmove(text + at + 1, text + at, len++ - at);
				text[at] = bytes[fuzz(sizeof bytes)];
			}
			break;
		default:
			len = fuzz(50) ? len : at;
			break;
		}
	}
	return len;
}

static bool survives(const char *text, size_t len, enum json_flags flags)
{
	char *exact = malloc(len ? len : 1); /* so that ASan sees its end */
	struct buf out = BUF_INIT(1 << 16);
	struct error e = { 0 };
	json *v, *again = NULL;
	bool held = true;

	if (!exact)
		abort();
	memcpy(exact, text, len);
	v = json_parse(exact, len, flags, &e);
	if (v) {
		json_print(v, &out);
		again = json_parse(buf_str(&out), out.len, JSON_STRICT, &e);
		held = again && json_equal(v, again) &&
		       is_as_cjson_prints(v, buf_str(&out));
	} else {
		held = e.code == RC_STREAM && e.text[0];
	}
	json_free(v);
	json_free(again);
	buf_fini(&out);
	free(exact);
	return held;
}

static void test_random_damage(void)
{
	static const char *const seeds[] = {
		"{\"kind\":\"row\",\"row\":{\"decision\":\"\\u00e9\\ud83d\\ude00\"}}",
		"{\"type\":null,\"n\":[1,-2.5,1e3,true,false]}",
		"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",{\"\":{}},[[]],\"\xC3\xA9\"]",
		"\"\\ud83d\\ude00\"", "-123.456e+7",
		"{\"a\":{\"b\":{\"c\":[]}}}"
	};
	enum {
		N_SEEDS = sizeof seeds / sizeof seeds[0]
	};
	const char *chosen = getenv("SEED");
	char text[512];

	fuzz_state = chosen ? strtoull(chosen, NULL, 10) : 20261123;
	printf("random damage: SEED=%llu\n", fuzz_state);
	for (int i = 0; i < 100000; i++) {
		const char *seed = seeds[fuzz(N_SEEDS)];
		size_t len = strlen(seed);

		memcpy(text, seed, len);
		len = damage(text, len, sizeof text - 1);
		if (!survives(text, len,
			    fuzz(2) ? JSON_STRICT : JSON_MARK_UNREADABLE)) {
			check_str("random damage", "");
			printf("\tround %d: %.*s\n", i, (int)len, text);
			return;
		}
	}
	check(true);
}

#ifndef __SANITIZE_ADDRESS__ /* which needs more memory for itself */
#define NO_LIMIT 100

/* Values or plain memory until there is none: the exit code, or -1. */
static int end_of_memory(bool values)
{
	struct rlimit most = { 256u << 20, 256u << 20 };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		int nowhere = open("/dev/null", O_WRONLY);

		if (nowhere < 0 || dup2(nowhere, STDERR_FILENO) < 0 ||
			setrlimit(RLIMIT_AS, &most) < 0)
			_exit(1);
		/* qemu lets a program set the limit, and keeps none. */
		void *volatile whole = malloc(most.rlim_max);
		if (whole)
			_exit(NO_LIMIT);
		for (json *all = json_array();;) {
			if (values)
				json_add(all, json_object());
			else
				memset(xmalloc(1 << 20), 1, 1 << 20);
		}
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}
#endif

/* However it was asked for, memory that is exhausted ends the program alike. */
static void test_end_of_memory(void)
{
#ifndef __SANITIZE_ADDRESS__
	int code = end_of_memory(false);

	if (code == NO_LIMIT) {
		printf("no limit of memory holds here: not tested\n");
		return;
	}
	check_int(code, RC_BUG);
	check_int(end_of_memory(true), RC_BUG);
#endif
}

int main(void)
{
	run(test_end_of_memory);
	run(test_taken);
	run(test_number_of_values);
	run(test_refused);
	run(test_repeated_among_many);
	run(test_print_as_cjson);
	run(test_every_place);
	run(test_depth);
	run(test_marks);
	run(test_many_marks);
	run(test_nothing_there);
	run(test_getters);
	run(test_whole);
	run(test_making);
	run(test_print_maximum);
	run(test_equal);
	run(test_random_damage);
	return test_end();
}
