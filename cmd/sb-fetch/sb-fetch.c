/* sb-fetch: every row of the Supabase table, as a fetch stream. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings/settings.h"
#include "supabase/client.h"
#include "util/opt.h"
#include "util/progress.h"
#include "util/stop.h"
#include "util/stream.h"

#define PAGE_SIZE 100
#define PAGE_SIZE_MAX 1000

/* A line has room for four texts of this length, whatever is escaped. */
#define TEXT_MAX (STREAM_LINE_MAX / 32)

struct table_fetch {
	struct supabase_client client;
	struct stream_writer out;
	char last[UUID_SIZE]; /* id of the row read last; "": none yet */
	long page_size;
	bool short_page, told_of_cut;
	struct progress progress;
};

static const struct option_spec options[] = {
	{ 'p', "page-size", "N", "rows a request, 1 to 1000 (100)" },
	{ 'P', "progress", NULL, "tell how far it is while it works" },
};

static const struct command command = {
	.name = "sb-fetch",
	.operands = "",
	.purpose = "Writes every row of the Supabase table as a fetch stream.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes = "Settings: SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, "
		 "SUPABASE_SCHEMA, SUPABASE_TABLE; see sb-fetch(1).",
};

static int write_head(
	struct table_fetch *f, const struct settings *s, struct error *e)
{
	char *scope = supabase_scope(s->supabase_url, s->schema, s->table);
	json *head = stream_head("fetch");
	char now[TIME_SIZE];

	json_put_str(head, "source", "supabase");
	json_put_str(head, "scope", scope);
	json_put_str(head, "mode", "full");
	json_put_bool(head, "soft_delete", f->client.soft_delete);
	json_put_str(head, "at", time_format(time_now(), now));
	free(scope);
	return stream_write(&f->out, head, e);
}

static int write_end(struct table_fetch *f, bool complete, struct error *e)
{
	json *end = stream_line("end");

	json_put_str(end, "source", "supabase");
	api_counters_to_end(&f->client.api.counters, end);
	return stream_write_end(&f->out, end, complete, e);
}

static bool fits_a_line(const json *row)
{
	struct buf text = BUF_INIT(STREAM_LINE_MAX - 64);
	size_t total = 0;
	bool fits;

	for (const json *v = json_first(row); v; v = json_next(v))
		total += json_text(v) ? strlen(json_text(v)) : 0;
	if (total <= 4 * TEXT_MAX)
		return true;
	fits = json_print(row, &text) == 0;
	buf_fini(&text);
	return fits;
}

/*
 * A row too long for a line is passed on without its longest texts: so it is a
 * problem of one record and doesn't end the run.
 */
static void shorten(json *row)
{
	if (fits_a_line(row))
		return;
	for (json *v = json_first(row), *next; v; v = next) {
		json *mark;

		next = json_next(v);
		if (!json_text(v) || strlen(json_text(v)) <= TEXT_MAX)
			continue;
		mark = json_object();
		json_put_str(mark, "unreadable", "too long for a record");
		json_put(row, json_key(v), mark);
	}
}

/*
 * Paging relies on the order of the ids. A row whose id can't be read is passed
 * on, and normalize reports it; the rows after it continue the paging.
 */
static int check_order(struct table_fetch *f, const json *row, struct error *e)
{
	const char *text = json_str(row, "id");
	char id[UUID_SIZE];

	if (!text)
		return 0;
	if (uuid_normalize(text, id) < 0)
		return fail(e, RC_CONFIG,
			"Supabase, table %s: the id \"%.60s\" is not a UUID; "
			"the column id must be of type uuid",
			f->client.table, text);
	if (f->last[0] && strcmp(id, f->last) <= 0)
		return fail(e, RC_STREAM,
			"Supabase, table %s: row %s comes after %s, although "
			"the rows were requested in order of id: rows may be "
			"missing from this listing, so it can't be used",
			f->client.table, id, f->last);
	memcpy(f->last, id, sizeof id);
	return 0;
}

static int write_rows(struct table_fetch *f, json *rows, struct error *e)
{
	char before[UUID_SIZE];
	json *row, *line;

	memcpy(before, f->last, sizeof before);
	while ((row = json_take_first(rows))) {
		if (check_order(f, row, e) < 0 ||
			supabase_check_types(f->client.sql_table, row, e) < 0) {
			json_free(row);
			return -1;
		}
		shorten(row);
		line = stream_line("row");
		json_put(line, "row", row);
		if (stream_write(&f->out, line, e) < 0)
			return -1;
	}
	if (strcmp(before, f->last) == 0)
		return fail(e, RC_STREAM,
			"Supabase, table %s: none of the rows after %s has a "
			"readable id, so reading can't continue",
			f->client.table, before[0] ? before : "the start");
	progress_tell(&f->progress, (int64_t)f->out.count);
	return stream_flush(&f->out, e);
}

/* Only an empty page is the end: a server may shorten every page. */
static void note_cut(struct table_fetch *f, size_t n)
{
	if (f->short_page && !f->told_of_cut) {
		info("the server returns fewer rows at a time than the %ld "
		     "requested (its setting Max rows); reading continues",
			f->page_size);
		f->told_of_cut = true;
	}
	f->short_page = n < (size_t)f->page_size;
}

/* 1: more may follow, 0: the end, -1. */
static int fetch_page(struct table_fetch *f, struct error *e)
{
	struct api_error a;
	json *rows;
	int rc;

	while (supabase_rows_after(&f->client, f->last[0] ? f->last : NULL,
		       (int)f->page_size, &rows, &a) < 0) {
		if (!a.smaller || f->page_size == 1)
			return api_fail(&a, e, "Supabase, reading the rows");
		f->page_size /= 2;
		f->short_page = false;
		info("%s; asking for %ld rows at a time", a.message,
			f->page_size);
	}
	rc = json_count(rows) > 0;
	if (rc > 0) {
		note_cut(f, json_count(rows));
		if (write_rows(f, rows, e) < 0)
			rc = -1;
	}
	json_free(rows);
	return rc;
}

static int fetch_all(
	struct table_fetch *f, const struct settings *s, struct error *e)
{
	struct error ignored;
	int more = -1;

	if (supabase_find_columns(&f->client, e) < 0)
		return -1;
	if (write_head(f, s, e) < 0)
		return -1;
	do
		more = fetch_page(f, e);
	while (more > 0);
	if (more == 0)
		return write_end(f, true, e);
	if (e->code != RC_LOCAL)
		write_end(f, false, &ignored);
	return -1;
}

static int run(struct table_fetch *f, struct error *e)
{
	const atomic_int *stop = stop_on_signals();
	struct settings s;
	int rc = -1;

	if (settings_load(&s, NEED_SUPABASE, e) < 0)
		return -1;
	if (supabase_client_init(&f->client, &s, stop, e) == 0) {
		stream_writer_init(&f->out, stdout);
		rc = fetch_all(f, &s, e);
		stream_writer_fini(&f->out);
		supabase_client_fini(&f->client);
	}
	settings_fini(&s);
	return rc;
}

int main(int argc, char **argv)
{
	struct table_fetch f = { .page_size = PAGE_SIZE };
	struct error e;
	struct opt o;
	bool progress = false;
	int id, code;

	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, &code)) != OPT_DONE) {
		if (id == OPT_EXIT)
			return code;
		if (id == 'P')
			progress = true;
		else if (parse_number(o.value, 1, PAGE_SIZE_MAX, &f.page_size) <
			 0)
			return opt_usage(&command,
				"--page-size must be a number from 1 to %d",
				PAGE_SIZE_MAX);
	}
	if (opt_operands(&o, 0) != 0)
		return RC_USAGE;
	progress_begin(&f.progress, progress, "rows fetched", 0);
	code = run(&f, &e);
	progress_end(&f.progress);
	if (code < 0)
		return stop_or(error_report(&e));
	if (close_stdout(&e) < 0)
		return error_report(&e);
	return stop_or(RC_DONE);
}
