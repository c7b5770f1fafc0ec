/* notion-fetch: every page of the Notion data source, as a fetch stream. */
#include <string.h>

#include "fetch.h"
#include "settings/settings.h"
#include "util/opt.h"
#include "util/stop.h"

static const struct option_spec options[] = {
	{ 'k', "known", "FILE",
		"a fetch stream of sb-fetch: pages that its rows link to\n"
		"and the listing lacks are looked up by id" },
	{ 's', "since", "TIME", "only what was edited since then (RFC 3339)" },
	{ 'S', "snapshot", "FILE",
		"an earlier output of notion-fetch: pages not edited\nsince "
		"are taken from it" },
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
		 "NOTION_DATA_SOURCE_ID, SYNC_NOTION_RPM;\n"
		 "see notion-fetch(1).",
};

static int write_listed(void *arg, json *take_page, struct error *e)
{
	struct fetch *f = arg;

	progress_tell(&f->progress, (int64_t)f->out.count);
	return fetch_write_page(f, take_page, e);
}

static int list_pages(struct fetch *f, usec since, struct error *e)
{
	struct notion_query query = { .data_source = f->data_source,
		.schema = &f->schema,
		.edited_since = since };

	return notion_query_each(&f->client, &query, write_listed, f, e);
}

static int find_schema(
	struct fetch *f, const struct settings *s, struct error *e)
{
	json *source;
	int rc;

	if (notion_find_data_source(&f->client, s, f->data_source, e) < 0 ||
		notion_data_source_get(&f->client, f->data_source, &source, e) <
			0)
		return -1;
	rc = notion_schema_bind(&f->schema, source, e);
	json_free(source);
	if (rc == 0)
		rc = notion_bot_user(&f->client, &f->schema.bot_user, e);
	return rc;
}

/*
 * By Notion's clock, because it is compared with Notion's edit times in a
 * snapshot.
 */
static usec notion_now(const struct fetch *f)
{
	usec skew = f->client.api.skew;

	return time_now() + (skew == USEC_NONE ? 0 : skew);
}

static int write_head(struct fetch *f, const char *mode, struct error *e)
{
	json *head = stream_head("fetch");
	char text[TIME_SIZE];

	json_put_str(head, "source", "notion");
	json_put_str(head, "scope", f->data_source);
	json_put_str(head, "mode", mode);
	if (strcmp(mode, "since") == 0)
		json_put_str(head, "since",
			time_format(time_floor_minute(f->since), text));
	notion_schema_to_head(&f->schema, head);
	json_put_str(head, "at", time_format(notion_now(f), text));
	return stream_write(&f->out, head, e);
}

static int write_end(struct fetch *f, bool complete, struct error *e)
{
	json *end = stream_line("end");

	json_put_str(end, "source", "notion");
	api_counters_to_end(&f->client.api.counters, end);
	return stream_write_end(&f->out, end, complete, e);
}

static int fetch_from_snapshot(
	struct fetch *f, const struct snapshot *s, struct error *e)
{
	usec since = snapshot_since(s);

	if (f->since != USEC_NONE && f->since < since)
		since = f->since;
	if (write_head(f, "snapshot", e) < 0 || list_pages(f, since, e) < 0)
		return -1;
	return snapshot_complete(s, f, e);
}

static int fetch_pages(
	struct fetch *f, const struct snapshot *s, struct error *e)
{
	bool use = f->snapshot_file && snapshot_fits(s, f);

	if (use)
		return fetch_from_snapshot(f, s, e);
	if (f->snapshot_file) {
		info("%s is from another database or has other properties: "
		     "reading every page",
			f->snapshot_file);
		f->since = USEC_NONE;
	}
	if (write_head(f, f->since == USEC_NONE ? "full" : "since", e) < 0)
		return -1;
	return list_pages(f, f->since, e);
}

static int fetch_all(struct fetch *f, const struct settings *settings,
	const struct known *known, const struct snapshot *snapshot,
	struct error *e)
{
	struct error ignored;

	if (find_schema(f, settings, e) < 0)
		return -1;
	if (fetch_pages(f, snapshot, e) == 0 && known_look_up(known, f, e) == 0)
		return write_end(f, true, e);
	if (e->code != RC_LOCAL)
		write_end(f, false, &ignored);
	return -1;
}

static int run(
	struct fetch *f, const struct settings *settings, struct error *e)
{
	const atomic_int *stop = stop_on_signals();
	struct known known = { 0 };
	struct snapshot snapshot = { 0 };
	int rc = -1;

	if (f->known_file && known_load(&known, f->known_file, e) < 0)
		goto out;
	if (f->snapshot_file &&
		snapshot_load(&snapshot, f->snapshot_file, e) < 0)
		goto out;
	if (notion_client_init(&f->client, settings, stop, e) < 0)
		goto out;
	stream_writer_init(&f->out, stdout);
	rc = fetch_all(f, settings, &known, &snapshot, e);
	stream_writer_fini(&f->out);
	notion_client_fini(&f->client);
out:
	known_fini(&known);
	snapshot_fini(&snapshot);
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
	struct fetch f = { .since = USEC_NONE };
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
	if (settings_load(&settings, NEED_NOTION, &e) < 0)
		return error_report(&e);
	progress_begin(&f.progress, f.show_progress, "pages fetched", 0);
	rc = run(&f, &settings, &e);
	progress_end(&f.progress);
	settings_fini(&settings);
	if (rc < 0)
		return stop_or(error_report(&e));
	if (close_stdout(&e) < 0)
		return error_report(&e);
	return stop_or(RC_DONE);
}
