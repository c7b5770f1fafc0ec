/* Calls, retries and errors: api.h and http.h, through both clients. */
#include "notion_client.h"
#include "supabase_client.h"

#include <signal.h>

#include "test.h"

#include "responder.h"

#define PAGE "00000000-0000-4000-8000-000000000001"
#define OK "{\"object\":\"page\",\"id\":\"" PAGE "\"}"
#define ERROR(code) \
	"{\"object\":\"error\",\"code\":\"" code "\",\"message\":\"m\"}"
#define LENGTH(n) (sizeof(n) / sizeof((n)[0]))

static struct responder server;
static struct notion_client notion;
static struct api_error a;
static volatile sig_atomic_t stop;

static void begin_with(
	const struct reply *replies, size_t n, long timeout, long retries)
{
	static char url[64], key[] = "ntn_secret_of_ours";
	struct settings s = { .notion_url = url,
		.notion_key = key,
		.state_dir = "/nonexistent",
		.notion_rpm = 10000,
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

static void end(void)
{
	notion_client_fini(&notion);
	responder_stop(&server);
}

/* A page create against these replies: 0 or -1. */
static int create(const struct reply *replies, size_t n)
{
	json *properties = json_object(), *page;
	int rc;

	begin(replies, n);
	rc = notion_page_create(&notion, PAGE, properties, &page, &a);
	json_free(page);
	json_free(properties);
	end();
	return rc;
}

static int get_user(const struct reply *replies, size_t n, struct error *e)
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
static const char *failure(char out[REPLY_MAX], const char *status,
	const char *headers, const char *body)
{
	snprintf(out, REPLY_MAX,
		"HTTP/1.1 %s\r\nContent-Type: application/json\r\n%s"
		"Content-Length: %zu\r\n\r\n%s",
		status, headers, strlen(body), body);
	return out;
}

static void test_a_create_is_not_repeated_blindly(void)
{
	static const struct {
		const char *status, *body;
		bool unknown;
		size_t requests;
	} cases[] = {
		{ "500 x", ERROR("internal_server_error"), true, 1 },
		{ "502 x", "<html>bad</html>", true, 1 },
		{ "503 x", ERROR("service_unavailable"), true, 1 },
		{ "504 x", "", true, 1 },
		{ "409 x", ERROR("conflict_error"), false, 4 },
		{ "429 x", ERROR("rate_limited"), false, 4 },
		{ "529 x", ERROR("service_overload"), false, 4 },
		{ "400 x", ERROR("validation_error"), false, 1 },
		{ "401 x", "", false, 1 },
		{ "403 x", ERROR("restricted_resource"), false, 1 },
		{ "404 x", ERROR("object_not_found"), false, 1 },
		{ "200 x", "{\"object\":", true, 1 },
		{ "200 x", "", true, 1 },
		{ "200 x", "{}", true, 1 },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		char text[REPLY_MAX];
		struct reply r = { failure(text, cases[i].status, "",
					   cases[i].body),
			0, true };

		check_int(create(&r, 1), -1);
		if (!check_int(a.outcome_unknown, cases[i].unknown) ||
			!check_int(server.n, cases[i].requests))
			printf("\tcase %zu: %s\n", i, cases[i].status);
	}
}

/*
 * libcurl sends a request again by itself when a connection that was used
 * before breaks without an answer. The create must reach the server once.
 */
static void test_libcurl_does_not_repeat_a_create(void)
{
	char ok[REPLY_MAX];
	struct reply replies[] = { { json_reply(ok, "200 OK", OK), 0, true },
		{ NULL, 0, false } };
	json *properties = json_object(), *page;
	struct error e;
	char *id;

	begin(replies, 2);
	check_int(notion_bot_user(&notion, &id, &e), 0);
	free(id);
	check_int(notion_page_create(&notion, PAGE, properties, &page, &a), -1);
	end();
	check_int(server.n, 2);
	check_int(a.action, API_RETRY);
	check(a.outcome_unknown);
	json_free(properties);
}

static void test_committed_create(void)
{
	static const char body[] =
		"{\"object\":\"error\",\"code\":\"service_unavailable\","
		"\"message\":\"saved\",\"additional_data\":{"
		"\"committed_resource_id\":"
		"\"000000000000400080000000000000ab\"}}";
	char text[REPLY_MAX];
	struct reply r = { failure(text, "503 x", "", body), 0, true };

	check_int(create(&r, 1), -1);
	check_int(server.n, 1);
	check(a.outcome_unknown);
	check_str(a.committed_id, "00000000-0000-4000-8000-0000000000ab");
}

static void test_reads_are_repeated(void)
{
	char f500[REPLY_MAX], f502[REPLY_MAX], ok[REPLY_MAX];
	struct reply replies[] = {
		{ failure(f500, "500 x", "", ERROR("internal_server_error")), 0,
			true },
		{ failure(f502, "502 x", "", "<html>"), 0, true },
		{ NULL, 0, false },
		{ json_reply(ok, "200 OK", OK), 0, true },
	};
	struct error e;

	check_int(get_user(replies, 4, &e), 0);
	check_int(server.n, 4);
	check_int(get_user(replies, 1, &e), -1);
	check_int(server.n, 4);
	check_int(e.code, RC_TEMPORARY);
}

static void test_cut_and_strange_bodies(void)
{
	static const struct reply bodies[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"object\"",
			0, false },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
		  "Content-Length: 6\r\n\r\n<html>",
			0, true },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, true },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "5\r\n{\"a\":",
			0, false },
		{ "garbage\r\n\r\n", 0, false },
	};
	struct error e;

	for (size_t i = 0; i < LENGTH(bodies); i++) {
		check_int(get_user(&bodies[i], 1, &e), -1);
		check_int(e.code, RC_TEMPORARY);
		check_int(server.n, 4);
	}
}

static void test_retry_after(void)
{
	char limited[REPLY_MAX], ok[REPLY_MAX];
	struct reply replies[] = {
		{ failure(limited, "429 x", "Retry-After: 1\r\n",
			  ERROR("rate_limited")),
			0, true },
		{ json_reply(ok, "200 OK", OK), 0, true },
	};
	usec start = time_monotonic();

	check_int(create(replies, 2), 0);
	check_int(server.n, 2);
	check(time_monotonic() - start >= USEC_SECOND);
	/* A date counts from the server's own clock. */
	failure(limited, "529 x",
		"Date: Wed, 25 Nov 2026 20:00:00 GMT\r\n"
		"Retry-After: Wed, 25 Nov 2026 20:00:01 GMT\r\n",
		ERROR("service_overload"));
	start = time_monotonic();
	check_int(create(replies, 2), 0);
	check(time_monotonic() - start >= USEC_SECOND);
	/* Longer than a run may take: not waited for. */
	failure(limited, "429 x", "Retry-After: 301\r\n",
		ERROR("rate_limited"));
	check_int(create(replies, 2), -1);
	check_int(server.n, 1);
	check_int(a.action, API_OUTAGE);
	check_has(a.message, "301 s");
}

static void test_blocked_is_not_repeated(void)
{
	static const char body[] =
		"{\"code\":\"rate_limited\",\"message\":\"m\","
		"\"additional_data\":{\"rate_limit_reason\":"
		"\"public_api_request_blocked\"}}";
	char text[REPLY_MAX];
	struct reply r = { failure(text, "429 x", "", body), 0, true };

	check_int(create(&r, 1), -1);
	check_int(server.n, 1);
	check_int(a.action, API_OUTAGE);
}

static void test_redirects_are_not_followed(void)
{
	static struct responder other;
	struct reply never = { "HTTP/1.1 200 OK\r\n\r\n", 0, false };
	char url[64], text[REPLY_MAX], location[128];
	struct reply r = { text, 0, true };
	struct error e;

	responder_start(&other, &never, 1, url);
	snprintf(location, sizeof location, "Location: %s/v1/secret?x=1\r\n",
		url);
	failure(text, "307 x", location, "");
	check_int(get_user(&r, 1, &e), -1);
	responder_stop(&other);
	check_int(server.n, 1);
	check_int(other.n, 0);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, url);
	check(!strstr(e.text, "secret"));
}

static void test_no_message_has_the_key(void)
{
	char text[REPLY_MAX];
	struct reply r = { failure(text, "401 x", "",
				   "{\"code\":\"unauthorized\",\"message\":"
				   "\"no ntn_secret_of_ours\"}"),
		0, true };
	struct error e;

	check_int(get_user(&r, 1, &e), -1);
	check_int(e.code, RC_CREDENTIALS);
	check(!strstr(e.text, "ntn_secret_of_ours"));
	check_has(server.requests[0],
		"\r\nAuthorization: Bearer ntn_secret_of_ours\r\n");
	check_has(server.requests[0], "\r\nUser-Agent: vaultsync/");
}

/* Cloudflare's own refusal comes in HTML and without Notion's id. */
static void test_edge(void)
{
	char text[REPLY_MAX];
	struct reply r = { text, 0, true };

	snprintf(text, sizeof text,
		"HTTP/1.1 403 x\r\nContent-Type: text/html\r\nCF-Ray: 8\r\n"
		"Content-Length: 6\r\n\r\n<html>");
	check_int(create(&r, 1), -1);
	check_int(server.n, 4);
	check_int(a.action, API_RETRY);
	check(!a.outcome_unknown);
}

static void test_nobody_listens(void)
{
	json *properties = json_object(), *page;
	struct reply r = { NULL, 0, false };

	begin(&r, 1);
	responder_stop(&server);
	check_int(notion_page_create(&notion, PAGE, properties, &page, &a), -1);
	check_int(a.action, API_OUTAGE);
	check(!a.outcome_unknown);
	check_str(a.code, "unreachable");
	check_int(notion.api.counters.requests, 4);
	check_int(notion.api.counters.retries, 3);
	check_int(notion.api.counters.by_class[0], 4);
	notion_client_fini(&notion);
	json_free(properties);
}

static void test_too_large(void)
{
	char text[REPLY_MAX], body[4000];
	struct reply r = { text, 0, true };
	struct error e;
	char *id;

	memset(body, ' ', sizeof body - 1);
	body[sizeof body - 1] = '\0';
	json_reply(text, "200 OK", body);
	begin(&r, 1);
	notion.api.http.body.max = 2000;
	check_int(notion_bot_user(&notion, &id, &e), -1);
	check_has(e.text, "larger");
	end();
}

static void test_time_out(void)
{
	char ok[REPLY_MAX];
	struct reply r = { json_reply(ok, "200 OK", OK), 1500, false };
	json *properties = json_object(), *page;
	usec start;

	begin_with(&r, 1, 1, 0);
	start = time_monotonic();
	check_int(notion_page_create(&notion, PAGE, properties, &page, &a), -1);
	check(time_monotonic() - start < 1400000);
	check_str(a.code, "timeout");
	check(a.outcome_unknown && a.smaller);
	end();
	json_free(properties);
}

static int rechecks;

static int recheck(void *arg)
{
	rechecks++;
	return *(int *)arg;
}

/* A repeat that fails for another reason doesn't make the first undone. */
static void test_unknown_stays_unknown(void)
{
	char f400[REPLY_MAX];
	struct reply replies[] = { { NULL, 0, false },
		{ failure(f400, "400 x", "", ERROR("validation_error")), 0,
			true } };
	json *body = json_object(), *page;
	int same = 0;

	begin(replies, 2);
	check_int(notion_page_patch(
			  &notion, PAGE, body, recheck, &same, &page, &a),
		-1);
	end();
	check_int(server.n, 2);
	check_int(a.action, API_BAD_RECORD);
	check(a.outcome_unknown);
	json_free(body);
}

static void on_alarm(int sig)
{
	stop = sig;
}

static void test_stop(void)
{
	char ok[REPLY_MAX], limited[REPLY_MAX];
	struct reply slow = { json_reply(ok, "200 OK", OK), 3000, false };
	struct reply wait = { failure(limited, "429 x", "Retry-After: 60\r\n",
				      ERROR("rate_limited")),
		0, true };
	struct sigaction act = { .sa_handler = on_alarm };
	json *properties = json_object(), *page;
	usec start = time_monotonic();
	struct error e;
	char *id;

	sigaction(SIGALRM, &act, NULL);
	/* A wait ends, */
	begin(&wait, 1);
	alarm(1);
	check_int(notion_page_create(&notion, PAGE, properties, &page, &a), -1);
	check_int(a.action, API_STOPPED);
	check(time_monotonic() - start < 3 * USEC_SECOND);
	/* nothing new begins, */
	check_int(notion_bot_user(&notion, &id, &e), -1);
	end();
	check_int(server.n, 1);
	/* a read is given up, */
	begin(&slow, 1);
	start = time_monotonic();
	alarm(1);
	check_int(notion_bot_user(&notion, &id, &e), -1);
	check(time_monotonic() - start < 2900000);
	end();
	/* and a write is finished. */
	begin(&slow, 1);
	alarm(1);
	check_int(notion_page_create(&notion, PAGE, properties, &page, &a), 0);
	json_free(page);
	end();
	json_free(properties);
}

static void test_a_patch_asks_before_a_repeat(void)
{
	char f500[REPLY_MAX], ok[REPLY_MAX];
	struct reply replies[] = {
		{ failure(f500, "500 x", "", ERROR("internal_server_error")), 0,
			true },
		{ json_reply(ok, "200 OK", OK), 0, true },
	};
	json *body = json_object(), *page;
	int changed = 0;

	rechecks = 0;
	begin(replies, 2);
	check_int(notion_page_patch(
			  &notion, PAGE, body, recheck, &changed, &page, &a),
		0);
	json_free(page);
	end();
	check_int(rechecks, 1);
	check_int(server.n, 2);
	changed = 1;
	begin(replies, 2);
	check_int(notion_page_patch(
			  &notion, PAGE, body, recheck, &changed, &page, &a),
		-1);
	end();
	check_int(a.action, API_CHANGED);
	check(a.outcome_unknown);
	check_int(server.n, 1);
	begin(replies, 2);
	check_int(notion_page_patch(&notion, PAGE, body, NULL, NULL, &page, &a),
		-1);
	end();
	check_int(server.n, 1);
	json_free(body);
}

static void test_where_a_key_may_go(void)
{
	static const char *const refused[] = { "http://example.com",
		"http://127.0.0.1.example.com", "http://localhost.example.com",
		"ftp://127.0.0.1" };
	struct http_config config = { .timeout = 1 };
	struct error e;
	struct http h;

	for (size_t i = 0; i < LENGTH(refused); i++) {
		config.url = refused[i];
		check_int(http_init(&h, &config, &e), -1);
		check_int(e.code, RC_CONFIG);
	}
}

/* The environment's proxy is for others, never for this machine itself. */
static void test_no_proxy_for_loopback(void)
{
	char ok[REPLY_MAX];
	struct reply r = { json_reply(ok, "200 OK", OK), 0, true };
	struct error e;

	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	check_int(get_user(&r, 1, &e), 0);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

int main(void)
{
	verbosity = -1;
	run(test_a_create_is_not_repeated_blindly);
	run(test_libcurl_does_not_repeat_a_create);
	run(test_committed_create);
	run(test_reads_are_repeated);
	run(test_cut_and_strange_bodies);
	run(test_retry_after);
	run(test_blocked_is_not_repeated);
	run(test_redirects_are_not_followed);
	run(test_no_message_has_the_key);
	run(test_edge);
	run(test_nobody_listens);
	run(test_too_large);
	run(test_time_out);
	run(test_stop);
	run(test_unknown_stays_unknown);
	run(test_a_patch_asks_before_a_repeat);
	run(test_where_a_key_may_go);
	run(test_no_proxy_for_loopback);
	return test_end();
}
