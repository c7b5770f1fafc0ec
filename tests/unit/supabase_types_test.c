/* Whether a row shows that a column has a type that can't be synced. */
#include "supabase/row.h"
#include "test.h"

/* NULL: the row is as it should be; else the column that isn't. */
static void types(const char *row, const char *wrong)
{
	struct error e = { 0 };
	json *v = json_parse(row, strlen(row), JSON_MARK_UNREADABLE, &e);
	int rc = supabase_check_types("public.decision_vault", NULL, v, &e);

	if (!check_int(rc, wrong ? -1 : 0))
		printf("\tfor: %s\n\tsaid: %s\n", row, e.text);
	if (wrong) {
		check_int(e.code, RC_CONFIG);
		check_has(e.text, wrong);
		check_has(e.text, "alter table public.decision_vault");
	}
	json_free(v);
}

static void test_good_rows(void)
{
	types("{}", NULL);
	types("{\"decision\":null,\"type\":null,\"date\":null,"
	      "\"notion_synced\":null,\"updated_at\":null}",
		NULL);
	types("{\"decision\":\"x\",\"type\":\"\",\"date\":\"2026-01-02\","
	      "\"notion_synced\":false,\"checksum\":\"c\"}",
		NULL);
	types("{\"updated_at\":\"2026-01-02T03:04:05.1+00:00\","
	      "\"created_at\":\"2026-01-02T03:04:05Z\","
	      "\"deleted_at\":\"2026-01-02T03:04:05-05:00\"}",
		NULL);
	/* Space and short zone, as some servers write it. */
	types("{\"updated_at\":\"2026-01-02 03:04:05.1+00\"}", NULL);
}

/* What is only out of range is one record's problem. */
static void test_far_values(void)
{
	types("{\"date\":\"infinity\"}", NULL);
	types("{\"date\":\"12026-01-02\"}", NULL);
	types("{\"date\":\"0044-03-15 BC\"}", NULL);
	types("{\"updated_at\":\"infinity\"}", NULL);
	types("{\"updated_at\":\"0044-03-15T00:00:00+00:00 BC\"}", NULL);
	types("{\"decision\":\"a\\u0000b\"}", NULL);
}

static void test_wrong_types(void)
{
	types("{\"decision\":1}", "column decision is not of type text");
	types("{\"type\":[\"Ops\"]}", "column type is not of type text");
	types("{\"checksum\":true}", "column checksum");
	types("{\"notion_page_id\":{\"a\":1}}", "column notion_page_id");
	types("{\"date\":\"2026-01-02T00:00:00+00:00\"}",
		"column date is not of type date");
	types("{\"date\":20260102}", "column date");
	types("{\"updated_at\":\"2026-01-02\"}",
		"column updated_at is not of type timestamptz");
	types("{\"updated_at\":\"2026-01-02T03:04:05\"}", "column updated_at");
	types("{\"created_at\":1767323045}", "column created_at");
	types("{\"notion_synced\":\"no\"}",
		"column notion_synced is not of type boolean");
	types("{\"deleted_at\":false}", "column deleted_at");
}

int main(void)
{
	run(test_good_rows);
	run(test_far_values);
	run(test_wrong_types);
	return test_end();
}
