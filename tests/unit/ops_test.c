/* What apply takes for an op of a plan, and what it refuses: cmd/apply/ops.h.
 */
#include "../../cmd/apply/ops.h"

#include <fcntl.h>

#include "test.h"

#include "scratch.h"

#define R1 "aaaaaaaa-0000-4000-8000-000000000001"
#define P1 "bbbbbbbb-0000-4000-8000-000000000001"
#define SUM "a2a757282926d6ba3a6041a47924af77b6ee482f0d50632e9a90aea596f2fc59"
#define ROW "\"row_id\":\"" R1 "\""
#define PAGE "\"page_id\":\"" P1 "\""
#define BOTH ROW "," PAGE
#define CHECKSUM "\"checksum\":\"" SUM "\""
#define SET "\"set\":{\"decision\":\"A\"}"
#define HALF "{\"decision\":\"B\",\"deleted\":false}"
#define SEES_SUM "\"expect\":{" CHECKSUM "}"
#define AGREED "\"agreed\":{\"decision\":\"A\",\"deleted\":false," CHECKSUM "}"
#define OP(op, target) "\"op\":\"" op "\",\"target\":\"" target "\","

static int read_plan(struct ops *ops, const char *lines, struct error *e)
{
	char text[4000];
	int fd, rc;

	snprintf(text, sizeof text,
		"{\"kind\":\"head\",\"stream\":\"plan\",\"v\":1}\n%s"
		"{\"kind\":\"end\",\"count\":1,\"complete\":true}\n",
		lines);
	fd = open(put_file("plan", text), O_RDONLY);
	check(fd >= 0);
	rc = ops_read(ops, fd, "plan", e);
	close(fd);
	unlink(in_scratch("plan"));
	return rc;
}

/* One op with these members; why: what is wrong with it, or NULL. */
static void said(const char *members, const char *why)
{
	struct error e = { 0 };
	char line[3000];
	struct ops ops;
	int rc;

	snprintf(line, sizeof line, "{\"kind\":\"op\",\"n\":1,%s}\n", members);
	rc = read_plan(&ops, line, &e);
	if (!check_int(rc, why ? -1 : 0))
		printf("\t%s\n\t%s\n", members, e.text);
	if (why) {
		check_int(e.code, RC_STREAM);
		check_has(e.text, why);
	}
	if (rc == 0)
		ops_fini(&ops);
}

static void test_targets(void)
{
	said(OP("create", "base") ROW "," SET "," CHECKSUM, "not known");
	said(OP("link", "notion") BOTH "," CHECKSUM, "not known");
	said(OP("stamp", "supabase") BOTH "," CHECKSUM, "not known");
	said(OP("adopt", "none") BOTH "," AGREED, "not known");
	said(OP("skip", "notion") BOTH, "not known");
	said(OP("skip", "none") BOTH, NULL);
	said(OP("skip", "none") "\"code\":\"problem\"", NULL);
	said(OP("erase", "notion") BOTH, "unknown op or target");
	said(OP("update", "nowhere") BOTH, "unknown op or target");
}

static void test_ids(void)
{
	said(OP("create", "notion") ROW "," SET "," CHECKSUM, NULL);
	said(OP("create", "notion") PAGE "," SET "," CHECKSUM,
		"row_id is missing");
	said(OP("create", "supabase") PAGE "," SET "," CHECKSUM, NULL);
	said(OP("create", "supabase") ROW "," SET "," CHECKSUM,
		"page_id is missing");
	said(OP("stamp", "notion") PAGE "," CHECKSUM, NULL);
	said(OP("stamp", "notion") ROW "," CHECKSUM, "page_id is missing");
	said(OP("trash", "notion") ROW "," SEES_SUM,
		"row_id or page_id is missing");
	said(OP("trash", "notion") PAGE "," SEES_SUM,
		"row_id or page_id is missing");
	said(OP("skip", "none") "\"row_id\":\"one\"", "not a valid id");
	said(OP("skip", "none") "\"page_id\":\"BBBBBBBB-0000-4000-8000-"
				"000000000001\"",
		"not a valid id");
	said(OP("skip", "none") "\"row_id\":null,\"page_id\":null", NULL);
}

static void test_content(void)
{
	said(OP("update", "notion") BOTH "," CHECKSUM "," SEES_SUM,
		"set is missing");
	said(OP("update", "notion") BOTH "," SET "," SEES_SUM,
		"checksum is missing");
	said(OP("update", "notion") BOTH "," SET
					 ",\"checksum\":\"A\"," SEES_SUM,
		"checksum is missing or not valid");
	said(OP("update", "notion") BOTH
		",\"set\":{\"date\":\"soon\"}," CHECKSUM "," SEES_SUM,
		"a value in set is not valid");
	said(OP("update", "notion") BOTH ",\"set\":[]," CHECKSUM "," SEES_SUM,
		"a value in set is not valid");
	said(OP("update", "notion") BOTH "," SET "," CHECKSUM "," SEES_SUM
					 ",\"agreed\":{\"decision\":\"A\"}",
		"agreed is not valid");
	said(OP("update", "notion") BOTH "," SET "," CHECKSUM "," SEES_SUM
					 "," AGREED,
		NULL);
	said(OP("link", "supabase") BOTH "," CHECKSUM "," SET,
		"it writes no content, but has set");
	said(OP("stamp", "notion") BOTH "," CHECKSUM "," SET,
		"it writes no content, but has set");
	said(OP("trash", "notion") BOTH ",\"checksum\":\"A\"," SEES_SUM,
		"checksum is missing or not valid");
	said(OP("adopt", "base") BOTH "," AGREED, NULL);
	said(OP("adopt", "base") BOTH, "agreed is missing");
}

/* Without what was seen nobody can tell whether a person was there since. */
static void test_expect(void)
{
	static const char *const kinds[] = { "trash", "restore" };
	char members[1000];

	for (size_t i = 0; i < 2; i++) {
		snprintf(members, sizeof members,
			"\"op\":\"%s\",\"target\":\"supabase\"," BOTH,
			kinds[i]);
		said(members, "it has neither expect.row nor expect.checksum");
		snprintf(members, sizeof members,
			"\"op\":\"%s\",\"target\":\"notion\"," BOTH
			",\"expect\":{\"row\":" HALF "}",
			kinds[i]);
		said(members, "it has neither expect.page nor expect.checksum");
		snprintf(members, sizeof members,
			"\"op\":\"%s\",\"target\":\"notion\"," BOTH
			",\"expect\":{\"page\":" HALF "}",
			kinds[i]);
		said(members, NULL);
	}
	said(OP("update", "notion") BOTH "," SET "," CHECKSUM,
		"it has neither expect.page nor expect.checksum");
	said(OP("link", "supabase") BOTH,
		"it has neither expect.row nor checksum");
	said(OP("link", "supabase") BOTH ",\"expect\":{\"row\":" HALF "}",
		NULL);
	said(OP("stamp", "notion") BOTH,
		"it has neither expect.page nor checksum");
	said(OP("stamp", "notion") BOTH ",\"expect\":{\"page\":" HALF "}",
		NULL);
	said(OP("trash", "notion") BOTH ",\"expect\":{\"checksum\":\"A\"}",
		"expect.checksum is not valid");
	said(OP("trash", "notion") BOTH ",\"expect\":{" CHECKSUM
					",\"updated_at\":\"soon\"}",
		"expect.updated_at is not a valid time");
}

/* What an op for a page supposes of its row, and the link of a row. */
static void test_row_gone(void)
{
	struct error e;
	struct ops ops;

	check_int(read_plan(&ops,
			  "{\"kind\":\"op\",\"n\":1," OP("trash", "notion") BOTH
			  ",\"expect\":{\"page\":" HALF "}}\n",
			  &e),
		0);
	check(ops.list[0].row_gone);
	check(!op_link(&ops.list[0]));
	check_int(ops.list[0].synced, false);
	ops_fini(&ops);
	check_int(
		read_plan(&ops,
			"{\"kind\":\"op\",\"n\":1," OP("update", "notion") BOTH
			"," SET "," CHECKSUM
			",\"expect\":{\"page\":{\"decision\":\"B\","
			"\"type\":\"UX\"},\"row\":{\"link\":\"" P1 "\"}}}\n",
			&e),
		0);
	check(!ops.list[0].row_gone);
	check_str(op_link(&ops.list[0]), P1);
	check_int(ops.list[0].synced, true);
	check_str(op_wanted(&ops.list[0]).value[FIELD_DECISION], "A");
	check_str(op_wanted(&ops.list[0]).value[FIELD_TYPE], "UX");
	ops_fini(&ops);
}

static void test_streams(void)
{
	struct error e = { 0 };
	struct ops ops;

	check_int(read_plan(&ops, "{\"kind\":\"result\",\"n\":1}\n", &e), -1);
	check_has(e.text, "unknown kind \"result\"");
	check_int(read_plan(&ops,
			  "{\"kind\":\"op\",\"n\":\"1\"," OP("skip", "none")
				  BOTH "}\n",
			  &e),
		-1);
	check_has(e.text, "n is missing or not a number");
}

static void guards(const char *head, bool allow, const char *why)
{
	bool allowed[GUARDS] = { false };
	struct error e = { 0 };
	struct ops ops = { .head = json_parse(
				   head, strlen(head), JSON_STRICT, &e) };

	allowed[GUARD_MASS_DELETE] = allow;
	check_int(ops_check_guards(&ops, allowed, &e), why ? -1 : 0);
	if (why) {
		check_int(e.code, RC_GUARD);
		check_has(e.text, why);
	}
	json_free(ops.head);
}

/* All that tripped are named in the way on: they trip again. */
static void test_guards(void)
{
	static const char two[] =
		"{\"blocked\":[\"mass-delete\",\"mass-create\"],\"guards\":{"
		"\"scope\":\"x\",\"mass-delete\":\"most\",\"mass-create\":"
		"\"many\"}}";

	guards("{\"blocked\":[],\"guards\":{}}", false, NULL);
	guards("{\"blocked\":[\"mass-delete\"],\"guards\":{\"mass-delete\":"
	       "\"most\"}}",
		true, NULL);
	guards("{\"blocked\":[\"mass-delete\"],\"guards\":{\"mass-delete\":"
	       "\"most\"}}",
		false,
		"blocked by mass-delete: most; to go on all the same: "
		"scripts/sync-now.sh --allow mass-delete");
	guards(two, false,
		"blocked by mass-delete,mass-create: most; many; to go on all "
		"the same: scripts/sync-now.sh --allow "
		"scope,mass-delete,mass-create");
	guards(two, true,
		"blocked by mass-create: many; to go on all the same: "
		"scripts/sync-now.sh --allow scope,mass-delete,mass-create");
	guards("{\"blocked\":[\"new-guard\"]}", true,
		"blocked by new-guard: ; to go on all the same: "
		"scripts/sync-now.sh --allow new-guard");
	guards("{\"blocked\":[7]}", true, "blocked by an unknown guard");
}

int main(void)
{
	unsetenv("VAULTSYNC_COMMAND");
	if (!begin_scratch())
		return test_end();
	run(test_targets);
	run(test_ids);
	run(test_content);
	run(test_expect);
	run(test_row_gone);
	run(test_streams);
	run(test_guards);
	end_scratch();
	return test_end();
}
