/* What changed, and asking for a part of it: views/activity.h. */
#include "views/activity.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"
#include "util/alloc.h"
#include "util/file.h"
#include "views/story.h"
#include "views/titles.h"

static char dir[] = "/tmp/activity_test.XXXXXX";

#define FIRST "20261125T180000Z-101"
#define SECOND "20261125T190000Z-102"
#define THIRD "20261125T200000Z-9"

static void make_file(const char *name, const char *content, size_t len)
{
	char *path = path_join(dir, name), *slash = strrchr(path, '/');
	struct error e;

	*slash = '\0';
	check_int(file_make_dirs(path, &e), 0);
	*slash = '/';
	check_int(file_replace_with(path, content, len, &e), 0);
	free(path);
}

static void make_results(const char *run, const char *content)
{
	char name[128];

	snprintf(name, sizeof name, "logs/runs/%s/results.ndjson", run);
	make_file(name, content, strlen(content));
}

#define ID(n) "00000000-0000-4000-8000-0000000000" #n
#define RESULT(number, op, target, rest) \
	"{\"kind\":\"result\",\"n\":" #number ",\"op\":\"" op \
	"\",\"target\":\"" target \
	"\",\"row_id\":\"" ID(number) "\"," rest ",\"status\":\"done\"}\n"
#define TITLED(title) "\"agreed\":{\"decision\":\"" title "\"}"
#define CHANGED(was, now) \
	"\"set\":{\"type\":\"" now "\"},\"was\":{\"type\":\"" was "\"}"

static const char first[] =
	RESULT(11, "create", "notion", TITLED("Straße für alle"))
		RESULT(12, "link", "supabase", TITLED("\\\"create\\\" linked"))
			RESULT(13, "trash", "supabase", TITLED("Old one"));
static const char second[] = RESULT(21, "update", "notion",
	TITLED("Adopt") "," CHANGED("Ops",
		"Policy")) "{\"kind\":\"result\",\"n\":22,\"op\":\"update\",\"target\":\"notion\","
			   "\"set\":{\"type\":\"done\"},\"status\":\"failed\"}\n"
			   "{\"kind\":\"result\",\"n\":23,\"op\":\"upd\n"
			   "\0\1\2 no line \377 \"update\" \"done\"\n" RESULT(
				   24, "restore", "supabase",
				   TITLED("Adopt") ",\"conflict\":{\"fields\":[\"type\"],"
						   "\"winner\":\"notion\",\"lost\":{\"type\":\"UX\"}}") "{\"kind\":\"result\",\"n\":25,\"op\":\"update\",\"target\":\"notion\","
													"\"status\":\"done\""; /* cut */

static struct run_records logs;
static struct activity all;

static void load(void)
{
	char *path = path_join(dir, "logs");
	struct error e;

	run_records_fini(&logs);
	check_int(run_records_load(&logs, path, &e), 0);
	free(path);
}

static void make_runs(void)
{
	char name[] = "logs/runs/" SECOND "/results.ndjson";

	make_results(FIRST, first);
	make_file(name, second, sizeof second - 1);
	load();
	check(activity_refresh(&all, &logs));
}

/* --- asking --------------------------------------------------------------- */

/* The numbers of the changes that are given, then next and total. */
static const char *listed(const struct activity_filter *f, size_t most)
{
	static char out[512];
	struct buf text = BUF_INIT(1 << 24);
	struct error e;
	size_t len = 0;
	json *v;

	activity_print(&all, f, most, &text);
	v = json_parse(buf_str(&text), text.len, JSON_STRICT, &e);
	check(v);
	for (const json *c = json_first(json_get(v, "activity")); c;
		c = json_next(c)) {
		int64_t n = 0;

		json_whole(json_get(c, "n"), &n);
		len += (size_t)snprintf(
			out + len, sizeof out - len, "%d ", (int)n);
	}
	snprintf(out + len, sizeof out - len, "%s",
		json_str(v, "next") ? json_str(v, "next") : "-");
	json_free(v);
	buf_fini(&text);
	return out;
}

static const char *asked(const char *name, const char *value)
{
	struct activity_filter f;
	struct error e;
	const char *out;

	activity_filter_init(&f);
	check_int(activity_filter_set(&f, name, value, &e), 0);
	out = listed(&f, SIZE_MAX);
	activity_filter_fini(&f);
	return out;
}

static void test_filters(void)
{
	make_runs();
	check_int(all.n, 4);
	check_str(asked("limit", "500"), "24 21 13 11 -");
	check_str(asked("side", "notion"), "21 11 -");
	check_str(asked("side", "supabase"), "24 13 -");
	check_str(asked("kind", "create"), "11 -");
	check_str(asked("kind", "update"), "21 -");
	check_str(asked("kind", "trash"), "13 -");
	check_str(asked("kind", "restore"), "24 -");
	check_str(asked("kind", "conflict"), "24 -");
	/* In the title or a value, whatever its case. */
	check_str(asked("text", "STRASSE"), "11 -");
	check_str(asked("text", "adopt"), "24 21 -");
	check_str(asked("text", "policy"), "21 -");
	check_str(asked("text", "OPS"), "21 -");
	check_str(asked("text", "ux"), "24 -");
	check_str(asked("text", ""), "24 21 13 11 -");
	/* Not in a name, nor across two values. */
	check_str(asked("text", "type"), "-");
	check_str(asked("text", "adopt ops"), "-");
	check_str(asked("text", "\" OR 1"), "-");
}

static void test_pages(void)
{
	struct activity_filter f;
	struct error e;

	check_str(asked("limit", "1"), "24 " SECOND ".4");
	check_str(asked("after", SECOND ".4"), "21 13 11 -");
	check_str(asked("after", SECOND ".1"), "13 11 -");
	/* The run may be gone, or be none. */
	check_str(asked("after", "20261125T183000Z-1.1"), "13 11 -");
	check_str(asked("after", "20261125T170000Z-1.1"), "-");
	activity_filter_init(&f);
	/* Too long for the answer: one is given all the same. */
	check_str(listed(&f, 1), "24 " SECOND ".4");
	check_int(activity_filter_set(&f, "side", "supabase", &e), 0);
	check_int(activity_filter_set(&f, "limit", "1", &e), 0);
	check_str(listed(&f, SIZE_MAX), "24 " SECOND ".4");
	check_int(activity_filter_set(&f, "after", SECOND ".4", &e), 0);
	check_str(listed(&f, SIZE_MAX), "13 -");
	activity_filter_fini(&f);
}

static void test_refusals(void)
{
	static const char *const wrong[][2] = {
		{ "side", "base" },
		{ "side", "none" },
		{ "side", "" },
		{ "side", "Notion" },
		{ "kind", "adopt" },
		{ "kind", "skip" },
		{ "kind", "" },
		{ "text", "\377" },
		{ "limit", "0" },
		{ "limit", "501" },
		{ "limit", "-1" },
		{ "limit", "+1" },
		{ "limit", " 1" },
		{ "limit", "1e2" },
		{ "limit", "" },
		{ "limit", "99999999999999999999999999" },
		{ "after", "" },
		{ "after", "20261125T180000Z-101" },
		{ "after", "20261125T180000Z-101." },
		{ "after", "20261125T180000Z-101.x" },
		{ "after", "../../etc.1" },
		{ "after", "20261125T180000Z-"
			   "1010000000000000000000000000000000000000000.1" },
	};
	struct activity_filter f;
	struct error e;
	char *longest = xcalloc(1, ACTIVITY_TEXT_MAX + 2);

	activity_filter_init(&f);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		if (!check(activity_filter_set(
				   &f, wrong[i][0], wrong[i][1], &e) < 0))
			printf("\t%s=%s\n", wrong[i][0], wrong[i][1]);
		check_int(e.code, RC_USAGE);
		check_has(e.text, wrong[i][0]);
	}
	check_int(activity_filter_set(&f, "sort", "x", &e), 1);
	memset(longest, 'x', ACTIVITY_TEXT_MAX);
	check_int(activity_filter_set(&f, "text", longest, &e), 0);
	longest[ACTIVITY_TEXT_MAX] = 'x';
	check_int(activity_filter_set(&f, "text", longest, &e), -1);
	free(longest);
	activity_filter_fini(&f);
}

/* --- what is held --------------------------------------------------------- */

static int undone;

static void count_undone(void *arg, const json *change)
{
	const char *id = json_str(change, "undoes");

	(void)arg;
	undone += id && strcmp(id, FIRST) == 0;
}

/* Only what has changed is read again; a run that goes on grows. */
static void test_refresh(void)
{
	static const char record[] =
		"{\"status\":\"ok\",\"undoes\":\"" FIRST "\","
		"\"ended_at\":\"2026-11-25T20:00:09Z\"}";
	struct activity_filter f;
	check(!activity_refresh(&all, &logs));
	make_results(THIRD, RESULT(31, "create", "supabase", TITLED("x")));
	load();
	check(activity_refresh(&all, &logs));
	check(!activity_refresh(&all, &logs));
	check_str(asked("limit", "2"), "31 24 " SECOND ".4");
	make_results(THIRD, RESULT(31, "create", "supabase", TITLED("x"))
				    RESULT(32, "trash", "notion", TITLED("x")));
	check(activity_refresh(&all, &logs));
	check_str(asked("limit", "2"), "32 31 " THIRD ".1");
	/* It has ended: its changes have another time. */
	make_file("logs/runs/" THIRD "/run.json", record, sizeof record - 1);
	load();
	check(activity_refresh(&all, &logs));
	check_int(all.n, 6);
	/* It has taken back the first one, and the others nothing. */
	activity_filter_init(&f);
	check_int(activity_each(&all, &f, count_undone, NULL), 0);
	check_int(undone, 2);
	activity_filter_fini(&f);
}

static void make_long(const char *run, int n, const char *rest)
{
	struct buf text = BUF_INIT(1 << 26);

	for (int i = 1; i <= n; i++)
		buf_addf(&text,
			"{\"kind\":\"result\",\"n\":%d,\"op\":\"update\","
			"\"target\":\"notion\",%s,\"status\":\"done\"}\n",
			i, rest);
	make_results(run, buf_str(&text));
	buf_fini(&text);
}

/* The newest are held, and the others counted. */
static void test_many(void)
{
	make_long(THIRD, ACTIVITY_MAX + 5, TITLED("many"));
	check(activity_refresh(&all, &logs));
	check_int(all.n, ACTIVITY_MAX);
	check_int(all.left_out, 5 + 4);
	check_str(asked("limit", "1"), "2005 " THIRD ".2005");
	check_str(asked("after", THIRD ".7"), "6 -");
	make_long(THIRD, ACTIVITY_MAX - 1, TITLED("many"));
	check(activity_refresh(&all, &logs));
	check_int(all.n, ACTIVITY_MAX);
	/* What isn't read is counted by its looks. */
	check(all.left_out >= 3 && all.left_out <= 5);
	check_str(asked("kind", "restore"), "24 -");
}

/* Lines that only look like changes: none is lost to them. */
static void test_lookalikes(void)
{
	struct buf text = BUF_INIT(1 << 26);

	buf_adds(&text, RESULT(31, "create", "supabase", TITLED("x")));
	for (int i = 0; i < ACTIVITY_MAX + 5; i++)
		buf_adds(&text,
			"{\"kind\":\"result\",\"op\":\"adopt\",\"target\":"
			"\"base\",\"status\":\"done\",\"x\":\"create\"}\n");
	make_results(THIRD, buf_str(&text));
	buf_fini(&text);
	check(activity_refresh(&all, &logs));
	check_int(all.n, 5);
	check_int(all.left_out, 0);
	check_str(asked("limit", "1"), "31 " THIRD ".1");
}

static void test_bytes(void)
{
	activity_fini(&all);
	activity_init(&all, NULL, 100000);
	make_long(THIRD, 1000, TITLED("many"));
	check(activity_refresh(&all, &logs));
	check(all.n > 100 && all.n < 1000 && all.bytes <= 100000);
	check_int(all.n + all.left_out, 1004);
	check(!activity_refresh(&all, &logs));
	check_int(all.n + all.left_out, 1004);
	/* A run that has gone takes its changes with it. */
	make_results(THIRD, RESULT(31, "create", "supabase", TITLED("x")));
	load();
	check(activity_refresh(&all, &logs));
	check(all.n >= 1 && all.n + all.left_out == 5);
}

/* --- titles and stories --------------------------------------------------- */

#define LINE(kind, row, page, title) \
	"{\"kind\":\"" kind "\",\"row_id\":\"" row "\",\"page_id\":\"" page \
	"\",\"row_is\":{\"decision\":" title ",\"type\":null,\"date\":null," \
	"\"deleted\":false},\"page_is\":{\"decision\":null,\"type\":null," \
	"\"date\":null,\"deleted\":false},\"checksum\":null}\n"

static void test_base_titles(void)
{
	static const char base[] =
		"{\"kind\":\"head\",\"stream\":\"base\",\"v\":1}\n" LINE("pair",
			ID(11), ID(41), "\"<b>one</b>\"") LINE("pair", ID(12),
			ID(42), "\"of nobody\"") LINE("pair", ID(13), ID(43),
			"null") "not a line\n" LINE("pair", ID(14), ID(44),
			"\"two\"") "{\"kind\":\"end\",\"count\":4,\"complete\":true}\n";
	static const char journal[] = LINE("pair", ID(14), ID(44),
		"\"later\"") "{\"kind\":\"pair\",\"row_id\":\"" ID(11);
	char *state = path_join(dir, "state");
	struct titles t = { 0 };

	make_file("state/base.ndjson", base, sizeof base - 1);
	make_file("state/base.ndjson.journal", journal, sizeof journal - 1);
	titles_want(&t, ID(14));
	titles_want(&t, ID(41));
	titles_want(&t, ID(14));
	titles_want(&t, ID(13));
	titles_want(&t, ID(99));
	titles_want(&t, "not an id");
	titles_want(&t, NULL);
	titles_load(&t, state);
	free(state);
	check_str(titles_find(&t, ID(14), NULL), "later");
	check_str(titles_find(&t, NULL, ID(41)), "<b>one</b>");
	check_str(titles_find(&t, ID(99), ID(41)), "<b>one</b>");
	check(!titles_find(&t, ID(12), NULL)); /* not wanted */
	check(!titles_find(&t, ID(13), ID(99)));
	check(!titles_find(&t, NULL, NULL));
	check(!titles_find(&t, "x", ""));
	titles_fini(&t);
}

/* The newest entries of a record that has too many, and what repeats. */
static void test_story(void)
{
	struct buf text = BUF_INIT(1 << 24);
	struct error e;
	struct story s;

	for (int i = 0; i < 2 * STORY_MAX + 3; i++)
		buf_addf(&text,
			"{\"kind\":\"result\",\"n\":%d,\"op\":\"skip\","
			"\"row_id\":\"" ID(11) "\",\"page_id\":\"" ID(
				41) "\",\"code\":\"poison\",\"reason\":\"%s\","
				    "\"status\":\"skipped\"}\n",
			i, i < 2 * STORY_MAX ? "a comma" : "a NUL");
	make_results(THIRD, buf_str(&text));
	buf_fini(&text);
	check_int(story_load(&s, &logs, "00000000000040008000000000000041",
			  NULL, &e),
		0);
	check_str(s.key, "page_id");
	check_int(s.n, STORY_MAX);
	/* The create of the first run is one of those that are too many. */
	check_int(s.left_out, STORY_MAX + 4);
	check_int(story_repeats(&s, 0), STORY_MAX - 4);
	check_int(story_repeats(&s, STORY_MAX - 3), 2);
	story_fini(&s);
	check_int(story_load(&s, &logs, "zz", NULL, &e), -1);
	check_int(e.code, RC_USAGE);
	story_fini(&s);
}

int main(void)
{
	char *rm;

	check(mkdtemp(dir));
	activity_init(&all, NULL, SIZE_MAX);
	run(test_filters);
	run(test_pages);
	run(test_refusals);
	run(test_refresh);
	run(test_many);
	run(test_lookalikes);
	run(test_bytes);
	run(test_base_titles);
	run(test_story);
	activity_fini(&all);
	run_records_fini(&logs);
	rm = xasprintf("rm -rf '%s'", dir);
	check_int(system(rm), 0);
	free(rm);
	return test_end();
}
