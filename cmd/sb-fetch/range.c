#include <string.h>

#include "fetch.h"
#include "supabase/errors.h"

/* A line has room for four texts of this length, whatever is escaped. */
#define TEXT_MAX (STREAM_LINE_MAX / 32)

int range_init(
	struct range *r, struct table_fetch *of, FILE *out, struct error *e)
{
	*r = (struct range){ .of = of, .page_size = of->page_size };
	if (supabase_client_init(&r->client, of->settings, of->stop, e) < 0) {
		r->of = NULL;
		return -1;
	}
	stream_writer_init(&r->out, out);
	return 0;
}

void range_fini(struct range *r)
{
	if (!r->of)
		return;
	stream_writer_fini(&r->out);
	supabase_client_fini(&r->client);
}

/* --- a row ---------------------------------------------------------------- */

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
 * on, and normalize reports it; the rows after it continue the paging. 0 where
 * the row belongs to the next range.
 */
static int check_order(struct range *r, const json *row, struct error *e)
{
	const char *text = json_str(row, "id");
	char id[UUID_SIZE];

	if (!text)
		return 1;
	if (uuid_normalize(text, id) < 0)
		return fail(e, RC_CONFIG,
			"Supabase, table %s: the id \"%.60s\" is not a UUID; "
			"the column %s must be of type uuid",
			r->client.table, text,
			column_name(r->client.names, "id"));
	if (!r->begins && strcmp(id, r->last) == 0)
		return supabase_same_id(
			e, r->client.sql_table, r->client.names, id);
	if (r->last[0] && strcmp(id, r->last) <= 0)
		return fail(e, RC_STREAM,
			"Supabase, table %s: row %s comes after %s, although "
			"the rows were requested in order of id: rows may be "
			"missing from this listing, so it can't be used",
			r->client.table, id, r->last);
	if (r->before[0] && strcmp(id, r->before) >= 0)
		return 0;
	memcpy(r->last, id, sizeof id);
	r->begins = false;
	return 1;
}

/* 1: written, 0: it belongs to the next range, -1. */
static int write_row(struct range *r, json *take_row, struct error *e)
{
	int own = check_order(r, take_row, e);
	json *line;

	if (own > 0 && supabase_check_types(r->client.sql_table,
			       r->client.names, take_row, e) < 0)
		own = -1;
	if (own <= 0) {
		json_free(take_row);
		return own;
	}
	shorten(take_row);
	line = stream_line("row");
	json_put(line, "row", take_row);
	return stream_write(&r->out, line, e) < 0 ? -1 : 1;
}

/* --- a page --------------------------------------------------------------- */

static void tell(struct range *r, uint64_t rows)
{
	struct table_fetch *of = r->of;

	pthread_mutex_lock(&of->lock);
	of->rows += rows;
	progress_tell(&of->progress, (int64_t)of->rows);
	pthread_mutex_unlock(&of->lock);
}

/* Only an empty page is the end: a server may shorten every page. */
static void note_cut(struct range *r, size_t n)
{
	bool tell_it = false;

	if (r->short_page) {
		pthread_mutex_lock(&r->of->lock);
		tell_it = !r->of->told_of_cut;
		r->of->told_of_cut = true;
		pthread_mutex_unlock(&r->of->lock);
	}
	if (tell_it)
		info("the server returns fewer rows at a time than the %ld "
		     "requested (its setting Max rows); reading continues",
			r->page_size);
	r->short_page = n < (size_t)r->page_size;
}

int range_write(struct range *r, json *take_rows, struct error *e)
{
	uint64_t before = r->out.count;
	char last[UUID_SIZE];
	int own = 1;
	json *row;

	memcpy(last, r->last, sizeof last);
	r->begins = true;
	while (own > 0 && (row = json_take_first(take_rows)))
		own = write_row(r, row, e);
	json_free(take_rows);
	if (own > 0 && strcmp(last, r->last) == 0)
		own = fail(e, RC_STREAM,
			"Supabase, table %s: none of the rows after %s has a "
			"readable id, so reading can't continue",
			r->client.table, last[0] ? last : "the start");
	tell(r, r->out.count - before);
	return own < 0 || stream_flush(&r->out, e) < 0 ? -1 : own;
}

/* Asks for fewer rows where that may help; 0: again. */
static int recover(struct range *r, const struct api_error *a, struct error *e)
{
	if (!a->smaller || r->page_size == 1)
		return api_fail(a, e, "Supabase, reading the rows");
	r->page_size /= 2;
	r->short_page = false;
	info("%s; asking for %ld rows at a time", a->message, r->page_size);
	return 0;
}

/* The next rows without the first `offset` of them. */
static int read_rows(struct range *r, int64_t offset, json **rows,
	int64_t *total, struct error *e)
{
	struct supabase_slice slice = {
		.after = r->last[0] ? r->last : NULL,
		.before = r->before[0] ? r->before : NULL,
		.offset = offset,
		.limit = (int)r->page_size,
	};
	struct api_error a;

	while (supabase_rows_count(&r->client, &slice, rows, total, &a) < 0) {
		if (recover(r, &a, e) < 0)
			return -1;
		slice.limit = (int)r->page_size;
		/* Maybe it was the counting that took so long. */
		if (total)
			*total = -1;
		total = NULL;
	}
	return 0;
}

int range_page(struct range *r, int64_t *total, struct error *e)
{
	json *rows;

	if (read_rows(r, 0, &rows, total, e) < 0)
		return -1;
	if (json_count(rows) == 0) {
		json_free(rows);
		return 0;
	}
	note_cut(r, json_count(rows));
	return range_write(r, rows, e);
}

int range_begin(struct range *r, int64_t offset, json **rows,
	char first[UUID_SIZE], struct error *e)
{
	const char *id;

	if (read_rows(r, offset, rows, NULL, e) < 0)
		return -1;
	id = json_str(json_first(*rows), "id");
	if (id && uuid_normalize(id, first) == 0)
		return 1;
	/* Without its id nothing can begin there: the range before reads on. */
	json_free(*rows);
	*rows = NULL;
	return 0;
}

static bool others_failed(struct range *r)
{
	bool failed;

	pthread_mutex_lock(&r->of->lock);
	failed = r->of->failed;
	pthread_mutex_unlock(&r->of->lock);
	return failed;
}

int range_rest(struct range *r, struct error *e)
{
	int more;

	do
		more = others_failed(r) ? 0 : range_page(r, NULL, e);
	while (more > 0);
	return more;
}
