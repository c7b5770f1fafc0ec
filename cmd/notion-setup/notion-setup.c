/* notion-setup: gives a Notion database the properties that the sync needs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "notion/limits.h"
#include "settings/settings.h"
#include "setup.h"
#include "sync/reading.h"
#include "util/file.h"
#include "util/opt.h"
#include "util/stop.h"
#include "util/text.h"

enum {
	OPT_CREATE = 256,
	OPT_TITLE,
	OPT_FORCE_NEW,
	OPT_WITHOUT_SYNCED,
	OPT_WITH,
	OPT_JSON,
};

static const struct option_spec options[] = {
	{ 'c', "check", NULL,
		"change nothing; exit 1 where something would be changed" },
	{ OPT_CREATE, "create", "PAGE",
		"create a new database in this page (its id or link)" },
	{ OPT_TITLE, "title", "TEXT",
		"the name of the new database (" SETUP_TITLE ")" },
	{ OPT_FORCE_NEW, "force-new", NULL,
		"create it although there is one already" },
	{ OPT_WITHOUT_SYNCED, "without-synced", NULL,
		"don't add the optional property Synced" },
	{ OPT_WITH, "with", "WHAT",
		"add what is optional: paused, a checkbox that holds a\n"
		"page's pair" },
	{ OPT_JSON, "json", NULL, "print the outcome as one JSON object" },
};

static const struct command command = {
	.name = "notion-setup",
	.operands = "",
	.purpose = "Gives the Notion database the properties that the sync "
		   "needs.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes = "Properties: Decision (title), Type (multi-select), Date "
		 "(date), Checksum\n(rich text), Synced (checkbox), or as "
		 "fields.json calls them.\nThe title is renamed to that; what "
		 "else exists is never changed or removed.\nSettings: "
		 "NOTION_API_KEY, NOTION_DATABASE_ID, NOTION_DATA_SOURCE_ID,\n"
		 "SYNC_FIELDS; see notion-setup(1).",
};

/* Finds the data source; that of the new database where one is created. */
static int find_source(
	struct setup *s, const struct settings *settings, struct error *e)
{
	struct settings of_new = *settings;

	if (!s->parent) {
		if (notion_find_data_source(
			    &s->client, settings, s->source, e) < 0)
			return -1;
		if (strcmp(s->source, settings->notion_database) != 0)
			memcpy(s->database, settings->notion_database,
				sizeof s->database);
		return 0;
	}
	if (setup_create(s, settings, e) < 0)
		return -1;
	memcpy(of_new.notion_database, s->database, sizeof s->database);
	of_new.notion_data_source[0] = '\0';
	if (notion_find_data_source(&s->client, &of_new, s->source, e) == 0)
		return 0;
	return fail_at(e,
		"the database was created, but can't be read: "
		"NOTION_DATABASE_ID=%s",
		s->database);
}

/* Runs know the schema from their snapshot: the next one shall ask for it. */
static void tell_runs(const struct settings *settings)
{
	char *path = path_join(settings->state_dir, READING_WAKE_FULL);
	struct error none;

	/* Without the folder there has been no run. */
	if (access(settings->state_dir, F_OK) == 0 &&
		file_touch_own(path, &none) < 0)
		warning("%s", none.text);
	free(path);
}

static int run(struct setup *s, struct error *e)
{
	const atomic_int *stop = stop_on_signals();
	struct settings settings;
	bool given;
	int rc = -1;

	if (settings_load(&settings, s->parent ? NEED_NOTION_KEY : NEED_NOTION,
		    e) < 0)
		return -1;
	s->wish.names = &settings.names;
	if (s->wish.paused && !paused_property(&settings.names, &given)) {
		fail(e, RC_CONFIG,
			given ? "SYNC_PAUSED_PROPERTY says that there is none: "
				"unset it, or set it to a name"
			      : "the settings call another property \"Paused\": "
				"set SYNC_PAUSED_PROPERTY to a name");
		goto out;
	}
	if (notion_client_init(&s->client, &settings, stop, e) < 0)
		goto out;
	if (find_source(s, &settings, e) == 0)
		rc = setup_ensure(s, e);
	if (s->changes)
		tell_runs(&settings);
	if (s->now && s->json)
		setup_show_json(s);
	else if (s->now && verbosity >= 0)
		setup_show(s);
	notion_client_fini(&s->client);
out:
	s->wish.names = NULL;
	settings_fini(&settings);
	return rc;
}

static int parse(struct opt *o, struct setup *s, int *code)
{
	int id;

	while ((id = opt_next(o, code)) != OPT_DONE) {
		if (id == OPT_EXIT)
			return -1;
		s->check |= id == 'c';
		s->force_new |= id == OPT_FORCE_NEW;
		s->wish.synced &= id != OPT_WITHOUT_SYNCED;
		s->wish.paused |= id == OPT_WITH;
		s->json |= id == OPT_JSON;
		if (id == OPT_WITH && strcmp(o->value, "paused") != 0) {
			*code = opt_usage(
				&command, "--with takes \"paused\" only");
			return -1;
		}
		if (id == OPT_CREATE)
			s->parent = o->value;
		if (id == OPT_TITLE)
			s->title = o->value;
	}
	*code = opt_operands(o, 0);
	if (*code == 0 && s->check && s->parent)
		*code = opt_usage(
			&command, "--check and --create exclude each other");
	if (*code == 0 && !s->parent && (s->title || s->force_new))
		*code = opt_usage(
			&command, "--title and --force-new need --create");
	if (*code == 0 && s->title &&
		(text_is_empty(s->title) ||
			!utf8_valid(s->title, strlen(s->title)) ||
			text_utf16_len(s->title) > NOTION_TEXT_UNITS))
		*code = opt_usage(&command,
			"--title must be a text of 1 to %d characters",
			NOTION_TEXT_UNITS);
	return *code == 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct setup s = { .wish.synced = true };
	struct error e, closing;
	struct opt o;
	int code, rc;

	opt_init(&o, &command, argc, argv);
	if (parse(&o, &s, &code) < 0)
		return code;
	if (!s.title)
		s.title = SETUP_TITLE;
	rc = run(&s, &e);
	code = setup_is_ready(&s) ? RC_DONE : RC_ATTENTION;
	if (rc < 0)
		code = error_report(&e);
	json_free(s.before);
	json_free(s.now);
	notion_shape_fini(&s.found);
	notion_shape_fini(&s.shape);
	if (close_stdout(&closing) < 0)
		return error_report(&closing);
	return stop_or(code);
}
