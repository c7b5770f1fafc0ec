/* fields.json: settings/field_names.h. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "notion/schema.h"
#include "supabase/columns.h"
#include "supabase/row.h"
#include "util/text.h"

static const char *const columns[] = { "id", "decision", "type", "date",
	"created_at", "updated_at", "notion_page_id", "notion_synced",
	"checksum", "deleted_at" };
static const char *const properties[] = { "Decision", "Type", "Date",
	"Checksum", "Synced" };

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* No two fields have one name: a write could go to either. */
static void must_differ(const struct field_names *n, const char *const *usual,
	size_t count,
	const char *(*name)(const struct field_names *, const char *))
{
	for (size_t i = 0; i < count; i++) {
		const char *is = name(n, usual[i]);

		must(*is && utf8_valid(is, strlen(is)));
		for (size_t k = 0; k < i; k++)
			must(strcmp(is, name(n, usual[k])) != 0);
	}
}

static bool is_number(const json *v, int64_t n)
{
	int64_t is;

	return json_whole(v, &is) == 0 && is == n;
}

/* A row that is sent has the names of the table, and each value once. */
static void check_rename(const struct field_names *n)
{
	json *row = json_object(), *sent;

	for (size_t i = 0; i < LENGTH(columns); i++)
		json_put_int(row, columns[i], (int64_t)i);
	sent = columns_rename(n, row);
	if (sent) {
		must(json_count(sent) == LENGTH(columns));
		for (size_t i = 0; i < LENGTH(columns); i++)
			must(is_number(
				json_get(sent, column_name(n, columns[i])),
				(int64_t)i));
	}
	json_free(sent);
	json_free(row);
}

static void check_lists(const struct field_names *n)
{
	struct buf out = BUF_INIT(OUTPUT_MAX);

	columns_list(&out, n, SUPABASE_COLUMNS, true);
	columns_sql_create(&out, n);
	columns_sql_add(&out, n);
	must(utf8_valid(buf_str(&out), out.len));
	buf_fini(&out);
	json_free(own_columns(n));
	json_free(own_properties(n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct field_names n = { 0 };
	struct error e;

	if (field_names_parse(&n, "fields.json", (const char *)data, size, &e) <
		0) {
		must(e.code == RC_CONFIG && strstr(e.text, "fields.json"));
		must_be_error(&e);
	} else {
		must_differ(&n, columns, LENGTH(columns), column_name);
		must_differ(&n, properties, LENGTH(properties), property_name);
		for (size_t i = 0; i < COLUMN_NAMES; i++)
			must(!n.column[i] ||
				strlen(n.column[i]) <= COLUMN_NAME_MAX);
		check_rename(&n);
		check_lists(&n);
	}
	field_names_fini(&n);
	return 0;
}
