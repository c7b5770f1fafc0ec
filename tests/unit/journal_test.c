/* apply's memory between its instants: cmd/apply/journal.h. */
#include "../../cmd/apply/journal.h"

#include <sys/wait.h>

#include "test.h"

#include "scratch.h"
#include "util/file.h"
#include "util/stream.h"

#define R1 "aaaaaaaa-0000-4000-8000-000000000001"
#define R2 "aaaaaaaa-0000-4000-8000-000000000002"
#define R3 "aaaaaaaa-0000-4000-8000-000000000003"
#define P1 "bbbbbbbb-0000-4000-8000-000000000001"
#define P2 "bbbbbbbb-0000-4000-8000-000000000002"
#define P3 "bbbbbbbb-0000-4000-8000-000000000003"
#define SUM "1111111111111111111111111111111111111111111111111111111111111111"
#define SUM2 "2222222222222222222222222222222222222222222222222222222222222222"
#define T0 "2026-01-01T00:00:00Z"

static char base[200], path[220];

static json *scope(const char *table)
{
	json *s = json_object();

	json_put_str(s, "supabase", table);
	json_put_str(s, "notion", P1);
	return s;
}

static usec at(const char *text)
{
	usec t = USEC_NONE;

	check_int(time_parse(text, &t), 0);
	return t;
}

static struct journal opened(void)
{
	struct journal j;
	struct error e = { 0 };

	if (!check_int(journal_open(&j, base, NULL, scope("here/t"),
			       SCOPE_REFUSE, &e),
		    0))
		printf("\t%s\n", e.text);
	return j;
}

static void closed(struct journal *j, usec now)
{
	struct error e;

	check_int(journal_close(j, now, &e), 0);
}

/* What the journal's file says, or the base's; until the next call. */
static const char *text_of(const char *file)
{
	static struct buf text = BUF_INIT(1 << 16);
	struct error e;

	buf_reset(&text);
	check_int(file_read(file, &text, &e), 0);
	return buf_str(&text);
}

static void remove_all(void)
{
	char lock[240];

	snprintf(lock, sizeof lock, "%s.lock", path);
	unlink(base);
	unlink(path);
	unlink(lock);
}

static int count(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		n++;
	}
	return n;
}

/* A create, step by step, and what is known of it after each. */
static void test_create(void)
{
	struct journal j = opened();
	struct open_create c;
	struct error e;

	check(journal_find(&j, R1, &c) == NULL);
	check(!journal_has_page(&j, P1));
	check_int(journal_creating(&j, R1, SUM, at(T0), &e), 0);
	check(journal_find(&j, R2, &c) == NULL);
	if (check(journal_find(&j, R1, &c) == &c)) {
		check_str(c.row_id, R1);
		check_str(c.page_id, "");
		check_str(c.checksum, SUM);
		check(c.at == at(T0));
		check(!c.answered && !c.from_before && !c.closed);
	}
	check(!journal_has_page(&j, P1));
	check_int(journal_created(&j, R1, P1, false, &e), 0);
	check(journal_find(&j, R1, &c) && !c.answered);
	check_int(journal_created(&j, R1, P1, true, &e), 0);
	check(journal_find(&j, R1, &c) && c.answered);
	check_str(c.page_id, P1);
	check(journal_has_page(&j, P1));
	check(!journal_has_page(&j, P2));
	/* Of this run: it is no earlier one's. */
	check(journal_find_page(&j, P1, &c) == NULL);
	/* Its own answer named P1: a link to another page doesn't finish it. */
	check_int(journal_linked(&j, R1, P2, &e), 0);
	check(journal_find(&j, R1, &c) != NULL);
	check_int(journal_linked(&j, R1, P1, &e), 0);
	check(journal_find(&j, R1, &c) == NULL);
	check(!journal_has_page(&j, P1));
	check_str(text_of(path) + strcspn(text_of(path), "\n") + 1,
		"{\"kind\":\"creating\",\"row_id\":\"" R1
		"\",\"checksum\":\"" SUM
		"\",\"at\":\"2026-01-01T00:00:00.000000Z\"}\n"
		"{\"kind\":\"created\",\"row_id\":\"" R1 "\",\"page_id\":\"" P1
		"\"}\n"
		"{\"kind\":\"created\",\"row_id\":\"" R1 "\",\"page_id\":\"" P1
		"\",\"answered\":true}\n"
		"{\"kind\":\"linked\",\"row_id\":\"" R1 "\"}\n");
	/* Finished already: nothing more is noted. */
	check_int(journal_linked(&j, R1, P1, &e), 0);
	check_int(journal_not_created(&j, R1, &e), 0);
	check_int(count(text_of(path), "\n"), 5);
	closed(&j, at(T0));
	check_str(text_of(path), "");
}

/* One that is sent again is the same create, from the beginning. */
static void test_sent_again(void)
{
	struct journal j = opened();
	struct open_create c;
	struct error e;

	check_int(journal_creating(&j, R1, SUM, at(T0), &e), 0);
	check_int(journal_created(&j, R1, P1, true, &e), 0);
	check_int(
		journal_creating(&j, R1, SUM2, at("2026-01-02T00:00:00Z"), &e),
		0);
	check(journal_find(&j, R1, &c) && !c.answered && !*c.page_id);
	check_str(c.checksum, SUM2);
	check_int(j.n, 1);
	check_int(journal_not_created(&j, R1, &e), 0);
	check(journal_find(&j, R1, &c) == NULL);
	/* Not known by an answer: any link finishes it. */
	check_int(journal_creating(&j, R1, SUM, at(T0), &e), 0);
	check_int(journal_created(&j, R1, P1, false, &e), 0);
	check_int(journal_linked(&j, R1, P2, &e), 0);
	check(journal_find(&j, R1, &c) == NULL);
	check_int(journal_creating(&j, R2, SUM, at(T0), &e), 0);
	check_int(journal_created(&j, R2, P2, true, &e), 0);
	check_int(journal_linked(&j, R2, NULL, &e), 0);
	check(journal_find(&j, R2, &c) == NULL);
	closed(&j, at(T0));
}

/* What is open at the end is there in the next run, and the rest isn't. */
static void test_left_open(void)
{
	struct journal j = opened();
	struct open_create c;
	struct error e;
	size_t from = 0;

	check_int(journal_creating(&j, R1, SUM, at(T0), &e), 0);
	check_int(journal_creating(&j, R2, SUM2, at(T0), &e), 0);
	check_int(journal_created(&j, R2, P2, true, &e), 0);
	check_int(journal_creating(&j, R3, SUM, at(T0), &e), 0);
	check_int(journal_created(&j, R3, P3, false, &e), 0);
	closed(&j, at(T0));

	j = opened();
	check_int(j.n, 3);
	check(journal_find(&j, R1, &c) && c.from_before && !c.answered);
	check_str(c.page_id, "");
	check_str(c.checksum, SUM);
	check(c.at == at(T0));
	check(journal_find(&j, R2, &c) && c.from_before && c.answered);
	check_str(c.page_id, P2);
	check(journal_find(&j, R3, &c) && c.from_before && !c.answered);
	check_str(c.page_id, P3);
	/* Only what the create's own answer has named. */
	check(journal_find_page(&j, P1, &c) == NULL);
	check(journal_find_page(&j, P3, &c) == NULL);
	check(journal_find_page(&j, P2, &c) == &c);
	check_str(c.row_id, R2);
	/* P2 is R2's; any other may be R1's, whose page isn't known. */
	check(journal_next_maker(&j, P2, NULL, NULL, &from, &c) == &c);
	check_str(c.row_id, R2);
	check(journal_next_maker(&j, P2, NULL, NULL, &from, &c) == NULL);
	from = 0;
	check(journal_next_maker(&j, P1, SUM, NULL, &from, &c) == &c);
	check_str(c.row_id, R1);
	check_int(from, 1);
	check(journal_next_maker(&j, P1, SUM, NULL, &from, &c) == NULL);
	from = 0;
	check(journal_next_maker(&j, P1, SUM2, SUM, &from, &c) == &c);
	from = 0;
	check(journal_next_maker(&j, P1, SUM2, NULL, &from, &c) == NULL);
	/* A page is another row's by any create, also one that is finished. */
	check(journal_page_is_taken(&j, P2, R1));
	check(!journal_page_is_taken(&j, P2, R2));
	check(!journal_page_is_taken(&j, P1, R1));
	check_int(journal_linked(&j, R2, P2, &e), 0);
	check(journal_page_is_taken(&j, P2, R1));
	check(journal_find_page(&j, P2, &c) == NULL);
	from = 0;
	check(journal_next_maker(&j, P2, NULL, NULL, &from, &c) == NULL);
	/* One of this run made nothing that an earlier one may have. */
	check_int(journal_creating(&j, R2, SUM2, at(T0), &e), 0);
	from = 0;
	check(journal_next_maker(&j, P2, SUM2, NULL, &from, &c) == NULL);
	check_int(journal_not_created(&j, R1, &e), 0);
	check_int(journal_not_created(&j, R2, &e), 0);
	check_int(journal_not_created(&j, R3, &e), 0);
	closed(&j, at(T0));
	check_str(text_of(path), "");
}

/* After a week the listings show what there is, if the clock is known. */
static void test_a_week(void)
{
	struct journal j = opened();
	struct open_create c;
	struct error e;

	check_int(journal_creating(&j, R1, SUM, at(T0), &e), 0);
	closed(&j, at("2026-01-08T00:00:00Z"));
	j = opened();
	check(journal_find(&j, R1, &c) != NULL);
	closed(&j, USEC_NONE);
	j = opened();
	check(journal_find(&j, R1, &c) != NULL);
	closed(&j, at("2026-01-08T00:00:00.000001Z"));
	j = opened();
	check(journal_find(&j, R1, &c) == NULL);
	closed(&j, at(T0));
}

/* What a killed run has left, with lines that make no sense in between. */
static void test_replay(void)
{
	struct journal j;
	struct open_create c;

	put_file("base.journal",
		"{\"kind\":\"scope\",\"v\":1,\"scope\":{\"supabase\":\"here/t\","
		"\"notion\":\"" P1 "\"}}\n"
		"{\"kind\":\"creating\",\"row_id\":\"" R1 "\",\"at\":\"" T0
		"\"}\n"
		"{\"kind\":\"creating\",\"row_id\":\"" R2
		"\",\"checksum\":\"" SUM "\"}\n"
		"{\"kind\":\"created\",\"row_id\":\"" R2 "\"}\n"
		"{\"kind\":\"created\",\"row_id\":\"" R3 "\",\"page_id\":\"" P3
		"\"}\n"
		"{\"kind\":\"creating\"}\n"
		"{\"row_id\":\"" R3 "\"}\n"
		"{\"kind\":\"creating\",\"row_id\":\"" R3 R3 "\"}\n"
		"{\"kind\":\"creating\",\"row_id\":\"" R3 "\",\"at\":\"" T0
		"\"}\n"
		"{\"kind\":\"not-created\",\"row_id\":\"" R3 "\"}\n"
		"no JSON\n"
		"{\"kind\":\"creating\",\"row_id\":\"" P1 "\",\"at\":\"" T0
		"\"}\n"
		"{\"kind\":\"linked\",\"row_id\":\"" P1 "\"}\n"
		"{\"kind\":\"linked\",\"row_id\":\"" R1 "\"}");
	j = opened();
	/* The torn last line isn't there: R1 is open. */
	check(journal_find(&j, R1, &c) && c.from_before);
	check_str(c.checksum, "");
	check(journal_find(&j, R2, &c) && !*c.page_id && !c.answered);
	check_str(c.checksum, SUM);
	check(journal_find(&j, R3, &c) == NULL);
	check(journal_find(&j, P1, &c) == NULL);
	/* What comes next stands alone. */
	check_has(text_of(path), "\"row_id\":\"" R1 "\"}\n{\"kind\":\"scope\"");
	closed(&j, USEC_NONE);
	check_int(count(text_of(path), "\"creating\""), 2);
	remove_all();
}

/* Lines for the base are in it at the end, and only then. */
static void test_base(void)
{
	struct journal j = opened();
	struct error e;
	json *line = stream_line("pair");

	json_put_str(line, "row_id", R1);
	json_put_str(line, "page_id", P1);
	check_int(journal_line(&j, line, &e), 0);
	check(!journal_page_is_taken(&j, P1, R2));
	check_int(access(base, F_OK), -1);
	closed(&j, at(T0));
	check_has(text_of(base), R1);
	j = opened();
	check(journal_page_is_taken(&j, P1, R2));
	check(!journal_page_is_taken(&j, P1, R1));
	closed(&j, at(T0));
	check_has(text_of(base), R1);
}

/* The base of another table is given up only when told to. */
static void test_scope(void)
{
	struct journal j;
	struct error e = { 0 };
	struct open_create c;

	check_int(journal_open(
			  &j, base, NULL, scope("there/t"), SCOPE_REFUSE, &e),
		-1);
	check_int(e.code, RC_GUARD);
	check_has(e.text, "--allow scope");
	/* Refused, it has let go of the lock. */
	check_int(
		journal_open(&j, base, NULL, scope("there/t"), SCOPE_SPARE, &e),
		0);
	check_int(j.fd, -1);
	closed(&j, at(T0));
	check_has(text_of(base), R1);

	/* Something is open, and all the same nothing is written. */
	put_file("base.journal",
		"{\"kind\":\"head\",\"stream\":\"journal\",\"v\":1}\n"
		"{\"kind\":\"creating\",\"row_id\":\"" R2 "\",\"at\":\"" T0
		"\"}\n");
	check_int(
		journal_open(&j, base, NULL, scope("there/t"), SCOPE_SPARE, &e),
		0);
	check(j.spared);
	check(journal_find(&j, R2, &c) != NULL);
	closed(&j, at(T0));
	check_has(text_of(base), R1);
	check_int(count(text_of(path), "\n"), 2);

	/* A dry run: what is there is known, and stays. */
	check_int(
		journal_read(&j, base, NULL, scope("here/t"), SCOPE_REFUSE, &e),
		0);
	check(journal_find(&j, R2, &c) != NULL);
	check(journal_page_is_taken(&j, P1, R2));
	check_int(j.lock_fd, -1);
	closed(&j, at("2027-01-01T00:00:00Z"));
	check_int(count(text_of(path), "\n"), 2);
	check_int(journal_read(
			  &j, base, NULL, scope("there/t"), SCOPE_REFUSE, &e),
		-1);
	check_int(e.code, RC_GUARD);
	check(!j.path && !j.scope); /* it is closed */

	check_int(
		journal_open(&j, base, NULL, scope("there/t"), SCOPE_ALLOW, &e),
		0);
	check(!journal_page_is_taken(&j, P1, R2));
	closed(&j, at(T0));
	check(strstr(text_of(base), R1) == NULL);
	check_has(text_of(base), "there/t");
	remove_all();
}

/* The exit code of another process that opens it. */
static int opened_by_another(void)
{
	struct journal j;
	struct error e = { 0 };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(journal_open(&j, base, NULL, scope("here/t"),
			      SCOPE_REFUSE, &e) < 0
				? e.code
				: 0);
	check(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Two at once: the second one doesn't begin. */
static void test_lock(void)
{
	struct journal j = opened();

	check_int(opened_by_another(), RC_TEMPORARY);
	closed(&j, at(T0));
	check_int(opened_by_another(), 0);
	remove_all();
}

/* With nothing to write and nothing left, no file is touched. */
static void test_spared(void)
{
	struct journal j;
	struct error e;

	check_int(
		journal_open(&j, base, NULL, scope("here/t"), SCOPE_SPARE, &e),
		0);
	check(j.spared);
	closed(&j, at(T0));
	check_int(access(path, F_OK), -1);
	check_int(access(base, F_OK), -1);
	/* Left by a killed run: it is folded in. */
	put_file("base.journal",
		"{\"kind\":\"head\",\"stream\":\"journal\",\"v\":1}\n"
		"{\"kind\":\"pair\",\"row_id\":\"" R1 "\",\"page_id\":\"" P1
		"\"}\n");
	check_int(
		journal_open(&j, base, NULL, scope("here/t"), SCOPE_SPARE, &e),
		0);
	check(!j.spared);
	closed(&j, at(T0));
	check_has(text_of(base), R1);
	check_str(text_of(path), "");
	remove_all();
	check_int(journal_open(&j, in_scratch("no/folder"), NULL,
			  scope("here/t"), SCOPE_REFUSE, &e),
		-1);
}

/* A journal that is elsewhere, as apply --journal names it. */
static void test_elsewhere(void)
{
	char other[200], lock[220];
	struct journal j;
	struct error e;

	snprintf(other, sizeof other, "%s", in_scratch("other"));
	snprintf(lock, sizeof lock, "%s.lock", other);
	check_int(journal_open(
			  &j, base, other, scope("here/t"), SCOPE_REFUSE, &e),
		0);
	check_int(journal_creating(&j, R1, SUM, at(T0), &e), 0);
	closed(&j, at(T0));
	check_has(text_of(other), R1);
	check_int(access(path, F_OK), -1);
	unlink(other);
	unlink(lock);
	remove_all();
}

int main(void)
{
	if (!begin_scratch())
		return test_end();
	snprintf(base, sizeof base, "%s", in_scratch("base"));
	snprintf(path, sizeof path, "%s.journal", base);
	run(test_create);
	run(test_sent_again);
	run(test_left_open);
	run(test_a_week);
	remove_all();
	run(test_replay);
	run(test_base);
	run(test_scope);
	run(test_lock);
	run(test_spared);
	run(test_elsewhere);
	end_scratch();
	return test_end();
}
