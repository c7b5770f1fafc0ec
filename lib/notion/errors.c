#include "notion/errors.h"

#include <stdio.h>
#include <string.h>

#define CAPABILITY \
	"in Notion, Settings, Connections: allow this connection to read, " \
	"update and insert content, and add it to the database"
#define NEW_KEY \
	"set NOTION_API_KEY to a valid token from Notion, Settings, Connections"

/* code, status from and to, action, may have been carried out, smaller, hint */
static const struct api_rule rules[] = {
	{ "invalid_json", 0, 0, API_BUG, false, false, NULL },
	{ "invalid_request_url", 0, 0, API_BUG, false, false, NULL },
	{ "invalid_request", 0, 0, API_BUG, false, false, NULL },
	{ "missing_version", 0, 0, API_BUG, false, false, NULL },
	{ "invalid_beta", 0, 0, API_BUG, false, false, NULL },
	{ "validation_error", 0, 0, API_BAD_RECORD, false, false, NULL },
	{ "invalid_grant", 0, 0, API_CREDENTIALS, false, false, NEW_KEY },
	{ "unauthorized", 0, 0, API_CREDENTIALS, false, false, NEW_KEY },
	{ "restricted_resource", 0, 0, API_CREDENTIALS, false, false,
		CAPABILITY },
	{ "object_not_found", 0, 0, API_NOT_FOUND, false, false, NULL },
	{ "directory_not_found", 0, 0, API_NOT_FOUND, false, false, NULL },
	{ "row_limit_exceeded", 0, 0, API_CONFIG, false, false, NULL },
	{ "conflict_error", 0, 0, API_RETRY, false, false, NULL },
	{ "idempotency_key_reused", 0, 0, API_BUG, false, false, NULL },
	{ "agent_deleted", 0, 0, API_CREDENTIALS, false, false, NEW_KEY },
	{ "rate_limited", 0, 0, API_WAIT, false, false, NULL },
	{ "service_overload", 0, 0, API_WAIT, false, false, NULL },
	{ "internal_server_error", 0, 0, API_RETRY, true, false, NULL },
	{ "bad_gateway", 0, 0, API_RETRY, true, true, NULL },
	{ "service_unavailable", 0, 0, API_RETRY, true, true, NULL },
	{ "database_connection_unavailable", 0, 0, API_RETRY, true, true,
		NULL },
	{ "gateway_timeout", 0, 0, API_RETRY, true, true, NULL },

	{ NULL, 401, 401, API_CREDENTIALS, false, false, NEW_KEY },
	{ NULL, 403, 403, API_CREDENTIALS, false, false, CAPABILITY },
	{ NULL, 404, 404, API_CONFIG, false, false,
		"NOTION_API_URL doesn't lead to Notion's API" },
	{ NULL, 408, 408, API_RETRY, true, true, NULL },
	{ NULL, 409, 409, API_RETRY, false, false, NULL },
	{ NULL, 413, 413, API_BAD_RECORD, false, true, NULL },
	{ NULL, 420, 420, API_WAIT, false, false, NULL },
	{ NULL, 425, 425, API_RETRY, false, false, NULL },
	{ NULL, 429, 429, API_WAIT, false, false, NULL },
	{ NULL, 400, 499, API_BAD_RECORD, false, false, NULL },
	{ NULL, 500, 500, API_RETRY, true, false, NULL },
	{ NULL, 529, 529, API_WAIT, true, false, NULL },
	{ NULL, 501, 599, API_RETRY, true, true, NULL },
	{ NULL, 0, 999, API_RETRY, true, false, NULL },
};

/*
 * Used where the header is missing: the same, as text or a number of seconds.
 */
static void read_wait(const json *more, struct api_error *a)
{
	const json *v = json_get(more, "retry_after");
	struct buf number = BUF_INIT(64);
	const char *text = json_text(v);

	if (v && !text && json_print(v, &number) == 0)
		text = buf_str(&number);
	if (a->wait < 0 && text && *text >= '0' && *text <= '9')
		a->wait = http_retry_after(text, NULL);
	buf_fini(&number);
}

/* Distinctions that the code alone doesn't make. */
static void judge_details(const json *more, struct api_error *a)
{
	const char *reason = json_str(more, "rate_limit_reason");
	const char *made = json_str(more, "committed_resource_id");

	if (reason && strcmp(reason, "public_api_request_blocked") == 0) {
		a->action = API_OUTAGE;
		api_copy_text(a->hint, sizeof a->hint,
			"Notion is blocking this connection's requests: read "
			"its e-mails to the workspace owner before trying "
			"again");
	}
	read_wait(more, a);
	if (made && uuid_normalize(made, a->committed_id) < 0)
		a->committed_id[0] = '\0';
	if (json_str(more, "block_limit")) {
		a->action = API_CONFIG;
		a->no_new_pages = true;
		api_copy_text(a->hint, sizeof a->hint,
			"the workspace's plan allows no more pages");
	}
}

void notion_judge(const struct api *api, const struct http_answer *answer,
	const json *body, struct api_error *a)
{
	const char *code = json_str(body, "code");
	const struct api_rule *rule = api_rule_find(
		rules, sizeof rules / sizeof rules[0], code, answer->status);

	(void)api;
	api_describe(answer, json_str(body, "message"), code, a);
	a->action = rule->action;
	a->outcome_unknown = rule->carried_out;
	a->smaller = rule->smaller;
	if (rule->hint)
		api_copy_text(a->hint, sizeof a->hint, rule->hint);
	if (code && strcmp(code, "row_limit_exceeded") == 0)
		a->no_new_pages = true;
	judge_details(json_get(body, "additional_data"), a);
	if (!code)
		api_judge_foreign(a);
	/* As when Cloudflare refuses it: try rarely and slowly. */
	if (api_is_from_gateway(answer, body))
		api_judge_gateway(a);
}
