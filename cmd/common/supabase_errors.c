#include "supabase_errors.h"

#include <stdio.h>
#include <string.h>

#define TABLE_SQL \
	"run in the SQL editor: create table public.%s (id uuid primary " \
	"key default gen_random_uuid(), decision text, type text, date " \
	"date, created_at timestamptz default now(), updated_at " \
	"timestamptz default now(), notion_page_id text, notion_synced " \
	"boolean default false, checksum text); grant select, insert, " \
	"update on public.%s to service_role; notify pgrst, 'reload schema';"
#define COLUMNS_SQL \
	"run in the SQL editor: alter table public.%s add column if not " \
	"exists decision text, add column if not exists type text, add " \
	"column if not exists date date, add column if not exists " \
	"created_at timestamptz default now(), add column if not exists " \
	"updated_at timestamptz default now(), add column if not exists " \
	"notion_page_id text, add column if not exists notion_synced " \
	"boolean default false, add column if not exists checksum text; " \
	"notify pgrst, 'reload schema';"
#define GRANT_SQL \
	"run in the SQL editor: grant select, insert, update on public.%s " \
	"to service_role;"
#define POLICY_KEY \
	"row-level security holds for this key: set " \
	"SUPABASE_SERVICE_ROLE_KEY to the project's secret key, " \
	"which passes policies (Project Settings, API Keys)"
#define KEY_SQL \
	"run in the SQL editor: alter table public.%s add primary key (id);"
#define NEW_KEY \
	"set SUPABASE_SERVICE_ROLE_KEY to the project's secret key " \
	"(Project Settings, API Keys)"
#define WRONG_URL \
	"check SUPABASE_URL: there is no Data API, or the schema public " \
	"isn't exposed by it (Project Settings, Data API)"
#define PAUSED "the project is paused or restricted: see supabase.com/dashboard"
#define READ_ONLY \
	"the database is in read-only mode, as when its disk is full: see " \
	"supabase.com/dashboard"

/* code, status from and to, action, may be carried out, smaller, hint */
static const struct api_rule rules[] = {
	{ "21000", 0, 0, API_BAD_RECORD, false, false, NULL },
	{ "22*", 0, 0, API_BAD_RECORD, false, false, NULL },
	{ "23*", 0, 0, API_BAD_RECORD, false, false, NULL },
	{ "25006", 0, 0, API_OUTAGE, false, false, READ_ONLY },
	{ "28*", 0, 0, API_CREDENTIALS, false, false, NEW_KEY },
	{ "0L*", 0, 0, API_CREDENTIALS, false, false, NEW_KEY },
	{ "0P*", 0, 0, API_CREDENTIALS, false, false, NEW_KEY },
	{ "40001", 0, 0, API_RETRY, false, false, NULL },
	{ "40P01", 0, 0, API_RETRY, false, false, NULL },
	{ "42501", 0, 0, API_CONFIG, false, false, GRANT_SQL },
	{ "42P01", 0, 0, API_CONFIG, false, false, TABLE_SQL },
	{ "42703", 0, 0, API_CONFIG, false, false, COLUMNS_SQL },
	{ "42P10", 0, 0, API_CONFIG, false, false, KEY_SQL },
	{ "42P17", 0, 0, API_RETRY, false, false, NULL },
	{ "42883", 0, 0, API_CONFIG, false, false, NULL },
	{ "57014", 0, 0, API_RETRY, false, true, NULL },
	{ "57P*", 0, 0, API_WAIT, true, false, NULL },
	{ "08*", 0, 0, API_WAIT, true, false, NULL },
	{ "53*", 0, 0, API_WAIT, false, false, NULL },
	{ "P0001", 0, 0, API_BAD_RECORD, false, false, NULL },
	{ "P0*", 0, 0, API_RETRY, false, false, NULL },
	{ "XX*", 0, 0, API_RETRY, false, false, NULL },
	{ "54*", 0, 0, API_RETRY, false, true, NULL },
	{ "55*", 0, 0, API_RETRY, false, false, NULL },
	{ "58*", 0, 0, API_RETRY, false, false, NULL },
	{ "PGRST000", 0, 0, API_WAIT, false, false, NULL },
	{ "PGRST001", 0, 0, API_WAIT, false, false, NULL },
	{ "PGRST002", 0, 0, API_WAIT, false, false, NULL },
	{ "PGRST003", 0, 0, API_RETRY, false, false, NULL },
	{ "PGRST106", 0, 0, API_CONFIG, false, false, WRONG_URL },
	{ "PGRST124", 0, 0, API_CONFIG, false, false, KEY_SQL },
	{ "PGRST125", 0, 0, API_CONFIG, false, false, WRONG_URL },
	{ "PGRST202", 0, 0, API_CONFIG, false, false, NULL },
	{ "PGRST204", 0, 0, API_CONFIG, false, false, COLUMNS_SQL },
	{ "PGRST205", 0, 0, API_CONFIG, false, false, TABLE_SQL },
	{ "PGRST1*", 0, 0, API_BUG, false, false, NULL },
	{ "PGRST3*", 0, 0, API_CREDENTIALS, false, false, NEW_KEY },

	{ NULL, 401, 401, API_CREDENTIALS, false, false, NEW_KEY },
	{ NULL, 402, 402, API_CONFIG, false, false, PAUSED },
	{ NULL, 403, 403, API_CREDENTIALS, false, false, NEW_KEY },
	{ NULL, 404, 404, API_CONFIG, false, false, WRONG_URL },
	{ NULL, 408, 408, API_RETRY, true, true, NULL },
	{ NULL, 409, 409, API_BAD_RECORD, false, false, NULL },
	{ NULL, 413, 413, API_BAD_RECORD, false, true, NULL },
	{ NULL, 400, 400, API_BAD_RECORD, false, false, NULL },
	{ NULL, 429, 429, API_WAIT, false, false, NULL },
	{ NULL, 521, 523, API_WAIT, false, false, NULL },
	{ NULL, 525, 526, API_WAIT, false, false, NULL },
	{ NULL, 529, 530, API_WAIT, false, false, NULL },
	{ NULL, 540, 540, API_CONFIG, false, false, PAUSED },
	{ NULL, 500, 599, API_RETRY, true, true, NULL },
	{ NULL, 0, 999, API_BUG, false, false, NULL },
};

#define N_RULES (sizeof rules / sizeof rules[0])

/* A hint is a text with the table's name in place of each %s. */
static void put_hint(struct api_error *a, const char *hint, const char *table)
{
	struct buf text = BUF_INIT(sizeof a->hint);
	const char *at;

	for (; (at = strstr(hint, "%s")); hint = at + 2) {
		buf_add(&text, hint, (size_t)(at - hint));
		buf_adds(&text, table);
	}
	buf_adds(&text, hint);
	api_copy_text(a->hint, sizeof a->hint, buf_str(&text));
	buf_fini(&text);
}

void supabase_judge(const struct api *api, const struct http_answer *answer,
	const json *body, struct api_error *a)
{
	const char *code = json_str(body, "code");
	const struct api_rule *rule =
		api_rule_find(rules, N_RULES, code, answer->status);

	api_describe(answer, json_str(body, "message"), code, a);
	a->action = rule->action;
	a->outcome_unknown = rule->carried_out;
	a->smaller = rule->smaller;
	/* No grant mends that, though PostgreSQL has one code for both. */
	if (code && strcmp(code, "42501") == 0 &&
		strstr(a->message, "row-level security"))
		put_hint(a, POLICY_KEY, api->subject);
	else if (rule->hint)
		put_hint(a, rule->hint, api->subject);
	if (answer->edge && answer->status == 403) {
		a->action = API_RETRY;
		a->hint[0] = '\0';
	}
}
