#include "supabase/errors.h"

#include <stdio.h>
#include <string.h>

#include "supabase/columns.h"

#define TABLE_SQL \
	"run in the SQL editor: create table if not exists %s (%c); grant " \
	"select, insert, update on %s to service_role; notify pgrst, " \
	"'reload schema';"
#define COLUMNS_SQL \
	"run in the SQL editor: alter table %s %a; notify pgrst, 'reload " \
	"schema';"
#define GRANT_SQL \
	"run in the SQL editor: grant usage on schema %n to service_role; " \
	"grant select, insert, update on %s to service_role;"
#define POLICY_KEY \
	"row-level security applies to this key: set " \
	"SUPABASE_SERVICE_ROLE_KEY to the project's secret key, " \
	"which bypasses policies (Project Settings, API Keys)"
#define KEY_SQL "run in the SQL editor: alter table %s add unique (%i);"
#define SAME_ID \
	"several rows have the same id: give all but one of them a new id, " \
	"then " KEY_SQL
#define NEW_KEY \
	"set SUPABASE_SERVICE_ROLE_KEY to the project's secret key " \
	"(Project Settings, API Keys)"
#define WRONG_URL \
	"check SUPABASE_URL: there is no Data API (Project Settings, Data " \
	"API)"
#define VIEW \
	"SUPABASE_TABLE must name a table that can be written to: %s is a " \
	"view that can't, or one of its rules or triggers refuses this kind " \
	"of write"
#define NO_ON_CONFLICT \
	"%s is a view, or one of its rules forbids what the sync writes: " \
	"name the table itself in SUPABASE_TABLE, or replace the rule by a " \
	"trigger"
#define GENERATED \
	"make it a plain column; run in the SQL editor, with its name for " \
	"COLUMN: alter table %s alter column COLUMN drop expression;"
#define SCHEMAS \
	"set SUPABASE_SCHEMA to one that the Data API exposes, or expose " \
	"this one (Project Settings, Data API, Exposed schemas)"
#define SWITCHED_OFF \
	"if this doesn't go away, check whether the Data API is switched " \
	"off or exposes a schema that doesn't exist (Project Settings, Data " \
	"API)"
#define PAUSED "the project is paused or restricted: see supabase.com/dashboard"
#define READ_ONLY \
	"the database is in read-only mode, as when its disk is full: see " \
	"supabase.com/dashboard"

/* code, status from and to, action, may have been done, smaller, hint */
static const struct api_rule rules[] = {
	{ "21000", 0, 0, API_BAD_RECORD, false, false, NULL },
	{ "22*", 0, 0, API_BAD_RECORD, false, false, NULL },
	{ "23*", 0, 0, API_BAD_RECORD, false, false, NULL },
	{ "0A000", 0, 0, API_CONFIG, false, false, NO_ON_CONFLICT },
	{ "25006", 0, 0, API_OUTAGE, false, false, READ_ONLY },
	{ "28*", 0, 0, API_CREDENTIALS, false, false, NEW_KEY },
	{ "0L*", 0, 0, API_CREDENTIALS, false, false, NEW_KEY },
	{ "0P*", 0, 0, API_CREDENTIALS, false, false, NEW_KEY },
	{ "40001", 0, 0, API_RETRY, false, false, NULL },
	{ "40P01", 0, 0, API_RETRY, false, false, NULL },
	{ "428C9", 0, 0, API_CONFIG, false, false, GENERATED },
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
	{ "55P03", 0, 0, API_RETRY, false, false, NULL },
	{ "55006", 0, 0, API_RETRY, false, false, NULL },
	{ "55000", 0, 0, API_CONFIG, false, false, VIEW },
	{ "55*", 0, 0, API_CONFIG, false, false, NULL },
	{ "58*", 0, 0, API_RETRY, false, false, NULL },
	{ "PGRST000", 0, 0, API_WAIT, false, false, NULL },
	{ "PGRST001", 0, 0, API_WAIT, false, false, NULL },
	{ "PGRST002", 0, 0, API_WAIT, false, false, SWITCHED_OFF },
	{ "PGRST003", 0, 0, API_RETRY, false, false, NULL },
	{ "PGRST100", 0, 0, API_BUG, false, false, NULL },
	{ "PGRST102", 0, 0, API_BUG, false, false, NULL },
	{ "PGRST103", 0, 0, API_BUG, false, false, NULL },
	{ "PGRST105", 0, 0, API_CONFIG, false, false, VIEW },
	{ "PGRST106", 0, 0, API_CONFIG, false, false, SCHEMAS },
	{ "PGRST107", 0, 0, API_BUG, false, false, NULL },
	{ "PGRST108", 0, 0, API_BUG, false, false, NULL },
	{ "PGRST116", 0, 0, API_BUG, false, false, NULL },
	{ "PGRST117", 0, 0, API_BUG, false, false, NULL },
	{ "PGRST122", 0, 0, API_BUG, false, false, NULL },
	{ "PGRST124", 0, 0, API_CONFIG, false, false, SAME_ID },
	{ "PGRST125", 0, 0, API_CONFIG, false, false, WRONG_URL },
	{ "PGRST202", 0, 0, API_CONFIG, false, false, NULL },
	{ "PGRST204", 0, 0, API_CONFIG, false, false, COLUMNS_SQL },
	{ "PGRST205", 0, 0, API_CONFIG, false, false, TABLE_SQL },
	{ "PGRST1*", 0, 0, API_CONFIG, false, false, NULL },
	{ "PGRST2*", 0, 0, API_CONFIG, false, false, NULL },
	{ "PGRST3*", 0, 0, API_CREDENTIALS, false, false, NEW_KEY },

	{ NULL, 401, 401, API_CREDENTIALS, false, false, NEW_KEY },
	{ NULL, 402, 402, API_CONFIG, false, false, PAUSED },
	{ NULL, 403, 403, API_CREDENTIALS, false, false, NEW_KEY },
	{ NULL, 404, 404, API_CONFIG, false, false, WRONG_URL },
	{ NULL, 408, 408, API_RETRY, true, true, NULL },
	{ NULL, 409, 409, API_BAD_RECORD, false, false, NULL },
	{ NULL, 413, 413, API_BAD_RECORD, false, true, NULL },
	{ NULL, 420, 420, API_WAIT, false, false, NULL },
	{ NULL, 425, 425, API_RETRY, false, false, NULL },
	{ NULL, 429, 429, API_WAIT, false, false, NULL },
	{ NULL, 521, 523, API_WAIT, false, false, NULL },
	{ NULL, 525, 526, API_WAIT, false, false, NULL },
	{ NULL, 529, 529, API_WAIT, true, false, NULL },
	{ NULL, 530, 530, API_WAIT, false, false, NULL },
	{ NULL, 540, 540, API_CONFIG, false, false, PAUSED },
	{ NULL, 500, 599, API_RETRY, true, true, NULL },
	{ NULL, 400, 499, API_BAD_RECORD, false, false, NULL },
	{ NULL, 0, 999, API_RETRY, true, false, NULL },
};

#define N_RULES (sizeof rules / sizeof rules[0])

/*
 * A hint is a text in which each %s stands for the table as SQL names it, %n
 * for its schema, %i for its id, %c for the columns of a new table, and %a for
 * adding those that one lacks.
 */
static void put_hint(struct api_error *a, const char *hint, const char *table,
	const struct field_names *names)
{
	struct buf text = BUF_INIT(sizeof a->hint);
	const char *at;

	for (; (at = strchr(hint, '%')); hint = at + 2) {
		buf_add(&text, hint, (size_t)(at - hint));
		if (at[1] == 'c')
			columns_sql_create(&text, names);
		else if (at[1] == 'a')
			columns_sql_add(&text, names);
		else if (at[1] == 'i')
			column_sql(&text, names, "id");
		else
			buf_add(&text, table,
				at[1] == 'n' ? strcspn(table, ".")
					     : strlen(table));
	}
	buf_adds(&text, hint);
	api_copy_text(a->hint, sizeof a->hint, buf_str(&text));
	buf_fini(&text);
}

/*
 * "Cannot update view" is not a state that passes by itself; other errors with
 * that code explain themselves, and a view's name is in its message.
 */
static bool is_about_view(const struct api_error *a)
{
	return strstr(a->message, "view") != NULL;
}

/*
 * "Failing row contains (…)" repeats a record's texts, which don't belong in a
 * log.
 */
static const char *details_of(const json *body)
{
	const char *details = json_str(body, "details");
	static const char row[] = "Failing row contains";

	return details && strncmp(details, row, sizeof row - 1) == 0 ? NULL
								     : details;
}

static void judge_details(const struct api *api, const json *body,
	const struct api_rule *rule, struct api_error *a)
{
	const char *hint = rule->hint;

	if (strcmp(a->code, "55000") == 0 && !is_about_view(a))
		hint = NULL;
	if (strcmp(a->code, "0A000") == 0 && is_about_view(a))
		hint = VIEW;
	/* No grant fixes that, although PostgreSQL has one code for both. */
	if (strcmp(a->code, "42501") == 0 &&
		strstr(a->message, "row-level security"))
		hint = POLICY_KEY;
	if (hint)
		put_hint(a, hint, api->subject, api->details);
	api_append_text(api, a, "details", details_of(body));
	api_append_text(api, a, "hint", json_str(body, "hint"));
}

int supabase_same_id(struct error *e, const char *sql_table,
	const struct field_names *names, const char *id)
{
	struct api_error a;

	put_hint(&a, SAME_ID, sql_table, names);
	return fail(e, RC_CONFIG, "Supabase, table %s: id %s: %s", sql_table,
		id, a.hint);
}

void supabase_judge(const struct api *api, const struct http_answer *answer,
	const json *body, struct api_error *a)
{
	const char *code = json_str(body, "code");
	const char *message = json_str(body, "message");
	const struct api_rule *rule =
		api_rule_find(rules, N_RULES, code, answer->status);

	api_describe(answer, message, code, a);
	a->action = rule->action;
	a->outcome_unknown = rule->carried_out;
	a->smaller = rule->smaller;
	judge_details(api, body, rule, a);
	/* The service's own gateway knows no codes. */
	if (!code && !message)
		api_judge_foreign(a);
	if (api_is_from_gateway(answer, body))
		api_judge_gateway(a);
}
