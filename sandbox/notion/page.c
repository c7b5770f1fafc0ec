#include "sandbox/notion/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/notion/json.h"
#include "sandbox/notion/text.h"
#include "sandbox/notion/value.h"
#include "util/alloc.h"

void page_from_row(struct page *p, sqlite3_stmt *s, bool with_values)
{
	*p = (struct page){ 0 };
	copy_id(p->id, db_text(s, 0));
	copy_id(p->source, db_text(s, 1));
	copy_id(p->parent, db_text(s, 2));
	p->created = db_int(s, 3);
	p->edited = db_int(s, 4);
	copy_id(p->created_by, db_text(s, 5));
	copy_id(p->edited_by, db_text(s, 6));
	p->in_trash = db_int(s, 7);
	p->archived = db_int(s, 8);
	p->locked = db_int(s, 9);
	p->shared = db_int(s, 10);
	if (!with_values)
		return;
	p->icon = json_kept(db_text(s, 11));
	p->cover = json_kept(db_text(s, 12));
	p->values = json_kept(db_text(s, 13));
}

void page_fini(struct page *p)
{
	json_free(p->icon);
	json_free(p->cover);
	json_free(p->values);
}

bool page_load(struct world *w, const char *id, struct page *p)
{
	sqlite3_stmt *s = db_query(
		&w->db, "select " PAGE_COLUMNS " from pages where id=?1");
	bool found;

	*p = (struct page){ 0 };
	db_bind_text(s, 1, id);
	found = db_row(&w->db, s);
	if (found) {
		page_from_row(p, s, true);
		sqlite3_reset(s);
	}
	return found;
}

/* What queries continue to see: the row as it is, or that there is none. */
static void keep_for_queries(struct world *w, const char *id)
{
	int64_t lag = w->config.query_lag_ms * 1000;
	sqlite3_stmt *s;

	if (!lag)
		return;
	s = db_query(&w->db,
		"insert into lagged(until," PAGE_COLUMNS
		") select ?1," PAGE_COLUMNS " from pages where id=?2");
	db_bind_int(s, 1, world_now(w) + lag);
	db_bind_text(s, 2, id);
	db_run(&w->db, s);
	if (sqlite3_changes(w->db.handle) > 0)
		return;
	s = db_query(&w->db, "insert into lagged(until,id) values(?1,?2)");
	db_bind_int(s, 1, world_now(w) + lag);
	db_bind_text(s, 2, id);
	db_run(&w->db, s);
}

void page_save(struct world *w, const struct page *p)
{
	sqlite3_stmt *s;

	keep_for_queries(w, p->id);
	s = db_query(&w->db,
		"insert or replace into pages(" PAGE_COLUMNS ")"
		" values(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)");
	db_bind_text(s, 1, p->id);
	db_bind_text(s, 2, *p->source ? p->source : NULL);
	db_bind_text(s, 3, *p->parent ? p->parent : NULL);
	db_bind_int(s, 4, p->created);
	db_bind_int(s, 5, p->edited);
	db_bind_text(s, 6, p->created_by);
	db_bind_text(s, 7, p->edited_by);
	db_bind_int(s, 8, p->in_trash);
	db_bind_int(s, 9, p->archived);
	db_bind_int(s, 10, p->locked);
	db_bind_int(s, 11, p->shared);
	db_bind_json(s, 12, p->icon);
	db_bind_json(s, 13, p->cover);
	db_bind_json(s, 14, p->values);
	db_run(&w->db, s);
}

void page_erase(struct world *w, const char *id)
{
	sqlite3_stmt *s;

	keep_for_queries(w, id);
	s = db_query(&w->db, "delete from pages where id=?1");
	db_bind_text(s, 1, id);
	db_run(&w->db, s);
}

char *page_title(struct world *w, const char *id)
{
	char whole[UUID_SIZE];
	struct page p;
	char *title = NULL;

	if (!id || uuid_normalize(id, whole) < 0)
		return NULL;
	if (page_load(w, whole, &p) && p.shared)
		title = rich_text_plain(json_get(p.values, "title"));
	page_fini(&p);
	return title;
}

json *bare_schema(void)
{
	json *list = json_array(), *p = json_add(list, json_object());

	json_put_str(p, "id", "title");
	json_put_str(p, "name", "title");
	json_put_str(p, "type", "title");
	json_put(p, "title", json_object());
	return list;
}

static int set_values(struct world *w, struct page *p, json *schema,
	const json *properties, bool limited, bool *grown,
	struct notion_error *e)
{
	for (const json *v = json_first(properties); v; v = json_next(v)) {
		json *property = property_find(schema, json_key(v)), *kept;
		char path[PATH_MAX_LEN];

		if (!property && w->config.unknown_property_ignored)
			continue;
		if (!property)
			return notion_invalid(e,
				"%.300s is not a property that exists.",
				json_key(v));
		snprintf(path, sizeof path, "body.properties.%.300s",
			json_key(v));
		if (value_parse(
			    w, property, v, path, limited, &kept, grown, e) < 0)
			return -1;
		json_put(p->values, json_str(property, "id"), kept);
	}
	return 0;
}

int page_set(struct world *w, struct page *p, struct source *s,
	const json *properties, bool limited, struct notion_error *e)
{
	json *bare = s ? NULL : bare_schema();
	bool grown = false;
	int rc;

	if (!json_is_object(properties)) {
		json_free(bare);
		return notion_should_be(
			e, "body.properties", "an object", properties);
	}
	if (!p->values)
		p->values = json_object();
	rc = set_values(
		w, p, s ? s->properties : bare, properties, limited, &grown, e);
	if (rc == 0 && s && grown)
		source_save(w, s);
	json_free(bare);
	return rc;
}

json *page_parent_json(const struct page *p, const struct source *s)
{
	json *parent;

	if (!s)
		return page_parent(p->parent);
	parent = json_object();
	json_put_str(parent, "type", "data_source_id");
	json_put_str(parent, "data_source_id", s->id);
	json_put_str(parent, "database_id", s->database);
	return parent;
}

static bool wanted(const json *property, const json *filter)
{
	bool found = false;

	for (const json *f = json_first(filter); f && !found;
		f = json_next(f)) {
		json *one = json_array();

		json_add(one, json_copy(property));
		found = property_find(one, json_text(f)) != NULL;
		json_free(one);
	}
	return found || !filter;
}

static void show_property(struct world *w, json *out, const json *property,
	const json *kept, const struct value_times *t, bool queried)
{
	const char *type = property_type(property);
	json *shown = json_object(), *value = value_show(property, kept, t);
	char *id = property_id(property);
	bool cut = false;

	if (strcmp(type, "title") == 0 || strcmp(type, "rich_text") == 0) {
		json *whole = value;

		value = rich_text_inline(whole, &cut);
		json_free(whole);
		if (queried && w->config.query_trims)
			rich_text_trim(value);
	}
	json_put_str(shown, "id", id);
	json_put_str(shown, "type", type);
	json_put(shown, type, value);
	if (strcmp(type, "relation") == 0)
		json_put_bool(shown, "has_more", false);
	json_put(out, json_str(property, "name"), shown);
	free(id);
}

static json *show_properties(struct world *w, const struct page *p,
	const json *schema, const json *filter, bool queried)
{
	struct value_times t = { p->created, p->edited, p->created_by,
		p->edited_by };
	json *out = json_object();

	for (const json *property = json_first(schema); property;
		property = json_next(property))
		if (wanted(property, filter))
			show_property(w, out, property,
				json_get(p->values, json_str(property, "id")),
				&t, queried);
	return out;
}

json *page_json(struct world *w, const struct page *p, const struct source *s,
	const json *filter, bool old, bool queried)
{
	json *out = json_object(), *bare = s ? NULL : bare_schema();

	json_put_str(out, "object", "page");
	json_put_str(out, "id", p->id);
	put_minute(out, "created_time", p->created);
	put_minute(out, "last_edited_time", p->edited);
	json_put(out, "created_by", notion_user_ref(p->created_by));
	json_put(out, "last_edited_by", notion_user_ref(p->edited_by));
	json_put(out, "cover", json_copy(p->cover));
	json_put(out, "icon", json_copy(p->icon));
	json_put(out, "parent", page_parent_json(p, s));
	json_put_bool(out, "in_trash", p->in_trash);
	if (w->config.archive_known)
		json_put_bool(out, "is_archived", p->archived);
	json_put_bool(out, "is_locked", p->locked);
	json_put(out, "properties",
		show_properties(
			w, p, s ? s->properties : bare, filter, queried));
	put_url(out, p->id);
	if (old)
		json_put_bool(out, "archived", p->in_trash);
	json_free(bare);
	return out;
}
