/* The words of the domain: ops, targets, guards, sides; and problems. */
#include "sync/guard_names.h"
#include "sync/op_names.h"
#include "sync/problem.h"
#include "sync/side.h"

#include "test.h"

static void test_ops(void)
{
	static const char *const kinds[OP_KINDS] = { "create", "update", "link",
		"stamp", "trash", "restore", "adopt", "skip" };
	static const char *const targets[OP_TARGETS] = { "notion", "supabase",
		"base", "none" };
	enum op_target target = TARGET_NONE;
	enum op_kind kind = OP_SKIP;

	for (enum op_kind k = 0; k < OP_KINDS; k++) {
		check_str(op_kind_name(k), kinds[k]);
		check_int(op_kind_parse(kinds[k], &kind), 0);
		check_int(kind, k);
	}
	for (enum op_target t = 0; t < OP_TARGETS; t++) {
		check_str(op_target_name(t), targets[t]);
		check_int(op_target_parse(targets[t], &target), 0);
		check_int(target, t);
		check_int(op_target_is_service(t),
			t == TARGET_NOTION || t == TARGET_SUPABASE);
	}
	check_int(op_kind_parse("repair", &kind), -1);
	check_int(op_kind_parse(NULL, &kind), -1);
	check_int(op_target_parse("create", &target), -1);
}

static void test_guards(void)
{
	bool allowed[GUARDS] = { false };
	struct error e;

	for (enum guard g = 0; g < GUARDS; g++) {
		check_int(guards_parse(guard_name(g), allowed, &e), 0);
		for (enum guard other = 0; other < GUARDS; other++)
			check_int(allowed[other], other <= g);
	}
	memset(allowed, 0, sizeof allowed);
	check_int(guards_parse("scope,mass-delete", allowed, &e), 0);
	check(allowed[GUARD_SCOPE] && allowed[GUARD_MASS_DELETE]);
	check(!allowed[GUARD_EMPTY_SIDE] && !allowed[GUARD_MASS_CREATE]);
	check_int(guards_parse("", allowed, &e), -1);
	check_int(e.code, RC_USAGE);
	check_int(guards_parse("scope,", allowed, &e), -1);
	check_int(guards_parse("mass-deletes", allowed, &e), -1);
	check_has(e.text, "mass-deletes (there are empty-side, ");
	check_int(guards_parse("mass-delet", allowed, &e), -1);
	check_int(guards_parse(
			  "1234567890123456789012345678901234567890123456789012"
			  "345678901234567890",
			  allowed, &e),
		-1);
	check_has(e.text, "1234567890123456789012345678901234567890123456789012"
			  "34567890 (");
}

static void test_sides(void)
{
	enum side s = NOTION;

	check_str(side_name(SUPABASE), "supabase");
	check_str(side_title(SUPABASE), "Supabase");
	check_str(side_title(NOTION), "Notion");
	check_int(side_parse("supabase", &s), 0);
	check_int(s, SUPABASE);
	check_int(side_parse("notion", &s), 0);
	check_int(s, NOTION);
	check_int(side_parse("base", &s), -1);
	check_int(side_parse(NULL, &s), -1);
	check_int(other_side(SUPABASE), NOTION);
	check_int(other_side(NOTION), SUPABASE);
}

/* A quotation that was cut within a character stays valid UTF-8. */
static void test_problem(void)
{
	struct problem p;
	char text[300];

	check_int(problem(&p, "no-title", "page %d", 7), -1);
	check_str(p.code, "no-title");
	check_str(p.detail, "page 7");
	problem(&p, "x",
		"a\xff"
		"b\xc3\xa9\xe2\x82");
	check_str(p.detail, "a?b\xc3\xa9??");
	memset(text, 'a', sizeof text);
	memcpy(text + sizeof p.detail - 2, "\xc3\xa9", 2);
	text[sizeof text - 1] = '\0';
	problem(&p, "x", "%s", text);
	check_int(strlen(p.detail), sizeof p.detail - 1);
	check_int(p.detail[sizeof p.detail - 2], '?');
}

int main(void)
{
	run(test_ops);
	run(test_guards);
	run(test_sides);
	run(test_problem);
	return test_end();
}
