/* What Supabase is asked for: URLs, headers, and what zero rows mean. */
#include "supabase/client.h"

#include <stdlib.h>

#include "test.h"

#include "responder.h"

#define ID "00000000-0000-4000-8000-000000000001"
#define NEW_KEY "sb_secret_of_ours"
#define JWT "eyJh.eyJy.c2ln"

static struct responder server;
static struct supabase_client client;
static struct error e;
static struct api_error a;

static void begin_with(const char *key, const char *const *answers, size_t n)
{
	static char texts[8][REPLY_MAX], url[64], table[] = "decision_vault",
						  schema[] = "public";
	static char copy[64];
	static struct reply replies[8];
	static struct settings s; /* the client's names are in it */

	s = (struct settings){ .supabase_url = url,
		.supabase_key = copy,
		.table = table,
		.schema = schema,
		.timeout = 10,
		.retries = 1,
		.max_wait = 300 };

	for (size_t i = 0; i < n; i++)
		replies[i] = (struct reply){ json_answer(texts[i], answers[i]),
			0, true };
	snprintf(copy, sizeof copy, "%s", key);
	responder_start(&server, replies, n, url);
	check_int(supabase_client_init(&client, &s, NULL, &e), 0);
	client.api.backoff_ms = 1;
}

static void begin(const char *const *answers, size_t n)
{
	begin_with(NEW_KEY, answers, n);
}

static void end(size_t requests)
{
	supabase_client_fini(&client);
	responder_stop(&server);
	check_int(server.n, requests);
}

/* A bound of the bytes alone would let this become gigabytes. */
static void test_too_many_values(void)
{
	char *text = arrays_reply(24u << 20);
	const char *const none[] = { "[]" };
	struct reply r = { text, 0, true };
	long before = peak_mib();
	json *rows;

	begin(none, 1);
	server.replies = &r;
	check_int(supabase_rows_after(&client, NULL, 1000, &rows, &a), -1);
	check_int(a.action, API_RETRY);
	check(a.smaller);
	check_has(a.message, "more values");
	check(peak_mib() - before < 250);
	free(text);
	end(2);
}

static void test_keys(void)
{
	static const char *const none[] = { "[]" };
	json *rows;

	begin_with(NEW_KEY, none, 1);
	check_int(supabase_rows_after(&client, NULL, 5, &rows, &a), 0);
	json_free(rows);
	end(1);
	check_has(server.requests[0], "\r\napikey: " NEW_KEY "\r\n");
	check(!strstr(server.requests[0], "Authorization"));
	check_has(server.requests[0], "\r\nUser-Agent: vaultsync/");
	begin_with(JWT, none, 1);
	check_int(supabase_rows_after(&client, NULL, 5, &rows, &a), 0);
	json_free(rows);
	end(1);
	check_has(server.requests[0], "\r\napikey: " JWT "\r\n");
	check_has(server.requests[0], "\r\nAuthorization: Bearer " JWT "\r\n");
}

static void test_columns(void)
{
	static const char *const all[] = { "[]" };
	static const char *const no_deleted[] = {
		"400 {\"code\":\"42703\",\"message\":\"column x\"}", "[]"
	};
	static const char *const too_few[] = {
		"400 {\"code\":\"42703\",\"message\":\"column x\"}",
		"400 {\"code\":\"42703\",\"message\":\"column y\"}"
	};

	begin(all, 1);
	check_int(supabase_find_columns(&client, &e), 0);
	check(client.soft_delete);
	end(1);
	check_has(server.requests[0],
		"GET /rest/v1/decision_vault?select=id,decision,type,date,"
		"created_at,updated_at,notion_page_id,notion_synced,checksum,"
		"deleted_at&limit=1 ");
	begin(no_deleted, 2);
	check_int(supabase_find_columns(&client, &e), 0);
	check(!client.soft_delete);
	end(2);
	begin(too_few, 2);
	check_int(supabase_find_columns(&client, &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "column y");
	check_has(e.text, "alter table public.decision_vault add column");
	check_has(e.text, "notify pgrst, 'reload schema';");
	end(2);
}

static void test_rows(void)
{
	static const char *const answers[] = { "[{\"id\":\"" ID "\"}]", "[]",
		"{\"id\":1}" };
	json *rows, *row;

	begin(answers, 3);
	check_int(supabase_rows_after(&client, ID, 100, &rows, &a), 0);
	check_int(json_count(rows), 1);
	json_free(rows);
	check_int(supabase_row_get(&client, ID, &row, &a), 0);
	check(row == NULL);
	check_int(supabase_row_get(&client, ID, &row, &a), -1);
	check_int(a.action, API_RETRY);
	end(4); /* an answer that is no array is asked for again */
	check_has(server.requests[0],
		"&order=id.asc&limit=100&id=gt." ID " HTTP");
	check_has(server.requests[1], "&id=eq." ID "&limit=1 HTTP");
}

static void test_insert(void)
{
	static const char *const answers[] = {
		"503 {\"code\":\"PGRST002\",\"message\":\"m\"}", "201 []"
	};
	json *rows = json_array(), *inserted;

	json_put_str(json_add(rows, json_object()), "id", ID);
	begin(answers, 2);
	check_int(
		supabase_rows_insert(&client, rows, NULL, NULL, &inserted, &a),
		0);
	check_int(json_count(inserted), 0);
	end(2);
	check_has(server.requests[1], "POST /rest/v1/decision_vault?select=");
	check_has(server.requests[1], "&on_conflict=id HTTP");
	check_has(server.requests[1], "\r\nContent-Type: application/json\r\n");
	check_has(server.requests[1],
		"\r\nPrefer: resolution=ignore-duplicates,"
		"return=representation\r\n");
	check_has(server.requests[1], "\r\n\r\n[{\"id\":\"" ID "\"}]");
	json_free(inserted);
	json_free(rows);
}

static void test_conditions(void)
{
	struct buf w = SUPABASE_WHERE_INIT, small = BUF_INIT(20);
	usec t;

	time_parse("2026-02-03T04:05:06.123456+02:00", &t);
	check_int(supabase_where(&w, NULL, "id", ID), 0);
	check_int(supabase_where_time(&w, NULL, "updated_at", t), 0);
	check_int(supabase_where_time(&w, NULL, "created_at", USEC_NONE), 0);
	check_int(supabase_where(&w, NULL, "type", "a&b=c+d %\"\xC3\xA4"), 0);
	check_int(supabase_where(&w, NULL, "date", NULL), 0);
	check_str(buf_str(&w),
		"id=eq." ID "&updated_at=eq.2026-02-03T02%3A05%3A06.123456Z"
		"&created_at=is.null&type=eq.a%26b%3Dc%2Bd%20%25%22%C3%A4"
		"&date=is.null");
	/* Nothing is left of a condition that doesn't fit. */
	check_int(supabase_where(&small, NULL, "a", "b"), 0);
	check_int(supabase_where(&small, NULL, "c", "0123456789"), -1);
	check_int(supabase_where(&small, NULL, "c", "\xC3\xA4\xC3\xA4\xC3\xA4"),
		-1);
	check_str(buf_str(&small), "a=eq.b");
	check_int(supabase_where(&small, NULL, "c", "d"), 0);
	check_str(buf_str(&small), "a=eq.b&c=eq.d");
	buf_fini(&w);
	buf_fini(&small);
}

static void test_patch(void)
{
	static const char *const answers[] = {
		"200 [{\"id\":\"" ID "\",\"type\":\"x\"}]", "200 []"
	};
	struct buf w = SUPABASE_WHERE_INIT;
	json *set = json_object(), *row;

	json_put_str(set, "type", "x");
	supabase_where(&w, NULL, "id", ID);
	supabase_where(&w, NULL, "type", NULL);
	begin(answers, 2);
	check_int(supabase_row_patch(&client, ID, &w, set, &row, &a), 0);
	check_str(json_str(row, "type"), "x");
	json_free(row);
	check_int(supabase_row_patch(&client, ID, &w, set, &row, &a), 0);
	check(row == NULL);
	end(2);
	check_has(server.requests[0], "PATCH /rest/v1/decision_vault?select=");
	check_has(server.requests[0], "&id=eq." ID "&type=is.null HTTP");
	check_has(server.requests[0],
		"\r\nPrefer: handling=strict,max-affected=1,"
		"return=representation\r\n");
	buf_fini(&w);
	json_free(set);
}

/*
 * Names of their own, two of them swapped: asked for, compared, sent and named
 * in a message by those of the table, and answered with the usual ones.
 */
static void test_names(void)
{
	static const char *const answers[] = { "200 [{\"id\":\"" ID
					       "\",\"type\":\"x\"}]",
		"201 []",
		"400 {\"code\":\"42703\",\"message\":\"column t.uid\"}",
		"[{\"id\":1,\"sum\":2}]" };
	/* id, decision, type, …, checksum, deleted_at: in their order */
	static struct field_names names = { .file = (char *)"f.json",
		.column = { (char *)"uid", (char *)"type",
			(char *)"decision", [9] = (char *)"gone" } };
	struct buf w = SUPABASE_WHERE_INIT;
	json *set = json_object(), *rows = json_array(), *row;

	json_put_str(set, "type", "x");
	json_put_str(set, "decision", "d");
	json_add(rows, json_copy(set));
	supabase_where(&w, &names, "id", ID);
	supabase_where(&w, &names, "type", NULL);
	supabase_where_deleted(&w, &names, true);
	begin(answers, 4);
	client.names = &names;
	client.soft_delete = true;
	check_int(supabase_row_patch(&client, ID, &w, set, &row, &a), 0);
	check_str(json_str(row, "type"), "x");
	json_free(row);
	check_int(supabase_rows_insert(&client, rows, NULL, NULL, &row, &a), 0);
	json_free(row);
	/* What is named is never asked for in vain. */
	check_int(supabase_find_columns(&client, &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "column t.uid; it has: id, sum; correct the names in "
			  "f.json");
	end(4);
	check_has(server.requests[0],
		"?select=id:uid,decision:type,type:decision,date,created_at,"
		"updated_at,notion_page_id,notion_synced,checksum,"
		"deleted_at:gone&uid=eq." ID
		"&decision=is.null&gone=not.is.null HTTP");
	check_has(server.requests[0], "{\"decision\":\"x\",\"type\":\"d\"}");
	check_has(server.requests[1], "&on_conflict=uid HTTP");
	check_has(server.requests[1], "[{\"decision\":\"x\",\"type\":\"d\"}]");
	buf_fini(&w);
	json_free(set);
	json_free(rows);
}

/* The longest condition still makes a URL below what the edge takes. */
static void test_url_length(void)
{
	static const char *const answers[] = { "200 []" };
	struct buf w = SUPABASE_WHERE_INIT;
	json *set = json_object(), *row;
	char *end_of_path;

	while (supabase_where(&w, NULL, "decision", "0123456789") == 0)
		;
	begin(answers, 1);
	client.soft_delete = true;
	check_int(supabase_row_patch(&client, ID, &w, set, &row, &a), 0);
	end(1);
	end_of_path = strstr(server.requests[0], " HTTP/1.1");
	check(end_of_path &&
		end_of_path - server.requests[0] < SUPABASE_URL_MAX);
	check_has(server.requests[0], "decision=eq.0123456789 HTTP/1.1");
	buf_fini(&w);
	json_free(set);
}

#define OTHER "00000000-0000-4000-8000-000000000002"
#define THIRD "00000000-0000-4000-8000-000000000003"
#define MINE "{\"id\":\"" ID "\",\"notion_page_id\":\"" ID "\"}"
#define ANOTHERS "{\"id\":\"" OTHER "\",\"notion_page_id\":\"" OTHER "\"}"

/* Mixed up on the way: nothing is noted of one row on the word of another. */
static void test_an_answer_about_another_row_is_none(void)
{
	static const char *const mixed[] = { "[" ANOTHERS "]", "[" MINE "]" };
	static const char *const others[] = { "[" ANOTHERS "]" };
	static const char *const too_many[] = { "[" ANOTHERS "," MINE "]" };
	struct buf w = SUPABASE_WHERE_INIT;
	json *set = json_object(), *row;

	supabase_where(&w, NULL, "id", ID);
	begin(mixed, 2);
	check_int(supabase_row_get(&client, ID, &row, &a), 0);
	check_str(json_str(row, "id"), ID);
	json_free(row);
	end(2);
	begin(mixed, 2);
	check_int(supabase_row_by_page(&client, ID, &row, &a), 0);
	check_str(json_str(row, "id"), ID);
	json_free(row);
	end(2);
	begin(mixed, 2);
	check_int(supabase_row_patch(&client, ID, &w, set, &row, &a), 0);
	check_str(json_str(row, "id"), ID);
	check(a.outcome_unknown);
	json_free(row);
	end(2);
	begin(others, 1);
	check_int(supabase_row_patch(&client, ID, &w, set, &row, &a), -1);
	check(row == NULL && a.outcome_unknown);
	check_int(a.action, API_RETRY);
	check_str(a.code, "foreign-row");
	check_int(supabase_row_get(&client, ID, &row, &a), -1);
	check(row == NULL && !a.outcome_unknown);
	end(4);
	begin(too_many, 1);
	check_int(supabase_row_patch(&client, ID, &w, set, &row, &a), -1);
	end(2);
	buf_fini(&w);
	json_free(set);
}

static void test_what_is_no_answer_is_asked_for_again(void)
{
	static const char *const wrong[] = { "null", "{}", "1",
		"{\"code\":\"x\",\"message\":\"m\"}" };
	json *rows, *row;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const char *answers[] = { wrong[i], "[]", wrong[i], "[]" };

		begin(answers, 4);
		check_int(supabase_rows_after(&client, NULL, 5, &rows, &a), 0);
		check_int(supabase_row_get(&client, ID, &row, &a), 0);
		json_free(rows);
		end(4);
	}
}

/* Max rows below what was asked for: never taken for all there is. */
static void test_a_cut_answer_is_continued(void)
{
	static const char *const ids[] = { ID, OTHER, THIRD };
	static const char *const cut[] = { "[" MINE "]", "[" ANOTHERS "]",
		"[]" };
	json *rows;

	begin(cut, 3);
	check_int(supabase_rows_by_ids(&client, ids, 3, &rows, &a), 0);
	check_int(json_count(rows), 2);
	json_free(rows);
	end(3);
	check_has(server.requests[1], "&id=in.(" OTHER "," THIRD ") HTTP");
	check_has(server.requests[2], "&id=in.(" THIRD ") HTTP");
	begin(cut, 2);
	check_int(supabase_rows_by_pages(&client, ids, 2, &rows, &a), 0);
	check_int(json_count(rows), 2);
	json_free(rows);
	end(2);
	check_has(server.requests[1], "&notion_page_id=in.(" OTHER ") HTTP");
}

/* Content-Range may claim anything; no arithmetic may rest on it. */
static void test_total(void)
{
	static const struct {
		const char *range;
		int64_t total;
	} cases[] = { { "0-1/1234", 1234 }, { "0-1/*", -1 }, { "0-1", -1 },
		{ "0-1/1000000000", 1000000000 },
		{ "0-1/9223372036854775807", -1 },
		{ "0-1/9223372036854775808", -1 }, { "0-1/-2", -1 } };
	const struct supabase_slice slice = { .limit = 2 };
	const char *const empty[] = { "[]" };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[200];
		struct reply r = { text, 0, true };
		int64_t total = 0;
		json *rows;

		snprintf(text, sizeof text,
			"HTTP/1.1 206 x\r\nContent-Type: application/json\r\n"
			"Content-Range: %s\r\nContent-Length: 2\r\n\r\n[]",
			cases[i].range);
		begin(empty, 1);
		server.replies = &r;
		check_int(
			supabase_rows_count(&client, &slice, &rows, &total, &a),
			0);
		if (!check_int(total, cases[i].total))
			printf("\tfor %s\n", cases[i].range);
		json_free(rows);
		end(1);
	}
}

int main(void)
{
	verbosity = -1;
	run(test_too_many_values);
	run(test_keys);
	run(test_columns);
	run(test_rows);
	run(test_insert);
	run(test_conditions);
	run(test_patch);
	run(test_names);
	run(test_url_length);
	run(test_an_answer_about_another_row_is_none);
	run(test_what_is_no_answer_is_asked_for_again);
	run(test_a_cut_answer_is_continued);
	run(test_total);
	return test_end();
}
