/* sb-fetch: every row of the Supabase table, as a fetch stream. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch.h"
#include "util/opt.h"
#include "util/stop.h"

#define PAGE_SIZE 100
#define PAGE_SIZE_MAX 1000

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

/* By the clock of the service, however this machine's is set. */
static usec began_there(const struct range *r)
{
	return api_now(&r->client.api) - (time_monotonic() - r->of->began);
}

/* The columns have been looked for, so the service has told its time. */
static int write_head(struct range *r, struct error *e)
{
	const struct settings *s = r->of->settings;
	char *scope = supabase_scope(s->supabase_url, s->schema, s->table);
	json *head = stream_head("fetch"), *own = own_columns(&s->names);
	char at[TIME_SIZE];

	json_put_str(head, "source", "supabase");
	json_put_str(head, "scope", scope);
	json_put_str(head, "mode", "full");
	json_put_bool(head, "soft_delete", r->client.soft_delete);
	if (own)
		json_put(head, "columns", own);
	json_put_str(head, "at", time_format(began_there(r), at));
	free(scope);
	return stream_write(&r->out, head, e);
}

static int write_end(struct range *r, bool complete, struct error *e)
{
	json *end = stream_line("end");

	json_put_str(end, "source", "supabase");
	api_counters_to_end(&r->client.api.counters, end);
	return stream_write_end(&r->out, end, complete, e);
}

/*
 * The first page says how large the table is. A table that shrank meanwhile, or
 * of which nobody knows, is read from one page to the next.
 */
static int read_table(struct range *r, struct error *e)
{
	int64_t total = -1;
	int more = range_page(r, &total, e);

	if (more > 0 && total >= RANGES_FROM &&
		total - (int64_t)r->out.count > RANGES_FROM / 2)
		return ranges_read(r, total, e);
	return more > 0 ? range_rest(r, e) : more;
}

static int fetch_all(struct range *r, struct error *e)
{
	struct error ignored;

	if (supabase_find_columns(&r->client, e) < 0 || write_head(r, e) < 0)
		return -1;
	if (read_table(r, e) == 0)
		return write_end(r, true, e);
	if (e->code != RC_LOCAL)
		write_end(r, false, &ignored);
	return -1;
}

static int run(struct table_fetch *f, struct error *e)
{
	struct settings s;
	struct range r;
	int rc = -1;

	f->stop = stop_on_signals();
	f->began = time_monotonic();
	if (settings_load(&s, NEED_SUPABASE, e) < 0)
		return -1;
	f->settings = &s;
	if (range_init(&r, f, stdout, e) == 0)
		rc = fetch_all(&r, e);
	range_fini(&r);
	settings_fini(&s);
	f->settings = NULL;
	return rc;
}

int main(int argc, char **argv)
{
	struct table_fetch f = { .page_size = PAGE_SIZE,
		.lock = PTHREAD_MUTEX_INITIALIZER };
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
