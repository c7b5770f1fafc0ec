/* What people have approved: sync/approvals.h. */
#include "sync/approvals.h"

#include "test.h"

#include "scratch.h"

#define R1 "aaaaaaaa-0000-4000-8000-000000000001"
#define R2 "aaaaaaaa-0000-4000-8000-000000000002"
#define P1 "bbbbbbbb-0000-4000-8000-000000000001"
#define P2 "bbbbbbbb-0000-4000-8000-000000000002"
#define HEAD "{\"kind\":\"head\",\"stream\":\"approved\",\"v\":1}\n"
#define AT(h) "\"at\":\"2026-01-01T" h ":00:00Z\""
#define OP(op, target) "\"op\":\"" op "\",\"target\":\"" target "\""
#define UPDATE(h) \
	"{\"kind\":\"approved\"," AT(h) "," OP( \
		"update", "notion") ",\"row_id\":\"" R1 "\",\"page_id\":\"" P1 \
				    "\",\"seen\":{},\"set\":{}}"
#define CREATE \
	"{\"kind\":\"approved\"," AT("03") "," OP( \
		"create", "supabase") ",\"page_id\":\"" P2 "\",\"seen\":{}}"
#define GUARD \
	"{\"kind\":\"guard\",\"guard\":\"mass-delete\"," AT("02") "," OP( \
		"trash", "notion") "}"

static const struct op_key update = { OP_UPDATE, TARGET_NOTION, R1, P1 };

static json *parsed(const char *text)
{
	struct error e;
	json *line = json_parse(text, strlen(text), JSON_STRICT, &e);

	check(line != NULL);
	return line;
}

/* Whether a line says something by itself. */
static bool says(const char *text)
{
	struct approvals a = { .until = USEC_NONE };
	bool said = approvals_add(&a, parsed(text));

	check_int(a.n, said);
	check((a.until == USEC_NONE) == !said);
	approvals_fini(&a);
	return said;
}

static void test_lines(void)
{
	check(says(UPDATE("01")));
	check(says(CREATE));
	check(says(GUARD));
	check(!says("{}"));
	check(!says("{\"kind\":\"pair\"," AT("01") "," OP(
		"update", "notion") ",\"row_id\":\"" R1 "\",\"seen\":{}}"));
	check(!says("{\"kind\":\"approved\"," OP(
		"update", "notion") ",\"row_id\":\"" R1 "\",\"seen\":{}}"));
	check(!says("{\"kind\":\"approved\"," AT("01") "," OP(
		"update", "notion") ",\"seen\":{}}"));
	check(!says("{\"kind\":\"approved\"," AT("01") "," OP(
		"update", "notion") ",\"row_id\":\"" R1 "\",\"seen\":1}"));
	check(!says("{\"kind\":\"guard\",\"guard\":\"deletions\"," AT(
		"02") "," OP("trash", "notion") "}"));
	check(!says(
		"{\"kind\":\"guard\"," AT("02") "," OP("trash", "notion") "}"));
	check(!says("{\"kind\":\"guard\",\"guard\":\"scope\"," AT(
		"02") ",\"op\":\"trash\"}"));
	check(!says("{\"kind\":\"guard\",\"guard\":\"scope\"," AT(
		"02") ",\"target\":\"notion\"}"));
}

/* Ops that write for people wait; the sync's own bookkeeping never does. */
static void test_what_can_wait(void)
{
	static const bool waits[OP_KINDS] = { [OP_CREATE] = true,
		[OP_UPDATE] = true,
		[OP_TRASH] = true,
		[OP_RESTORE] = true };

	for (enum op_kind k = 0; k < OP_KINDS; k++)
		for (enum op_target t = 0; t < OP_TARGETS; t++) {
			struct op_key key = { .kind = k, .target = t };

			check_int(op_key_can_wait(&key),
				waits[k] && (t == TARGET_NOTION ||
						    t == TARGET_SUPABASE));
		}
	check(!says("{\"kind\":\"approved\"," AT("01") "," OP(
		"stamp", "notion") ",\"row_id\":\"" R1 "\",\"seen\":{}}"));
}

static void test_keys(void)
{
	struct op_key other, read;
	json *line = json_object();

	op_key_put(line, &update);
	check_int(op_key_parse(&read, line), 0);
	check(op_key_equal(&update, &read));
	json_free(line);
	other = update;
	other.kind = OP_TRASH;
	check(!op_key_equal(&update, &other));
	other = update;
	other.target = TARGET_SUPABASE;
	check(!op_key_equal(&update, &other));
	other = update;
	other.row_id = R2;
	check(!op_key_equal(&update, &other));
	other = update;
	other.page_id = NULL;
	check(!op_key_equal(&update, &other));
	line = json_object();
	op_key_put(line, &other);
	check(!json_get(line, "page_id"));
	json_put_str(line, "op", "repair");
	check_int(op_key_parse(&read, line), -1);
	json_free(line);
	line = json_object();
	other.row_id = NULL;
	op_key_put(line, &other);
	check(!json_get(line, "row_id"));
	json_put_str(line, "target", "mars");
	check_int(op_key_parse(&read, line), -1);
	json_free(line);
}

/* Of several approvals of one op the last one holds, and guards have no ids. */
static void test_find(void)
{
	static const bool none[GUARDS] = { false };
	static const bool some[GUARDS] = { [GUARD_MASS_DELETE] = true };
	struct op_key trash = { OP_TRASH, TARGET_NOTION, R1, P1 };
	struct op_key page = { OP_CREATE, TARGET_SUPABASE, NULL, P2 };
	struct approvals a = { .until = USEC_NONE };
	const struct approval *one;

	check(approvals_add(&a, parsed(UPDATE("05"))));
	check(approvals_add(&a, parsed(GUARD)));
	check(approvals_add(&a, parsed(CREATE)));
	check(approvals_add(&a, parsed(UPDATE("04"))));
	check_int(a.until, a.at[0].at);
	approvals_sort(&a);
	one = approvals_find(&a, &update);
	check(one == &a.at[3]);
	check(approvals_find(&a, &page) == &a.at[2]);
	check(!approvals_find(&a, &trash));
	page.page_id = P1;
	check(!approvals_find(&a, &page));
	page.page_id = NULL;
	check(!approvals_find(&a, &page));
	check(approvals_guard(&a, &trash, none));
	check(!approvals_guard(&a, &trash, some));
	check(!approvals_guard(&a, &update, none));
	trash.target = TARGET_SUPABASE;
	check(!approvals_guard(&a, &trash, none));
	approvals_fini(&a);
}

static void test_file(void)
{
	const char *path = put_file("a",
		HEAD UPDATE(
			"01") "\n" GUARD
			      "\n{\"kind\":\"end\",\"count\":2,\"complete\":true}\n");
	struct approvals a, again;
	struct error e;

	check_int(approvals_load(&a, path, &e), 0);
	check_int(a.n, 2);
	check(approvals_find(&a, &update) == &a.at[0]);
	check_int(approvals_save(&a, path, &e), 0);
	check_int(approvals_load(&again, path, &e), 0);
	check_int(again.n, 2);
	check_int(again.until, a.at[1].at);
	check(json_equal(a.at[0].line, again.at[0].line));
	approvals_fini(&again);
	check_int(approvals_save(&a, in_scratch("no/folder"), &e), -1);
	approvals_fini(&a);
	/* One that would be empty goes, and it may be gone. */
	path = in_scratch("a");
	check_int(approvals_save(&a, path, &e), 0);
	check_int(access(path, F_OK), -1);
	check_int(approvals_save(&a, path, &e), 0);
	check_int(approvals_save(&a, scratch, &e), -1);
	check_int(approvals_load(&a, path, &e), 0);
	check_int(a.n, 0);
	check(a.until == USEC_NONE);
	approvals_fini(&a);
}

/* What a stream can't hold is not written, and leaves nothing beside the file.
 */
static void test_too_long(void)
{
	static char text[(4u << 20) + 1000];
	const char *path = put_file("a", HEAD);
	struct approvals a = { .until = USEC_NONE };
	struct error e = { 0 };
	json *line = parsed(UPDATE("01"));

	memset(text, 'x', sizeof text - 1);
	json_put_str(line, "why", text);
	check(approvals_add(&a, line));
	check_int(approvals_save(&a, path, &e), -1);
	check_int(unlink(path), 0);
	approvals_fini(&a);
}

static void refused(const char *text, const char *why)
{
	const char *path = put_file("a", text);
	struct approvals a;
	struct error e = { 0 };

	check_int(approvals_load(&a, path, &e), -1);
	check_int(e.code, RC_STREAM);
	check_has(e.text, why);
	check_has(e.text, "rm '");
	check_int(a.n, 0);
	unlink(in_scratch("a"));
}

static void test_damaged(void)
{
	struct approvals a;
	struct error e = { 0 };

	refused("", "the file is empty");
	refused("{\"kind\":\"head\",\"stream\":\"plan\",\"v\":1}\n", ":1: ");
	refused(HEAD UPDATE("01") "\n", ":");
	refused(HEAD "{\"kind\":\"approved\"}\n", ":2: the line says nothing");
	refused(HEAD "{\"kind\":\"end\",\"count\":0,\"complete\":true}\n{}\n",
		":3: ");
	check_int(approvals_load(&a, scratch, &e), -1);
}

int main(void)
{
	run(test_lines);
	run(test_what_can_wait);
	run(test_keys);
	run(test_find);
	if (!begin_scratch())
		return test_end();
	run(test_file);
	run(test_too_long);
	run(test_damaged);
	end_scratch();
	return test_end();
}
