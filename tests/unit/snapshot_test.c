/* What Notion held when it was last read: sync/snapshot.h. */
#include "sync/snapshot.h"

#include "test.h"

#include "scratch.h"

#define ID(n) "bbbbbbbb-0000-4000-8000-00000000000" #n
#define RECORD(id, more) \
	"{\"kind\":\"record\",\"side\":\"notion\",\"page_id\":\"" id "\"" more \
	"}"
#define PROBLEM(id, code) \
	"{\"kind\":\"problem\",\"code\":\"" code "\",\"page_id\":\"" id "\"}"

static const struct {
	const char *text;
	enum snapshot_kind kind;
} lines[] = {
	{ RECORD(ID(1), ""), KEPT_LIVE },
	{ RECORD(ID(2), ",\"archived\":true"), KEPT_LIVE },
	{ RECORD(ID(3), ",\"deleted\":true"), KEPT_DELETED },
	{ RECORD(ID(4), ",\"state\":\"moved\""), KEPT_MISSING },
	{ PROBLEM(ID(5), "no-title"), KEPT_PROBLEM },
	{ PROBLEM(ID(6), "unread"), KEPT_UNREAD },
	/* A text of a record is no key. */
	{ RECORD(ID(7), ",\"decision\":\"\\\"deleted\\\":true\""), KEPT_LIVE },
};
#define LINES (sizeof lines / sizeof lines[0])

static void write_it(const char *path)
{
	struct snapshot_writer w;
	json *head = json_object();
	struct error e;

	json_put_str(head, "data_source_id", "d");
	check_int(snapshot_begin(&w, path, head, &e), 0);
	json_free(head);
	for (size_t i = 0; i < LINES; i++)
		check_int(snapshot_add(
				  &w, lines[i].text, strlen(lines[i].text), &e),
			0);
	check_int(snapshot_commit(&w, &e), 0);
	snapshot_abort(&w);
}

static void test_round_trip(void)
{
	const char *path = in_scratch("s");
	struct snapshot_reader r;
	struct snapshot_line line;
	char id[UUID_SIZE] = ID(0);
	struct error e;

	write_it(path);
	check_int(snapshot_open(&r, path, &e), 1);
	check_str(json_str(snapshot_fetch_head(&r), "data_source_id"), "d");
	check(uuid_is_normal(snapshot_id(&r)));
	for (size_t i = 0; i < LINES; i++) {
		id[UUID_SIZE - 2] = (char)('1' + i);
		check_int(snapshot_next(&r, &line, &e), 1);
		check_str(line.text, lines[i].text);
		check_int(line.len, strlen(lines[i].text));
		check_int(line.kind, lines[i].kind);
		check_str(line.page_id, id);
	}
	check_int(snapshot_next(&r, &line, &e), 0);
	snapshot_close(&r);
}

/* Begun and left, it leaves what was there. */
static void test_abort(void)
{
	struct snapshot_writer w = { 0 };
	json *head = json_object();
	struct snapshot_reader r;
	struct error e;

	snapshot_abort(&w);
	check_int(snapshot_begin(&w, in_scratch("s"), head, &e), 0);
	snapshot_abort(&w);
	check_int(snapshot_open(&r, in_scratch("s"), &e), 1);
	snapshot_close(&r);
	check_int(snapshot_begin(&w, in_scratch("no/folder"), head, &e), -1);
	snapshot_abort(&w);
	json_free(head);
}

/* The text with `from` replaced by `to`, read to its end: the error. */
static void changed(
	const char *text, const char *from, const char *to, const char *why)
{
	char other[8192];
	const char *at = strstr(text, from), *path;
	struct snapshot_reader r;
	struct snapshot_line line;
	struct error e = { 0 };
	int got;

	if (!check(at != NULL))
		return;
	snprintf(other, sizeof other, "%.*s%s%s", (int)(at - text), text, to,
		at + strlen(from));
	path = put_file("s", other);
	got = snapshot_open(&r, path, &e);
	while (got > 0)
		got = snapshot_next(&r, &line, &e);
	check_int(got, -1);
	check_int(e.code, RC_STREAM);
	check_has(e.text, why);
	check_has(e.text, path);
	snapshot_close(&r);
}

static void test_damaged(void)
{
	struct buf b = BUF_INIT(8000);
	struct error e;
	const char *text, *head = "its first line is not a snapshot's head";
	const char *count = "its end doesn't count its lines";

	if (!check_int(file_read(in_scratch("s"), &b, &e), 0))
		return;
	text = buf_str(&b);
	changed(text, "{\"kind\":\"head\"", "[\"kind\":\"head\"", head);
	changed(text, "\"stream\":\"snapshot\"", "\"stream\":\"plan\"", head);
	changed(text, "\"v\":1", "\"v\":2", head);
	changed(text, "\"v\":1", "\"w\":1", head);
	changed(text, "\"id\":", "\"no\":", head);
	changed(text, "\"notion\":{", "\"other\":{", head);
	changed(text, ID(2), ID(1), "its content has changed since");
	changed(text, "\"page_id\":\"" ID(2), "\"page\":\"" ID(2),
		"line 3 names no page");
	changed(text, ID(2) "\"", "x-" ID(2) "\"", "line 3 names no page");
	changed(text, ID(2), ID(2) "0", "line 3 names no page");
	changed(text, RECORD(ID(1), ""), "{\"page_id\":\"" ID(1),
		"line 2 names no page");
	changed(text, RECORD(ID(1), ""), "", "line 2 names no page");
	changed(text, RECORD(ID(1), "") "\n", "", count);
	changed(text, "\"count\":", "\"n\":", count);
	changed(text, "\"complete\":true", "\"complete\":false", count);
	changed(text, "\"sum\":", "\"was\":", "its content has changed since");
	changed(text, "\"complete\":true}\n", "\"complete\":true}",
		"it is cut off");
	changed(text, "\"complete\":true}\n", "\"complete\":true}\n\n",
		"something follows its end");
	changed("a", "a", "", "it is cut off");
	buf_fini(&b);
}

/* A byte 0 in a line. */
static void test_nul(void)
{
	const char *path = in_scratch("s");
	FILE *f = fopen(path, "w");
	struct snapshot_reader r;
	struct error e;

	check(f && fwrite("{\0}\n", 1, 4, f) == 4 && fclose(f) == 0);
	check_int(snapshot_open(&r, path, &e), -1);
	check_int(e.code, RC_STREAM);
	check_has(e.text, "a line of it is damaged");
	snapshot_close(&r);
}

static void test_no_file(void)
{
	struct snapshot_reader r;
	struct error e;

	unlink(in_scratch("s"));
	check_int(snapshot_open(&r, in_scratch("s"), &e), 0);
	snapshot_close(&r);
	check_int(snapshot_open(&r, scratch, &e), -1);
	check_int(e.code, RC_LOCAL);
	check_has(e.text, "is not a regular file: remove it");
	snapshot_close(&r);
	check_int(snapshot_open(&r, "/dev/null/s", &e), -1);
	check_int(e.code, RC_LOCAL);
	snapshot_close(&r);
}

int main(void)
{
	if (!begin_scratch())
		return test_end();
	run(test_round_trip);
	run(test_abort);
	run(test_damaged);
	run(test_nul);
	run(test_no_file);
	end_scratch();
	return test_end();
}
