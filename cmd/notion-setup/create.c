#include "setup.h"

#include <stdio.h>
#include <string.h>

#include "settings/notion_link.h"

static int refuse_second(
	const struct setup *s, const struct settings *settings, struct error *e)
{
	if (s->force_new || !settings->notion_database[0])
		return 0;
	return fail(e, RC_CONFIG,
		"NOTION_DATABASE_ID is already set to %s: notion-setup "
		"without --create prepares that database; --create "
		"--force-new creates another",
		settings->notion_database);
}

static int find_first(struct setup *s, const char *page, struct error *e)
{
	char id[UUID_SIZE];
	int found = notion_child_database(&s->client, page, s->title, id, e);

	if (found <= 0 || s->force_new)
		return found < 0 ? -1 : 0;
	return fail(e, RC_CONFIG,
		"the page already has a database \"%.100s\": to use it, put "
		"this line into .env and run notion-setup: "
		"NOTION_DATABASE_ID=%s; to create another, use --force-new or "
		"--title",
		s->title, id);
}

int setup_create(
	struct setup *s, const struct settings *settings, struct error *e)
{
	char page[UUID_SIZE];
	struct api_error a;
	json *properties;
	int rc;

	if (notion_link_id(s->parent, page) < 0)
		return fail(e, RC_USAGE,
			"--create needs the id of a page: open the page in "
			"Notion and copy its link, which ends in 32 hex digits");
	if (refuse_second(s, settings, e) < 0 || find_first(s, page, e) < 0)
		return -1;
	properties = notion_shape_new(&s->wish);
	rc = notion_database_create(
		&s->client, page, s->title, properties, s->database, &a);
	json_free(properties);
	if (rc == 0) {
		s->created = true;
		return 0;
	}
	if (a.outcome_unknown)
		api_copy_text(a.hint, sizeof a.hint,
			"it may have been created all the same: run this "
			"again, which looks for it first");
	if (a.action == API_BAD_RECORD)
		a.action = API_CONFIG;
	return api_fail(&a, e, "Notion, creating the database");
}
