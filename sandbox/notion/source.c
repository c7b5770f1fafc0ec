#include "sandbox/notion/source.h"

#include <stdlib.h>

#include "sandbox/notion/json.h"
#include "sandbox/notion/schema.h"
#include "sandbox/notion/text.h"

bool database_load(struct world *w, const char *id, struct database *d)
{
	sqlite3_stmt *s = db_query(&w->db,
		"select id,title,description,parent,is_inline,in_trash,locked,"
		"icon,cover,created,edited from databases where id=?1");
	bool found;

	*d = (struct database){ 0 };
	db_bind_text(s, 1, id);
	found = db_row(&w->db, s);
	if (found) {
		copy_id(d->id, db_text(s, 0));
		d->title = json_kept(db_text(s, 1));
		d->description = json_kept(db_text(s, 2));
		copy_id(d->parent, db_text(s, 3));
		d->is_inline = db_int(s, 4);
		d->in_trash = db_int(s, 5);
		d->locked = db_int(s, 6);
		d->icon = json_kept(db_text(s, 7));
		d->cover = json_kept(db_text(s, 8));
		d->created = db_int(s, 9);
		d->edited = db_int(s, 10);
		sqlite3_reset(s);
	}
	return found;
}

void database_save(struct world *w, const struct database *d)
{
	sqlite3_stmt *s = db_query(&w->db,
		"insert or replace into databases(id,title,description,parent,"
		"is_inline,in_trash,locked,icon,cover,created,edited)"
		" values(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)");

	db_bind_text(s, 1, d->id);
	db_bind_json(s, 2, d->title);
	db_bind_json(s, 3, d->description);
	db_bind_text(s, 4, d->parent);
	db_bind_int(s, 5, d->is_inline);
	db_bind_int(s, 6, d->in_trash);
	db_bind_int(s, 7, d->locked);
	db_bind_json(s, 8, d->icon);
	db_bind_json(s, 9, d->cover);
	db_bind_int(s, 10, d->created);
	db_bind_int(s, 11, d->edited);
	db_run(&w->db, s);
}

void database_fini(struct database *d)
{
	json_free(d->title);
	json_free(d->description);
	json_free(d->icon);
	json_free(d->cover);
}

bool source_load(struct world *w, const char *id, struct source *out)
{
	sqlite3_stmt *s = db_query(&w->db,
		"select id,database_id,title,description,props,in_trash,icon,"
		"cover,created,edited,created_by,edited_by from data_sources"
		" where id=?1");
	bool found;

	*out = (struct source){ 0 };
	db_bind_text(s, 1, id);
	found = db_row(&w->db, s);
	if (found) {
		copy_id(out->id, db_text(s, 0));
		copy_id(out->database, db_text(s, 1));
		out->title = json_kept(db_text(s, 2));
		out->description = json_kept(db_text(s, 3));
		out->properties = json_kept(db_text(s, 4));
		out->in_trash = db_int(s, 5);
		out->icon = json_kept(db_text(s, 6));
		out->cover = json_kept(db_text(s, 7));
		out->created = db_int(s, 8);
		out->edited = db_int(s, 9);
		copy_id(out->created_by, db_text(s, 10));
		copy_id(out->edited_by, db_text(s, 11));
		sqlite3_reset(s);
	}
	return found;
}

void source_save(struct world *w, const struct source *src)
{
	sqlite3_stmt *s = db_query(&w->db,
		"insert or replace into data_sources(id,database_id,title,"
		"description,props,in_trash,icon,cover,created,edited,"
		"created_by,edited_by,n)"
		" values(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,"
		"(select coalesce((select n from data_sources where id=?1),"
		"(select count(*) from data_sources))))");

	db_bind_text(s, 1, src->id);
	db_bind_text(s, 2, src->database);
	db_bind_json(s, 3, src->title);
	db_bind_json(s, 4, src->description);
	db_bind_json(s, 5, src->properties);
	db_bind_int(s, 6, src->in_trash);
	db_bind_json(s, 7, src->icon);
	db_bind_json(s, 8, src->cover);
	db_bind_int(s, 9, src->created);
	db_bind_int(s, 10, src->edited);
	db_bind_text(s, 11, src->created_by);
	db_bind_text(s, 12, src->edited_by);
	db_run(&w->db, s);
}

void source_fini(struct source *s)
{
	json_free(s->title);
	json_free(s->description);
	json_free(s->icon);
	json_free(s->cover);
	json_free(s->properties);
}

static json *array_or_empty(const json *v)
{
	return v ? json_copy(v) : json_array();
}

static void put_sources(struct world *w, json *out, const char *database)
{
	sqlite3_stmt *s = db_query(&w->db,
		"select id,title from data_sources where database_id=?1"
		" and in_trash=0 order by n");
	json *list = json_put(out, "data_sources", json_array());

	db_bind_text(s, 1, database);
	while (db_row(&w->db, s)) {
		json *title = json_kept(db_text(s, 1));
		char *name = rich_text_plain(title);
		json *item = json_add(list, json_object());

		json_put_str(item, "id", db_text(s, 0));
		json_put_str(item, "name", name);
		free(name);
		json_free(title);
	}
}

json *database_json(struct world *w, const struct database *d, bool old)
{
	json *out = json_object();

	json_put_str(out, "object", "database");
	json_put_str(out, "id", d->id);
	json_put(out, "title", array_or_empty(d->title));
	json_put(out, "description", array_or_empty(d->description));
	json_put(out, "parent", page_parent(d->parent));
	json_put_bool(out, "is_inline", d->is_inline);
	json_put_bool(out, "in_trash", d->in_trash);
	json_put_bool(out, "is_locked", d->locked);
	put_millis(out, "created_time", d->created);
	put_millis(out, "last_edited_time", d->edited);
	put_sources(w, out, d->id);
	json_put(out, "icon", json_copy(d->icon));
	json_put(out, "cover", json_copy(d->cover));
	put_url(out, d->id);
	if (old)
		json_put_bool(out, "archived", d->in_trash);
	return out;
}

/* The schema with encoded ids, keyed by name. */
static json *schema_json(const json *properties)
{
	json *out = json_object();

	for (const json *p = json_first(properties); p; p = json_next(p)) {
		json *shown = json_put(out, json_str(p, "name"), json_copy(p));
		char *id = property_id(p);

		json_put_str(shown, "id", id);
		free(id);
	}
	return out;
}

json *source_json(struct world *w, const struct source *s, bool old)
{
	json *out = json_object(), *parent;
	struct database d;

	database_load(w, s->database, &d);
	json_put_str(out, "object", "data_source");
	json_put_str(out, "id", s->id);
	json_put(out, "cover", json_copy(s->cover));
	json_put(out, "icon", json_copy(s->icon));
	put_minute(out, "created_time", s->created);
	json_put(out, "created_by", notion_user_ref(s->created_by));
	json_put(out, "last_edited_by", notion_user_ref(s->edited_by));
	put_minute(out, "last_edited_time", s->edited);
	json_put(out, "title", array_or_empty(s->title));
	json_put(out, "description", array_or_empty(s->description));
	json_put_bool(out, "is_inline", d.is_inline);
	json_put(out, "properties", schema_json(s->properties));
	parent = json_put(out, "parent", json_object());
	json_put_str(parent, "type", "database_id");
	json_put_str(parent, "database_id", s->database);
	json_put(out, "database_parent", page_parent(d.parent));
	put_url(out, s->database);
	json_put_bool(out, "in_trash", s->in_trash);
	if (old)
		json_put_bool(out, "archived", s->in_trash);
	database_fini(&d);
	return out;
}
