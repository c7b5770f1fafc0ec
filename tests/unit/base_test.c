/* The local base, its lines and its journal: sync/base.h, sync/base_pair.h. */
#include "sync/base.h"

#include "test.h"

#include "scratch.h"
#include "util/alloc.h"
#include "util/stream.h"

#define R(n) "aaaaaaaa-0000-4000-8000-00000000000" #n
#define P(n) "bbbbbbbb-0000-4000-8000-00000000000" #n
#define SUM64(c) c c c c c c c c c c c c c c c c
#define SUM SUM64("1234")
#define HELD(text) \
	"{\"decision\":\"" text \
	"\",\"type\":null,\"date\":null,\"deleted\":false}"
#define BOTH(text) "\"row_is\":" HELD(text) ",\"page_is\":" HELD(text)
#define PAIR(n, text) \
	"{\"kind\":\"pair\",\"row_id\":\"" R(n) "\",\"page_id\":\"" P( \
		n) "\"," BOTH(text) "}"
#define LONE(id, more) "{\"kind\":\"lone\"," id ",\"is\":" HELD("lone") more "}"
#define HEAD(table) \
	"{\"kind\":\"head\",\"stream\":\"base\",\"v\":1,\"scope\":" SCOPE( \
		table) "}\n"
#define SCOPE(table) "{\"supabase\":\"" table "\",\"notion\":\"n\"}"
#define END(n) "{\"kind\":\"end\",\"count\":" #n ",\"complete\":true}\n"

static json *parsed(const char *text)
{
	struct error e;
	json *line = json_parse(text, strlen(text), JSON_STRICT, &e);

	check(line != NULL);
	return line;
}

/* --- a line --------------------------------------------------------------- */

/* The line with `more` members; whether it is one of the base. */
static bool is_line(const char *kind, const char *ids, const char *more)
{
	char text[4096];
	struct base_pair p;
	bool is;

	snprintf(text, sizeof text, "{\"kind\":\"%s\"%s%s}", kind, ids, more);
	is = base_pair_parse(&p, parsed(text)) == 0;
	check_int(is, p.line != NULL);
	json_free(p.line);
	return is;
}

#define IDS ",\"row_id\":\"" R(1) "\",\"page_id\":\"" P(1) "\""
#define ROW ",\"row_id\":\"" R(1) "\""
#define PAGE ",\"page_id\":\"" P(1) "\""

static void test_ids(void)
{
	check(is_line("pair", IDS, "," BOTH("a")));
	check(!is_line("pair", ROW, "," BOTH("a")));
	check(!is_line("pair", PAGE, "," BOTH("a")));
	check(!is_line("other", IDS, "," BOTH("a")));
	check(!is_line("pair", ",\"row_id\":\"x\"" PAGE, "," BOTH("a")));
	check(is_line("lone", ROW, ",\"is\":" HELD("a")));
	check(is_line("lone", PAGE, ",\"is\":" HELD("a")));
	check(!is_line("lone", IDS, ",\"is\":" HELD("a")));
	check(!is_line("lone", "", ",\"is\":" HELD("a")));
	check(!is_line("lone", ROW, ",\"is\":{\"decision\":1}"));
}

static void test_contents(void)
{
	/* What both hold is known of both, or of none. */
	check(is_line("pair", IDS, ""));
	check(is_line("pair", IDS, ",\"failed\":2"));
	check(!is_line("pair", IDS, ",\"row_is\":" HELD("a")));
	check(!is_line("pair", IDS, ",\"page_is\":" HELD("a")));
	/* The older form says it once, with the checksum. */
	check(is_line("pair", IDS,
		",\"decision\":\"a\",\"deleted\":false,\"checksum\":\"" SUM
		"\""));
	check(!is_line("pair", IDS, ",\"decision\":\"a\",\"deleted\":false"));
	check(!is_line(
		"pair", IDS, ",\"decision\":1,\"checksum\":\"" SUM "\""));
	check(!is_line("pair", IDS, "," BOTH("a") ",\"checksum\":\"1\""));
	check(!is_line("pair", IDS, "," BOTH("a") ",\"checksum\":1"));
	check(is_line("pair", IDS, "," BOTH("a") ",\"checksum\":null"));
	check(!is_line("pair", IDS, "," BOTH("a") ",\"row_sum\":\"1\""));
	check(!is_line("pair", IDS, "," BOTH("a") ",\"page_sum\":\"1\""));
	check(is_line("pair", IDS, "," BOTH("a") ",\"page_sum\":\"" SUM "\""));
}

static void test_writes(void)
{
	check(is_line(
		"pair", IDS, ",\"sent\":{\"to\":\"notion\"," BOTH("a") "}"));
	check(!is_line(
		"pair", IDS, ",\"sent\":{\"to\":\"mars\"," BOTH("a") "}"));
	check(!is_line("pair", IDS,
		",\"sent\":{\"to\":\"notion\"," BOTH(
			"a") ",\"checksum\":\"1\"}"));
	check(!is_line("pair", IDS,
		",\"sent\":{\"to\":\"notion\",\"page_is\":{\"type\":1}}"));
	check(is_line("pair", IDS, ",\"sent\":null,\"refused\":null"));
	check(is_line("pair", IDS,
		",\"refused\":{\"to\":\"supabase\",\"fields\":[\"type\"],"
		"\"set\":" HELD("a") "}"));
	check(!is_line("pair", IDS,
		",\"refused\":{\"to\":\"mars\",\"set\":" HELD("a") "}"));
	check(!is_line("pair", IDS,
		",\"refused\":{\"to\":\"supabase\",\"set\":{\"type\":1}}"));
}

/* The line for p, with a part and without the other. */
static void check_line(
	const struct base_pair *p, const char *part, const char *not_there)
{
	struct buf b = BUF_INIT(4096);
	json *line = base_pair_line(p, USEC_NONE);

	check_int(json_print(line, &b), 0);
	check_has(buf_str(&b), part);
	check(!strstr(buf_str(&b), not_there));
	json_free(line);
	buf_fini(&b);
}

static void test_written_lines(void)
{
	struct base_pair p = { .row_id = R(1), .met = true };

	check_line(&p, "{\"kind\":\"lone\",\"row_id\":\"" R(1) "\",\"is\":{",
		"page_id");
	p.row_id = NULL;
	p.page_id = P(1);
	check_line(&p, "{\"kind\":\"lone\",\"page_id\":\"" P(1) "\",\"is\":{",
		"row_id");
	p.row_id = R(1);
	check_line(&p, "\"met\":true", "row_is");
	p.failed = 1;
	check_line(&p, "\"failed\":1", "row_sum");
	p.failed = 0;
	p.known = true;
	p.sum[NOTION] = SUM;
	check_line(&p, "\"page_sum\":\"" SUM "\"", "\"met\"");
	p.sum[NOTION] = "1";
	check_line(&p, "\"page_is\":{", "page_sum");
	check_line(&p, "\"row_is\":{", "failed");
	p.rewrites_link = true;
	check_line(&p, "\"page_rewrites_link\":true", "refused");
	base_pair_free(NULL);
}

/* --- what a line proves --------------------------------------------------- */

static void test_explains(void)
{
	struct base_pair p = { .checksum = SUM };
	struct decision other = { { "other" } };
	char sum[CHECKSUM_SIZE], others[CHECKSUM_SIZE];

	decision_checksum(&p.held[NOTION].is, sum);
	decision_checksum(&other, others);
	check(base_explains(&p, NULL, NOTION));
	check(base_explains(&p, SUM, NOTION));
	check(!base_explains(&p, sum, NOTION));
	p.checksum = NULL;
	check(!base_explains(&p, SUM, NOTION));
	/* Only the half's own rewriting, and its own sum. */
	p.rewrites_checksum[NOTION] = true;
	check(base_explains(&p, others, NOTION));
	check(!base_explains(&p, others, SUPABASE));
	p.rewrites_checksum[NOTION] = false;
	p.sum[SUPABASE] = SUM;
	check(base_explains(&p, SUM, SUPABASE));
	check(!base_explains(&p, SUM, NOTION));
	/* What either half holds, once it is known. */
	p.known = true;
	check(base_explains(&p, sum, NOTION));
	check(!base_explains(&p, others, NOTION));
	p.held[NOTION].is = other;
	check(base_explains(&p, others, SUPABASE));
	check(base_explains(&p, sum, SUPABASE));
	p.known = false;
	/* And what a request brought. */
	check(!base_explains(&p, others, NOTION));
	p.sent.held[SUPABASE].is = other;
	check(!base_explains(&p, others, NOTION));
	p.sent.is = true;
	check(base_explains(&p, others, NOTION));
	p.sum[SUPABASE] = NULL;
	p.sent.checksum = SUM;
	check(base_explains(&p, SUM, NOTION));
}

static void test_deleted(void)
{
	struct base_pair p = { .known = true };

	check(!base_is_deleted(&p));
	p.held[SUPABASE].deleted = true;
	check(!base_is_deleted(&p));
	p.held[NOTION].deleted = true;
	check(base_is_deleted(&p));
	p.held[SUPABASE].deleted = false;
	check(!base_is_deleted(&p));
	p.held[SUPABASE].deleted = true;
	p.known = false;
	check(!base_is_deleted(&p));
}

/* --- the file and the journal --------------------------------------------- */

static const char *decision_of(const struct base *b, const char *row_id)
{
	const struct base_pair *p = base_find_row(b, row_id);

	return p ? p->held[NOTION].is.value[FIELD_DECISION] : NULL;
}

static void load(struct base *b, const char *text, const char *journal)
{
	char path[200];
	struct error e = { 0 };

	if (journal)
		put_file("b.journal", journal);
	snprintf(path, sizeof path, "%s",
		text ? put_file("b", text) : in_scratch("b"));
	if (!check_int(base_load(b, path, &e), 0))
		printf("\t%s\n", e.text);
	unlink(path);
	unlink(in_scratch("b.journal"));
}

static void test_journal(void)
{
	struct base b;

	load(&b, NULL, NULL);
	check(!b.scope);
	check_int(base_count(&b), 0);
	check(!base_find_row(&b, R(1)));
	base_fini(&b);
	/* Later lines replace earlier ones; a torn one is not there. */
	load(&b, HEAD("t") PAIR(2, "a") "\n" PAIR(1, "b") "\n" END(2),
		"{\"kind\":\"scope\",\"scope\":" SCOPE("t") "}\n" PAIR(
			1, "c") "\n{\"kind\":\"mark\"}\nrubbish\n" PAIR(1,
			"d") "\n" PAIR(3, "e") "\n" PAIR(2, "torn"));
	check_int(base_count(&b), 3);
	check_str(base_pair_at(&b, 0)->row_id, R(1));
	check_str(decision_of(&b, R(1)), "d");
	check_str(decision_of(&b, R(2)), "a");
	check_str(decision_of(&b, R(3)), "e");
	check(!decision_of(&b, R(4)));
	base_fini(&b);
	/* What was said about another scope holds no more. */
	load(&b,
		HEAD("t") PAIR(2, "a") "\n" LONE(
			"\"row_id\":\"" R(5) "\"", ",\"failed\":1") "\n" END(2),
		"{\"kind\":\"scope\",\"scope\":" SCOPE("u") "}\n" PAIR(
			1, "c") "\n");
	check_int(base_count(&b), 1);
	check(!base_find_lone(&b, R(5)));
	check_str(json_str(b.scope, "supabase"), "u");
	base_fini(&b);
	/* A journal alone begins a base. */
	load(&b, NULL,
		"{\"kind\":\"scope\",\"scope\":" SCOPE("u") "}\n" PAIR(
			1, "c") "\n");
	check_int(base_count(&b), 1);
	check_str(json_str(b.scope, "supabase"), "u");
	base_fini(&b);
}

/* A lone half's line: the latest, if it says something and has no pair. */
static void test_lone(void)
{
	struct base b;

	load(&b, HEAD("t") PAIR(1, "a") "\n" END(1),
		LONE("\"row_id\":\"" R(5) "\"", ",\"failed\":1") "\n" LONE(
			"\"row_id\":\"" R(5) "\"",
			",\"failed\":2") "\n" LONE("\"page_id\":\"" P(6) "\"",
			",\"failed\":3") "\n" LONE("\"row_id\":\"" R(7) "\"",
			"") "\n" LONE("\"row_id\":\"" R(8) "\"",
			",\"failed\":1") "\n" LONE("\"row_id\":\"" R(8) "\"",
			"") "\n" LONE("\"row_id\":\"" R(1) "\"",
			",\"failed\":1") "\n" LONE("\"page_id\":\"" P(1) "\"",
			",\"failed\":1") "\n" LONE("\"row_id\":\"" R(9) "\"",
			",\"refused\":{\"to\":\"notion\",\"set\":" HELD(
				"x") "}") "\n");
	check_int(b.n_lone, 4);
	if (check(base_find_lone(&b, R(5))))
		check_int(base_find_lone(&b, R(5))->failed, 2);
	if (check(base_find_lone(&b, P(6))))
		check_int(base_find_lone(&b, P(6))->failed, 3);
	check(base_find_lone(&b, R(9)));
	check(!base_find_lone(&b, R(1)));
	/* Its row may be gone: the page's own failures come after the pair. */
	check(base_find_lone(&b, P(1)));
	check(!base_find_lone(&b, R(7)));
	check(!base_find_lone(&b, R(8)));
	check(!base_find_lone(&b, NULL));
	base_fini(&b);

	/* Paired after that, with any row: it is lone no more. */
	load(&b, HEAD("t") PAIR(1, "a") "\n" END(1),
		LONE("\"page_id\":\"" P(2) "\"", ",\"failed\":1") "\n" PAIR(
			2, "a") "\n" LONE("\"page_id\":\"" P(1) "\"",
			",\"failed\":1") "\n");
	check(!base_find_lone(&b, P(2)));
	check(base_find_lone(&b, P(1)));
	base_fini(&b);
}

static void test_save(void)
{
	char path[200], journal[200];
	struct base b, again;
	struct error e;

	snprintf(path, sizeof path, "%s",
		put_file("b", HEAD("t") PAIR(2, "a") "\n" PAIR(1,
				      "b") "\n" LONE("\"row_id\":\"" R(5) "\"",
				      ",\"failed\":1") "\n" END(3)));
	snprintf(journal, sizeof journal, "%s",
		put_file("elsewhere", PAIR(1, "c") "\n"));
	check_int(base_load_with(&b, path, journal, &e), 0);
	check_int(base_save(&b, path, &e), 0);
	check_int(base_load(&again, path, &e), 0);
	check_int(base_count(&again), 2);
	check_str(decision_of(&again, R(1)), "c");
	check(base_find_lone(&again, R(5)));
	check_str(json_str(again.scope, "supabase"), "t");
	base_fini(&again);
	check_int(base_save(&b, in_scratch("no/folder"), &e), -1);
	check_int(base_load_with(&again, scratch, journal, &e), -1);
	check_int(base_load_with(&again, path, scratch, &e), -1);
	check_int(e.code, RC_LOCAL);
	check_int(base_load_with(&again, path, "/dev/null/j", &e), -1);
	check_int(base_load_with(&again, "/dev/null/b", journal, &e), -1);
	check_int(e.code, RC_LOCAL);
	base_fini(&b);
	unlink(path);
	unlink(journal);
}

/* One that stream_write() can't write is not written, and the old one stays. */
static void test_too_long(void)
{
	const char *path = put_file("b", HEAD("t") END(0));
	size_t size = STREAM_LINE_MAX + 1;
	char *text = xcalloc(1, size + 1);
	struct base b;
	struct error e;

	check_int(base_load_with(&b, path, "/no/journal", &e), 0);
	memset(text, 'a', size);
	json_put_str(b.scope, "supabase", text);
	free(text);
	check_int(base_save(&b, path, &e), -1);
	check_has(e.text, path);
	base_fini(&b);
	check_int(base_load(&b, path, &e), 0);
	check_str(json_str(b.scope, "supabase"), "t");
	base_fini(&b);
	unlink(path);
}

static void refused(const char *text, const char *why)
{
	const char *path = put_file("b", text);
	struct base b;
	struct error e = { 0 };

	check_int(base_load(&b, path, &e), -1);
	check_int(e.code, RC_STREAM);
	check_has(e.text, why);
	check_has(e.text, "delete it and run again: rm '");
	unlink(in_scratch("b"));
}

static void test_damaged(void)
{
	refused("", "empty");
	refused("{\"kind\":\"head\",\"stream\":\"plan\",\"v\":1}\n", ":1: ");
	refused(HEAD("t") "{\"kind\":\"pair\"}\n" END(1), ":2: not a pair");
	refused(HEAD("t") PAIR(1, "a") "\n", ":");
	refused(HEAD("t") END(0) END(0), ":3: ");
}

static void check_scopes(const char *was, const char *is, const char *wanted)
{
	json *a = parsed(was), *b = parsed(is);
	const char *what = NULL;
	bool same = base_same_scope(a, b, &what);

	check_int(same, wanted == NULL);
	if (!same)
		check_str(what, wanted);
	json_free(a);
	json_free(b);
}

static void test_scopes(void)
{
	check_scopes(SCOPE("t"), SCOPE("t"), NULL);
	check_scopes(SCOPE("t"), SCOPE("u"), "supabase");
	check_scopes("{\"notion\":\"n\"}", "{\"notion\":\"m\"}", "notion");
	check_scopes("{}", "{\"columns\":{\"type\":\"kind\"}}", "columns");
	check_scopes("{\"columns\":null}", "{}", NULL);
	/* One of an earlier version has no properties: they may be any. */
	check_scopes("{}", "{\"properties\":{\"Type\":\"a\"}}", NULL);
	check_scopes("{\"properties\":{\"Type\":\"a\"}}", "{}", NULL);
	check_scopes("{\"properties\":{\"Type\":\"a\"}}",
		"{\"properties\":{\"Type\":\"b\"}}", "properties");
}

int main(void)
{
	run(test_ids);
	run(test_contents);
	run(test_writes);
	run(test_written_lines);
	run(test_explains);
	run(test_deleted);
	run(test_scopes);
	if (!begin_scratch())
		return test_end();
	run(test_journal);
	run(test_lone);
	run(test_save);
	run(test_too_long);
	run(test_damaged);
	end_scratch();
	return test_end();
}
