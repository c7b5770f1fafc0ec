/*
 * Supabase's answers into the client, and its rows into what is made of them.
 * The part "call" says what is asked for; service.h has the answers.
 */
#include "service.h"

#include <stdlib.h>
#include <string.h>

#include "supabase/client.h"
#include "util/text.h"

static struct supabase_client client;
static struct settings settings;

static void begin(void)
{
	static char url[] = "http://127.0.0.1:1", key[] = "sb_secret_of_ours",
		    table[] = "decision_vault", schema[] = "public";
	struct error e;

	if (!client.api.http.curl) {
		settings = (struct settings){ .supabase_url = url,
			.supabase_key = key,
			.table = table,
			.schema = schema,
			.timeout = 1,
			.retries = 2 };
		must(supabase_client_init(&client, &settings, NULL, &e) == 0);
		client.api.rate = NULL; /* no time passes here */
		client.api.backoff_ms = 0;
	}
	client.soft_delete = true;
}

/* What a row says is what is written for it, in the normal forms. */
static void check_row(const json *object)
{
	struct supabase_row row;
	struct problem p;
	struct error e;
	json *written;

	if (supabase_check_types(client.sql_table, NULL, object, &e) < 0)
		must_be_error(&e);
	if (supabase_row_parse(&row, object, client.soft_delete, &p) < 0) {
		must(p.code && utf8_valid(p.detail, strlen(p.detail)));
		must(!*row.id || uuid_is_normal(row.id));
	} else {
		const struct decision d = supabase_row_decision(&row);
		struct decision back;

		must(uuid_is_normal(row.id));
		must(!*row.page_id || uuid_is_normal(row.page_id));
		must(supabase_can_hold(&d, &p) == 0);
		written = json_object();
		supabase_row_put(written, &d, ALL_FIELDS);
		must(decision_parse(&back, NULL, written) == 0);
		must(decision_changes(&d, &back) == 0);
		json_free(written);
	}
	supabase_row_fini(&row);
}

static void check_rows(const json *rows)
{
	must(json_is_array(rows));
	for (const json *v = json_first(rows); v; v = json_next(v))
		check_row(v);
}

static int call_for_all(char call, struct error *e)
{
	bool unique;

	switch (call) {
	case 'c':
		return supabase_find_columns(&client, e);
	case 't':
		return supabase_probe_types(&client, e);
	case 'u':
		return supabase_probe_update(&client, e);
	case 'i':
		return supabase_probe_insert(&client, e);
	default:
		return supabase_probe_link(&client, &unique, e);
	}
}

static int no_objection(void *arg)
{
	(void)arg;
	return 0;
}

static int patch(json **row, struct api_error *a)
{
	struct buf where = SUPABASE_WHERE_INIT;
	json *set = json_object();
	int rc;

	must(supabase_where(&where, client.names, "id", FUZZ_ID) == 0);
	must(supabase_where_time(
		     &where, client.names, "updated_at", USEC_NONE) == 0);
	must(supabase_where_deleted(&where, client.names, false) == 0);
	json_put_str(set, "decision", "A");
	rc = supabase_row_patch(&client, FUZZ_ID, &where, set, row, a);
	json_free(set);
	buf_fini(&where);
	return rc;
}

static int insert(json **rows, struct api_error *a)
{
	json *sent = json_array(), *row = json_add(sent, json_object());
	int rc;

	json_put_str(row, "id", FUZZ_ID);
	rc = supabase_rows_insert(&client, sent, no_objection, NULL, rows, a);
	json_free(sent);
	return rc;
}

static int call_for_rows(char call, json **rows, struct api_error *a)
{
	static const char *const ids[] = { FUZZ_ID };
	struct supabase_slice slice = { .limit = 100 };
	int64_t total = -1;
	int rc;

	switch (call) {
	case 'a':
		return supabase_rows_after(&client, FUZZ_ID, 100, rows, a);
	case 'r':
		return supabase_rows_read(&client, &slice, rows, a);
	case 'n':
		rc = supabase_rows_count(&client, &slice, rows, &total, a);
		must(rc < 0 || total >= -1);
		return rc;
	case 'd':
		return supabase_rows_by_ids(&client, ids, 1, rows, a);
	case 'p':
		return supabase_rows_by_pages(&client, ids, 1, rows, a);
	default:
		return insert(rows, a);
	}
}

static int call_for_one(char call, json **row, struct api_error *a)
{
	switch (call) {
	case 'g':
		return supabase_row_get(&client, FUZZ_ID, row, a);
	case 'l':
		return supabase_row_by_page(&client, FUZZ_ID, row, a);
	case 'w':
		return supabase_answers(&client, a);
	default:
		return patch(row, a);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part p = fuzz_part(data, size, "call");
	char call = p.len ? p.text[0] : 'a';
	struct api_error a = { 0 };
	struct error e;
	json *v = NULL;

	begin();
	service_begin(data, size);
	if (strchr("ctuiq", call)) {
		if (call_for_all(call, &e) < 0)
			must_be_error(&e);
	} else if (strchr("arndps", call)) {
		if (call_for_rows(call, &v, &a) < 0)
			must_be_told(&a);
		else
			check_rows(v);
	} else if (call_for_one(call, &v, &a) < 0) {
		must_be_told(&a);
	} else if (v) {
		check_row(v);
	}
	json_free(v);
	service_end();
	return 0;
}
