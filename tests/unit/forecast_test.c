/* How long a plan will take: cmd/apply/forecast.h. */
#include "../../cmd/apply/forecast.h"

#include <stdlib.h>

#include "test.h"
#include "util/alloc.h"

/* n ops of that kind, at that budget. */
static void said(enum op_kind kind, enum op_target target, size_t n, long rpm,
	const char *text)
{
	struct ops ops = { .n = n };
	struct buf out = BUF_INIT(1000);

	ops.list = xcalloc(n, sizeof *ops.list);
	for (size_t i = 0; i < n; i++) {
		ops.list[i].kind = kind;
		ops.list[i].target = target;
	}
	forecast(&ops, rpm, &out);
	check_str(buf_str(&out), text);
	buf_fini(&out);
	free(ops.list);
}

/* Less than a minute is not worth a word. */
static void test_short(void)
{
	said(OP_CREATE, TARGET_NOTION, 179, 180, "");
	said(OP_CREATE, TARGET_NOTION, 180, 180,
		"180 pages to create, about 1 minute at 180 requests a minute");
	said(OP_SKIP, TARGET_NONE, 1000, 1, "");
}

static void test_long(void)
{
	said(OP_CREATE, TARGET_NOTION, 1240, 180,
		"1,240 pages to create, about 7 minutes at 180 requests a "
		"minute");
	said(OP_CREATE, TARGET_NOTION, 119, 1,
		"119 pages to create, about 119 minutes at 1 requests a "
		"minute");
	said(OP_CREATE, TARGET_NOTION, 120, 1,
		"120 pages to create, about 2 h 0 min at 1 requests a minute");
	said(OP_CREATE, TARGET_NOTION, 45000, 180,
		"45,000 pages to create, about 4 h 10 min at 180 requests a "
		"minute");
}

/* Only what asks Notion counts: the page is read before it is written. */
static void test_requests(void)
{
	said(OP_UPDATE, TARGET_NOTION, 2, 4,
		"2 other writes, about 1 minute at 4 requests a minute");
	said(OP_STAMP, TARGET_NOTION, 4, 4,
		"4 other writes, about 1 minute at 4 requests a minute");
	said(OP_UPDATE, TARGET_SUPABASE, 4, 4,
		"4 other writes, about 1 minute at 4 requests a minute");
	said(OP_LINK, TARGET_SUPABASE, 4, 4, "");
	said(OP_CREATE, TARGET_SUPABASE, 4, 4, "");
}

int main(void)
{
	run(test_short);
	run(test_long);
	run(test_requests);
	return test_end();
}
