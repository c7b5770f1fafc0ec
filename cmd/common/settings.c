#include "settings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "alloc.h"
#include "env_file.h"
#include "json.h"
#include "notion.h"
#include "opt.h"

#define URL_MAX 512
#define KEY_MAX 4096
#define INTERVAL_MAX (31 * 86400L)

int url_is_loopback(const char *url)
{
	static const char *const hosts[] = { "127.0.0.1", "[::1]",
		"localhost" };
	const char *host = strstr(url, "://");

	if (!host)
		return 0;
	host += 3;
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		size_t n = strlen(hosts[i]);

		if (strncmp(host, hosts[i], n) == 0 &&
			strchr(":/", host[n]) != NULL)
			return 1;
	}
	return 0;
}

static int need(const struct env_file *f, const char *name, const char *what,
	const char **value, struct error *e)
{
	*value = env_lookup(f, name);
	if (*value)
		return 0;
	return fail(e, RC_CONFIG,
		"%s is not set: put %s into the environment or into .env", name,
		what);
}

/* Host and port: letters, digits, ".", "-", or an IPv6 address in brackets. */
static bool is_authority(const char *s, size_t n)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789.-:[]";

	return n > 0 && strspn(s, good) >= n;
}

/* A copy of the URL without its last slash. */
static int check_url(
	const char *name, const char *url, char **out, struct error *e)
{
	const char *host = strstr(url, "://");
	size_t n;

	if (!host || strlen(url) > URL_MAX ||
		(strncmp(url, "https://", 8) != 0 &&
			strncmp(url, "http://", 7) != 0))
		return fail(e, RC_CONFIG,
			"%s is no URL: it looks like https://host", name);
	host += 3;
	n = strcspn(host, "/?#");
	if (!is_authority(host, n))
		return fail(e, RC_CONFIG,
			"%s has no plain host name: it looks like "
			"https://host, without user and password",
			name);
	if (host[n] != '\0' && strcmp(host + n, "/") != 0)
		return fail(e, RC_CONFIG,
			"%s has a path: leave out all behind the host, as in "
			"%.*s",
			name, (int)(host - url) + (int)n, url);
	if (strncmp(url, "https://", 8) != 0 && !url_is_loopback(url))
		return fail(e, RC_CONFIG,
			"%s is plain http: a key is sent over https only, or "
			"to this machine itself",
			name);
	*out = xstrndup(url, (size_t)(host - url) + n);
	return 0;
}

/* Printable ASCII without blanks: anything else would break the header. */
static int check_key(const char *name, const char *key, struct error *e)
{
	size_t n = strlen(key);

	for (size_t i = 0; i < n; i++)
		if (key[i] <= ' ' || key[i] > '~')
			return fail(e, RC_CONFIG,
				"%s has a blank or a strange character at "
				"place %zu: paste the key alone",
				name, i + 1);
	if (n > KEY_MAX)
		return fail(e, RC_CONFIG, "%s is too long for a key", name);
	return 0;
}

/* The middle part of a JWT, decoded; NULL where s is no JWT. */
static char *jwt_claims(const char *s)
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
		in[i] = in[i] == '-' ? '+' : in[i] == '_' ? '/' : in[i];
	out = xcalloc(padded + 1, 1);
	len = EVP_DecodeBlock(
		(unsigned char *)out, (unsigned char *)in, (int)padded);
	free(in);
	if (len > 0)
		return out;
	free(out);
	return NULL;
}

/* The role claim of a JWT, allocated; NULL where there is none. */
static char *jwt_role(const char *key)
{
	char *claims = jwt_claims(key), *role = NULL;
	struct error ignored;
	json *v = claims ? json_parse(claims, strlen(claims), JSON_STRICT,
				   &ignored)
			 : NULL;

	if (v)
		role = xstrdup(json_str(v, "role"));
	json_free(v);
	free(claims);
	return role;
}

static int check_supabase_key(const char *key, struct error *e)
{
	static const char name[] = "SUPABASE_SERVICE_ROLE_KEY";
	char *role;
	int rc;

	if (check_key(name, key, e) < 0)
		return -1;
	if (strncmp(key, "sb_secret_", 10) == 0)
		return 0;
	if (strncmp(key, "sb_publishable_", 15) == 0)
		return fail(e, RC_CONFIG,
			"%s holds a publishable key, which sees no rows: take "
			"a secret key (sb_secret_…) of Project Settings, API "
			"Keys",
			name);
	role = jwt_role(key);
	if (role && strcmp(role, "service_role") == 0)
		rc = 0;
	else if (role)
		rc = fail(e, RC_CONFIG,
			"%s holds the key of the role \"%.40s\", not of "
			"service_role: take the secret key of Project "
			"Settings, API Keys",
			name, role);
	else
		rc = fail(e, RC_CONFIG,
			"%s is neither sb_secret_… nor a service_role JWT: "
			"take the secret key of Project Settings, API Keys",
			name);
	free(role);
	return rc;
}

static int check_table(const char *table, struct error *e)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	if (strspn(table, good) == strlen(table) && strlen(table) <= 63)
		return 0;
	return fail(e, RC_CONFIG,
		"SUPABASE_TABLE is no table name: letters, digits and _ only, "
		"without the schema");
}

static int load_supabase(
	struct settings *s, const struct env_file *f, struct error *e)
{
	const char *url, *key, *table = env_lookup(f, "SUPABASE_TABLE");

	if (need(f, "SUPABASE_URL", "the project's URL (https://….supabase.co)",
		    &url, e) < 0 ||
		check_url("SUPABASE_URL", url, &s->supabase_url, e) < 0 ||
		need(f, "SUPABASE_SERVICE_ROLE_KEY",
			"the project's secret key (sb_secret_…)", &key,
			e) < 0 ||
		check_supabase_key(key, e) < 0 ||
		check_table(table ? table : "decision_vault", e) < 0)
		return -1;
	s->supabase_key = xstrdup(key);
	s->table = xstrdup(table ? table : "decision_vault");
	return 0;
}

static int load_notion_ids(struct settings *s, const struct env_file *f,
	bool needed, struct error *e)
{
	const char *source = env_lookup(f, "NOTION_DATA_SOURCE_ID");
	const char *database = env_lookup(f, "NOTION_DATABASE_ID");

	if (source && uuid_normalize(source, s->notion_data_source) < 0)
		return fail(e, RC_CONFIG,
			"NOTION_DATA_SOURCE_ID is no id: 32 hex digits, with "
			"or without dashes");
	if (!database && !needed)
		return 0;
	if (need(f, "NOTION_DATABASE_ID", "the database's id or its page's URL",
		    &database, e) < 0)
		return -1;
	if (notion_id_from_text(database, s->notion_database) < 0)
		return fail(e, RC_CONFIG,
			"NOTION_DATABASE_ID holds no id: open the database as "
			"a full page and copy its link; the 32 hex digits in "
			"front of ?v= are it");
	return 0;
}

static int load_notion(struct settings *s, const struct env_file *f,
	bool with_database, struct error *e)
{
	const char *key, *url = env_lookup(f, "NOTION_API_URL");

	if (need(f, "NOTION_API_KEY", "the connection's token (ntn_…)", &key,
		    e) < 0 ||
		check_key("NOTION_API_KEY", key, e) < 0)
		return -1;
	s->notion_key = xstrdup(key);
	if (check_url("NOTION_API_URL", url ? url : NOTION_URL, &s->notion_url,
		    e) < 0)
		return -1;
	return load_notion_ids(s, f, with_database, e);
}

static int load_number(const struct env_file *f, const char *name, long min,
	long max, long *out, struct error *e)
{
	const char *value = env_lookup(f, name);

	if (!value || parse_number(value, min, max, out) == 0)
		return 0;
	return fail(e, RC_CONFIG, "%s is not a whole number from %ld to %ld",
		name, min, max);
}

/* "900", "30s", "15m", "1h", "1d" in seconds. */
static int parse_interval(const char *s, long *out)
{
	static const struct {
		char name;
		long seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t digits = strspn(s, "0123456789");
	char number[8] = "";
	long n, unit = s[digits] ? 0 : 1;

	if (digits >= sizeof number)
		return -1;
	memcpy(number, s, digits);
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (s[digits] == units[i].name && s[digits + 1] == '\0')
			unit = units[i].seconds;
	if (unit == 0 || parse_number(number, 1, INTERVAL_MAX / unit, &n) < 0)
		return -1;
	*out = n * unit;
	return 0;
}

static int load_interval(
	struct settings *s, const struct env_file *f, struct error *e)
{
	const char *value = env_lookup(f, "SYNC_INTERVAL");

	s->interval = 900;
	if (!value || parse_interval(value, &s->interval) == 0)
		return 0;
	return fail(e, RC_CONFIG,
		"SYNC_INTERVAL is no time from 1s to 31d: write it as 15m, 1h, "
		"30s, or 900 for seconds");
}

static int load_common(
	struct settings *s, const struct env_file *f, struct error *e)
{
	const char *state = env_lookup(f, "SYNC_STATE_DIR");
	const char *logs = env_lookup(f, "SYNC_LOG_DIR");

	s->state_dir = xstrdup(state ? state : "state");
	s->log_dir = xstrdup(logs ? logs : "logs");
	s->notion_rpm = 180;
	s->timeout = 65;
	s->retries = 3;
	if (load_number(f, "SYNC_NOTION_RPM", 1, 10000, &s->notion_rpm, e) < 0)
		return -1;
	if (load_number(f, "SYNC_TIMEOUT", 1, 600, &s->timeout, e) < 0)
		return -1;
	if (load_number(f, "SYNC_RETRIES", 0, 20, &s->retries, e) < 0)
		return -1;
	return load_interval(s, f, e);
}

int settings_load(struct settings *s, unsigned what, struct error *e)
{
	struct env_file f = { 0 };
	char *path = env_file_find();
	int rc = -1;

	*s = (struct settings){ 0 };
	if (path && env_file_load(&f, path, e) < 0)
		goto out;
	if (load_common(s, &f, e) < 0)
		goto out;
	if (what & NEED_SUPABASE && load_supabase(s, &f, e) < 0)
		goto out;
	if (what & (NEED_NOTION | NEED_NOTION_KEY) &&
		load_notion(s, &f, what & NEED_NOTION, e) < 0)
		goto out;
	rc = 0;
out:
	if (rc < 0)
		settings_fini(s);
	env_file_fini(&f);
	free(path);
	return rc;
}

static void wipe(char *key)
{
	if (key)
		OPENSSL_cleanse(key, strlen(key));
	free(key);
}

void settings_fini(struct settings *s)
{
	free(s->supabase_url);
	wipe(s->supabase_key);
	free(s->table);
	free(s->notion_url);
	wipe(s->notion_key);
	free(s->state_dir);
	free(s->log_dir);
	*s = (struct settings){ 0 };
}
