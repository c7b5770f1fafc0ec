/* Supabase: the key, the table, and what the key may do with it. */
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "sync/base.h"
#include "util/file.h"

#define SQL_FILE "doctor --sql"

/* Which check the first answer is about; CHECKS: it was a good answer. */
static enum check_id first_trouble(const struct doctor *d)
{
	static const struct {
		const char *code;
		enum check_id id;
	} codes[] = {
		{ "42P01", CHECK_TABLE },
		{ "PGRST205", CHECK_TABLE },
		{ "42501", CHECK_GRANTS },
		{ "42703", CHECK_COLUMNS },
		{ "PGRST204", CHECK_COLUMNS },
	};
	const struct service *s = &d->supabase_is;

	if (s->rc == 0)
		return CHECKS;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (strcmp(s->error.code, codes[i].code) == 0)
			return codes[i].id;
	return s->answered && s->error.action == API_CREDENTIALS
		       ? CHECK_SUPABASE_KEY
		       : CHECK_SUPABASE;
}

/* Bad where the first answer is about this check. */
static bool is_troubled(
	const struct doctor *d, enum check_id id, struct finding *f)
{
	if (first_trouble(d) != id)
		return false;
	find_bad(f, &d->supabase_is.words);
	return true;
}

void check_supabase(struct doctor *d, struct finding *f)
{
	ask_supabase(d);
	if (!is_troubled(d, CHECK_SUPABASE, f))
		find_ok(f, "%s answers", d->settings.supabase_url);
}

void check_supabase_key(struct doctor *d, struct finding *f)
{
	if (!is_troubled(d, CHECK_SUPABASE_KEY, f))
		find_ok(f, "accepted");
}

void check_table(struct doctor *d, struct finding *f)
{
	if (!is_troubled(d, CHECK_TABLE, f))
		find_ok(f, "%s exists", d->supabase.sql_table);
}

void check_columns(struct doctor *d, struct finding *f)
{
	struct error e;

	if (first_trouble(d) == CHECK_GRANTS)
		find_unknown(f, "can't be checked without the grant to read");
	else if (is_troubled(d, CHECK_COLUMNS, f))
		return;
	else if (supabase_find_columns(&d->supabase, &e) < 0)
		find_bad(f, &e);
	else
		find_ok(f, "all exist");
}

void check_types(struct doctor *d, struct finding *f)
{
	struct api_error a;
	struct error e;
	json *rows = NULL;
	int rc = 0;

	if (supabase_probe_types(&d->supabase, &e) < 0)
		rc = -1;
	else if (supabase_rows_after(&d->supabase, NULL, 100, &rows, &a) < 0)
		rc = api_fail(&a, &e, "Supabase");
	for (json *row = json_first(rows); row && rc == 0; row = json_next(row))
		rc = supabase_check_types(
			d->supabase.sql_table, d->supabase.names, row, &e);
	json_free(rows);
	if (rc < 0)
		find_bad(f, &e);
	else
		find_ok(f, "every column has the right type");
}

/* How many live pairs of this table the local base has. */
static size_t known_pairs(const struct settings *settings)
{
	char *path = path_join(settings->state_dir, "base.ndjson");
	char *table = supabase_scope(
		settings->supabase_url, settings->schema, settings->table);
	const char *of;
	struct base base;
	struct error ignored;
	size_t n = 0;

	if (base_load(&base, path, &ignored) == 0) {
		of = json_str(base.scope, "supabase");
		if (of && strcmp(of, table) == 0)
			for (size_t i = 0; i < base_count(&base); i++)
				n += !base_is_deleted(base_pair_at(&base, i));
		base_fini(&base);
	}
	free(table);
	free(path);
	return n;
}

static bool sees_no_row(struct supabase_client *c)
{
	struct api_error ignored;
	json *rows = NULL;
	bool none = supabase_rows_after(c, NULL, 1, &rows, &ignored) == 0 &&
		    !json_first(rows);

	json_free(rows);
	return none;
}

void check_grants(struct doctor *d, struct finding *f)
{
	struct error e;
	size_t pairs;

	if (is_troubled(d, CHECK_GRANTS, f))
		return;
	if (!doctor_holds(d, CHECK_COLUMNS))
		find_unknown(f, "needs: columns");
	else if (supabase_probe_update(&d->supabase, &e) < 0 ||
		 supabase_probe_insert(&d->supabase, &e) < 0)
		find_bad(f, &e);
	else if ((pairs = known_pairs(&d->settings)) > 0 &&
		 sees_no_row(&d->supabase))
		find_warn(f,
			"the table shows no rows, but the local base has %zu "
			"pairs: unless the rows were erased, row-level "
			"security hides them from this key; set "
			"SUPABASE_SERVICE_ROLE_KEY to the project's secret "
			"key, which bypasses policies",
			pairs);
	else
		find_ok(f, "rows may be read, updated and inserted");
}

/* Triggers can't be seen from here, but apply records what they do. */
void check_triggers(struct doctor *d, struct finding *f)
{
	char *path = path_join(d->settings.state_dir, "base.ndjson");
	size_t checksums = 0, marks = 0;
	struct base base;
	struct error e;

	if (base_load(&base, path, &e) == 0) {
		for (size_t i = 0; i < base_count(&base); i++) {
			const struct base_pair *p = base_pair_at(&base, i);

			checksums += p->rewrites_checksum[SUPABASE];
			marks += p->resets_synced[SUPABASE];
		}
		base_fini(&base);
	}
	free(path);
	if (checksums || marks)
		find_warn(f,
			"a trigger of the table changes what the sync writes "
			"(%s of %zu rows, %s of %zu), so "
			"these columns can't mark what was agreed: let the "
			"trigger leave both alone",
			column_name(d->supabase.names, "checksum"), checksums,
			column_name(d->supabase.names, "notion_synced"), marks);
	else
		find_unknown(f,
			"doctor can't see without a write whether every edit "
			"sets updated_at: " SQL_FILE
			" prints what creates the trigger; without it, an edit in the "
			"dashboard counts as old when a conflict is decided");
}

void check_soft_delete(struct doctor *d, struct finding *f)
{
	const char *column = column_name(d->supabase.names, "deleted_at");

	if (d->supabase.soft_delete)
		find_ok(f, "%s exists: deletions are synced both ways", column);
	else
		find_ok(f,
			"there is no column %s: a page in the trash "
			"is reported, but its row stays; " SQL_FILE
			" prints the SQL that adds it",
			column);
}

void check_link_index(struct doctor *d, struct finding *f)
{
	const char *column = column_name(d->supabase.names, "notion_page_id");
	struct error e;
	bool unique;

	if (supabase_probe_link(&d->supabase, &unique, &e) < 0)
		find_bad(f, &e);
	else if (unique)
		find_ok(f, "%s is unique: one row per page", column);
	else
		find_ok(f,
			"%s has no unique index: rows that claim the same page "
			"are left alone and reported; " SQL_FILE
			" prints the SQL that creates the index",
			column);
}
