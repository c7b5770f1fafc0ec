/* The settings, before any request is made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "settings/notion_link.h"
#include "settings/setting_names.h"

#include "doctor.h"

/* The names in .env that look like a setting's and are none; true: there are.
 */
static bool find_misspelled(const struct doctor *d, struct finding *f)
{
	struct buf list = BUF_INIT(ERROR_MAX);
	const char *meant;

	for (size_t i = 0; i < d->env.n; i++) {
		if (!setting_is_misspelled(d->env.names[i], &meant))
			continue;
		buf_addf(&list, "%s%.40s", list.len ? ", " : "",
			d->env.names[i]);
		if (meant)
			buf_addf(&list, " (is %s meant?)", meant);
	}
	if (list.len)
		find_warn(f,
			"%s: no setting is called so, and it is ignored: %s",
			d->env_path, buf_str(&list));
	buf_fini(&list);
	return f->mark == MARK_WARN;
}

void check_env_file(struct doctor *d, struct finding *f)
{
	struct error e;
	struct stat st;

	d->env_path = env_file_find();
	if (!d->env_path) {
		find_ok(f,
			"there is none: all settings come from the environment");
		return;
	}
	if (env_file_load(&d->env, d->env_path, &e) < 0)
		find_bad(f, &e);
	else if (stat(d->env_path, &st) == 0 &&
		 st.st_mode & (S_IRGRP | S_IROTH))
		find_warn(f,
			"%s holds keys and others may read it: chmod 600 "
			"%s",
			d->env_path, d->env_path);
	else if (!find_misspelled(d, f))
		find_ok(f, "%s; the environment wins over it", d->env_path);
}

/* One setting by itself; the value of a key is never shown. */
static void check_one(
	struct doctor *d, struct finding *f, const char *name, bool secret)
{
	struct error e;
	const char *value = env_lookup(&d->env, name);

	if (settings_check(&d->env, name, &e) < 0)
		find_bad(f, &e);
	else if (secret)
		find_ok(f, "set, and in the right form");
	else
		find_ok(f, "%.200s", value);
}

void check_supabase_url(struct doctor *d, struct finding *f)
{
	check_one(d, f, "SUPABASE_URL", false);
}

void check_supabase_key_form(struct doctor *d, struct finding *f)
{
	const char *value = env_lookup(&d->env, "SUPABASE_SERVICE_ROLE_KEY");

	check_one(d, f, "SUPABASE_SERVICE_ROLE_KEY", true);
	if (f->mark == MARK_OK && strncmp(value, "sb_", 3) != 0)
		find_ok(f, "set: a legacy JWT of service_role, which Supabase "
			   "plans to remove; use a secret key (sb_secret_…) "
			   "instead");
}

void check_notion_key_form(struct doctor *d, struct finding *f)
{
	check_one(d, f, "NOTION_API_KEY", true);
}

void check_notion_database_form(struct doctor *d, struct finding *f)
{
	char id[UUID_SIZE];

	check_one(d, f, "NOTION_DATABASE_ID", false);
	if (f->mark == MARK_OK &&
		notion_link_id(env_lookup(&d->env, "NOTION_DATABASE_ID"), id) ==
			0)
		find_ok(f, "%s", id);
}

/* The token can be checked before there is a database. */
static unsigned notion_need(const struct doctor *d)
{
	const char *id = env_lookup(&d->env, "NOTION_DATABASE_ID");

	if (!doctor_holds(d, CHECK_NOTION_KEY_FORM))
		return 0;
	if (doctor_holds(d, CHECK_NOTION_DATABASE_FORM))
		return NEED_NOTION;
	return id && *id ? 0 : NEED_NOTION_KEY;
}

/* All other settings, each with its default. */
void check_settings(struct doctor *d, struct finding *f)
{
	bool supabase = doctor_holds(d, CHECK_SUPABASE_URL) &&
			doctor_holds(d, CHECK_SUPABASE_KEY_FORM);
	struct error e;

	if (settings_load_from(&d->settings, &d->env,
		    (supabase ? NEED_SUPABASE : 0) | notion_need(d), &e) < 0) {
		find_bad(f, &e);
		return;
	}
	d->settings_loaded = true;
	find_ok(f,
		"state in %s, logs in %s, a run every %ld s, %ld requests "
		"a minute to Notion%s%s",
		d->settings.state_dir, d->settings.log_dir,
		d->settings.interval, d->settings.notion_rpm,
		d->settings.names.file ? ", names of columns and properties "
					 "from "
				       : "",
		d->settings.names.file ? d->settings.names.file : "");
}
