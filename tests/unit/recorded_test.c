/*
 * Recorded traffic of the real Notion through the client, answer by answer:
 * what it sends must be understood whole. Skipped where ../shared isn't there.
 */
#include <stdlib.h>

#include "notion/client.h"

#include "test.h"

#include "notion/page.h"
#include "responder.h"

#define ID "00000000-0000-4000-8000-000000000001"
#define THE_END "{\"results\":[],\"next_cursor\":null,\"has_more\":false}"

static struct responder server;
static struct notion_client notion;
static struct settings settings;
static struct api_error a;
static struct error e;

/* One recorded exchange. */
static const json *response;
static const char *path;
static int64_t status;

static const char *answer_of(struct buf *out, const char *body, size_t len)
{
	buf_addf(out,
		"HTTP/1.1 %d x\r\nContent-Type: application/json; "
		"charset=utf-8\r\nContent-Length: %zu\r\n\r\n",
		(int)status, len);
	buf_add(out, body, len);
	return buf_str(out);
}

/* Serves the recorded answer, and after it the end of a list. */
static void begin(struct buf *first, struct buf *second)
{
	static struct reply replies[2];
	static char url[64], key[] = "ntn_test";
	struct buf body = BUF_INIT(8u << 20);

	json_print(response, &body);
	replies[0] = (struct reply){ answer_of(first, buf_str(&body), body.len),
		0, true };
	replies[1] =
		(struct reply){ answer_of(second, THE_END, strlen(THE_END)), 0,
			true };
	buf_fini(&body);
	responder_start(&server, replies, 2, url);
	settings.notion_url = url;
	settings.notion_key = key;
	settings.state_dir = (char[]){ "/nonexistent" };
	settings.notion_rpm = 10000;
	settings.max_wait = 300;
	settings.timeout = 10;
	notion_client_init(&notion, &settings, NULL, &e);
}

static void end(void)
{
	notion_client_fini(&notion);
	responder_stop(&server);
}

static void see_database(void)
{
	const json *sources = json_get(response, "data_sources");
	const char *only = json_str(json_first(sources), "id");
	char id[UUID_SIZE] = "";
	int rc;

	snprintf(settings.notion_database, UUID_SIZE, "%s",
		json_str(response, "id"));
	rc = notion_find_data_source(&notion, &settings, id, &e);
	if (json_true(response, "in_trash") || json_count(sources) != 1) {
		check_int(rc, -1);
		check_int(e.code, RC_CONFIG);
		return;
	}
	check_int(rc, 0);
	check_str(id, only);
}

static void see_data_source(void)
{
	json *object = NULL;
	int rc = notion_data_source_get(&notion, ID, &object, &e);

	if (status == 200 && !json_true(response, "in_trash")) {
		check_int(rc, 0);
		check(json_equal(object, response));
	} else {
		check_int(rc, -1);
		check_int(e.code, RC_CONFIG);
	}
	json_free(object);
}

static int compare_page(void *arg, json *take_page, struct error *err)
{
	const json **next = arg;

	(void)err;
	check(json_equal(take_page, *next));
	json_free(take_page);
	*next = json_next(*next);
	return 0;
}

static void see_query(void)
{
	const json *next = json_first(json_get(response, "results"));
	struct notion_query q = { .data_source = ID,
		.edited_since = USEC_NONE };
	int rc = notion_query_each(&notion, &q, compare_page, &next, &e);

	check_int(rc, status == 200 ? 0 : -1);
	check(!next);
}

static void see_page(void)
{
	enum notion_place place = NOTION_MOVED;
	char parent[UUID_SIZE], id[UUID_SIZE];
	json *page;
	int rc;

	notion_page_parent(response, parent);
	if (uuid_normalize(json_str(response, "id"), id) < 0)
		strcpy(id, ID);
	rc = notion_page_get(
		&notion, id, parent[0] ? parent : ID, NULL, &place, &page, &a);
	if (status == 400) {
		check_int(rc, -1);
		check_int(a.action, API_BAD_RECORD);
		return;
	}
	check_int(rc, 0);
	if (status == 404)
		check_int(place, NOTION_UNREACHABLE);
	else if (!parent[0])
		check_int(place, NOTION_MOVED);
	else
		check_int(place, json_true(response, "in_trash")
					 ? NOTION_IN_TRASH
					 : NOTION_LIVE);
	if (page)
		json_put_str(
			page, "request_id", json_str(response, "request_id"));
	check(!page || json_equal(page, response));
	json_free(page);
}

/* Answers of other calls: whatever we asked for, we know what to make of it. */
static void see_error(void)
{
	char *id;

	if (status == 200)
		return;
	check_int(notion_bot_user(&notion, &id, &e), -1);
	check_int(e.code, status == 401	  ? RC_CREDENTIALS
			  : status == 404 ? RC_CONFIG
					  : RC_BUG);
	free(id);
}

static bool below(const char *folder, const char *tail)
{
	size_t n = strlen(folder);
	const char *rest = path + n;

	if (strncmp(path, folder, n) != 0)
		return false;
	rest += strspn(rest, "0123456789abcdefABCDEF-");
	return strcmp(rest, tail) == 0;
}

static void see(const json *exchange)
{
	struct buf first = BUF_INIT(8u << 20), second = BUF_INIT(1000);
	bool get = strcmp(json_str(exchange, "method"), "GET") == 0;

	path = json_str(exchange, "path");
	response = json_get(exchange, "response");
	json_whole(json_get(exchange, "status"), &status);
	begin(&first, &second);
	if (get && below("/v1/databases/", ""))
		see_database();
	else if (get && below("/v1/data_sources/", ""))
		see_data_source();
	else if (below("/v1/data_sources/", "/query"))
		see_query();
	else if (get && below("/v1/pages/", ""))
		see_page();
	else
		see_error();
	end();
	buf_fini(&first);
	buf_fini(&second);
}

static int see_file(const char *name)
{
	FILE *in = fopen(name, "r");
	unsigned long before, line_no = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!in)
		return -1;
	while ((len = getline(&line, &size, in)) > 0) {
		json *exchange = json_parse(line, (size_t)len, JSON_STRICT, &e);

		line_no++;
		before = test_failed;
		if (check(exchange != NULL))
			see(exchange);
		if (test_failed > before)
			printf("\t%s:%lu\n", name, line_no);
		json_free(exchange);
	}
	free(line);
	fclose(in);
	return 0;
}

int main(void)
{
	verbosity = -1;
	test_name = "recorded";
	if (see_file("../shared/recorded/notion-2025-09-03.ndjson") < 0 ||
		see_file("../shared/recorded/notion-2026-03-11.ndjson") < 0) {
		printf("skipped: no ../shared/recorded on this machine\n");
		return 0;
	}
	return test_end();
}
