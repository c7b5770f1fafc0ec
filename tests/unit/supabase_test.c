/* What is known of Supabase's rows: supabase/row.h. */
#include "supabase/row.h"

#include <stdlib.h>

#include "test.h"

#define ID "38c9ce7b-60a4-8128-8d53-d5d4642a0a6f"
#define PAGE "00000000-0000-4000-8000-000000000001"

static json *row_with(const char *key, const char *value)
{
	static const char text[] =
		"{\"id\":\"" ID "\",\"decision\":\"A\",\"type\":\"Ops\","
		"\"date\":\"2026-01-02\",\"created_at\":"
		"\"2026-01-02T03:04:05.1+00:00\",\"updated_at\":"
		"\"2026-01-03T03:04:05.123456+00:00\",\"notion_page_id\":\"" PAGE
		"\",\"notion_synced\":true,\"checksum\":\"x\","
		"\"deleted_at\":null}";
	struct error e;
	json *row = json_parse(text, strlen(text), JSON_STRICT, &e);

	if (key)
		json_put(row, key,
			json_parse(value, strlen(value), JSON_MARK_UNREADABLE,
				&e));
	return row;
}

static void test_row(void)
{
	json *object = row_with(NULL, NULL);
	struct supabase_row row;
	struct problem p;
	char time[TIME_SIZE];

	check_int(supabase_row_parse(&row, object, true, &p), 0);
	check_str(row.id, ID);
	check_str(row.page_id, PAGE);
	check_str(row.decision, "A");
	check_str(row.type, "Ops");
	check_str(row.date, "2026-01-02");
	check_str(row.checksum, "x");
	check(row.synced && !row.deleted);
	check_str(
		time_format(row.created, time), "2026-01-02T03:04:05.100000Z");
	check_str(
		time_format(row.updated, time), "2026-01-03T03:04:05.123456Z");
	supabase_row_fini(&row);
	json_free(object);
}

static struct supabase_row read_row(const char *key, const char *value)
{
	json *object = row_with(key, value);
	struct supabase_row row;
	struct problem p = { 0 };

	if (!check_int(supabase_row_parse(&row, object, true, &p), 0))
		printf("\t%s: %s for %s %s\n", p.code, p.detail, key, value);
	json_free(object);
	return row;
}

/* Null and "" are the same. */
static void test_nothing(void)
{
	static const char *const keys[] = { "decision", "type", "date",
		"notion_page_id", "checksum" };
	struct supabase_row row;

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		for (int empty = 0; empty < 2; empty++) {
			row = read_row(keys[i], empty ? "\"\"" : "null");
			check(i != 0 || !row.decision);
			check(i != 1 || !row.type);
			check(i != 2 || !row.date);
			check(i != 3 || !row.page_id[0]);
			check(i != 4 || !row.checksum);
			supabase_row_fini(&row);
		}
	}
	row = read_row("updated_at", "null");
	check(row.updated == USEC_NONE);
	supabase_row_fini(&row);
	row = read_row("notion_synced", "null");
	check(!row.synced);
	supabase_row_fini(&row);
}

static void test_deleted(void)
{
	struct supabase_row row = read_row("deleted_at", "null");

	check(!row.deleted);
	supabase_row_fini(&row);
	row = read_row("deleted_at", "\"2026-01-03T03:04:05+00:00\"");
	check(row.deleted);
	supabase_row_fini(&row);
}

/* Exact texts: nothing is trimmed or composed. */
static void test_exact(void)
{
	struct supabase_row row = read_row("decision", "\" e\\u0301\\n \"");

	check_str(row.decision, " e\u0301\n ");
	supabase_row_fini(&row);
	row = read_row(
		"notion_page_id", "\"00000000000040008000000000000001\"");
	check_str(row.page_id, PAGE);
	supabase_row_fini(&row);
	row = read_row("checksum", "\"\\u0000\"");
	check_str(row.checksum, NULL);
	supabase_row_fini(&row);
}

static void check_problem(const char *key, const char *value, const char *code,
	const char *id, const char *page_id)
{
	json *object = row_with(key, value);
	struct supabase_row row;
	struct problem p = { 0 };

	check_int(supabase_row_parse(&row, object, true, &p), -1);
	if (!check_str(p.code, code) || !check_str(row.id, id) ||
		!check_str(row.page_id, page_id))
		printf("\tfor %s %s\n", key, value);
	check(p.detail[0] != '\0');
	supabase_row_fini(&row);
	json_free(object);
}

static void test_problems(void)
{
	check_problem("id", "null", "id", "", PAGE);
	check_problem("id", "7", "id", "", PAGE);
	check_problem("id", "\"7\"", "id", "", PAGE);
	check_problem("notion_page_id", "\"none\"", "link", ID, "");
	check_problem("notion_page_id", "\"\\u0000\"", "link", ID, "");
	check_problem("notion_page_id", "5", "link", ID, "");
	check_problem("decision", "\"a\\u0000\"", "text", ID, PAGE);
	check_problem("type", "\"\\ud800\"", "text", ID, PAGE);
	check_problem("decision", "{}", "shape", ID, PAGE);
	check_problem("type", "7", "shape", ID, PAGE);
	check_problem("date", "\"2026-02-30\"", "date", ID, PAGE);
	check_problem("date", "\"0044-03-15 BC\"", "date", ID, PAGE);
	check_problem("date", "\"2026-01-02T00:00:00\"", "date", ID, PAGE);
	check_problem("date", "7", "shape", ID, PAGE);
	check_problem("updated_at", "\"infinity\"", "time", ID, PAGE);
	check_problem("created_at", "7", "time", ID, PAGE);
	check_problem("notion_synced", "\"yes\"", "shape", ID, PAGE);
}

static int read_without(const char *key, bool soft_delete, struct problem *p)
{
	json *object = row_with(NULL, NULL);
	struct supabase_row row;
	int rc;

	json_remove(object, key);
	rc = supabase_row_parse(&row, object, soft_delete, p);
	check_str(row.id, strcmp(key, "id") == 0 ? "" : ID);
	supabase_row_fini(&row);
	json_free(object);
	return rc;
}

/* Something on the way has left it out: that is no null. */
static void test_missing_columns(void)
{
	static const char *const keys[] = { "id", "notion_page_id", "decision",
		"type", "date", "created_at", "updated_at", "notion_synced",
		"checksum", SUPABASE_SOFT_DELETE };
	struct problem p = { 0 };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		check_int(read_without(keys[i], true, &p), -1);
		check_str(p.code, i == 0 ? "id" : i == 1 ? "link" : "shape");
		check_has(p.detail, keys[i]);
	}
	/* The table has none, so it wasn't asked for. */
	check_int(read_without(SUPABASE_SOFT_DELETE, false, &p), 0);
}

/* A link that can't be read goes before everything else. */
static void test_link_first(void)
{
	json *object = row_with("notion_page_id", "\"none\"");
	struct supabase_row row;
	struct problem p = { 0 };

	json_put_str(object, "id", "none");
	json_put_str(object, "date", "none");
	check_int(supabase_row_parse(&row, object, true, &p), -1);
	check_str(p.code, "link");
	json_free(object);
	check_int(supabase_row_parse(&row, NULL, true, &p), -1);
	check_str(p.code, "link");
	check_str(row.id, "");
	supabase_row_fini(&row);
}

static void test_can_hold(void)
{
	struct decision d = { { NULL } };
	struct problem p = { 0 };

	check_int(supabase_can_hold(&d, &p), 0);
	d.value[FIELD_DATE] = "9999-12-31";
	check_int(supabase_can_hold(&d, &p), 0);
	d.value[FIELD_DATE] = "10000-01-01";
	check_int(supabase_can_hold(&d, &p), -1);
	check_str(p.code, "poison");
}

static void check_scope(const char *url, const char *wanted)
{
	char *scope = supabase_scope(url, "public", "decision_vault");

	check_str(scope, wanted);
	free(scope);
}

static void check_sql_table(
	const char *schema, const char *table, const char *wanted)
{
	char *name = supabase_sql_table(schema, table);

	check_str(name, wanted);
	free(name);
}

static void test_sql_table(void)
{
	check_sql_table("public", "decision_vault", "public.decision_vault");
	check_sql_table("public", "t2", "public.t2");
	/* No word is reserved after a dot. */
	check_sql_table("public", "order", "public.order");
	check_sql_table("public", "DecisionVault", "public.\"DecisionVault\"");
	check_sql_table(
		"public", "2024_decisions", "public.\"2024_decisions\"");
	check_sql_table("user", "Log", "\"user\".\"Log\"");
}

static void test_scope(void)
{
	char *scope;

	check_scope(
		"https://AbC.supabase.co", "abc.supabase.co/decision_vault");
	check_scope("https://Host/Supabase", "host/Supabase/decision_vault");
	check_scope("http://127.0.0.1:54321", "127.0.0.1:54321/decision_vault");
	scope = supabase_scope("https://abc.supabase.co", "api", "t");
	check_str(scope, "abc.supabase.co/api.t");
	free(scope);
}

int main(void)
{
	run(test_row);
	run(test_nothing);
	run(test_deleted);
	run(test_exact);
	run(test_problems);
	run(test_missing_columns);
	run(test_link_first);
	run(test_can_hold);
	run(test_scope);
	run(test_sql_table);
	return test_end();
}
