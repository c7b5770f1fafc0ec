/* What Notion is asked for, and how its answers are followed. */
#include "notion/client.h"

#include <stdlib.h>

#include "test.h"

#include "responder.h"

#define LENGTH(n) (sizeof(n) / sizeof((n)[0]))
#define DB "00000000-0000-4000-8000-0000000000db"
#define DS "00000000-0000-4000-8000-0000000000d5"
#define OTHER "00000000-0000-4000-8000-0000000000d6"
#define ID(n) "00000000-0000-4000-8000-00000000000" #n
#define PARENT(id) \
	"\"parent\":{\"type\":\"data_source_id\",\"data_source_id\":\"" id "\"}"
#define ROW(n, minute) \
	"{\"object\":\"page\",\"id\":\"" ID(n) "\",\"created_time\":" \
					       "\"2026-01-02T03:" minute \
					       ":00.000Z\"}"
#define LIST(rows, cursor, more) \
	"{\"object\":\"list\",\"results\":[" rows "],\"next_cursor\":" cursor \
	",\"has_more\":" more "}"
#define CAPPED(rows) \
	"{\"results\":[" rows "],\"next_cursor\":null,\"has_more\":false," \
	"\"request_status\":{\"type\":\"incomplete\",\"incomplete_reason\":" \
	"\"query_result_limit_reached\"}}"
#define DEAD \
	"{\"code\":\"validation_error\",\"message\":\"The start_cursor" \
	" provided is invalid: x\"}"
#define SLOW "{\"code\":\"gateway_timeout\",\"message\":\"m\"}"

static struct responder server;
static struct notion_client notion;
static struct settings settings;
static struct error e;
static char url[64];

static void begin_with(const struct reply *replies, size_t n)
{
	static char key[] = "ntn_test";

	responder_start(&server, replies, n, url);
	settings = (struct settings){ .notion_url = url,
		.notion_key = key,
		.state_dir = "/nonexistent",
		.notion_database = DB,
		.notion_rpm = 10000,
		.max_wait = 300,
		.timeout = 10,
		.retries = 0 };
	check_int(notion_client_init(&notion, &settings, NULL, &e), 0);
}

/* One answer of json_answer() for each request. */
static void begin(const char *const *answers, size_t n)
{
	static char texts[16][REPLY_MAX];
	static struct reply replies[16];

	for (size_t i = 0; i < n; i++)
		replies[i] = (struct reply){ json_answer(texts[i], answers[i]),
			0, true };
	begin_with(replies, n);
}

static void end(size_t requests)
{
	notion_client_fini(&notion);
	responder_stop(&server);
	check_int(server.n, requests);
}

/* --- the data source ------------------------------------------------------ */

static int find(const char *const *answers, size_t n, const char *wanted,
	char id[UUID_SIZE])
{
	int rc;

	begin(answers, n);
	snprintf(settings.notion_data_source, UUID_SIZE, "%s", wanted);
	rc = notion_find_data_source(&notion, &settings, id, &e);
	end(n);
	return rc;
}

static void test_find_data_source(void)
{
	static const char *const one[] = { "{\"data_sources\":[{\"id\":\"" DS
					   "\",\"name\":\"T\"}]}" };
	static const char *const two[] = { "{\"data_sources\":[{\"id\":\"" DS
					   "\",\"name\":\"T\"},{\"id\":\"" OTHER
					   "\",\"name\":\"U\"}]}" };
	static const char *const none[] = { "{\"data_sources\":[]}" };
	static const char *const trash[] = { "{\"in_trash\":true}" };
	char id[UUID_SIZE];

	check_int(find(one, 1, "", id), 0);
	check_str(id, DS);
	check_int(find(two, 1, OTHER, id), 0);
	check_str(id, OTHER);
	check_int(find(two, 1, "", id), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "NOTION_DATA_SOURCE_ID=");
	check_has(e.text, DS " (T), " OTHER " (U)");
	check_int(find(one, 1, OTHER, id), -1);
	check_has(e.text, OTHER " is not in the database");
	check_int(find(none, 1, "", id), -1);
	check_has(e.text, "linked view");
	check_int(find(trash, 1, "", id), -1);
	check_int(e.code, RC_CONFIG);
}

static void test_a_data_source_id_will_do(void)
{
	static const char *const found[] = {
		"404 {\"code\":\"object_not_found\",\"message\":\"m\"}",
		"{\"object\":\"data_source\",\"id\":\"" DB "\"}"
	};
	static const char *const nowhere[] = {
		"404 {\"code\":\"object_not_found\",\"message\":\"m\"}",
		"404 {\"code\":\"object_not_found\",\"message\":\"m\"}",
		"404 {\"code\":\"object_not_found\",\"message\":\"m\"}"
	};
	static const char *const not_notion[] = { "404 {}" };
	char id[UUID_SIZE];

	check_int(find(found, 2, "", id), 0);
	check_str(id, DB);
	check_int(find(nowhere, 3, "", id), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "Connections");
	check_int(find(not_notion, 1, "", id), -1);
	check_has(e.text, "NOTION_API_URL");
}

static void test_a_page_id_is_told(void)
{
	static const char *const row[] = {
		"400 {\"code\":\"validation_error\",\"message\":\"m\"}",
		"404 {\"code\":\"object_not_found\",\"message\":\"m\"}",
		"{\"object\":\"page\",\"id\":\"" DB "\",\"parent\":{\"type\":"
		"\"data_source_id\",\"data_source_id\":\"" DS "\"}}"
	};
	static const char *const page[] = {
		"404 {\"code\":\"object_not_found\",\"message\":\"m\"}",
		"404 {\"code\":\"object_not_found\",\"message\":\"m\"}",
		"{\"object\":\"page\",\"id\":\"" DB "\",\"parent\":{\"type\":"
		"\"workspace\",\"workspace\":true}}"
	};
	char id[UUID_SIZE];

	check_int(find(row, 3, "", id), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "set NOTION_DATABASE_ID=" DS);
	check_int(find(page, 3, "", id), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "is a page, not a database");
	check_has(e.text, "notion-setup --create " DB);
}

/* --- the listing ---------------------------------------------------------- */

static struct buf listed;

static int note_id(void *arg, json *take_page, struct error *err)
{
	(void)arg, (void)err;
	buf_adds(&listed, json_str(take_page, "id") + UUID_SIZE - 2);
	json_free(take_page);
	return 0;
}

/* Lists; the last digits of the ids, in order, are in `listed`. */
static int list(const char *const *answers, size_t n, usec since)
{
	struct notion_query q = { .data_source = DS, .edited_since = since };
	int rc;

	buf_fini(&listed);
	listed = (struct buf)BUF_INIT(1000);
	begin(answers, n);
	rc = notion_query_each(&notion, &q, note_id, NULL, &e);
	end(n);
	return rc;
}

static void test_listing_goes_on_to_the_end(void)
{
	static const char *const answers[] = {
		LIST(ROW(1, "01") "," ROW(2, "01"), "\"c1\"", "true"),
		/*
		 * A short or empty part is not the end, and a data source is
		 * not a page.
		 */
		LIST("", "\"c2\"", "true"),
		LIST("{\"object\":\"data_source\",\"id\":\"" ID(8) "\"}," ROW(
			     2, "01") "," ROW(3, "02"),
			"null", "false"),
	};

	check_int(list(answers, 3, USEC_NONE), 0);
	check_str(buf_str(&listed), "123");
	check_has(server.requests[0], "filter_properties%5B%5D=title");
	check_has(server.requests[0],
		"\"sorts\":[{\"timestamp\":\"created_time\","
		"\"direction\":\"ascending\"}]");
	check_has(server.requests[0], "\r\nNotion-Version: 2026-03-11\r\n");
	check(!strstr(server.requests[0], "filter\""));
	check(!strstr(server.requests[0], "start_cursor"));
	check_has(server.requests[2], "\"start_cursor\":\"c2\"");
}

static void test_since(void)
{
	/* Where there is no page, archived ones are requested to be sure. */
	static const char *const answers[] = { LIST("", "null", "false"),
		LIST("", "null", "false") };
	usec t;

	time_parse("2026-11-01T10:11:12.345678Z", &t);
	check_int(list(answers, 2, t), 0);
	check_has(server.requests[1], "\"is_archived\":true");
	check_has(server.requests[0],
		"\"filter\":{\"timestamp\":\"last_edited_time\","
		"\"last_edited_time\":{\"on_or_after\":"
		"\"2026-11-01T10:11:00.000Z\"}}");
}

static void test_dead_cursor(void)
{
	static const char *const answers[] = { LIST(ROW(1, "01"), "\"c1\"",
						       "true"),
		"400 " DEAD, LIST(ROW(1, "01"), "\"c2\"", "true"),
		LIST(ROW(2, "02"), "null", "false") };
	static const char *const again[] = { LIST(ROW(1, "01"), "\"c1\"",
						     "true"),
		"400 " DEAD, LIST(ROW(1, "01"), "\"c1\"", "true"), "400 " DEAD,
		LIST(ROW(1, "01"), "\"c1\"", "true"), "400 " DEAD,
		LIST(ROW(1, "01"), "\"c1\"", "true"), "400 " DEAD };

	check_int(list(answers, 4, USEC_NONE), 0);
	check_str(buf_str(&listed), "12");
	check_int(list(again, 8, USEC_NONE), -1);
	check_int(e.code, RC_TEMPORARY);
	check_has(e.text, "start_cursor");
}

static void test_fewer_rows_at_a_time(void)
{
	static const char *const answers[] = { "504 " SLOW, "503 " SLOW,
		LIST(ROW(1, "01"), "null", "false") };
	static const char *const never[] = { "504 " SLOW, "504 " SLOW,
		"504 " SLOW, "504 " SLOW, "504 " SLOW };

	check_int(list(answers, 3, USEC_NONE), 0);
	check_has(server.requests[2], "\"page_size\":25,");
	check_int(list(never, 5, USEC_NONE), -1);
	check_int(e.code, RC_TEMPORARY);
	check_has(server.requests[4], "\"page_size\":10,");
}

static void test_over_ten_thousand(void)
{
	static const char *const answers[] = { CAPPED(ROW(1, "01") "," ROW(
						       2, "05")),
		LIST(ROW(2, "05") "," ROW(3, "06"), "null", "false") };
	/* Neither parted nor read from the other end. */
	static const char *const minute[] = { CAPPED(ROW(1, "01")),
		CAPPED(ROW(1, "01") "," ROW(2, "01")),
		CAPPED(ROW(1, "01") "," ROW(2, "01")) };
	static const char *const ends[] = { CAPPED(ROW(1, "01")),
		CAPPED(ROW(1, "01") "," ROW(2, "01") "," ROW(3, "01")),
		CAPPED(ROW(4, "01") "," ROW(3, "01") "," ROW(2, "01")),
		LIST(ROW(5, "02"), "null", "false") };
	static const char *const other[] = {
		"{\"results\":[],\"next_cursor\":null,\"has_more\":false,"
		"\"request_status\":{\"type\":\"incomplete\","
		"\"incomplete_reason\":\"moon\"}}"
	};

	check_int(list(answers, 2, USEC_NONE), 0);
	check_str(buf_str(&listed), "123");
	check_has(server.requests[1],
		"\"filter\":{\"timestamp\":\"created_time\",\"created_time\":"
		"{\"on_or_after\":\"2026-01-02T03:05:00.000Z\"}}");
	check_int(list(answers, 2, 0), 0);
	check_has(server.requests[1], "\"filter\":{\"and\":[{");
	check_int(list(minute, 3, USEC_NONE), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "10,000");
	check_has(server.requests[1],
		"\"filter\":{\"and\":[{\"timestamp\":\"created_time\","
		"\"created_time\":{\"on_or_after\":"
		"\"2026-01-02T03:01:00.000Z\"}},{\"timestamp\":"
		"\"created_time\",\"created_time\":{\"before\":"
		"\"2026-01-02T03:02:00.000Z\"}}]}");
	check_has(server.requests[2], "\"direction\":\"descending\"");
	check_int(list(ends, 4, USEC_NONE), 0);
	check_str(buf_str(&listed), "12345");
	check_int(list(other, 1, USEC_NONE), -1);
	check_int(e.code, RC_TEMPORARY);
	check_has(e.text, "(moon)");
}

/* Cursors that are new each time, and lead nowhere. */
static void test_endless(void)
{
	static const char *const rows[] = { "", ROW(1, "01"),
		ROW(1, "01") "," ROW(2, "01") };
	static char texts[64][1000];
	static struct reply replies[64];
	struct notion_query q = { .data_source = DS,
		.edited_since = USEC_NONE };

	for (size_t i = 0; i < LENGTH(rows); i++) {
		char body[800];

		for (size_t n = 0; n < 64; n++) {
			snprintf(body, sizeof body,
				"{\"results\":[%s],\"has_more\":true,"
				"\"next_cursor\":\"c%zu\"}",
				rows[i], n);
			snprintf(texts[n], sizeof texts[n],
				"HTTP/1.1 200 x\r\nContent-Length: %zu\r\n\r\n"
				"%s",
				strlen(body), body);
			replies[n] = (struct reply){ texts[n], 0, true };
		}
		begin_with(replies, 64);
		buf_reset(&listed);
		check_int(
			notion_query_each(&notion, &q, note_id, NULL, &e), -1);
		check_int(e.code, RC_TEMPORARY);
		check_has(e.text, "makes no progress");
		notion_client_fini(&notion);
		responder_stop(&server);
		check(server.n > 20 && server.n < 25);
	}
}

static void test_no_list(void)
{
	static const char *const wrong[] = { "{}",
		"{\"results\":[],\"next_cursor\":null,\"has_more\":true}",
		"{\"results\":{},\"next_cursor\":null,\"has_more\":false}",
		"{\"results\":[],\"next_cursor\":null}", "[]" };
	static const char *const stuck[] = { LIST("", "\"c1\"", "true"),
		LIST("", "\"c1\"", "true") };

	for (size_t i = 0; i < LENGTH(wrong); i++) {
		check_int(list(&wrong[i], 1, USEC_NONE), -1);
		check_int(e.code, RC_TEMPORARY);
	}
	check_int(list(stuck, 2, USEC_NONE), -1);
}

/* --- single pages --------------------------------------------------------- */

static void test_where_a_page_is(void)
{
	static const struct {
		const char *answer;
		int rc;
		enum notion_place place;
	} cases[] = {
		{ "{\"id\":\"" ID(1) "\",\"in_trash\":false," PARENT(DS) "}", 0,
			NOTION_LIVE },
		{ "{\"id\":\"" ID(1) "\",\"in_trash\":true," PARENT(DS) "}", 0,
			NOTION_IN_TRASH },
		{ "{\"id\":\"" ID(1) "\",\"in_trash\":false," PARENT(OTHER) "}",
			0, NOTION_MOVED },
		{ "{\"id\":\"" ID(
			  1) "\",\"in_trash\":false,\"parent\":"
			     "{\"type\":\"workspace\",\"workspace\":true}}",
			0, NOTION_MOVED },
		{ "{\"id\":\"" ID(1) "\",\"archived\":true," PARENT(DS) "}", 0,
			NOTION_IN_TRASH },
		/* As an old version answers: that is no move. */
		{ "{\"id\":\"" ID(
			  1) "\",\"archived\":false,\"parent\":{\"type\":"
			     "\"database_id\",\"database_id\":\"" OTHER "\"}}",
			-1, NOTION_LIVE },
		{ "{\"id\":\"" ID(1) "\",\"in_trash\":false}", -1,
			NOTION_LIVE },
		{ "{\"id\":\"" ID(
			  1) "\",\"in_trash\":false,\"parent\":{\"type\":"
			     "\"data_source_id\",\"data_source_id\":\"7\"}}",
			-1, NOTION_LIVE },
		{ "{\"id\":\"" ID(1) "\"," PARENT(DS) "}", -1, NOTION_LIVE },
		{ "404 {\"code\":\"object_not_found\",\"message\":\"m\"}", 0,
			NOTION_UNREACHABLE },
		{ "404 {}", -1, NOTION_LIVE },
		{ "403 {\"code\":\"restricted_resource\"}", -1, NOTION_LIVE },
		{ "500 {}", -1, NOTION_LIVE },
		{ "{}", -1, NOTION_LIVE },
		/* Another page's place is not this one's. */
		{ "{\"id\":\"" ID(2) "\",\"in_trash\":true," PARENT(DS) "}", -1,
			NOTION_LIVE },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		enum notion_place place = NOTION_LIVE;
		struct api_error a;
		json *page;

		begin(&cases[i].answer, 1);
		if (!check_int(notion_page_get(&notion, ID(1), DS, NULL, &place,
				       &page, &a),
			    cases[i].rc) ||
			!check_int(place, cases[i].place) ||
			!check_int(page != NULL,
				cases[i].rc == 0 && place <= NOTION_IN_TRASH))
			printf("\tcase %zu\n", i);
		end(1);
		json_free(page);
	}
}

#define ITEM(text) \
	"{\"object\":\"property_item\",\"type\":\"title\",\"title\":" \
	"{\"type\":\"text\",\"plain_text\":\"" text "\"}}"

/* A title as it comes with n mentions in it. */
static json *page_with_mentions(size_t n)
{
	struct buf text = BUF_INIT(20000);
	json *page;

	buf_adds(&text,
		"{\"object\":\"page\",\"id\":\"" ID(
			1) "\",\"created_time\":"
			   "\"2026-01-02T03:04:00.000Z\",\"last_edited_time\":"
			   "\"2026-01-02T03:04:00.000Z\",\"in_trash\":false,"
			   "\"properties\":{\"D\":{\"id\":\"title\",\"type\":\"title\","
			   "\"title\":[");
	for (size_t i = 0; i < n; i++)
		buf_addf(&text,
			"%s{\"type\":\"mention\",\"mention\":{\"type\":"
			"\"user\"},\"plain_text\":\"@A\"}",
			i ? "," : "");
	buf_adds(&text,
		"]},\"T\":{\"id\":\"t\",\"type\":\"multi_select\","
		"\"multi_select\":[]},\"W\":{\"id\":\"w\",\"type\":\"date\","
		"\"date\":null}}}");
	page = json_parse(buf_str(&text), text.len, JSON_STRICT, &e);
	if (!page)
		printf("%s\n", e.text);
	buf_fini(&text);
	return page;
}

#define FIVE(text) \
	ITEM(text) \
	"," ITEM(text) "," ITEM(text) "," ITEM(text) "," ITEM(text)
#define TWENTY(text) FIVE(text) "," FIVE(text) "," FIVE(text) "," FIVE(text)

static void test_a_cut_title_is_completed(void)
{
	static const char *const answers[] = { LIST(TWENTY("a") "," ITEM("b"),
						       "\"n/x\"", "true"),
		LIST(FIVE("c"), "null", "false") };
	struct notion_schema schema = { .field = { "title", "t", "w" } };
	struct api_error a;
	json *page = page_with_mentions(24);

	begin(answers, 2);
	check_int(notion_complete_title(&notion, page, &schema, &a), 0);
	json_free(page);
	page = page_with_mentions(25);
	check_int(notion_complete_title(&notion, page, &schema, &a), 0);
	end(2);
	check_int(
		json_count(json_get(
			json_get(json_get(page, "properties"), "D"), "title")),
		26);
	check_has(server.requests[0],
		"GET /v1/pages/" ID(1) "/properties/title?page_size=100 ");
	check_has(server.requests[1], "&start_cursor=n%2Fx ");
	json_free(page);
}

/* It would clear the title on the other side. */
static void test_a_title_that_lacks_what_the_page_shows(void)
{
	static const char *const answers[] = { LIST("", "null", "false"),
		"{\"object\":\"list\",\"has_more\":false,\"next_cursor\":null}",
		LIST(TWENTY("a") "," ITEM("b"), "null", "false"),
		LIST(TWENTY("a") "," FIVE("b") ",{\"object\":"
					       "\"property_item\"}",
			"null", "false") };
	struct notion_schema schema = { .field = { "title", "t", "w" } };

	for (size_t i = 0; i < LENGTH(answers); i++) {
		json *page = page_with_mentions(25), *was = json_copy(page);
		struct api_error a = { 0 };

		begin(&answers[i], 1);
		check_int(
			notion_complete_title(&notion, page, &schema, &a), -1);
		end(1);
		/* The answer without "results" is not a list. */
		check_int(a.action, i == 1 ? API_RETRY : API_BAD_RECORD);
		check(i == 1 || strstr(a.message, "can't be read to its end"));
		check(json_equal(page, was));
		json_free(was);
		json_free(page);
	}
}

static struct notion_schema with_checksum = { .field = { "title", "t", "w" },
	.checksum = "%5Ck" };

static int by_checksum(json **pages, struct api_error *a)
{
	usec since;

	check_int(time_parse("2026-01-02T03:04:05Z", &since), 0);
	return notion_pages_by_checksum(
		&notion, DS, &with_checksum, "abc", since, pages, a);
}

static void test_pages_by_checksum(void)
{
	static const char *const answers[] = { LIST(
		ROW(1, "04") "," ROW(2, "04"), "null", "false") };
	struct api_error a;
	json *pages;

	begin(answers, 1);
	check_int(by_checksum(&pages, &a), 0);
	end(1);
	check_int(json_count(pages), 2);
	check_has(server.requests[0],
		"\"filter\":{\"and\":[{\"property\":\"%5Ck\",\"rich_text\":"
		"{\"equals\":\"abc\"}},{\"timestamp\":\"created_time\","
		"\"created_time\":{\"on_or_after\":"
		"\"2026-01-02T03:04:00.000Z\"}}]}");
	check_has(server.requests[0],
		"\"sorts\":[{\"timestamp\":\"created_time\","
		"\"direction\":\"ascending\"}]");
	check_has(server.requests[0], "filter_properties%5B%5D=%5Ck ");
	json_free(pages);
}

static void test_pages_by_checksum_go_on_to_the_end(void)
{
	static const char *const answers[] = {
		LIST(ROW(1, "04") "," ROW(2, "04"), "\"c1\"", "true"),
		LIST("", "\"c2\"", "true"), LIST(ROW(3, "05"), "null", "false")
	};
	struct api_error a;
	json *pages;

	begin(answers, 3);
	check_int(by_checksum(&pages, &a), 0);
	end(3);
	check_int(json_count(pages), 3);
	check(!strstr(server.requests[0], "start_cursor"));
	check_has(server.requests[1], "\"start_cursor\":\"c1\"");
	check_has(server.requests[2], "\"start_cursor\":\"c2\"");
	json_free(pages);
}

/* A part of them would be taken for all, and the page sought be made again. */
static void test_pages_by_checksum_are_all_or_none(void)
{
	static const char more[] = LIST(ROW(1, "04"), "\"c1\"", "true");
	static const char *const answers[][2] = { { more, DEAD },
		{ more, more }, { more, LIST("", "null", "true") },
		{ more, CAPPED(ROW(2, "04")) } };
	struct api_error a;
	json *pages;

	for (size_t i = 0; i < LENGTH(answers); i++) {
		begin(answers[i], 2);
		check_int(by_checksum(&pages, &a), -1);
		end(2);
		check(pages == NULL);
		check_int(a.action, API_RETRY);
		check(!a.outcome_unknown);
	}
}

/* A page with a hundred formulas answers a write with the sync's own five. */
static void test_writes_are_answered_with_our_properties(void)
{
	static const char *const answers[] = { "{\"id\":\"" ID(1) "\"}",
		"{\"id\":\"" ID(1) "\"}" };
	struct notion_schema schema = { .field = { "title", "%3Aty", "d~te" },
		.checksum = "%5Ck",
		.synced = "s" };
	json *body = json_object(), *page;
	struct api_error a;

	begin(answers, 2);
	check_int(notion_page_create(
			  &notion, DS, &schema, body, NULL, NULL, &page, &a),
		0);
	json_free(page);
	check_int(notion_page_patch(&notion, ID(1), &schema, body, NULL, NULL,
			  NULL, &page, &a),
		0);
	json_free(page);
	end(2);
	check_has(server.requests[0],
		"POST /v1/pages?filter_properties=title"
		"&filter_properties=%3Aty&filter_properties=d~te"
		"&filter_properties=%5Ck&filter_properties=s ");
	check_has(server.requests[1],
		"PATCH /v1/pages/" ID(
			1) "?filter_properties=title"
			   "&filter_properties=%3Aty&filter_properties=d~te"
			   "&filter_properties=%5Ck&filter_properties=s ");
	json_free(body);
}

static int recheck(void *arg)
{
	++*(int *)arg;
	return 0;
}

/* Mixed up on the way: the write itself may have been lost, or not. */
static void test_an_answer_about_another_page_is_none(void)
{
	static const char *const mixed[] = { "{\"id\":\"" ID(2) "\"}",
		"{\"id\":\"" ID(1) "\"}" };
	json *body = json_object(), *page;
	struct api_error a;
	int looks = 0;

	begin(mixed, 2);
	notion.api.retries = 1;
	notion.api.backoff_ms = 1;
	check_int(notion_page_patch(&notion, ID(1), NULL, body, recheck, NULL,
			  &looks, &page, &a),
		0);
	check_int(looks, 1);
	check_str(json_str(page, "id"), ID(1));
	json_free(page);
	end(2);
	begin(mixed, 1);
	check_int(notion_page_patch(&notion, ID(1), NULL, body, recheck, NULL,
			  &looks, &page, &a),
		-1);
	check_int(a.action, API_RETRY);
	check(a.outcome_unknown);
	check_str(a.code, "foreign-page");
	check_has(a.message, ID(2));
	end(1);
	json_free(body);
}

/* JSON, and not what was asked for: as unreadable as half a JSON text. */
static void test_what_is_no_answer_is_asked_for_again(void)
{
	static const char *const wrong[] = { "null", "{}", "[]", "1",
		"{\"object\":\"error\",\"code\":\"x\",\"message\":\"m\"}" };
	static char id_of_checksum[] = "cs";
	struct notion_schema schema = { .checksum = id_of_checksum };
	json *got;
	struct api_error a;
	char *id;

	for (size_t i = 0; i < LENGTH(wrong); i++) {
		const char *user[] = { wrong[i], "{\"id\":\"" ID(1) "\"}" };
		const char *list[] = { wrong[i], LIST("", "null", "false") };
		const char *source[] = { wrong[i], "{\"id\":\"" DS "\"}" };

		begin(user, 2);
		notion.api.retries = 1;
		notion.api.backoff_ms = 1;
		check_int(notion_bot_user(&notion, &id, &e), 0);
		free(id);
		end(2);
		begin(list, 2);
		notion.api.retries = 1;
		notion.api.backoff_ms = 1;
		check_int(notion_pages_by_checksum(
				  &notion, DS, &schema, "0", 0, &got, &a),
			0);
		json_free(got);
		end(2);
		begin(source, 2);
		notion.api.retries = 1;
		notion.api.backoff_ms = 1;
		check_int(notion_data_source_get(&notion, DS, &got, &e), 0);
		json_free(got);
		end(2);
	}
}

int main(void)
{
	verbosity = -1;
	run(test_find_data_source);
	run(test_a_data_source_id_will_do);
	run(test_a_page_id_is_told);
	run(test_listing_goes_on_to_the_end);
	run(test_since);
	run(test_dead_cursor);
	run(test_fewer_rows_at_a_time);
	run(test_over_ten_thousand);
	run(test_endless);
	run(test_no_list);
	run(test_where_a_page_is);
	run(test_a_cut_title_is_completed);
	run(test_a_title_that_lacks_what_the_page_shows);
	run(test_pages_by_checksum);
	run(test_pages_by_checksum_go_on_to_the_end);
	run(test_pages_by_checksum_are_all_or_none);
	run(test_writes_are_answered_with_our_properties);
	run(test_an_answer_about_another_page_is_none);
	run(test_what_is_no_answer_is_asked_for_again);
	buf_fini(&listed);
	return test_end();
}
