/* Single exchanges and what goes wrong in them: net/http.h. */
#include "util/text.h"

#include "test.h"

#include "notion_rig.h"

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
		{ "HTTP/1.1 200 OK\r\nContent-Type: \xff\x01\r\n"
		  "Content-Length: 1\r\n\r\n{",
			0, true },
	};
	struct error e;

	for (size_t i = 0; i < LENGTH(bodies); i++) {
		check_int(get_user(&bodies[i], 1, &e), -1);
		check_int(e.code, RC_TEMPORARY);
		check(utf8_valid(e.text, strlen(e.text)));
		check_int(server.n, 4);
	}
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

static void check_no_part(const char *status, const char *type,
	const char *before, int pad, const char *after)
{
	char text[REPLY_MAX], body[4096];
	struct reply r = { text, 0, true };
	struct error e;

	snprintf(body, sizeof body, "%s%*s%s", before, pad, "x", after);
	snprintf(text, sizeof text,
		"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: "
		"%zu\r\n\r\n%s",
		status, type, strlen(body), body);
	check_int(get_user(&r, 1, &e), -1);
	if (!check(!strstr(e.text, "ntn_se")))
		printf("\tat %d: %s\n", pad, e.text);
}

/* A key that one of our bounds cuts is hidden first: no part of it is left. */
static void test_key_is_hidden_before_a_cut(void)
{
	char type[80];

	for (int pad = 470; pad < 510; pad += 3) {
		check_no_part("401 x", "application/json",
			"{\"code\":\"unauthorized\",\"message\":\"", pad,
			"ntn_secret_of_ours is odd\"}");
		/* An escape hides it from who looks at the answer's bytes. */
		check_no_part("401 x", "application/json",
			"{\"code\":\"unauthorized\",\"message\":\"", pad,
			"\\u006etn_secret_of_ours is odd\"}");
	}
	for (int pad = 130; pad < 162; pad += 3)
		check_no_part("401 x", "text/plain", "", pad,
			"ntn_secret_of_ours is odd");
	for (int pad = 35; pad < 62; pad += 3) {
		snprintf(type, sizeof type, "%*s/ntn_secret_of_ours", pad, "x");
		check_no_part("401 x", type, "", 1, "");
	}
}

/*
 * Cloudflare's own refusal comes in HTML and without Notion's id; so does a
 * page that a gateway puts in the place of Notion's answer, and leaves the
 * headers.
 */
static void test_edge(void)
{
	char text[REPLY_MAX];
	struct reply r = { text, 0, true };

	snprintf(text, sizeof text,
		"HTTP/1.1 403 x\r\nContent-Type: text/html\r\nCF-Ray: 8\r\n"
		"Content-Length: 6\r\n\r\n<html>");
	check_int(create(&r, 1), -1);
	check_int(server.n, 1);
	check_int(a.action, API_RETRY);
	check(a.outcome_unknown);
}

static void test_nobody_listens(void)
{
	json *properties = json_object(), *page;
	struct reply r = { NULL, 0, false };

	begin(&r, 1);
	responder_stop(&server);
	check_int(notion_page_create(&notion, PAGE, NULL, properties, NULL,
			  NULL, &page, &a),
		-1);
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

/* Small arrays: forty times as much memory as bytes, if they were taken. */
static void test_too_many_values(void)
{
	char *text = arrays_reply(24u << 20);
	struct reply r = { text, 0, true };
	long before = peak_mib();
	struct error e;

	check_int(get_user(&r, 1, &e), -1);
	check_int(e.code, RC_TEMPORARY);
	check_has(e.text, "more values");
	check_int(server.n, 4);
	check(peak_mib() - before < 250);
	free(text);
}

static void test_time_out(void)
{
	char ok[REPLY_MAX];
	struct reply r = { json_reply(ok, "200 OK", OK), 1500, false };
	json *properties = json_object(), *page;
	usec start;

	begin_with(&r, 1, 1, 0);
	start = time_monotonic();
	check_int(notion_page_create(&notion, PAGE, NULL, properties, NULL,
			  NULL, &page, &a),
		-1);
	check(time_monotonic() - start < 1400000);
	check_str(a.code, "timeout");
	check(a.outcome_unknown && a.smaller);
	end();
	json_free(properties);
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
	run(test_cut_and_strange_bodies);
	run(test_redirects_are_not_followed);
	run(test_no_message_has_the_key);
	run(test_key_is_hidden_before_a_cut);
	run(test_edge);
	run(test_nobody_listens);
	run(test_too_large);
	run(test_too_many_values);
	run(test_time_out);
	run(test_where_a_key_may_go);
	run(test_no_proxy_for_loopback);
	return test_end();
}
