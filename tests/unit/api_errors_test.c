/* What each error means: the tables of both APIs, row by row. */
#include <stdlib.h>

#include "notion/errors.h"
#include "supabase/errors.h"

#include "test.h"

/* A code or, where it is NULL, a status. */
struct expected {
	const char *code;
	int status;
	enum api_action action;
	bool unknown, smaller;
	const char *hint; /* a part of it; NULL: none is asked for */
};

static const struct expected of_notion[] = {
	{ "invalid_json", 400, API_BUG, false, false, NULL },
	{ "invalid_request_url", 400, API_BUG, false, false, NULL },
	{ "invalid_request", 400, API_BUG, false, false, NULL },
	{ "missing_version", 400, API_BUG, false, false, NULL },
	{ "invalid_beta", 400, API_BUG, false, false, NULL },
	{ "validation_error", 400, API_BAD_RECORD, false, false, NULL },
	{ "invalid_grant", 400, API_CREDENTIALS, false, false, "token" },
	{ "unauthorized", 401, API_CREDENTIALS, false, false, "token" },
	{ "restricted_resource", 403, API_CREDENTIALS, false, false, "allow" },
	{ "object_not_found", 404, API_NOT_FOUND, false, false, NULL },
	{ "conflict_error", 409, API_RETRY, false, false, NULL },
	{ "idempotency_key_reused", 409, API_BUG, false, false, NULL },
	{ "rate_limited", 429, API_WAIT, false, false, NULL },
	{ "service_overload", 529, API_WAIT, false, false, NULL },
	{ "internal_server_error", 500, API_RETRY, true, false, NULL },
	{ "bad_gateway", 502, API_RETRY, true, true, NULL },
	{ "service_unavailable", 503, API_RETRY, true, true, NULL },
	{ "database_connection_unavailable", 503, API_RETRY, true, true, NULL },
	{ "gateway_timeout", 504, API_RETRY, true, true, NULL },
	/* The code counts, whatever the status says. */
	{ "rate_limited", 500, API_WAIT, false, false, NULL },
	{ "validation_error", 500, API_BAD_RECORD, false, false, NULL },
	/* A new code, or none: by status. */
	{ "something_new", 400, API_BAD_RECORD, false, false, NULL },
	{ "something_new", 451, API_BAD_RECORD, false, false, NULL },
	{ "something_new", 600, API_RETRY, true, false, NULL },
	/* Notion itself always gives a code. */
	{ NULL, 400, API_BAD_RECORD, true, false, NULL },
	{ NULL, 420, API_WAIT, false, false, NULL },
	{ NULL, 401, API_CREDENTIALS, true, false, "token" },
	{ NULL, 403, API_CREDENTIALS, true, false, NULL },
	{ NULL, 404, API_CONFIG, true, false, "NOTION_API_URL" },
	{ NULL, 409, API_RETRY, true, false, NULL },
	{ NULL, 418, API_BAD_RECORD, true, false, NULL },
	{ NULL, 429, API_WAIT, false, false, NULL },
	{ NULL, 500, API_RETRY, true, false, NULL },
	{ NULL, 502, API_RETRY, true, true, NULL },
	{ NULL, 520, API_RETRY, true, true, NULL },
	{ NULL, 529, API_WAIT, true, false, NULL },
};

static const struct expected of_supabase[] = {
	{ "23505", 409, API_BAD_RECORD, false, false, NULL },
	{ "23503", 409, API_BAD_RECORD, false, false, NULL },
	{ "23502", 400, API_BAD_RECORD, false, false, NULL },
	{ "23514", 400, API_BAD_RECORD, false, false, NULL },
	{ "22P02", 400, API_BAD_RECORD, false, false, NULL },
	{ "22007", 400, API_BAD_RECORD, false, false, NULL },
	{ "22008", 400, API_BAD_RECORD, false, false, NULL },
	{ "22001", 400, API_BAD_RECORD, false, false, NULL },
	{ "22P05", 400, API_BAD_RECORD, false, false, NULL },
	{ "42P10", 400, API_CONFIG, false, false, "add unique (id)" },
	{ "42703", 400, API_CONFIG, false, false, "alter table public.t " },
	{ "42501", 403, API_CONFIG, false, false,
		"grant usage on schema public to service_role; grant select" },
	{ "42P01", 404, API_CONFIG, false, false,
		"create table if not exists public.t (" },
	{ "PGRST205", 404, API_CONFIG, false, false, "on public.t to" },
	{ "PGRST204", 400, API_CONFIG, false, false, "notify pgrst" },
	{ "42883", 404, API_CONFIG, false, false, NULL },
	{ "PGRST202", 404, API_CONFIG, false, false, NULL },
	{ "PGRST100", 400, API_BUG, false, false, NULL },
	{ "PGRST102", 400, API_BUG, false, false, NULL },
	{ "PGRST103", 416, API_BUG, false, false, NULL },
	{ "PGRST106", 406, API_CONFIG, false, false, "SUPABASE_SCHEMA" },
	{ "PGRST107", 406, API_BUG, false, false, NULL },
	{ "PGRST116", 406, API_BUG, false, false, NULL },
	{ "PGRST117", 405, API_BUG, false, false, NULL },
	{ "PGRST122", 400, API_BUG, false, false, NULL },
	{ "PGRST124", 400, API_CONFIG, false, false, "several rows" },
	{ "PGRST125", 404, API_CONFIG, false, false, "SUPABASE_URL" },
	{ "25006", 405, API_OUTAGE, false, false, "disk" },
	{ "PGRST301", 401, API_CREDENTIALS, false, false, "secret key" },
	{ "PGRST302", 401, API_CREDENTIALS, false, false, "secret key" },
	{ "PGRST303", 401, API_CREDENTIALS, false, false, "secret key" },
	{ "PGRST300", 500, API_CREDENTIALS, false, false, NULL },
	{ "28P01", 403, API_CREDENTIALS, false, false, NULL },
	{ "0LP01", 403, API_CREDENTIALS, false, false, NULL },
	{ "0P000", 403, API_CREDENTIALS, false, false, NULL },
	{ "57014", 500, API_RETRY, false, true, NULL },
	{ "57P01", 503, API_WAIT, true, false, NULL },
	{ "08006", 503, API_WAIT, true, false, NULL },
	{ "53300", 503, API_WAIT, false, false, NULL },
	{ "PGRST000", 503, API_WAIT, false, false, NULL },
	{ "PGRST001", 503, API_WAIT, false, false, NULL },
	{ "PGRST002", 503, API_WAIT, false, false, "switched off" },
	{ "PGRST003", 504, API_RETRY, false, false, NULL },
	{ "40001", 500, API_RETRY, false, false, NULL },
	{ "40P01", 500, API_RETRY, false, false, NULL },
	/* 500, and permanent. */
	{ "21000", 500, API_BAD_RECORD, false, false, NULL },
	{ "P0001", 400, API_BAD_RECORD, false, false, NULL },
	{ "P0002", 500, API_RETRY, false, false, NULL },
	{ "XX000", 500, API_RETRY, false, false, NULL },
	{ "42P17", 500, API_RETRY, false, false, NULL },
	{ "55P03", 500, API_RETRY, false, false, NULL },
	{ "55006", 500, API_RETRY, false, false, NULL },
	{ "55000", 500, API_CONFIG, false, false, NULL },
	{ "55P02", 500, API_CONFIG, false, false, NULL },
	{ "428C9", 400, API_CONFIG, false, false, "t alter column" },
	{ "0A000", 400, API_CONFIG, false, false, "one of its rules forbids" },
	{ "22012", 400, API_BAD_RECORD, false, false, NULL },
	{ "PGRST105", 405, API_CONFIG, false, false, "t is a view" },
	{ "PGRST111", 500, API_CONFIG, false, false, NULL },
	{ "PGRST203", 300, API_CONFIG, false, false, NULL },
	{ NULL, 420, API_WAIT, false, false, NULL },
	{ NULL, 418, API_BAD_RECORD, false, false, NULL },
	{ NULL, 600, API_RETRY, true, false, NULL },
	/* The gateway, which knows no codes. */
	{ NULL, 400, API_BAD_RECORD, false, false, NULL },
	{ NULL, 401, API_CREDENTIALS, false, false, "secret key" },
	{ NULL, 402, API_CONFIG, false, false, "paused" },
	{ NULL, 404, API_CONFIG, false, false, "SUPABASE_URL" },
	{ NULL, 429, API_WAIT, false, false, NULL },
	{ NULL, 500, API_RETRY, true, true, NULL },
	{ NULL, 503, API_RETRY, true, true, NULL },
	{ NULL, 504, API_RETRY, true, true, NULL },
	{ NULL, 520, API_RETRY, true, true, NULL },
	{ NULL, 521, API_WAIT, false, false, NULL },
	{ NULL, 522, API_WAIT, false, false, NULL },
	{ NULL, 540, API_CONFIG, false, false, "paused" },
	{ NULL, 544, API_RETRY, true, true, NULL },
	/* A status from SQL. */
	{ "PT402", 402, API_CONFIG, false, false, NULL },
};

static void check_rows(api_judge *judge, const struct expected *rows, size_t n)
{
	struct api api = { .subject = "public.t" };

	for (size_t i = 0; i < n; i++) {
		struct http_answer answer = { .status = rows[i].status,
			.content_type = "application/json" };
		struct api_error a = { .action = API_STOPPED };
		json *body = json_object();
		bool held;

		json_put_str(body, "code", rows[i].code);
		json_put_str(body, "message", "text");
		judge(&api, &answer, body, &a);
		held = check_int(a.action, rows[i].action);
		held = check_int(a.outcome_unknown, rows[i].unknown) && held;
		held = check_int(a.smaller, rows[i].smaller) && held;
		held = check_int(a.status, rows[i].status) && held;
		held = check_str(a.message, "text") && held;
		held = check_str(a.code, rows[i].code ? rows[i].code : "") &&
		       held;
		if (rows[i].hint)
			held = check_has(a.hint, rows[i].hint) && held;
		if (!held)
			printf("\trow %zu: %s, %d\n", i,
				rows[i].code ? rows[i].code : "no code",
				rows[i].status);
		json_free(body);
	}
}

static void test_notion(void)
{
	check_rows(
		notion_judge, of_notion, sizeof of_notion / sizeof *of_notion);
}

static void test_supabase(void)
{
	check_rows(supabase_judge, of_supabase,
		sizeof of_supabase / sizeof *of_supabase);
}

/*
 * One code for a missing grant and for a policy; a grant fixes only the first.
 */
static void test_policy(void)
{
	struct api api = { .subject = "public.t" };
	struct http_answer answer = { .status = 403,
		.content_type = "application/json" };
	struct api_error a = { 0 };
	json *body = json_object();

	json_put_str(body, "code", "42501");
	json_put_str(body, "message",
		"new row violates row-level security policy for table \"t\"");
	supabase_judge(&api, &answer, body, &a);
	check_int(a.action, API_CONFIG);
	check_has(a.hint, "secret key, which bypasses policies");
	json_free(body);
}

/*
 * Refused on the way: an outage, whatever the status says. Or kept back on the
 * way back, so that nobody knows what was done.
 */
static void test_gateways(void)
{
	static const struct {
		int status;
		const char *type, *body;
		bool edge, unknown;
		enum api_action notion, supabase;
	} cases[] = {
		{ 400, "text/html", "<html>", false, true, API_RETRY,
			API_RETRY },
		{ 401, "text/html", "<html>", false, true, API_RETRY,
			API_RETRY },
		{ 403, "text/plain", "error code: 1020", false, true, API_RETRY,
			API_RETRY },
		{ 403, "", "", true, true, API_RETRY, API_RETRY },
		{ 405, "text/html", "<html>", false, true, API_RETRY,
			API_RETRY },
		{ 413, "text/html", "<html>", false, false, API_RETRY,
			API_RETRY },
		{ 451, "", "no", false, true, API_RETRY, API_RETRY },
		/* No usable body, or nobody who answers: judged by status. */
		{ 401, "", "", false, true, API_CREDENTIALS, API_CREDENTIALS },
		{ 404, "text/html", "<html>", false, true, API_CONFIG,
			API_CONFIG },
		{ 420, "", "", false, false, API_WAIT, API_WAIT },
		{ 429, "text/html", "<html>", false, false, API_WAIT,
			API_WAIT },
		{ 402, "text/html", "<html>", false, true, API_BAD_RECORD,
			API_CONFIG },
	};
	struct api api = { .subject = "t" };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct http_answer answer = { .status = cases[i].status,
			.body = cases[i].body,
			.body_len = strlen(cases[i].body),
			.edge = cases[i].edge };
		struct api_error n = { 0 }, s = { 0 };

		snprintf(answer.content_type, sizeof answer.content_type, "%s",
			cases[i].type);
		notion_judge(&api, &answer, NULL, &n);
		supabase_judge(&api, &answer, NULL, &s);
		if (!check_int(n.action, cases[i].notion) ||
			!check_int(s.action, cases[i].supabase) ||
			!check_int(n.outcome_unknown, cases[i].unknown) ||
			!check_int(s.outcome_unknown, cases[i].unknown))
			printf("\tcase %zu: %d\n", i, cases[i].status);
	}
}

static void judge_text(const char *subject, const char *code,
	const char *message, const char *details, const char *hint,
	struct api_error *a)
{
	static char key[] = "sb_secret_of_ours";
	struct api api = { .subject = subject, .http.key = key };
	struct http_answer answer = { .status = 400,
		.content_type = "application/json" };
	json *body = json_object();

	*a = (struct api_error){ 0 };
	json_put_str(body, "code", code);
	json_put_str(body, "message", message);
	json_put_str(body, "details", details);
	json_put_str(body, "hint", hint);
	supabase_judge(&api, &answer, body, a);
	json_free(body);
}

/* What PostgREST says beside the message is often the way out. */
static void test_details_and_hint(void)
{
	char endless[5000];
	struct api_error a;

	judge_text("t", "PGRST106", "Invalid schema: x", NULL,
		"Only the following schemas are exposed: public, api", &a);
	check_str(a.message,
		"Invalid schema: x; hint: Only the following schemas are "
		"exposed: public, api");
	check_has(a.hint, "set SUPABASE_SCHEMA to one");
	judge_text("t", "23514", "violates check", "Failing row\n(1).", "Look",
		&a);
	check_str(a.message,
		"violates check; details: Failing row (1).; hint: Look");
	/* A record's own texts are not for a log. */
	judge_text("t", "23502", "null value in column",
		"Failing row contains "
		"(1, our secret plan).",
		"Look", &a);
	check_str(a.message, "null value in column; hint: Look");
	/* Bounded, and without a key. */
	memset(endless, 'x', sizeof endless - 1);
	endless[sizeof endless - 1] = '\0';
	judge_text("t", "23514", "m", endless, "sb_secret_of_ours!", &a);
	check_int(strlen(a.message),
		strlen("m; details: ") + API_PART_MAX - 1 +
			strlen("; hint: sb_secret_of_ours!"));
	check_has(a.message, "; hint: *****************!");
	judge_text("t", "23514", endless, endless, endless, &a);
	check_int(strlen(a.message), API_MESSAGE_MAX);
}

static void test_views_and_names(void)
{
	struct api_error a;

	judge_text("vault", "55000", "cannot update view \"vault\"",
		"Views that do not select from a single table or view are "
		"not automatically updatable.",
		NULL, &a);
	check_int(a.action, API_CONFIG);
	check_has(a.hint, "vault is a view");
	judge_text("vault", "0A000",
		"cannot insert into column \"x\" of view \"vault\"", NULL, NULL,
		&a);
	check_has(a.hint, "vault is a view");
	judge_text("vault", "55000", "sequence is not yet defined", NULL, NULL,
		&a);
	check_int(a.action, API_CONFIG);
	check_str(a.hint, "");
	judge_text("public.\"DecisionVault\"", "42501", "m", NULL, NULL, &a);
	check_has(a.hint, "on public.\"DecisionVault\" to service_role");
	judge_text("\"user\".\"Log\"", "42501", "m", NULL, NULL, &a);
	check_has(a.hint, "grant usage on schema \"user\" to service_role");
	check_has(a.hint, "on \"user\".\"Log\" to service_role");
}

static void test_exit_codes(void)
{
	static const struct {
		enum api_action action;
		enum exit_code code;
		bool stops;
	} cases[] = {
		{ API_RETRY, RC_TEMPORARY, false },
		{ API_BAD_RECORD, RC_CONFIG, false },
		{ API_NOT_FOUND, RC_CONFIG, false },
		{ API_CHANGED, RC_TEMPORARY, false },
		{ API_OUTAGE, RC_TEMPORARY, true },
		{ API_CREDENTIALS, RC_CREDENTIALS, true },
		{ API_CONFIG, RC_CONFIG, true },
		{ API_BUG, RC_BUG, true },
		{ API_STOPPED, RC_TEMPORARY, true },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct api_error a = { .action = cases[i].action,
			.status = 418,
			.code = "tea",
			.message = "short and stout",
			.hint = "fill it" };
		struct error e;

		check_int(api_fail(&a, &e, "Pot"), -1);
		check_int(e.code, cases[i].code);
		check_str(e.text,
			"Pot: short and stout (HTTP 418, tea): fill it");
		check_int(api_error_stops(&a), cases[i].stops);
	}
}

/* What comes from outside is one line of valid UTF-8, cut at a character. */
static void test_foreign_text(void)
{
	struct http_answer plain = { .status = 503,
		.content_type = "text/plain; charset=utf-8",
		.body = "upstream\nconnect error \xff",
		.body_len = 24 };
	struct http_answer html = { .status = 502,
		.content_type = "text/html",
		.body = "<html>secret",
		.body_len = 12 };
	struct api_error a = { 0 };
	char small[6];

	api_copy_text(small, sizeof small, "abc\xC3\xA4\xC3\xB6");
	check_str(small, "abc\xC3\xA4");
	api_copy_text(small, sizeof small, "a\nb\x01");
	check_str(small, "a b ");
	api_describe(&plain, NULL, NULL, &a);
	check_has(a.message, ": upstream connect error ");
	check(!strchr(a.message, '\xff'));
	api_describe(&html, NULL, NULL, &a);
	check_has(a.message, "text/html answer of 12 bytes");
	check(!strstr(a.message, "secret"));
}

static void test_as_json(void)
{
	struct api_error a = { .status = 400, .code = "c", .message = "m" };
	struct buf text = BUF_INIT(200);
	json *v = api_error_json(&a);

	json_print(v, &text);
	check_str(buf_str(&text),
		"{\"code\":\"c\",\"http\":400,\"message\":\"m\"}");
	buf_fini(&text);
	json_free(v);
}

int main(void)
{
	run(test_notion);
	run(test_supabase);
	run(test_policy);
	run(test_gateways);
	run(test_details_and_hint);
	run(test_views_and_names);
	run(test_exit_codes);
	run(test_foreign_text);
	run(test_as_json);
	return test_end();
}
