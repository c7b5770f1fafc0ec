/* What each half of a pair is known to hold, op by op: cmd/apply/known.h. */
#include "../../cmd/apply/known.h"

#include <fcntl.h>

#include "test.h"

#include "scratch.h"

#define R "aaaaaaaa-0000-4000-8000-000000000001"
#define P "bbbbbbbb-0000-4000-8000-000000000001"
#define IDS "\"row_id\":\"" R "\",\"page_id\":\"" P "\""
#define SUM64(c) c c c c c c c c c c c c c c c c
#define SUM SUM64("1234")
#define SCOPE "{\"supabase\":\"t\",\"notion\":\"n\"}"
#define HELD(decision, type, deleted) \
	"{\"decision\":\"" decision "\",\"type\":" type \
	",\"date\":null,\"deleted\":" deleted "}"
#define BOTH(row, page) "\"row_is\":" row ",\"page_is\":" page
#define LIVE(decision, type) HELD(decision, type, "false")
#define GONE(decision) HELD(decision, "null", "true")
#define EMPTY(type) \
	"{\"decision\":null,\"type\":" type ",\"date\":null,\"deleted\":false}"
#define UX "\"UX\""

static struct service_clock now;

/* A plan's ops, and the base that they are carried out on, with its journal. */
struct trial {
	struct journal j;
	struct worker w;
	struct ops ops;
	char base[200];
};

#define END(count) "{\"kind\":\"end\",\"count\":" count ",\"complete\":true}\n"
#define HEAD(stream) \
	"{\"kind\":\"head\",\"stream\":\"" stream \
	"\",\"v\":1,\"scope\":" SCOPE "}\n"

static void begin(struct trial *t, const char *base, const char *plan)
{
	struct error e = { 0 };
	const char *path;
	int fd;

	*t = (struct trial){ .w = { .notion.api.clock = &now,
				     .supabase.api.clock = &now } };
	t->w.journal = &t->j;
	snprintf(t->base, sizeof t->base, "%s", put_file("base", base));
	path = put_file("plan", plan);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (!check_int(ops_read(&t->ops, fd, "plan", &e), 0))
		printf("\t%s\n", e.text);
	close(fd);
	unlink(path);
	if (!check_int(
		    journal_open(&t->j, t->base, NULL,
			    json_parse(SCOPE, strlen(SCOPE), JSON_STRICT, &e),
			    SCOPE_REFUSE, &e),
		    0))
		printf("\t%s\n", e.text);
}

/* What the journal says so far, for the caller to buf_fini(). */
static struct buf journaled(void)
{
	struct buf said = BUF_INIT(8192);
	struct error e;

	check_int(file_read(in_scratch("base.journal"), &said, &e), 0);
	return said;
}

static void end(struct trial *t)
{
	struct error e;

	ops_fini(&t->ops);
	check_int(journal_close(&t->j, USEC_NONE, &e), 0);
	unlink(t->base);
	unlink(in_scratch("base.journal"));
	unlink(in_scratch("base.journal.lock"));
	unlink(in_scratch("base.lock"));
}

/*
 * The line that the journal has once the plan's one op, of such a kind, was
 * done to the page, which is `after` then; NULL: none. The caller frees it.
 */
static json *noted(const char *line, const char *kind, const char *set,
	const char *row, const char *page, const char *after)
{
	char base[4096], plan[8192];
	struct outcome o = { 0 };
	struct error e = { 0 };
	struct trial t;
	struct buf said;
	const char *pair;
	json *last;

	snprintf(base, sizeof base,
		HEAD("base") "{\"kind\":\"pair\"," IDS ",%s}\n" END("1"), line);
	snprintf(plan, sizeof plan,
		HEAD("plan") "{\"kind\":\"op\",\"n\":1,\"op\":\"%s\","
			     "\"target\":\"notion\"," IDS ",\"set\":%s,"
			     "\"checksum\":\"" SUM
			     "\",\"expect\":{\"row\":%s,\"page\":%s}}\n" END(
				     "1"),
		kind, set, row, page);
	begin(&t, base, plan);
	last = json_parse(after, strlen(after), JSON_STRICT, &e);
	o.after[NOTION] = seen_parse(last);
	json_free(last);
	check_int(known_note(&t.w, &t.ops.list[0], &o, &e), 0);
	outcome_fini(&o);
	said = journaled();
	end(&t);
	pair = strstr(buf_str(&said), "{\"kind\":\"pair\"");
	last = pair ? json_parse(pair, strcspn(pair, "\n"), JSON_STRICT, &e)
		    : NULL;
	buf_fini(&said);
	return last;
}

static void check_halves(const json *line, const char *row, const char *page)
{
	static const char *const keys[SIDES] = { "row_is", "page_is" };
	const char *wanted[SIDES] = { row, page };

	if (!check(line != NULL))
		return;
	for (enum side s = 0; s < SIDES; s++) {
		struct buf text = BUF_INIT(1000);

		check_int(json_print(json_get(line, keys[s]), &text), 0);
		check_str(buf_str(&text), wanted[s]);
		buf_fini(&text);
	}
}

#define REFUSED \
	",\"refused\":{\"to\":\"notion\",\"fields\":[\"decision\"]," \
	"\"set\":" LIVE("new", "null") ",\"times\":1}"

/* What was refused once is of no account when the halves agree, and then only.
 */
static void test_refused(void)
{
	json *line =
		noted(BOTH(LIVE("new", "null"), LIVE("old", "null")) REFUSED,
			"update", "{\"decision\":\"new\"}", LIVE("new", "null"),
			LIVE("old", "null"), LIVE("new", "null"));

	check_halves(line, LIVE("new", "null"), LIVE("new", "null"));
	check(json_get(line, "refused") == NULL);
	json_free(line);
	line = noted(BOTH(LIVE("new", "null"), LIVE("old", "null")) REFUSED,
		"update", "{\"type\":\"UX\"}", LIVE("new", UX),
		LIVE("old", "null"), LIVE("old", UX));
	check_halves(line, LIVE("new", UX), LIVE("old", UX));
	check(json_get(line, "refused") != NULL);
	json_free(line);
}

/* Both are there again, though a field of the page is still an edit. */
static void test_presence(void)
{
	json *line = noted(BOTH(GONE("one"), GONE("one")), "restore",
		"{\"type\":\"UX\"}", LIVE("one", UX), GONE("two"),
		LIVE("two", UX));

	check_halves(line, LIVE("one", UX), LIVE("one", UX));
	json_free(line);
	/* Where the one is gone and the other isn't, that is an edit, too. */
	line = noted(BOTH(LIVE("one", "null"), LIVE("one", "null")), "update",
		"{\"type\":\"UX\"}", LIVE("one", UX), LIVE("one", "null"),
		HELD("one", UX, "true"));
	check_halves(line, LIVE("one", UX), LIVE("one", UX));
	json_free(line);
	line = noted(BOTH(LIVE("one", "null"), LIVE("one", "null")), "update",
		"{\"type\":\"UX\"}", HELD("one", UX, "true"),
		LIVE("one", "null"), LIVE("two", UX));
	check_halves(line, LIVE("one", UX), LIVE("one", UX));
	json_free(line);
}

#define SENT(row, page) \
	"\"sent\":{\"to\":\"notion\"," BOTH(row, page) ",\"checksum\":\"" SUM \
						       "\"}"
/* A page that somebody has edited since it got this checksum. */
#define EDITED(sum) \
	"{\"decision\":\"old\",\"type\":null,\"date\":null,\"deleted\":false" \
	",\"stored_checksum\":\"" sum "\"}"
#define OLD_SUM SUM64("abcd")

/* Whether a request without an answer has arrived, by what the plan saw. */
static bool arrived(const char *sums, const char *page)
{
	char before[2000];
	json *line;
	bool has;

	snprintf(before, sizeof before, "%s%s",
		SENT(LIVE("one", "null"), LIVE("one", "null")), sums);
	line = noted(before, "update", "{\"type\":\"UX\"}", LIVE("one", UX),
		page, LIVE("two", UX));
	has = line != NULL;
	/* Else nothing is known of the pair. */
	if (has)
		check_halves(line, LIVE("one", UX), LIVE("one", UX));
	json_free(line);
	return has;
}

static void test_sent(void)
{
	check(arrived("", LIVE("one", "null")));
	check(!arrived("", LIVE("old", "null")));
	/* By the checksum that went with it, unless that was there before. */
	check(arrived(",\"page_sum\":\"" OLD_SUM "\"", EDITED(SUM)));
	check(!arrived(",\"page_sum\":\"" OLD_SUM "\"", EDITED(OLD_SUM)));
	check(!arrived(",\"page_sum\":\"" SUM "\"", EDITED(SUM)));
	check(!arrived(",\"checksum\":\"" SUM "\"", EDITED(SUM)));
}

/* A deletion has arrived where the page is gone, whatever it holds. */
static void test_sent_deletion(void)
{
	json *line = noted(SENT(GONE("one"), GONE("one")), "restore",
		"{\"type\":\"UX\"}", LIVE("one", UX), GONE("old"),
		LIVE("two", UX));

	check_halves(line, LIVE("one", UX), LIVE("one", UX));
	json_free(line);
	line = noted(SENT(GONE("one"), GONE("one")), "update",
		"{\"type\":\"UX\"}", LIVE("one", UX), LIVE("one", "null"),
		LIVE("two", UX));
	check(line == NULL);
	json_free(line);
}

/* Where nothing was sent, nothing arrives: not even nothing, in an empty row.
 */
static void test_not_sent(void)
{
	json *line = noted("\"failed\":1", "update", "{\"decision\":null}",
		EMPTY("null"), LIVE("one", "null"), EMPTY(UX));

	check(line == NULL);
	json_free(line);
}

#define OP(n, kind, target) \
	"{\"kind\":\"op\",\"n\":" n ",\"op\":\"" kind \
	"\",\"target\":\"" target "\"," IDS \
	",\"match\":\"decision\",\"checksum\":\"" SUM \
	"\",\"synced\":true,\"expect\":{\"row\":" LIVE( \
		"one", UX) ",\"page\":" LIVE("one", UX) "}}\n"

/* That a pair has met is noted once, whatever else is to be done to it. */
static void test_meetings(void)
{
	struct error e = { 0 };
	struct trial t;
	struct buf said;
	const char *first;

	begin(&t, HEAD("base") END("0"),
		HEAD("plan") OP("1", "link", "supabase")
			OP("2", "stamp", "notion") END("2"));
	check_int(known_meetings(&t.w, &t.ops, &e), 0);
	said = journaled();
	end(&t);
	first = strstr(buf_str(&said), "\"met\":true");
	if (check(first != NULL))
		check(strstr(first + 1, "\"met\":true") == NULL);
	buf_fini(&said);
}

int main(void)
{
	if (!begin_scratch())
		return test_end();
	run(test_refused);
	run(test_presence);
	run(test_sent);
	run(test_sent_deletion);
	run(test_not_sent);
	run(test_meetings);
	end_scratch();
	return test_end();
}
