/* notion-fetch: every page of the Notion data source, as a fetch stream. */
#include <string.h>

#include "fetch.h"
#include "notion/page.h"
#include "settings/settings.h"
#include "util/opt.h"
#include "util/stop.h"

enum {
	ID_FULL = 256,
	ID_LOOK_UP
};

static const struct option_spec options[] = {
	{ 'k', "known", "FILE",
		"a fetch stream of sb-fetch: pages that its rows link to\n"
		"and the listing lacks are looked up by id" },
	{ 's', "since", "TIME", "only what was edited since then (RFC 3339)" },
	{ 'S', "snapshot", "FILE",
		"the snapshot that normalize keeps: list only what was\n"
		"edited since, where that is enough" },
	{ ID_FULL, "full", "WHY",
		"list every page all the same: asked, called, unsettled\n"
		"or absence" },
	{ ID_LOOK_UP, "look-up", "FILE",
		"page ids, one a line: looked up, too, where the listing\n"
		"lacks them" },
	{ 'P', "progress", NULL, "tell how far it is while it works" },
};

static const struct command command = {
	.name = "notion-fetch",
	.operands = "",
	.purpose = "Writes every page of the Notion database as a fetch "
		   "stream.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes = "Settings: NOTION_API_KEY, NOTION_DATABASE_ID, "
		 "NOTION_DATA_SOURCE_ID, SYNC_NOTION_RPM,\n"
		 "SYNC_FULL_EVERY, SYNC_FULL_REQUESTS; see notion-fetch(1).",
};

/*
 * A page that doesn't have the properties of the snapshot's schema: these have
 * changed since. Of a schema that was asked for just now, it is a problem of
 * that page.
 */
static int check_schema(struct fetch *f, const json *page, struct error *e)
{
	struct notion_page parsed;
	struct problem p;

	if (!f->schema_kept || f->head_written)
		return 0;
	if (notion_page_parse(&parsed, page, &f->schema, &p) == 0) {
		notion_page_fini(&parsed);
		return 0;
	}
	if (strcmp(p.code, "shape") != 0 && strcmp(p.code, "type") != 0)
		return 0;
	return fail(e, RC_CONFIG, "Notion, a page: %s", p.detail);
}

/*
 * A listing lags behind a move: it can show a page that is in another data
 * source by now, as the page itself says. True with its id.
 */
static bool is_elsewhere(
	const struct fetch *f, const json *page, char id[UUID_SIZE])
{
	char parent[UUID_SIZE];

	notion_page_parent(page, parent);
	return parent[0] && strcmp(parent, f->data_source) != 0 &&
	       uuid_normalize(json_str(page, "id"), id) == 0;
}

static int write_listed(void *arg, json *take_page, struct error *e)
{
	struct fetch *f = arg;
	char id[UUID_SIZE];
	bool elsewhere = is_elsewhere(f, take_page, id);

	if ((!elsewhere && check_schema(f, take_page, e) < 0) ||
		reading_write_head(f, e) < 0 || known_check(f->known, e) < 0) {
		json_free(take_page);
		return -1;
	}
	progress_tell(&f->progress, (int64_t)f->out.count);
	if (!elsewhere)
		return fetch_write_page(f, take_page, e);
	json_free(take_page);
	return fetch_write_looked_up(f, id, e);
}

static int list_pages(struct fetch *f, struct error *e)
{
	struct notion_query query = { .data_source = f->data_source,
		.schema = &f->schema,
		.edited_since = reading_since(f),
		.settings = f->settings };

	if (notion_query_each(&f->client, &query, write_listed, f, e) < 0)
		return -1;
	return reading_write_head(f, e);
}

static int ask_schema(struct fetch *f, struct error *e)
{
	json *source;
	int rc;

	f->asked_at = f->began_at;
	if (notion_find_data_source(
		    &f->client, f->settings, f->data_source, e) < 0 ||
		notion_data_source_get(&f->client, f->data_source, &source, e) <
			0)
		return -1;
	rc = notion_schema_bind(&f->schema, source, &f->settings->names, e);
	json_free(source);
	if (rc == 0)
		rc = notion_bot_user(&f->client, &f->schema.bot_user, e);
	return rc;
}

/* What the snapshot says; false where it lacks it. */
static bool keep_schema(struct fetch *f)
{
	const char *scope = json_str(f->earlier.head, "scope");
	struct error ignored;

	f->asked_at = f->earlier.asked_at;
	f->schema_kept = scope && uuid_normalize(scope, f->data_source) == 0 &&
			 notion_schema_from_head(
				 &f->schema, f->earlier.head, &ignored) == 0;
	return f->schema_kept;
}

static int write_end(struct fetch *f, bool complete, struct error *e)
{
	json *end = stream_line("end");

	json_put_str(end, "source", "notion");
	api_counters_to_end(&f->client.api.counters, end);
	return stream_write_end(&f->out, end, complete, e);
}

/*
 * Where the schema of the snapshot turns out to be wrong before anything was
 * written, all is asked for and read.
 */
static int fetch_pages(struct fetch *f, struct error *e)
{
	bool keeps;

	reading_choose(f, false);
	keeps = reading_keeps_schema(f->why) && f->since == USEC_NONE &&
		f->snapshot_file;
	if (keeps && keep_schema(f)) {
		if (list_pages(f, e) == 0)
			return 0;
		if (f->head_written ||
			(e->code != RC_CONFIG && e->code != RC_BUG))
			return -1;
		debug("%s", e->text);
	}
	if (keeps) {
		f->schema_kept = false;
		notion_schema_fini(&f->schema);
		reading_choose(f, true);
	}
	return ask_schema(f, e) < 0 ? -1 : list_pages(f, e);
}

static int fetch_all(struct fetch *f, struct error *e)
{
	struct error ignored;

	if (fetch_pages(f, e) == 0 && known_end(f->known, e) == 0 &&
		known_look_up(f->known, f, e) == 0)
		return write_end(f, true, e);
	/* Without a schema there is nothing to begin a stream with. */
	if (e->code != RC_LOCAL && f->schema.field[0] &&
		reading_write_head(f, &ignored) == 0)
		write_end(f, false, &ignored);
	return -1;
}

static int run(struct fetch *f, struct error *e)
{
	const atomic_int *stop = stop_on_signals();
	int rc = -1;

	if (f->known_file && known_begin(f->known, f->known_file, stop, e) < 0)
		goto out;
	if (f->look_up_file &&
		known_add_pages(f->known, f->look_up_file, e) < 0)
		goto out;
	if (f->snapshot_file)
		earlier_load(&f->earlier, f->snapshot_file);
	if (notion_client_init(&f->client, f->settings, stop, e) < 0)
		goto out;
	f->began_at = time_now();
	f->began = time_monotonic();
	stream_writer_init(&f->out, stdout);
	rc = fetch_all(f, e);
	stream_writer_fini(&f->out);
	notion_client_fini(&f->client);
out:
	known_fini(f->known);
	earlier_fini(&f->earlier);
	notion_schema_fini(&f->schema);
	idset_fini(&f->written);
	return rc;
}

static int take_option(struct fetch *f, int id, const char *value)
{
	switch (id) {
	case 'k':
		f->known_file = value;
		return 0;
	case 'S':
		f->snapshot_file = value;
		return 0;
	case ID_FULL:
		if (full_reason_parse(value, &f->told) == 0)
			return 0;
		return opt_usage(&command,
			"--full must be asked, called, unsettled or absence");
	case ID_LOOK_UP:
		f->look_up_file = value;
		return 0;
	case 'P':
		f->show_progress = true;
		return 0;
	default:
		if (time_parse(value, &f->since) == 0)
			return 0;
		return opt_usage(&command,
			"--since must be a time such as 2026-11-23T05:00:00Z");
	}
}

int main(int argc, char **argv)
{
	struct known known = { 0 };
	struct fetch f = { .since = USEC_NONE, .known = &known };
	struct settings settings;
	struct error e;
	struct opt o;
	int id, code, rc;

	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, &code)) != OPT_DONE) {
		if (id == OPT_EXIT)
			return code;
		code = take_option(&f, id, o.value);
		if (code != 0)
			return code;
	}
	if (opt_operands(&o, 0) != 0)
		return RC_USAGE;
	if (f.since != USEC_NONE && f.snapshot_file)
		return opt_usage(
			&command, "--since and --snapshot exclude each other");
	if (settings_load(&settings, NEED_NOTION, &e) < 0)
		return error_report(&e);
	progress_begin(&f.progress, f.show_progress, "pages fetched", 0);
	f.settings = &settings;
	rc = run(&f, &e);
	progress_end(&f.progress);
	settings_fini(&settings);
	if (rc < 0)
		return stop_or(error_report(&e));
	if (close_stdout(&e) < 0)
		return error_report(&e);
	return stop_or(RC_DONE);
}
