/*
 * A Notion client against a responder: what the tests of calls share. Include
 * it once, after test.h.
 */
#ifndef TESTS_UNIT_NOTION_RIG_H
#define TESTS_UNIT_NOTION_RIG_H

#include <stdatomic.h>
#include <stdlib.h>

#include "notion/client.h"
#include "responder.h"

#define PAGE "00000000-0000-4000-8000-000000000001"
#define OK "{\"object\":\"page\",\"id\":\"" PAGE "\"}"
#define ERROR(code) \
	"{\"object\":\"error\",\"code\":\"" code "\",\"message\":\"m\"}"
#define LENGTH(n) (sizeof(n) / sizeof((n)[0]))

static struct responder server;
static struct notion_client notion;
static struct api_error a;
static atomic_int stop;

static void begin_with(
	const struct reply *replies, size_t n, long timeout, long retries)
{
	static char url[64], key[] = "ntn_secret_of_ours";
	struct settings s = { .notion_url = url,
		.notion_key = key,
		.state_dir = "/nonexistent",
		.notion_rpm = 10000,
		.max_wait = 300,
		.timeout = timeout,
		.retries = retries };
	struct error e;

	stop = 0;
	responder_start(&server, replies, n, url);
	if (notion_client_init(&notion, &s, &stop, &e) < 0)
		printf("%s\n", e.text);
	notion.api.backoff_ms = 4;
}

static void begin(const struct reply *replies, size_t n)
{
	begin_with(replies, n, 10, 3);
}

__attribute__((unused)) static void end(void)
{
	notion_client_fini(&notion);
	responder_stop(&server);
}

/* A page create against these replies: 0 or -1. */
__attribute__((unused)) static int create(const struct reply *replies, size_t n)
{
	json *properties = json_object(), *page;
	int rc;

	begin(replies, n);
	rc = notion_page_create(
		&notion, PAGE, NULL, properties, NULL, NULL, &page, &a);
	json_free(page);
	json_free(properties);
	end();
	return rc;
}

__attribute__((unused)) static int get_user(
	const struct reply *replies, size_t n, struct error *e)
{
	char *id;
	int rc;

	begin(replies, n);
	rc = notion_bot_user(&notion, &id, e);
	free(id);
	end();
	return rc;
}

/* A status with a Notion error body. */
__attribute__((unused)) static const char *failure(char out[REPLY_MAX],
	const char *status, const char *headers, const char *body)
{
	snprintf(out, REPLY_MAX,
		"HTTP/1.1 %s\r\nContent-Type: application/json\r\n%s"
		"Content-Length: %zu\r\n\r\n%s",
		status, headers, strlen(body), body);
	return out;
}

#endif
