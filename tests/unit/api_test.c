/* Calls and what is repeated: net/api.h. */
#include <signal.h>

#include "test.h"

#include "notion_rig.h"

static char server_key[] = "ntn_secret_of_ours", no_folder[] = "/nonexistent";
static int rechecks;

static int recheck(void *arg)
{
	rechecks++;
	return *(int *)arg;
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
		{ "401 x", ERROR("unauthorized"), false, 1 },
		{ "403 x", ERROR("restricted_resource"), false, 1 },
		{ "404 x", ERROR("object_not_found"), false, 1 },
		{ "200 x", "{\"object\":", true, 1 },
		{ "200 x", "", true, 1 },
		{ "200 x", "{}", true, 1 },
		/* Not Notion's words: it may have done the work before. */
		{ "302 x", "", true, 1 },
		{ "400 x", "{\"error\":\"blocked\"}", true, 1 },
		{ "401 x", "", true, 1 },
		{ "402 x", "<html>", true, 1 },
		{ "403 x", "<html>", true, 1 },
		{ "404 x", "<html>", true, 1 },
		{ "409 x", "<html>", true, 1 },
		{ "451 x", "blocked", true, 1 },
		{ "529 x", "<html>", true, 1 },
		/* With these, nothing passes a request on. */
		{ "407 x", "<html>", false, 4 },
		{ "413 x", "<html>", false, 4 },
		{ "429 x", "<html>", false, 4 },
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
	check_int(notion_page_create(&notion, PAGE, NULL, properties, NULL,
			  NULL, &page, &a),
		-1);
	end();
	check_int(server.n, 2);
	check_int(a.action, API_RETRY);
	check(a.outcome_unknown);
	json_free(properties);
}

/*
 * libcurl 8.7 and newer: a handle that was kept from repeating a request
 * failed all later ones, or let them hang until the time-out.
 */
static void test_a_dropped_connection_spoils_no_later_request(void)
{
	char ok[REPLY_MAX];
	const char *const text = json_reply(ok, "200 OK", OK);
	const struct reply kept = { text, 0, true }, drop = { NULL, 0, false };
	struct reply replies[] = { kept, drop, kept, kept, drop, kept, kept,
		drop, kept, kept };
	json *body = json_object(), *page = NULL;
	usec start = time_monotonic();
	int same = 0;
	struct error e;
	char *id;

	begin(replies, LENGTH(replies));
	/* A PATCH, asked about and sent again on a connection of its own, */
	check_int(notion_bot_user(&notion, &id, &e), 0);
	free(id);
	rechecks = 0;
	check_int(notion_page_patch(&notion, PAGE, NULL, body, recheck, NULL,
			  &same, &page, &a),
		0);
	check_int(rechecks, 1);
	json_free(page);
	/* a create, whose outcome stays unknown, and what follows it, */
	check_int(notion_page_create(
			  &notion, PAGE, NULL, body, NULL, NULL, &page, &a),
		0);
	json_free(page);
	check_int(notion_page_create(
			  &notion, PAGE, NULL, body, NULL, NULL, &page, &a),
		-1);
	check(a.outcome_unknown);
	check_int(notion_page_create(
			  &notion, PAGE, NULL, body, NULL, NULL, &page, &a),
		0);
	json_free(page);
	/* and reads. */
	check_int(notion_bot_user(&notion, &id, &e), 0);
	free(id);
	check_int(notion_page_create(
			  &notion, PAGE, NULL, body, NULL, NULL, &page, &a),
		-1);
	check_int(notion_bot_user(&notion, &id, &e), 0);
	free(id);
	end();
	check_int(server.n, 9);
	check(time_monotonic() - start < 8 * USEC_SECOND);
	json_free(body);
}

/* A read may be: no wait, no second look, nothing lost. */
static void test_libcurl_repeats_a_read(void)
{
	static const char page[] =
		"{\"object\":\"list\",\"results\":[],\"has_more\":false,"
		"\"next_cursor\":null}";
	static char id_of_checksum[] = "cs";
	char ok[REPLY_MAX], list[REPLY_MAX];
	struct reply replies[] = { { json_reply(ok, "200 OK", OK), 0, true },
		{ NULL, 0, false },
		{ json_reply(list, "200 OK", page), 0, true } };
	struct notion_schema schema = { .checksum = id_of_checksum };
	json *pages;
	struct error e;
	char *id;

	begin(replies, 3);
	check_int(notion_bot_user(&notion, &id, &e), 0);
	free(id);
	check_int(notion_pages_by_checksum(
			  &notion, PAGE, &schema, "0", 0, &pages, &a),
		0);
	json_free(pages);
	end();
	check_int(server.n, 3);
	check_int(notion.api.counters.retries, 0);
	check_has(server.requests[2], "\r\n\r\n{");
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

static void test_what_a_retry_after_says(void)
{
	static const char now[] = "Wed, 25 Nov 2026 20:00:00 GMT";
	static const struct {
		const char *text;
		usec wait;
	} cases[] = {
		{ "0", 0 },
		{ "1", USEC_SECOND },
		{ "1.5", 1500000 },
		{ "0.25 ", 250000 },
		{ "2.", 2 * USEC_SECOND },
		{ "1.1234567891234", 1123456 },
		{ "1000001", 1000001 * USEC_SECOND },
		{ "99999999999999999999999", 3162240000 * USEC_SECOND },
		{ "Wed, 25 Nov 2026 20:00:07 GMT", 7 * USEC_SECOND },
		{ "Wed, 25 Nov 2026 19:00:00 GMT", 0 },
		/* libcurl tells no time that a time_t of 32 bits has not. */
		{ "Wed, 25 Nov 2199 20:00:00 GMT",
			sizeof(time_t) < 8 ? -1 : 3162240000 * USEC_SECOND },
		{ "", -1 },
		{ "-1", -1 },
		{ "soon", -1 },
		{ "1,5", -1 },
		{ "1e3", -1 },
		{ "5 minutes", -1 },
	};

	for (size_t i = 0; i < LENGTH(cases); i++)
		if (!check_int(http_retry_after(cases[i].text, now),
			    cases[i].wait))
			printf("\t\"%s\"\n", cases[i].text);
}

/* Without the header, Notion's error says it; as a text, or as a number. */
static void test_retry_after_in_the_body(void)
{
	static const struct {
		const char *headers, *wait;
		usec waited;
	} cases[] = {
		{ "", "\"1\"", USEC_SECOND },
		{ "", "1.5", 1500000 },
		{ "Retry-After: 0.2\r\n", "\"9\"", 200000 },
		{ "", "\"soon\"", 0 },
		{ "", "null", 0 },
		{ "", "{}", 0 },
	};
	char limited[REPLY_MAX], ok[REPLY_MAX], body[256];

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct reply replies[] = { { limited, 0, true },
			{ json_reply(ok, "200 OK", OK), 0, true } };
		usec start = time_monotonic(), took;

		snprintf(body, sizeof body,
			"{\"code\":\"rate_limited\",\"message\":\"m\","
			"\"additional_data\":{\"retry_after\":%s}}",
			cases[i].wait);
		failure(limited, "429 x", cases[i].headers, body);
		check_int(create(replies, 2), 0);
		took = time_monotonic() - start;
		if (!check(took >= cases[i].waited &&
			    took < cases[i].waited + 3 * USEC_SECOND))
			printf("\tcase %zu\n", i);
	}
}

/* The service means all of the run, not the one that asked. */
static void test_a_pause_is_for_all_clients(void)
{
	static const char *const waits[] = { "Retry-After: 1\r\n",
		"Retry-After: 2000000\r\n" };
	struct notion_client other = { 0 };
	char limited[REPLY_MAX], ok[REPLY_MAX];
	struct settings s = { .notion_key = server_key, .notion_rpm = 100 };
	json *body = json_object(), *page;
	struct error e;

	s.state_dir = no_folder;
	s.timeout = 10;
	s.max_wait = 300;
	for (size_t i = 0; i < LENGTH(waits); i++) {
		struct reply replies[] = { { failure(limited, "429 x", waits[i],
						     ERROR("rate_limited")),
						   0, false },
			{ json_reply(ok, "200 OK", OK), 0, false } };
		usec start;
		int rc;

		begin_with(replies, 2, 10, 0);
		s.notion_url = notion.api.http.url;
		check_int(notion_client_init(&other, &s, &stop, &e), 0);
		notion_client_join(&other, &notion);
		start = time_monotonic();
		check_int(notion_page_create(&notion, PAGE, NULL, body, NULL,
				  NULL, &page, &a),
			-1);
		check_int(a.action, API_OUTAGE);
		rc = notion_page_create(
			&other, PAGE, NULL, body, NULL, NULL, &page, &a);
		if (i == 0) {
			check_int(rc, 0);
			check(time_monotonic() - start >= USEC_SECOND);
			json_free(page);
		} else { /* the run ends with 75 */
			check_int(rc, -1);
			check_int(a.action, API_OUTAGE);
			check(!a.outcome_unknown);
			check(time_monotonic() - start < USEC_SECOND);
		}
		notion_client_fini(&other);
		end();
		check_int(server.n, i == 0 ? 2 : 1);
	}
	json_free(body);
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
	check_int(notion_page_patch(&notion, PAGE, NULL, body, recheck, NULL,
			  &same, &page, &a),
		-1);
	end();
	check_int(server.n, 2);
	check_int(a.action, API_BAD_RECORD);
	check(a.outcome_unknown);
	json_free(body);
}

/* What is asked right before the request keeps it back. */
static void test_a_last_look_keeps_a_request_back(void)
{
	char ok[REPLY_MAX];
	struct reply replies[] = { { json_reply(ok, "200 OK", OK), 0, true } };
	json *body = json_object(), *page = NULL;
	int edited = 1, same = 0;

	begin(replies, 1);
	rechecks = 0;
	check_int(notion_page_patch(&notion, PAGE, NULL, body, NULL, recheck,
			  &edited, &page, &a),
		-1);
	check_int(a.action, API_CHANGED);
	check(!a.outcome_unknown);
	check_int(notion_page_patch(&notion, PAGE, NULL, body, NULL, recheck,
			  &same, &page, &a),
		0);
	check_int(rechecks, 2);
	end();
	check_int(server.n, 1);
	json_free(page);
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
	check_int(notion_page_create(&notion, PAGE, NULL, properties, NULL,
			  NULL, &page, &a),
		-1);
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
	check_int(notion_page_create(&notion, PAGE, NULL, properties, NULL,
			  NULL, &page, &a),
		0);
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
	check_int(notion_page_patch(&notion, PAGE, NULL, body, recheck, NULL,
			  &changed, &page, &a),
		0);
	json_free(page);
	end();
	check_int(rechecks, 1);
	check_int(server.n, 2);
	changed = 1;
	begin(replies, 2);
	check_int(notion_page_patch(&notion, PAGE, NULL, body, recheck, NULL,
			  &changed, &page, &a),
		-1);
	end();
	check_int(a.action, API_CHANGED);
	check(a.outcome_unknown);
	check_int(server.n, 1);
	begin(replies, 2);
	check_int(notion_page_patch(&notion, PAGE, NULL, body, NULL, NULL, NULL,
			  &page, &a),
		-1);
	end();
	check_int(server.n, 1);
	json_free(body);
}

int main(void)
{
	verbosity = -1;
	run(test_a_create_is_not_repeated_blindly);
	run(test_libcurl_does_not_repeat_a_create);
	run(test_a_dropped_connection_spoils_no_later_request);
	run(test_libcurl_repeats_a_read);
	run(test_committed_create);
	run(test_reads_are_repeated);
	run(test_retry_after);
	run(test_what_a_retry_after_says);
	run(test_retry_after_in_the_body);
	run(test_a_pause_is_for_all_clients);
	run(test_blocked_is_not_repeated);
	run(test_unknown_stays_unknown);
	run(test_a_last_look_keeps_a_request_back);
	run(test_stop);
	run(test_a_patch_asks_before_a_repeat);
	return test_end();
}
