/* Since when records wait to be left alone: sync/settling.h. */
#include "sync/settling.h"

#include "test.h"

#include "scratch.h"
#include "util/file.h"

#define R1 "aaaaaaaa-0000-4000-8000-000000000001"
#define P1 "bbbbbbbb-0000-4000-8000-000000000001"
#define HEAD "{\"kind\":\"head\",\"stream\":\"settling\",\"v\":1}\n"
#define END "{\"kind\":\"end\",\"count\":3,\"complete\":true}\n"

static json *line(const char *row, const char *page, const char *since)
{
	json *l = json_object();

	json_put_str(l, "kind", "settling");
	if (row)
		json_put_str(l, "row_id", row);
	if (page)
		json_put_str(l, "page_id", page);
	if (since)
		json_put_str(l, "since", since);
	return l;
}

static usec at(const char *text)
{
	usec t = USEC_NONE;

	check_int(time_parse(text, &t), 0);
	return t;
}

/* By the row and by the page, and of all lines the earliest. */
static void test_since(void)
{
	struct settling s = { 0 };

	settling_add(&s, line(R1, NULL, "2026-01-01T02:00:00Z"));
	settling_add(&s, line(R1, NULL, "2026-01-01T01:00:00Z"));
	settling_add(&s, line(R1, P1, "2026-01-01T03:00:00Z"));
	settling_add(&s, line(NULL, P1, "2026-01-01T04:00:00Z"));
	settling_add(&s, line("x", NULL, NULL));
	settling_add(&s, line("x", NULL, "yesterday"));
	settling_sort(&s);
	check_int(settling_since(&s, R1, NULL), at("2026-01-01T01:00:00Z"));
	check_int(settling_since(&s, NULL, P1), at("2026-01-01T03:00:00Z"));
	check_int(settling_since(&s, R1, P1), at("2026-01-01T01:00:00Z"));
	check_int(settling_since(&s, "z", P1), at("2026-01-01T03:00:00Z"));
	check(settling_since(&s, NULL, NULL) == USEC_NONE);
	check(settling_since(&s, "x", NULL) == USEC_NONE);
	settling_fini(&s);
}

static void test_file(void)
{
	const char *path = in_scratch("s");
	struct settling s = { 0 }, read;
	struct buf text = BUF_INIT(4096);
	struct error e;

	/* Nothing is written where there is nothing. */
	check_int(settling_save(&s, path, &e), 0);
	check_int(access(path, F_OK), -1);
	settling_add(&s, line(R1, P1, "2026-01-01T03:00:00Z"));
	settling_sort(&s);
	check_int(settling_save(&s, path, &e), 0);
	check_int(file_read(path, &text, &e), 0);
	check(strstr(buf_str(&text),
		      "\n{\"kind\":\"end\",\"count\":1,\"complete\":true}\n") !=
		NULL);
	buf_fini(&text);
	settling_load(&read, path);
	check_int(read.n, 1);
	check_int(settling_since(&read, NULL, P1), at("2026-01-01T03:00:00Z"));
	settling_fini(&read);
	check_int(settling_save(&s, in_scratch("no/folder"), &e), -1);
	settling_fini(&s);
	/* Nobody waits any more. */
	path = in_scratch("s");
	check_int(settling_save(&s, path, &e), 0);
	check_int(access(path, F_OK), -1);
	check_int(settling_save(&s, scratch, &e), -1);
}

/* What of it can be read counts; it is never an error. */
static void test_damaged(void)
{
	static const struct {
		const char *text;
		size_t lines;
	} files[] = {
		{ "", 0 },
		{ "x\n", 0 },
		{ HEAD, 0 },
		{ HEAD "{\"kind\":\"settling\"}\n", 1 },
		{ HEAD "{\"kind\":\"settling\"}\n" END, 1 },
		{ HEAD "{\"kind\":\"end\",\"count\":0,\"complete\":true}\n",
			0 },
	};
	struct settling s;

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		settling_load(&s, put_file("s", files[i].text));
		check_int(s.n, files[i].lines);
		settling_fini(&s);
	}
	unlink(in_scratch("s"));
	settling_load(&s, in_scratch("s"));
	check_int(s.n, 0);
	settling_fini(&s);
	settling_load(&s, scratch);
	check_int(s.n, 0);
	settling_fini(&s);
}

int main(void)
{
	run(test_since);
	if (!begin_scratch())
		return test_end();
	run(test_file);
	run(test_damaged);
	end_scratch();
	return test_end();
}
