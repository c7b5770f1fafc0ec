/*
 * The routes about users, databases and data sources.
 */
#include "sandbox/notion/routes.h"

#include <stdio.h>
#include <string.h>

#include "sandbox/notion/json.h"
#include "sandbox/notion/schema.h"
#include "sandbox/notion/text.h"

static json *workspace_bot(void)
{
	json *me = notion_user(BOT_ID);
	json *bot = json_get(me, "bot"), *owner, *limits;

	owner = json_put(bot, "owner", json_object());
	json_put_str(owner, "type", "workspace");
	json_put_bool(owner, "workspace", true);
	json_put_str(bot, "workspace_name", "Sandbox Workspace");
	json_put_str(bot, "workspace_id", WORKSPACE_ID);
	limits = json_put(bot, "workspace_limits", json_object());
	json_put_int(limits, "max_file_upload_size_in_bytes", 5242880);
	return me;
}

const char *own_user(const struct notion *n)
{
	return n->world->config.personal_token ? PERSON_ID : BOT_ID;
}

int route_me(struct notion *n, const char *id)
{
	(void)id;
	reply_json(n->answer, 200,
		n->world->config.personal_token ? notion_user(PERSON_ID)
						: workspace_bot());
	return 0;
}

int route_users(struct notion *n, const char *id)
{
	json *out = json_object(), *results;

	(void)id;
	json_put_str(out, "object", "list");
	results = json_put(out, "results", json_array());
	json_add(results, notion_user(PERSON_ID));
	json_add(results, workspace_bot());
	json_put_str(out, "next_cursor", NULL);
	json_put_bool(out, "has_more", false);
	json_put_str(out, "type", "user");
	json_put(out, "user", json_object());
	reply_json(n->answer, 200, out);
	return 0;
}

int route_user(struct notion *n, const char *id)
{
	if (strcmp(id, BOT_ID) == 0 || strcmp(id, PERSON_ID) == 0) {
		reply_json(n->answer, 200, notion_user(id));
		return 0;
	}
	notion_fail(&n->error, 404, "object_not_found",
		"Could not find user with ID: %s. Make sure your integration "
		"has capabilities to read user information. With those "
		"capabilities, only members and guests in the integration's "
		"workspace are visible.",
		id);
	n->error.additional = json_object();
	json_put_str(n->error.additional, "integration_id", BOT_ID);
	return -1;
}

static int find_database(struct notion *n, const char *id, struct database *d)
{
	if (database_load(n->world, id, d))
		return 0;
	return notion_not_found(&n->error, "database", id);
}

static int find_source(struct notion *n, const char *id, struct source *s)
{
	if (source_load(n->world, id, s))
		return 0;
	return notion_not_found(&n->error, "data_source", id);
}

int route_database_get(struct notion *n, const char *id)
{
	struct database d;
	int rc = find_database(n, id, &d);

	if (rc == 0)
		reply_json(n->answer, 200, database_json(n->world, &d, n->old));
	database_fini(&d);
	return rc;
}

int route_source_get(struct notion *n, const char *id)
{
	struct source s;
	int rc = find_source(n, id, &s);

	if (rc == 0)
		reply_json(n->answer, 200, source_json(n->world, &s, n->old));
	source_fini(&s);
	return rc;
}

/* A title or description; where absent, it stays unchanged. */
static int take_text(struct notion *n, const char *key, json **kept)
{
	const json *v = json_get(n->body, key);
	char path[60];
	json *text;

	if (!v)
		return 0;
	snprintf(path, sizeof path, "body.%s", key);
	if (rich_text_parse(n->world, v, path, true, &text, &n->error) < 0)
		return -1;
	json_free(*kept);
	*kept = text;
	return 0;
}

static void take_json(struct notion *n, const char *key, json **kept)
{
	const json *v = json_get(n->body, key);

	if (!v)
		return;
	json_free(*kept);
	*kept = json_is_null(v) ? NULL : json_copy(v);
}

static int take_bool(struct notion *n, const char *key, bool *kept)
{
	const json *v = json_get(n->body, key);
	char path[60];

	if (!v)
		return 0;
	snprintf(path, sizeof path, "body.%s", key);
	if (!json_is_bool(v))
		return notion_should_be(
			&n->error, path, "a boolean or `undefined`", v);
	*kept = json_is_true(v);
	return 0;
}

static int take_archived(struct notion *n, bool *in_trash)
{
	const json *v = json_get(n->body, "archived");

	if (v && !n->old)
		return notion_should_not_be_there(
			&n->error, "body.archived", v);
	return take_bool(n, "archived", in_trash);
}

int route_database_patch(struct notion *n, const char *id)
{
	static const char *const keys[] = { "title", "description", "icon",
		"cover", "is_inline", "is_locked", "in_trash", "parent",
		"archived", NULL };
	struct database d;
	int rc = find_database(n, id, &d);

	if (rc == 0)
		rc = notion_only_keys(&n->error, "body", n->body, keys);
	if (rc == 0 &&
		(take_text(n, "title", &d.title) < 0 ||
			take_text(n, "description", &d.description) < 0 ||
			take_bool(n, "is_inline", &d.is_inline) < 0 ||
			take_bool(n, "is_locked", &d.locked) < 0 ||
			take_bool(n, "in_trash", &d.in_trash) < 0 ||
			take_archived(n, &d.in_trash) < 0))
		rc = -1;
	if (rc == 0) {
		take_json(n, "icon", &d.icon);
		take_json(n, "cover", &d.cover);
		d.edited = world_now(n->world);
		database_save(n->world, &d);
		reply_json(n->answer, 200, database_json(n->world, &d, n->old));
	}
	database_fini(&d);
	return rc;
}

int route_source_patch(struct notion *n, const char *id)
{
	static const char *const keys[] = { "title", "icon", "properties",
		"in_trash", "parent", "archived", NULL };
	const json *properties = json_get(n->body, "properties");
	struct source s;
	int rc = find_source(n, id, &s);

	if (rc == 0)
		rc = notion_only_keys(&n->error, "body", n->body, keys);
	if (rc == 0 && (take_text(n, "title", &s.title) < 0 ||
			       take_bool(n, "in_trash", &s.in_trash) < 0 ||
			       take_archived(n, &s.in_trash) < 0))
		rc = -1;
	if (rc == 0 && properties)
		rc = properties_update(&s.properties, properties,
			"body.properties", &n->error);
	if (rc == 0) {
		take_json(n, "icon", &s.icon);
		s.edited = time_floor_minute(world_now(n->world));
		copy_id(s.edited_by, own_user(n));
		source_save(n->world, &s);
		reply_json(n->answer, 200, source_json(n->world, &s, n->old));
	}
	source_fini(&s);
	return rc;
}

static void new_source(
	const struct notion *n, struct source *s, const char *database)
{
	*s = (struct source){ 0 };
	uuid_random(s->id);
	copy_id(s->database, database);
	s->created = s->edited = time_floor_minute(world_now(n->world));
	copy_id(s->created_by, own_user(n));
	copy_id(s->edited_by, own_user(n));
}

/* The properties of a new source; without any, there is a title "Name". */
static int take_properties(
	struct notion *n, const json *given, const char *path, json **out)
{
	json *title;
	int rc;

	if (given)
		return properties_create(given, path, out, &n->error);
	title = json_object();
	json_put(
		json_put(title, "Name", json_object()), "title", json_object());
	rc = properties_create(title, path, out, &n->error);
	json_free(title);
	return rc;
}

static int take_page_parent(struct notion *n, char out[UUID_SIZE])
{
	const json *parent = json_get(n->body, "parent");
	struct page p;
	int rc;

	if (!json_is_object(parent))
		return notion_should_be(&n->error, "body.parent",
			parent ? "an object" : "defined", parent);
	if (take_uuid(n, "body.parent.page_id", json_get(parent, "page_id"),
		    out) < 0)
		return -1;
	if (strcmp(out, ROOT_PAGE_ID) == 0)
		return 0;
	rc = find_page(n, out, &p);
	page_fini(&p);
	return rc;
}

static int create_database(
	struct notion *n, struct database *d, struct source *s)
{
	const json *initial = json_get(n->body, "initial_data_source");

	if (take_page_parent(n, d->parent) < 0 ||
		take_text(n, "title", &d->title) < 0 ||
		take_text(n, "description", &d->description) < 0 ||
		take_bool(n, "is_inline", &d->is_inline) < 0)
		return -1;
	take_json(n, "icon", &d->icon);
	take_json(n, "cover", &d->cover);
	if (!json_count(d->title)) {
		json_free(d->title);
		d->title = rich_text_from("New database");
	}
	s->title = json_copy(d->title);
	return take_properties(n, json_get(initial, "properties"),
		"body.initial_data_source.properties", &s->properties);
}

int route_database_post(struct notion *n, const char *id)
{
	static const char *const keys[] = { "parent", "title", "description",
		"icon", "cover", "is_inline", "initial_data_source", NULL };
	struct database d = { 0 };
	struct source s;
	int rc;

	(void)id;
	uuid_random(d.id);
	d.created = d.edited = world_now(n->world);
	new_source(n, &s, d.id);
	rc = notion_only_keys(&n->error, "body", n->body, keys);
	if (rc == 0)
		rc = create_database(n, &d, &s);
	if (rc == 0) {
		database_save(n->world, &d);
		source_save(n->world, &s);
		reply_json(n->answer, 200, database_json(n->world, &d, n->old));
	}
	source_fini(&s);
	database_fini(&d);
	return rc;
}

int route_source_post(struct notion *n, const char *id)
{
	static const char *const keys[] = { "parent", "title", "icon",
		"properties", NULL };
	const json *parent = json_get(n->body, "parent");
	struct database d = { 0 };
	struct source s;
	char database[UUID_SIZE] = "";
	int rc;

	(void)id;
	rc = notion_only_keys(&n->error, "body", n->body, keys);
	if (rc == 0)
		rc = take_uuid(n, "body.parent.database_id",
			json_get(parent, "database_id"), database);
	new_source(n, &s, database);
	if (rc == 0)
		rc = find_database(n, database, &d);
	if (rc == 0)
		rc = take_text(n, "title", &s.title);
	if (rc == 0)
		rc = take_properties(n, json_get(n->body, "properties"),
			"body.properties", &s.properties);
	if (rc == 0) {
		take_json(n, "icon", &s.icon);
		source_save(n->world, &s);
		reply_json(n->answer, 200, source_json(n->world, &s, n->old));
	}
	source_fini(&s);
	database_fini(&d);
	return rc;
}
