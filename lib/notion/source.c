#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/page.h"

#include "notion/request.h"

#define SHARE \
	"open it in Notion, menu \"…\", Connections, and add this " \
	"connection; a linked view has no data of its own: use the link " \
	"of the original database"

static int get_object(struct notion_client *c, const char *kind, const char *id,
	json **object, struct api_error *a)
{
	struct buf path = BUF_INIT(NOTION_PATH_MAX);
	int rc;

	buf_addf(&path, "/v1/%s/%s", kind, id);
	rc = notion_get(c, buf_str(&path), notion_is_object, NULL, object, a);
	buf_fini(&path);
	return rc;
}

/* An id that Notion refuses as malformed is a wrong setting. */
static int fail_setting(struct api_error *a, struct error *e, const char *what)
{
	if (a->action == API_BAD_RECORD)
		a->action = API_CONFIG;
	return api_fail(a, e, what);
}

int notion_data_source_get(
	struct notion_client *c, const char *id, json **object, struct error *e)
{
	struct api_error a;
	char what[96];

	snprintf(what, sizeof what, "Notion, data source %s", id);
	if (get_object(c, "data_sources", id, object, &a) < 0) {
		if (a.action == API_NOT_FOUND)
			api_copy_text(a.hint, sizeof a.hint, SHARE);
		return fail_setting(&a, e, what);
	}
	if (!json_true(*object, "in_trash"))
		return 0;
	json_free(*object);
	*object = NULL;
	return fail(e, RC_CONFIG,
		"%s is in the trash: restore it there, or set "
		"NOTION_DATABASE_ID to another",
		what);
}

/* "<id> (<name>), …" for each possible choice. */
static void list_sources(const json *sources, struct buf *out)
{
	for (const json *s = json_first(sources); s; s = json_next(s)) {
		const char *id = json_str(s, "id"), *name = json_str(s, "name");

		buf_addf(out, "%s%s (%.60s)", out->len > 0 ? ", " : "",
			id ? id : "?", name ? name : "?");
	}
}

static int choose(const json *database, const struct settings *s,
	char id[UUID_SIZE], struct error *e)
{
	const json *sources = json_get(database, "data_sources");
	const char *wanted = s->notion_data_source, *only;
	struct buf names = BUF_INIT(1500);
	int rc = -1;

	for (const json *v = json_first(sources); v; v = json_next(v)) {
		only = json_str(v, "id");
		if (!only || uuid_normalize(only, id) < 0)
			continue;
		if (json_count(sources) == 1 && !wanted[0])
			return 0;
		if (wanted[0] && strcmp(wanted, id) == 0)
			return 0;
	}
	list_sources(sources, &names);
	if (json_count(sources) == 0)
		rc = fail(e, RC_CONFIG,
			"Notion database %s has no data source that this "
			"connection can see: %s",
			s->notion_database, SHARE);
	else if (wanted[0])
		rc = fail(e, RC_CONFIG,
			"NOTION_DATA_SOURCE_ID=%s is not in the database %s, "
			"which has: %s",
			wanted, s->notion_database, buf_str(&names));
	else
		rc = fail(e, RC_CONFIG,
			"Notion database %s has %zu data sources: choose one "
			"by setting NOTION_DATA_SOURCE_ID=<id> in the "
			"environment or in .env: %s",
			s->notion_database, json_count(sources),
			buf_str(&names));
	buf_fini(&names);
	return rc;
}

/* The id belongs to neither a database nor a data source: maybe to a page. */
static int fail_not_found(
	struct notion_client *c, const struct settings *s, struct error *e)
{
	char parent[UUID_SIZE];
	struct api_error a;
	json *page;

	if (get_object(c, "pages", s->notion_database, &page, &a) < 0)
		return fail(e, RC_CONFIG,
			"Notion finds no database %s, or doesn't show it to "
			"this connection: %s",
			s->notion_database, SHARE);
	notion_page_parent(page, parent);
	json_free(page);
	if (parent[0])
		return fail(e, RC_CONFIG,
			"NOTION_DATABASE_ID %s is a page in a database, not "
			"the database: set NOTION_DATABASE_ID=%s",
			s->notion_database, parent);
	return fail(e, RC_CONFIG,
		"NOTION_DATABASE_ID %s is a page, not a database: open the "
		"database itself as a full page and copy its link, or create "
		"one in this page: notion-setup --create %s",
		s->notion_database, s->notion_database);
}

/* The id may belong to a data source: then Notion answers with it. */
static int as_data_source(struct notion_client *c, const struct settings *s,
	char id[UUID_SIZE], struct error *e)
{
	struct api_error a;
	json *source;

	if (get_object(c, "data_sources", s->notion_database, &source, &a) <
		0) {
		if (a.action != API_NOT_FOUND && a.action != API_BAD_RECORD)
			return api_fail(&a, e, "Notion, data source");
		return fail_not_found(c, s, e);
	}
	json_free(source);
	memcpy(id, s->notion_database, UUID_SIZE);
	return 0;
}

int notion_find_data_source(struct notion_client *c, const struct settings *s,
	char id[UUID_SIZE], struct error *e)
{
	struct api_error a;
	json *database;
	int rc;

	if (get_object(c, "databases", s->notion_database, &database, &a) < 0) {
		/* "… is a page, not a database" comes with a 400. */
		if (a.action == API_NOT_FOUND || a.action == API_BAD_RECORD)
			return as_data_source(c, s, id, e);
		return api_fail(&a, e, "Notion, database");
	}
	if (json_true(database, "in_trash"))
		rc = fail(e, RC_CONFIG,
			"Notion database %s is in the trash: restore it "
			"there, or set NOTION_DATABASE_ID to another",
			s->notion_database);
	else
		rc = choose(database, s, id, e);
	json_free(database);
	return rc;
}
