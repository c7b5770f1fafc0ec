#include "settings/setting.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "settings/notion_link.h"
#include "settings/settings.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/text.h"
#include "util/uuid.h"

#define URL_MAX 512
#define LINK_MAX 2000
#define KEY_MAX 4096
#define SECRET_MIN 16

#define TAKE_SECRET \
	"take the secret key (sb_secret_…) from Project Settings, API Keys"
#define TAKE_TOKEN "take the token (ntn_…) from Notion, Settings, Connections"

static bool starts(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

static int check_switch(const char *name, const char *value, struct error *e)
{
	if (strcmp(value, "0") == 0 || strcmp(value, "1") == 0)
		return 0;
	return fail(e, RC_CONFIG, "%s must be 1 or 0", name);
}

/* Printable ASCII without blanks: anything else would break the header. */
static int check_key(const char *name, const char *key, struct error *e)
{
	size_t n = strlen(key);

	for (size_t i = 0; i < n; i++)
		if (key[i] <= ' ' || key[i] > '~')
			return fail(e, RC_CONFIG,
				"%s has a blank or an unexpected character at "
				"position %zu: paste only the key",
				name, i + 1);
	if (n > KEY_MAX)
		return fail(e, RC_CONFIG, "%s is too long for a key", name);
	return 0;
}

/* The middle part of a JWT, decoded; NULL where s is not a JWT. */
static char *jwt_payload(const char *s)
{
	const char *from = strchr(s, '.');
	size_t n = from ? strcspn(++from, ".") : 0, padded;
	char *in, *out;
	int len;

	if (n == 0 || from[n] != '.')
		return NULL;
	padded = (n + 3) / 4 * 4;
	in = xmalloc(padded + 1);
	memcpy(in, from, n);
	memset(in + n, '=', padded - n);
	for (size_t i = 0; i < n; i++)
		if (in[i] == '-')
			in[i] = '+';
		else if (in[i] == '_')
			in[i] = '/';
	out = xcalloc(padded + 1, 1);
	len = EVP_DecodeBlock(
		(unsigned char *)out, (unsigned char *)in, (int)padded);
	free(in);
	if (len > 0)
		return out;
	free(out);
	return NULL;
}

/* A claim of a JWT, allocated; NULL where there is none. */
static char *jwt_claim(const char *key, const char *claim)
{
	char *payload = jwt_payload(key), *value = NULL;
	struct error ignored;
	json *v = payload ? json_parse(payload, strlen(payload), JSON_STRICT,
				    &ignored)
			  : NULL;

	if (v)
		value = xstrdup(json_str(v, claim));
	json_free(v);
	free(payload);
	return value;
}

/* What was pasted instead of the key, in words; NULL: not recognized. */
static const char *wrong_kind(const char *key)
{
	static const struct {
		const char *prefix, *kind;
	} kinds[] = {
		{ "sb_publishable_",
			"holds a publishable key, which sees no rows" },
		{ "sbp_", "holds an access token of your account (sbp_…), "
			  "which is not a key of the project" },
		{ "ntn_", "holds a Notion token" },
		{ "secret_", "holds a Notion token" },
		{ "https://", "holds a URL" },
		{ "postgres", "holds a connection string" },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (starts(key, kinds[i].prefix))
			return kinds[i].kind;
	return NULL;
}

static int check_supabase_key(
	const char *name, const char *key, struct error *e)
{
	const char *wrong = wrong_kind(key);
	char *role;
	int rc;

	if (check_key(name, key, e) < 0)
		return -1;
	if (strncmp(key, "sb_secret_", 10) == 0)
		return 0;
	if (wrong)
		return fail(e, RC_CONFIG, "%s %s: " TAKE_SECRET, name, wrong);
	role = jwt_claim(key, "role");
	if (role && strcmp(role, "service_role") == 0)
		rc = 0;
	else if (role)
		rc = fail(e, RC_CONFIG,
			"%s holds the key of the role \"%.40s\", not of "
			"service_role: " TAKE_SECRET,
			name, role);
	else
		rc = fail(e, RC_CONFIG,
			"%s is neither sb_secret_… nor a service_role "
			"JWT: " TAKE_SECRET,
			name);
	free(role);
	return rc;
}

int setting_check_project(const char *url, const char *key, struct error *e)
{
	const char *host = strstr(url, "://") + 3;
	size_t n = strcspn(host, ".");
	char *ref = jwt_claim(key, "ref");
	int rc = 0;

	if (ref && starts(host + n, ".supabase.co") &&
		(strlen(ref) != n || strncasecmp(ref, host, n) != 0))
		rc = fail(e, RC_CONFIG,
			"SUPABASE_SERVICE_ROLE_KEY is the key of the project "
			"%.40s, SUPABASE_URL leads to %.*s: take both from "
			"the same project",
			ref, (int)(n < 40 ? n : 40), host);
	free(ref);
	return rc;
}

static int check_notion_key(const char *name, const char *key, struct error *e)
{
	const char *wrong = NULL;
	char id[UUID_SIZE], *role;

	if (check_key(name, key, e) < 0)
		return -1;
	role = jwt_claim(key, "role");
	if (role || starts(key, "sb_"))
		wrong = "holds a Supabase key";
	else if (starts(key, "https://"))
		wrong = "holds a URL";
	else if (uuid_normalize(key, id) == 0)
		wrong = "holds an id";
	free(role);
	if (!wrong)
		return 0;
	return fail(e, RC_CONFIG, "%s %s: " TAKE_TOKEN, name, wrong);
}

static bool is_name(const char *s)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	return *s && strspn(s, good) == strlen(s) && strlen(s) <= 63;
}

static int check_table(const char *name, const char *table, struct error *e)
{
	if (is_name(table))
		return 0;
	return fail(e, RC_CONFIG,
		"%s is not a valid table name: use letters, digits and _ "
		"only, without the schema, which goes into SUPABASE_SCHEMA",
		name);
}

static int check_schema(const char *name, const char *schema, struct error *e)
{
	if (is_name(schema))
		return 0;
	return fail(e, RC_CONFIG,
		"%s is not a valid schema name: use letters, digits and _ only",
		name);
}

static int check_source(const char *name, const char *value, struct error *e)
{
	char id[UUID_SIZE];

	if (uuid_normalize(value, id) == 0)
		return 0;
	return fail(e, RC_CONFIG,
		"%s is not a valid id: it must be 32 hex digits, with or "
		"without dashes",
		name);
}

static int check_database(const char *name, const char *value, struct error *e)
{
	char id[UUID_SIZE];

	if (notion_link_id(value, id) == 0)
		return 0;
	return fail(e, RC_CONFIG,
		"%s holds no id: open the database as a full page and copy "
		"its link; the id is the 32 hex digits before ?v=",
		name);
}

/* curl reads it from a line of its own between quotes: cmd/run/alarm.c. */
static int check_ping_url(const char *name, const char *url, struct error *e)
{
	bool good = strlen(url) <= URL_MAX &&
		    (starts(url, "https://") || starts(url, "http://"));

	for (const char *c = url; *c; c++)
		good = good && *c > ' ' && *c <= '~' && !strchr("\"\\", *c);
	if (good)
		return 0;
	return fail(e, RC_CONFIG,
		"%s is not a valid URL: it should look like "
		"https://hc-ping.com/<id>",
		name);
}

static int check_command(const char *name, const char *value, struct error *e)
{
	if (strlen(value) <= KEY_MAX)
		return 0;
	return fail(e, RC_CONFIG, "%s is longer than %d bytes", name, KEY_MAX);
}

/* A secret that can be guessed would be worse than none. */
static int check_secret(const char *name, const char *value, struct error *e)
{
	if (check_key(name, value, e) < 0)
		return -1;
	if (strlen(value) >= SECRET_MIN)
		return 0;
	return fail(e, RC_CONFIG,
		"%s is shorter than %d characters: create one with: openssl "
		"rand -hex 16",
		name, SECRET_MIN);
}

static int check_property(const char *name, const char *value, struct error *e)
{
	if (!text_is_empty(value) && utf8_valid(value, strlen(value)) &&
		strlen(value) <= URL_MAX)
		return 0;
	return fail(e, RC_CONFIG,
		"%s is not a valid name of a property: write it as Notion "
		"shows it",
		name);
}

/* A url property holds 2,000 characters, with the ids in place. */
static int check_template(const char *name, const char *value, struct error *e)
{
	bool good = utf8_valid(value, strlen(value));
	size_t units = good ? text_utf16_len(value) : 0;
	const char *id = strstr(value, "{id}");

	for (const char *at = id; at; at = strstr(at + 4, "{id}"))
		units += UUID_SIZE - 1 - 4;
	for (const char *c = value; *c; c++)
		good = good && (unsigned char)*c > ' ' && *c != 0x7f;
	if (good && id && units > LINK_MAX)
		return fail(e, RC_CONFIG,
			"%s makes a link of %zu characters, and Notion holds "
			"%d: shorten it",
			name, units, LINK_MAX);
	if (good && id)
		return 0;
	return fail(e, RC_CONFIG,
		"%s must be a link with {id} where the row's id goes, without "
		"blanks, such as https://app.example.org/decisions/{id}",
		name);
}

static const struct {
	const char *name, *what, *fallback;
	int (*check)(const char *name, const char *value, struct error *e);
	/* NULL, or a check that also looks at other settings. */
	int (*check_beside)(const struct env_file *f, const char *name,
		const char *value, struct error *e);
} settings[] = {
	{ "SUPABASE_URL", "the project's URL (https://….supabase.co)", NULL,
		setting_check_supabase_url, setting_check_plain },
	{ "SUPABASE_SERVICE_ROLE_KEY", "the project's secret key (sb_secret_…)",
		NULL, check_supabase_key, NULL },
	{ "SUPABASE_TABLE", NULL, "decision_vault", check_table, NULL },
	{ "SUPABASE_SCHEMA", NULL, "public", check_schema, NULL },
	{ "SYNC_ALLOW_HTTP", NULL, "0", check_switch, NULL },
	{ "NOTION_API_KEY", "the connection's token (ntn_…)", NULL,
		check_notion_key, NULL },
	{ "NOTION_DATABASE_ID", "the database's id or its page's URL", NULL,
		check_database, NULL },
	{ "NOTION_DATA_SOURCE_ID", "the data source's id", NULL, check_source,
		NULL },
	{ "NOTION_API_URL", NULL, "https://api.notion.com", setting_check_url,
		NULL },
	{ "SYNC_PING_URL", NULL, NULL, check_ping_url, NULL },
	{ "SYNC_NOTIFY_CMD", NULL, NULL, check_command, NULL },
	{ "SYNC_CONTROL_TOKEN", NULL, NULL, check_secret, NULL },
	{ "SYNC_PAGE_PRIVATE", NULL, "0", check_switch, NULL },
	{ "SYNC_HOOK_SECRET_NOTION", NULL, NULL, check_secret, NULL },
	{ "SYNC_HOOK_SECRET_SUPABASE", NULL, NULL, check_secret, NULL },
	{ "SYNC_HOST_NAMES", NULL, NULL, check_command, NULL },
	{ "SYNC_PAUSED_PROPERTY", NULL, NULL, check_property, NULL },
	{ "SYNC_LINK_PROPERTY", NULL, NULL, check_property, NULL },
	{ "SYNC_LINK_TEMPLATE", NULL, NULL, check_template, NULL },
};
#define N_SETTINGS (sizeof settings / sizeof settings[0])

int setting_take(const struct env_file *f, const char *name, bool needed,
	const char **value, struct error *e)
{
	size_t i = 0;

	while (i < N_SETTINGS && strcmp(settings[i].name, name) != 0)
		i++;
	*value = NULL;
	if (i == N_SETTINGS)
		return fail(
			e, RC_BUG, "%s is not a setting of this program", name);
	*value = env_lookup(f, name);
	if (!*value)
		*value = settings[i].fallback;
	if (*value && settings[i].check(name, *value, e) < 0)
		return -1;
	if (*value && settings[i].check_beside)
		return settings[i].check_beside(f, name, *value, e);
	if (*value || !needed)
		return 0;
	if (getenv(name))
		return fail(e, RC_CONFIG,
			"%s is not set: it is empty in the environment, which "
			"wins over .env: set it there to %s, or unset it",
			name, settings[i].what);
	return fail(e, RC_CONFIG,
		"%s is not set: put %s into the environment or into .env", name,
		settings[i].what);
}
