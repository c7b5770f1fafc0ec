#include "settings/settings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <openssl/crypto.h>

#include "settings/notion_link.h"
#include "settings/setting.h"
#include "util/alloc.h"
#include "util/env_file.h"
#include "util/opt.h"
#include "util/text.h"

#define INTERVAL_MAX (31 * 86400L)
#define SETTLE_MAX 3600L

static int load_supabase(
	struct settings *s, const struct env_file *f, struct error *e)
{
	const char *url, *key, *table, *schema, *plain;

	if (setting_take(f, "SUPABASE_URL", true, &url, e) < 0 ||
		setting_take(f, "SUPABASE_SERVICE_ROLE_KEY", true, &key, e) <
			0 ||
		setting_check_project(url, key, e) < 0 ||
		setting_take(f, "SUPABASE_TABLE", true, &table, e) < 0 ||
		setting_take(f, "SUPABASE_SCHEMA", true, &schema, e) < 0 ||
		setting_take(f, "SYNC_ALLOW_HTTP", true, &plain, e) < 0)
		return -1;
	s->supabase_url = setting_url_base(url);
	s->plain_http = *plain == '1';
	s->schema = xstrdup(schema);
	s->supabase_key = xstrdup(key);
	s->table = xstrdup(table);
	return 0;
}

static int load_notion(struct settings *s, const struct env_file *f,
	bool with_database, struct error *e)
{
	const char *key, *url, *database, *source;

	if (setting_take(f, "NOTION_API_KEY", true, &key, e) < 0 ||
		setting_take(f, "NOTION_API_URL", true, &url, e) < 0 ||
		setting_take(f, "NOTION_DATA_SOURCE_ID", false, &source, e) <
			0 ||
		setting_take(f, "NOTION_DATABASE_ID", with_database, &database,
			e) < 0)
		return -1;
	s->notion_key = xstrdup(key);
	s->notion_url = setting_url_base(url);
	if (source)
		uuid_normalize(source, s->notion_data_source);
	if (database)
		notion_link_id(database, s->notion_database);
	return 0;
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
	const struct env_file *f, const char *name, long *out, struct error *e)
{
	const char *value = env_lookup(f, name);

	if (!value || parse_interval(value, out) == 0)
		return 0;
	return fail(e, RC_CONFIG,
		"%s is not a valid interval (1s to 31d): write it as 15m, 1h, "
		"30s, or 900 for seconds",
		name);
}

int settings_parse_settle(const char *s, long *out)
{
	if (strcmp(s, "0") == 0) {
		*out = 0;
		return 0;
	}
	return parse_interval(s, out) == 0 && *out <= SETTLE_MAX ? 0 : -1;
}

/* What waits: doc/semantics.md, section 10. */
static int load_waits(
	struct settings *s, const struct env_file *f, struct error *e)
{
	const char *hold = env_lookup(f, "SYNC_HOLD");
	const char *direction = env_lookup(f, "SYNC_DIRECTION");
	const char *settle = env_lookup(f, "SYNC_SETTLE");

	if (hold && hold_add(&s->hold, hold, "SYNC_HOLD", RC_CONFIG, e) < 0)
		return -1;
	if (direction && hold_direction(&s->direction, direction,
				 "SYNC_DIRECTION", RC_CONFIG, e) < 0)
		return -1;
	if (!settle || settings_parse_settle(settle, &s->settle) == 0)
		return 0;
	return fail(e, RC_CONFIG,
		"SYNC_SETTLE is not a valid time (0 to 1h): write it as 2m, "
		"90s, or 120 for seconds");
}

/*
 * The scripts get the folder's name in JSON, and bytes that aren't UTF-8 would
 * become another folder's name there.
 */
static int load_folder(const struct env_file *f, const char *name,
	const char *fallback, char **out, struct error *e)
{
	const char *value = env_lookup(f, name);

	if (value && !utf8_valid(value, strlen(value)))
		return fail(e, RC_CONFIG,
			"%s is not UTF-8 text (%s): rename the folder, or set "
			"%s to a link to it whose name is UTF-8",
			name, value, name);
	if (value && getenv(name))
		*out = xstrdup(value);
	else
		*out = env_file_in_place(f, value ? value : fallback);
	/* Nothing that is handed its name takes it for an option. */
	if (**out == '-') {
		char *plain = *out;

		*out = xasprintf("./%s", plain);
		free(plain);
	}
	return 0;
}

static int load_common(
	struct settings *s, const struct env_file *f, struct error *e)
{
	const char *rate = env_lookup(f, "SYNC_RATE_DIR");

	if (load_folder(f, "SYNC_STATE_DIR", "state", &s->state_dir, e) < 0 ||
		load_folder(f, "SYNC_LOG_DIR", "logs", &s->log_dir, e) < 0)
		return -1;
	if (rate)
		s->rate_dir = getenv("SYNC_RATE_DIR")
				      ? xstrdup(rate)
				      : env_file_in_place(f, rate);
	s->notion_rpm = 180;
	s->timeout = 65;
	s->retries = 3;
	s->max_wait = 300;
	s->jobs = 4;
	s->interval = 900;
	s->full_every = 3600;
	s->full_requests = 10;
	if (load_number(f, "SYNC_NOTION_RPM", 1, 10000, &s->notion_rpm, e) < 0)
		return -1;
	if (load_number(f, "SYNC_TIMEOUT", 1, 600, &s->timeout, e) < 0)
		return -1;
	if (load_number(f, "SYNC_RETRIES", 0, 20, &s->retries, e) < 0)
		return -1;
	if (load_number(f, "SYNC_MAX_WAIT", 0, 86400, &s->max_wait, e) < 0)
		return -1;
	if (load_number(f, "SYNC_JOBS", 1, JOBS_MAX, &s->jobs, e) < 0)
		return -1;
	if (load_number(f, "SYNC_FULL_REQUESTS", 0, 10000, &s->full_requests,
		    e) < 0)
		return -1;
	if (load_interval(f, "SYNC_INTERVAL", &s->interval, e) < 0)
		return -1;
	if (load_waits(s, f, e) < 0)
		return -1;
	return load_interval(f, "SYNC_FULL_EVERY", &s->full_every, e);
}

static int load_text(
	const struct env_file *f, const char *name, char **out, struct error *e)
{
	const char *value;

	if (setting_take(f, name, false, &value, e) < 0)
		return -1;
	if (value)
		*out = xstrdup(value);
	return 0;
}

static int load_alarms(
	struct settings *s, const struct env_file *f, struct error *e)
{
	if (load_text(f, "SYNC_PING_URL", &s->ping_url, e) < 0)
		return -1;
	return load_text(f, "SYNC_NOTIFY_CMD", &s->notify_cmd, e);
}

/* Without a token, nobody could see the page at all. */
static int load_private(
	struct settings *s, const struct env_file *f, struct error *e)
{
	const char *value;

	if (setting_take(f, "SYNC_PAGE_PRIVATE", false, &value, e) < 0)
		return -1;
	s->page_private = strcmp(value, "1") == 0;
	if (!s->page_private || s->control_token)
		return 0;
	return fail(e, RC_CONFIG,
		"SYNC_PAGE_PRIVATE is 1, and SYNC_CONTROL_TOKEN, which the "
		"page asks for then, is not set: create one with: openssl rand "
		"-hex 16");
}

static int load_secrets(
	struct settings *s, const struct env_file *f, struct error *e)
{
	if (load_text(f, "SYNC_CONTROL_TOKEN", &s->control_token, e) < 0 ||
		load_text(f, "SYNC_HOOK_SECRET_NOTION", &s->hook_notion, e) < 0)
		return -1;
	if (load_text(f, "SYNC_HOOK_SECRET_SUPABASE", &s->hook_supabase, e) <
			0 ||
		load_private(s, f, e) < 0)
		return -1;
	return load_text(f, "SYNC_HOST_NAMES", &s->host_names, e);
}

/* A core file would contain the keys. */
static void forbid_core_files(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
}

int settings_load_from(struct settings *s, const struct env_file *f,
	unsigned what, struct error *e)
{
	int rc;

	*s = (struct settings){ 0 };
	forbid_core_files();
	rc = load_common(s, f, e);
	if (rc == 0 && what & NEED_SUPABASE)
		rc = load_supabase(s, f, e);
	if (rc == 0 && what & (NEED_NOTION | NEED_NOTION_KEY))
		rc = load_notion(s, f, what & NEED_NOTION, e);
	if (rc == 0 && what & (NEED_SUPABASE | NEED_NOTION | NEED_NOTION_KEY))
		rc = field_names_load(&s->names, f, e);
	if (rc == 0 && what & NEED_ALARMS)
		rc = load_alarms(s, f, e);
	if (rc == 0 && what & NEED_SECRETS)
		rc = load_secrets(s, f, e);
	if (rc < 0)
		settings_fini(s);
	return rc;
}

int settings_load(struct settings *s, unsigned what, struct error *e)
{
	struct env_file f = { 0 };
	char *path = env_file_find();
	int rc = path ? env_file_load(&f, path, e) : 0;

	*s = (struct settings){ 0 };
	if (rc == 0)
		rc = settings_load_from(s, &f, what, e);
	env_file_fini(&f);
	free(path);
	return rc;
}

int settings_check(const struct env_file *f, const char *name, struct error *e)
{
	const char *value, *url;
	struct error ignored;

	if (setting_take(f, name, true, &value, e) < 0)
		return -1;
	if (strcmp(name, "SUPABASE_SERVICE_ROLE_KEY") == 0 &&
		setting_take(f, "SUPABASE_URL", true, &url, &ignored) == 0)
		return setting_check_project(url, value, e);
	return 0;
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
	free(s->schema);
	free(s->table);
	free(s->notion_url);
	wipe(s->notion_key);
	wipe(s->ping_url);
	free(s->notify_cmd);
	wipe(s->control_token);
	wipe(s->hook_notion);
	wipe(s->hook_supabase);
	free(s->host_names);
	free(s->state_dir);
	free(s->log_dir);
	free(s->rate_dir);
	field_names_fini(&s->names);
	*s = (struct settings){ 0 };
}
