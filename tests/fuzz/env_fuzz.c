/*
 * The file .env and the settings in it. A wrong line is named with its number,
 * and no message shows a key.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "settings/setting.h"
#include "settings/settings.h"
#include "util/env_file.h"

static const char *const secrets[] = { "SUPABASE_SERVICE_ROLE_KEY",
	"NOTION_API_KEY", "SYNC_CONTROL_TOKEN", "SYNC_HOOK_SECRET_NOTION",
	"SYNC_HOOK_SECRET_SUPABASE" };

static const char *const checked[] = { "SUPABASE_URL",
	"SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_TABLE", "SUPABASE_SCHEMA",
	"NOTION_API_KEY", "NOTION_DATABASE_ID", "NOTION_DATA_SOURCE_ID",
	"NOTION_API_URL" };

/* How often a text stands in the file. */
static size_t times_in(const struct env_file *f, const char *s)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += strstr(f->values[i], s) != NULL;
	return n;
}

/*
 * Shorter ones may be a word of the message; and one that a person has put
 * into another setting as well is that one's value.
 */
static void must_not_tell(const struct env_file *f, const struct error *e)
{
	must_be_error(e);
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		const char *key = env_lookup(f, secrets[i]);

		if (key && strlen(key) >= 12 && times_in(f, key) == 1)
			must(!strstr(e->text, key));
	}
}

static void check_settings(const struct env_file *f, unsigned need)
{
	struct settings s = { 0 };
	struct error e;

	if (settings_load_from(&s, f, need, &e) < 0) {
		must(e.code == RC_CONFIG || e.code == RC_LOCAL);
		must_not_tell(f, &e);
	} else {
		must(s.state_dir && s.log_dir);
		must(s.jobs >= 1 && s.jobs <= JOBS_MAX);
		must(s.notion_rpm >= 1 && s.timeout >= 1 && s.retries >= 0);
		must(s.settle >= 0 && s.settle <= 3600 && s.interval >= 1);
		if (need & NEED_SUPABASE)
			must(s.supabase_url && *s.supabase_key && *s.table);
		if (need & NEED_NOTION)
			must(*s.notion_key &&
				uuid_is_normal(s.notion_database));
	}
	settings_fini(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *path = fuzz_file("env", (const char *)data, size);
	struct env_file f = { 0 };
	struct error e;

	if (env_file_load(&f, path, &e) < 0) {
		must(e.code == RC_CONFIG && strstr(e.text, "env:"));
		must_be_error(&e);
	} else {
		check_settings(&f, 0);
		check_settings(&f, NEED_SUPABASE);
		check_settings(&f, NEED_NOTION);
		check_settings(
			&f, NEED_NOTION_KEY | NEED_ALARMS | NEED_SECRETS);
		for (size_t i = 0; i < sizeof checked / sizeof checked[0]; i++)
			if (settings_check(&f, checked[i], &e) < 0)
				must_not_tell(&f, &e);
	}
	env_file_fini(&f);
	free(path);
	return 0;
}
