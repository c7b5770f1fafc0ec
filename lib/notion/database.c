#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/value.h"

#include "notion/request.h"

#define CHILD_LISTS_MAX 20 /* of a hundred blocks each */

#define PARENT \
	"open that page in Notion, menu \"…\", Connections, and add " \
	"this connection"

int notion_data_source_patch(struct notion_client *c, const char *id,
	const json *body, int (*recheck)(void *arg), void *arg,
	struct api_error *a)
{
	struct buf path = BUF_INIT(NOTION_PATH_MAX);
	struct api_call call = { .method = "PATCH",
		.body = body,
		.repeatable = true,
		.recheck = recheck,
		.recheck_arg = arg,
		.is_answer = notion_has_id,
		.asked = id };
	json *object;
	int rc;

	buf_addf(&path, "/v1/data_sources/%s", id);
	call.path = buf_str(&path);
	rc = notion_send(c, &call, &object, a);
	json_free(object);
	buf_fini(&path);
	return rc;
}

/* The database with this title in a list of blocks; NULL: none. */
static const json *find_database(const json *list, const char *title)
{
	const json *blocks = json_get(list, "results");

	for (const json *b = json_first(blocks); b; b = json_next(b)) {
		const char *is =
			json_str(json_get(b, "child_database"), "title");

		if (is && strcmp(is, title) == 0 && !json_true(b, "in_trash"))
			return b;
	}
	return NULL;
}

static int get_children(struct notion_client *c, const char *page_id,
	const char *cursor, json **list, struct error *e)
{
	struct buf path = BUF_INIT(NOTION_PATH_MAX);
	struct api_error a;
	char what[96];
	int rc;

	buf_addf(&path, "/v1/blocks/%s/children?page_size=100", page_id);
	if (cursor) {
		buf_adds(&path, "&start_cursor=");
		http_escape(&path, cursor);
	}
	rc = notion_get(c, buf_str(&path), notion_is_list, NULL, list, &a);
	buf_fini(&path);
	if (rc == 0)
		return 0;
	snprintf(what, sizeof what, "Notion, page %s", page_id);
	if (a.action == API_NOT_FOUND)
		api_copy_text(a.hint, sizeof a.hint, PARENT);
	if (a.action == API_BAD_RECORD)
		a.action = API_CONFIG;
	return api_fail(&a, e, what);
}

int notion_child_database(struct notion_client *c, const char *page_id,
	const char *title, char id[UUID_SIZE], struct error *e)
{
	char *cursor = NULL;
	int rc = 0;

	for (int i = 0; rc == 0 && i < CHILD_LISTS_MAX; i++) {
		struct api_error a;
		const json *found;
		char *next = NULL;
		json *list;

		rc = get_children(c, page_id, cursor, &list, e);
		if (rc < 0)
			break;
		found = find_database(list, title);
		if (found)
			rc = notion_object_id(found, id, &a) < 0 ? 0 : 1;
		else if (notion_next_cursor(list, cursor, &next, &a) < 0)
			rc = api_fail(&a, e, "Notion, blocks of the page");
		json_free(list);
		free(cursor);
		cursor = next;
		if (!next)
			break;
	}
	free(cursor);
	return rc;
}

int notion_database_create(struct notion_client *c, const char *page_id,
	const char *title, const json *properties, char id[UUID_SIZE],
	struct api_error *a)
{
	json *body = json_object(), *parent, *database;
	json *text = notion_title_value(title);
	struct api_call call = { .method = "POST",
		.path = "/v1/databases",
		.is_answer = notion_has_id };
	int rc;

	parent = json_put(body, "parent", json_object());
	json_put_str(parent, "type", "page_id");
	json_put_str(parent, "page_id", page_id);
	json_put(body, "title", json_detach(text, "title"));
	json_put(json_put(body, "initial_data_source", json_object()),
		"properties", json_copy(properties));
	json_free(text);
	call.body = body;
	rc = notion_send(c, &call, &database, a);
	if (rc == 0)
		rc = notion_object_id(database, id, a);
	json_free(database);
	json_free(body);
	if (rc < 0 && a->action == API_NOT_FOUND)
		api_copy_text(a->hint, sizeof a->hint, PARENT);
	return rc;
}

/* 0 where it is refused only because the object doesn't exist. */
static int probe(struct notion_client *c, struct api_call *call,
	const char *what, struct error *e)
{
	struct api_error a;
	json *object;
	int rc;

	call->repeatable = true;
	rc = notion_send(c, call, &object, &a);
	json_free(object);
	if (rc == 0 || a.action == API_NOT_FOUND || a.action == API_BAD_RECORD)
		return 0;
	return api_fail(&a, e, what);
}

int notion_probe_insert(struct notion_client *c, struct error *e)
{
	json *body = json_object(), *parent;
	struct api_call call = {
		.method = "POST", .path = "/v1/pages", .body = body
	};
	char nowhere[UUID_SIZE];
	int rc;

	uuid_random(nowhere);
	parent = json_put(body, "parent", json_object());
	json_put_str(parent, "type", "data_source_id");
	json_put_str(parent, "data_source_id", nowhere);
	json_put(body, "properties", json_object());
	rc = probe(c, &call, "Notion, inserting pages", e);
	json_free(body);
	return rc;
}

int notion_probe_update(struct notion_client *c, struct error *e)
{
	json *body = json_object();
	struct buf path = BUF_INIT(NOTION_PATH_MAX);
	struct api_call call = { .method = "PATCH", .body = body };
	char nowhere[UUID_SIZE];
	int rc;

	uuid_random(nowhere);
	buf_addf(&path, "/v1/pages/%s", nowhere);
	call.path = buf_str(&path);
	json_put(body, "properties", json_object());
	rc = probe(c, &call, "Notion, updating pages", e);
	json_free(body);
	buf_fini(&path);
	return rc;
}
