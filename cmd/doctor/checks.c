#include "doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIT(id) (1u << CHECK_##id)
#define SUPABASE_SET \
	(BIT(SUPABASE_URL) | BIT(SUPABASE_KEY_FORM) | BIT(SETTINGS))
#define FORMS \
	(BIT(SUPABASE_URL) | BIT(SUPABASE_KEY_FORM) | BIT(NOTION_KEY_FORM) | \
		BIT(NOTION_DATABASE_FORM))
#define NOTION_SET (BIT(NOTION_KEY_FORM) | BIT(SETTINGS))

static const struct check checks[CHECKS] = {
	[CHECK_ENV_FILE] = { "env-file", 0, 0, check_env_file },
	[CHECK_SUPABASE_URL] = { "SUPABASE_URL", BIT(ENV_FILE), 0,
		check_supabase_url },
	[CHECK_SUPABASE_KEY_FORM] = { "SUPABASE_SERVICE_ROLE_KEY",
		BIT(ENV_FILE), 0, check_supabase_key_form },
	[CHECK_NOTION_KEY_FORM] = { "NOTION_API_KEY", BIT(ENV_FILE), 0,
		check_notion_key_form },
	[CHECK_NOTION_DATABASE_FORM] = { "NOTION_DATABASE_ID", BIT(ENV_FILE), 0,
		check_notion_database_form },
	[CHECK_SETTINGS] = { "settings", BIT(ENV_FILE), FORMS, check_settings },
	[CHECK_CLOCK] = { "clock", BIT(SETTINGS), FORMS, check_clock },
	[CHECK_TLS] = { "tls", BIT(SETTINGS), FORMS, check_tls },
	[CHECK_SUPABASE] = { "supabase", SUPABASE_SET, 0, check_supabase },
	[CHECK_SUPABASE_KEY] = { "supabase-key", BIT(SUPABASE), 0,
		check_supabase_key },
	[CHECK_TABLE] = { "table", BIT(SUPABASE_KEY), 0, check_table },
	[CHECK_COLUMNS] = { "columns", BIT(TABLE), 0, check_columns },
	[CHECK_TYPES] = { "column-types", BIT(COLUMNS), 0, check_types },
	[CHECK_GRANTS] = { "grants", BIT(TABLE), BIT(COLUMNS), check_grants },
	[CHECK_TRIGGERS] = { "triggers", BIT(COLUMNS), 0, check_triggers },
	[CHECK_SOFT_DELETE] = { "soft-delete", BIT(COLUMNS), 0,
		check_soft_delete },
	[CHECK_LINK_INDEX] = { "link-index", BIT(GRANTS), 0, check_link_index },
	[CHECK_NOTION] = { "notion", NOTION_SET, BIT(NOTION_DATABASE_FORM),
		check_notion },
	[CHECK_NOTION_KEY] = { "notion-key", BIT(NOTION), 0, check_notion_key },
	[CHECK_READ] = { "read", BIT(NOTION_KEY) | BIT(NOTION_DATABASE_FORM), 0,
		check_read },
	[CHECK_DATABASE] = { "database", BIT(READ), 0, check_database },
	[CHECK_INSERT] = { "insert", BIT(NOTION_KEY), 0, check_insert },
	[CHECK_UPDATE] = { "update", BIT(NOTION_KEY), 0, check_update },
	[CHECK_PROPERTIES] = { "properties", BIT(DATABASE), 0,
		check_properties },
	[CHECK_FOLDERS] = { "folders", BIT(SETTINGS), 0, check_folders },
	[CHECK_DISK] = { "disk", BIT(SETTINGS), 0, check_disk },
	[CHECK_LOCK] = { "lock", BIT(SETTINGS), 0, check_lock },
	[CHECK_BASE] = { "base", BIT(SETTINGS), 0, check_base },
	[CHECK_APPROVED] = { "approved", BIT(SETTINGS), 0, check_approved },
	[CHECK_SCHEDULER] = { "scheduler", BIT(SETTINGS), 0, check_scheduler },
};

const struct check *check_at(enum check_id id)
{
	return &checks[id];
}

int check_find(const char *name)
{
	for (int id = 0; id < CHECKS; id++)
		if (strcmp(checks[id].name, name) == 0)
			return id;
	return -1;
}

__attribute__((format(printf, 3, 0))) static void find(
	struct finding *f, enum mark mark, const char *fmt, va_list ap)
{
	f->mark = mark;
	vsnprintf(f->text, sizeof f->text, fmt, ap);
}

void find_ok(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	find(f, MARK_OK, fmt, ap);
	va_end(ap);
}

void find_warn(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	find(f, MARK_WARN, fmt, ap);
	va_end(ap);
}

void find_unknown(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	find(f, MARK_SKIPPED, fmt, ap);
	va_end(ap);
}

void find_bad(struct finding *f, const struct error *e)
{
	f->mark = MARK_BAD;
	f->code = e->code;
	snprintf(f->text, sizeof f->text, "%s", e->text);
}

bool doctor_holds(const struct doctor *d, enum check_id id)
{
	return d->found[id].mark == MARK_OK || d->found[id].mark == MARK_WARN;
}

/* The check that blocks this one; CHECKS: none. */
static enum check_id obstacle(const struct doctor *d, enum check_id id)
{
	for (enum check_id need = 0; need < CHECKS; need++)
		if (checks[id].needs & 1u << need && !doctor_holds(d, need))
			return need;
	return CHECKS;
}

/* A check comes after those that it needs, so one pass backwards is enough. */
static uint32_t with_needs(uint32_t wanted, bool and_after)
{
	for (int id = CHECKS - 1; id >= 0; id--)
		if (wanted & 1u << id)
			wanted |= checks[id].needs |
				  (and_after ? checks[id].after : 0);
	return wanted;
}

void doctor_run(struct doctor *d, uint32_t wanted)
{
	uint32_t all = with_needs(wanted, true);
	uint32_t needed = with_needs(wanted, false);

	for (enum check_id id = 0; id < CHECKS && *d->stop == 0; id++) {
		struct finding *f = &d->found[id];
		enum check_id in_the_way = obstacle(d, id);

		if (!(all & 1u << id))
			continue;
		if (in_the_way == CHECKS)
			checks[id].run(d, f);
		else
			find_unknown(f, "needs: %s", checks[in_the_way].name);
	}
	/* A check that was only needed by others is shown where it is bad. */
	for (enum check_id id = 0; id < CHECKS; id++)
		if (!(wanted & 1u << id) &&
			!(needed & 1u << id && d->found[id].mark == MARK_BAD))
			d->found[id].mark = MARK_NONE;
}

void doctor_fini(struct doctor *d)
{
	if (d->supabase_is.open)
		supabase_client_fini(&d->supabase);
	json_free(d->notion_user);
	if (d->notion_is.open)
		notion_client_fini(&d->notion);
	if (d->settings_loaded)
		settings_fini(&d->settings);
	env_file_fini(&d->env);
	free(d->env_path);
}

int doctor_code(const struct doctor *d)
{
	static const int order[] = { RC_BUG, RC_CONFIG, RC_CREDENTIALS,
		RC_LOCAL, RC_STREAM, RC_TEMPORARY };
	int code = RC_DONE;

	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		for (enum check_id id = 0; id < CHECKS; id++)
			if (d->found[id].mark == MARK_BAD &&
				(int)d->found[id].code == order[i])
				return order[i];
	for (enum check_id id = 0; id < CHECKS; id++)
		if (d->found[id].mark == MARK_WARN ||
			d->found[id].mark == MARK_BAD)
			code = RC_ATTENTION;
	return code;
}
