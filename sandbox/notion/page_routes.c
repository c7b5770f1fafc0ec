/*
 * The routes about pages.
 */
#include "sandbox/notion/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/notion/automation.h"
#include "sandbox/notion/json.h"
#include "sandbox/notion/text.h"

#define TRASHED \
	"Can't edit block that is archived. You must unarchive the " \
	"block before editing."

int find_page(struct notion *n, const char *id, struct page *p)
{
	if (page_load(n->world, id, p) && p->shared)
		return 0;
	page_fini(p);
	*p = (struct page){ 0 };
	return notion_not_found(&n->error, "page", id);
}

bool page_source(struct notion *n, const struct page *p, struct source *s)
{
	*s = (struct source){ 0 };
	return *p->source && source_load(n->world, p->source, s);
}

static int reply_page(struct notion *n, const struct page *p)
{
	struct source s;
	bool in_source = page_source(n, p, &s);

	reply_json(n->answer, 200,
		page_json(n->world, p, in_source ? &s : NULL, n->filter, n->old,
			false));
	source_fini(&s);
	return 0;
}

int route_page_get(struct notion *n, const char *id)
{
	struct page p;
	int rc = find_page(n, id, &p);

	if (rc == 0)
		rc = reply_page(n, &p);
	page_fini(&p);
	return rc;
}

/* The parent of a new page, or of one that is moved. */
static int take_parent(struct notion *n, const json *parent, struct page *p)
{
	static const char *const keys[] = { "type", "data_source_id",
		"database_id", "page_id", "workspace", NULL };
	const json *source = json_get(parent, "data_source_id");
	const json *page = json_get(parent, "page_id");
	struct source s = { 0 };
	int rc = 0;

	if (!json_is_object(parent))
		return notion_should_be(&n->error, "body.parent",
			parent ? "an object" : "defined", parent);
	if (notion_only_keys(&n->error, "body.parent", parent, keys) < 0)
		return -1;
	p->source[0] = p->parent[0] = '\0';
	if (source) {
		rc = take_uuid(
			n, "body.parent.data_source_id", source, p->source);
		if (rc == 0 && !source_load(n->world, p->source, &s))
			rc = notion_not_found(
				&n->error, "data_source", p->source);
		source_fini(&s);
		return rc;
	}
	if (page) {
		struct page above;

		if (take_uuid(n, "body.parent.page_id", page, p->parent) < 0)
			return -1;
		if (strcmp(p->parent, ROOT_PAGE_ID) == 0)
			return 0;
		rc = find_page(n, p->parent, &above);
		page_fini(&above);
		return rc;
	}
	return notion_should_be(
		&n->error, "body.parent.data_source_id", "defined", NULL);
}

static void new_page(struct world *w, struct page *p, const char *by)
{
	*p = (struct page){ .shared = true, .values = json_object() };
	uuid_random(p->id);
	p->created = p->edited = time_floor_minute(world_now(w));
	copy_id(p->created_by, by);
	copy_id(p->edited_by, by);
}

int route_page_post(struct notion *n, const char *id)
{
	static const char *const keys[] = { "parent", "properties", "icon",
		"cover", "children", "content", "markdown", "template",
		"position", NULL };
	const json *properties = json_get(n->body, "properties");
	struct page p;
	struct source s = { 0 };
	bool in_source;
	int rc = -1;

	(void)id;
	new_page(n->world, &p, own_user(n));
	if (notion_only_keys(&n->error, "body", n->body, keys) < 0 ||
		take_parent(n, json_get(n->body, "parent"), &p) < 0)
		goto out;
	in_source = page_source(n, &p, &s);
	if (properties && page_set(n->world, &p, in_source ? &s : NULL,
				  properties, true, &n->error) < 0)
		goto out;
	if (!json_is_null(json_get(n->body, "icon")))
		p.icon = json_copy(json_get(n->body, "icon"));
	if (!json_is_null(json_get(n->body, "cover")))
		p.cover = json_copy(json_get(n->body, "cover"));
	if (in_source)
		run_automations(n->world, &s, &p, NULL);
	page_save(n->world, &p);
	rc = reply_page(n, &p);
out:
	source_fini(&s);
	page_fini(&p);
	return rc;
}

static int take_flag(struct notion *n, const char *key, bool *flag)
{
	const json *v = json_get(n->body, key);
	char path[60];

	if (!v)
		return 0;
	snprintf(path, sizeof path, "body.%s", key);
	if (!json_is_bool(v))
		return notion_should_be(
			&n->error, path, "a boolean or `undefined`", v);
	*flag = json_is_true(v);
	return 0;
}

static int check_page_keys(struct notion *n)
{
	static const char *const keys[] = { "properties", "in_trash", "icon",
		"cover", "is_locked", "is_archived", "template",
		"erase_content", "archived", NULL };

	if (n->old)
		return notion_only_keys(&n->error, "body", n->body, keys);
	if (json_get(n->body, "archived"))
		return notion_should_not_be_there(&n->error, "body.archived",
			json_get(n->body, "archived"));
	return notion_only_keys(&n->error, "body", n->body, keys);
}

static bool is_edit(const struct notion *n)
{
	return json_get(n->body, "properties") || json_get(n->body, "icon") ||
	       json_get(n->body, "cover");
}

/* Trash and restore; a trashed page accepts no other edit. */
static int take_trash(struct notion *n, struct page *p)
{
	bool was = p->in_trash;

	if ((n->old && take_flag(n, "archived", &p->in_trash) < 0) ||
		take_flag(n, "in_trash", &p->in_trash) < 0)
		return -1;
	if (was && is_edit(n) &&
		(p->in_trash || !n->world->config.restore_with_properties))
		return notion_invalid(&n->error, TRASHED);
	return 0;
}

/* An archived page is like a trashed one in this. */
static int take_archive(struct notion *n, struct page *p)
{
	if (take_flag(n, "is_archived", &p->archived) < 0)
		return -1;
	if (p->archived && is_edit(n) && !n->world->config.edit_archived)
		return notion_invalid(&n->error, TRASHED);
	return 0;
}

static void take_decoration(struct notion *n, const char *key, json **kept)
{
	const json *v = json_get(n->body, key);

	if (!v)
		return;
	json_free(*kept);
	*kept = json_is_null(v) ? NULL : json_copy(v);
}

static int edit_page(struct notion *n, struct page *p, struct source *s)
{
	const json *properties = json_get(n->body, "properties");

	if (check_page_keys(n) < 0 || take_trash(n, p) < 0 ||
		take_flag(n, "is_locked", &p->locked) < 0 ||
		take_archive(n, p) < 0)
		return -1;
	if (properties &&
		page_set(n->world, p, s, properties, true, &n->error) < 0)
		return -1;
	take_decoration(n, "icon", &p->icon);
	take_decoration(n, "cover", &p->cover);
	return 0;
}

static bool page_differs(const struct page *a, const struct page *b)
{
	return a->in_trash != b->in_trash || a->locked != b->locked ||
	       a->archived != b->archived || !json_equal(a->values, b->values);
}

int route_page_patch(struct notion *n, const char *id)
{
	struct page p, was;
	struct source s = { 0 };
	bool in_source;
	int rc = find_page(n, id, &p);

	page_load(n->world, id, &was);
	if (rc < 0)
		goto out;
	in_source = page_source(n, &p, &s);
	rc = edit_page(n, &p, in_source ? &s : NULL);
	if (rc < 0)
		goto out;
	if (in_source)
		run_automations(n->world, &s, &p, &was);
	if (n->world->config.bump_same_value || page_differs(&p, &was)) {
		p.edited = time_floor_minute(world_now(n->world));
		copy_id(p.edited_by, own_user(n));
	}
	page_save(n->world, &p);
	rc = reply_page(n, &p);
out:
	source_fini(&s);
	page_fini(&was);
	page_fini(&p);
	return rc;
}

int route_page_move(struct notion *n, const char *id)
{
	struct page p;
	int rc = find_page(n, id, &p);

	if (rc == 0)
		rc = take_parent(n, json_get(n->body, "parent"), &p);
	if (rc == 0) {
		p.edited = time_floor_minute(world_now(n->world));
		copy_id(p.edited_by, own_user(n));
		page_save(n->world, &p);
		rc = reply_page(n, &p);
	}
	page_fini(&p);
	return rc;
}

/* A page or database, shown as the block in its parent. */
struct block {
	const char *id, *type, *title;
	json *parent; /* taken */
	usec created, edited;
	bool in_trash;
};

static json *block_json(const struct notion *n, const struct block *b)
{
	json *out = json_object();

	json_put_str(out, "object", "block");
	json_put_str(out, "id", b->id);
	json_put(out, "parent", b->parent);
	put_minute(out, "created_time", b->created);
	put_minute(out, "last_edited_time", b->edited);
	json_put(out, "created_by", notion_user_ref(own_user(n)));
	json_put(out, "last_edited_by", notion_user_ref(own_user(n)));
	json_put_bool(out, "has_children", false);
	if (n->old)
		json_put_bool(out, "archived", b->in_trash);
	json_put_bool(out, "in_trash", b->in_trash);
	json_put_str(out, "type", b->type);
	json_put_str(json_put(out, b->type, json_object()), "title", b->title);
	return out;
}

static void trash_database(struct notion *n, struct database *d)
{
	char *title = rich_text_plain(d->title);

	struct block b = { .id = d->id,
		.type = "child_database",
		.title = title,
		.parent = page_parent(d->parent),
		.created = d->created,
		.edited = d->edited,
		.in_trash = true };

	d->in_trash = true;
	database_save(n->world, d);
	reply_json(n->answer, 200, block_json(n, &b));
	free(title);
}

static void trash_page(struct notion *n, struct page *p)
{
	struct source s = { 0 };
	bool in_source = page_source(n, p, &s);
	char *title = rich_text_plain(json_get(p->values, "title"));
	struct block b = { .id = p->id,
		.type = "child_page",
		.title = title,
		.parent = page_parent_json(p, in_source ? &s : NULL),
		.created = p->created,
		.in_trash = true };

	p->in_trash = true;
	p->edited = time_floor_minute(world_now(n->world));
	copy_id(p->edited_by, own_user(n));
	page_save(n->world, p);
	b.edited = p->edited;
	reply_json(n->answer, 200, block_json(n, &b));
	free(title);
	source_fini(&s);
}

int route_block_delete(struct notion *n, const char *id)
{
	struct database d;
	struct page p;
	int rc = 0;

	if (database_load(n->world, id, &d)) {
		trash_database(n, &d);
		database_fini(&d);
		return 0;
	}
	if (!page_load(n->world, id, &p) || !p.shared)
		rc = notion_not_found(&n->error, "block", id);
	else if (p.in_trash)
		rc = notion_invalid(&n->error, TRASHED);
	else
		trash_page(n, &p);
	page_fini(&p);
	return rc;
}

/* The databases in a page: the only blocks that are stored. */
static json *child_databases(const struct notion *n, const char *page_id)
{
	struct db *db = &n->world->db;
	sqlite3_stmt *s = db_query(db,
		"select id,title,created,edited from databases where"
		" parent=?1 and in_trash=0 order by created,id");
	json *blocks = json_array();

	db_bind_text(s, 1, page_id);
	while (db_row(db, s)) {
		json *title = json_kept(db_text(s, 1));
		char *text = rich_text_plain(title);
		struct block b = { .id = db_text(s, 0),
			.type = "child_database",
			.title = text,
			.parent = page_parent(page_id),
			.created = db_int(s, 2),
			.edited = db_int(s, 3) };

		json_add(blocks, block_json(n, &b));
		free(text);
		json_free(title);
	}
	return blocks;
}

int route_block_children(struct notion *n, const char *id)
{
	struct page p;
	json *out;

	if (strcmp(id, ROOT_PAGE_ID) != 0) {
		if (find_page(n, id, &p) < 0)
			return -1;
		page_fini(&p);
	}
	out = json_object();
	json_put_str(out, "object", "list");
	json_put(out, "results", child_databases(n, id));
	json_put_str(out, "next_cursor", NULL);
	json_put_bool(out, "has_more", false);
	json_put_str(out, "type", "block");
	json_put(out, "block", json_object());
	reply_json(n->answer, 200, out);
	return 0;
}
