/*
 * POST /control/edit: what a person does on either side.
 */
#include <stdlib.h>
#include <string.h>

#include "sandbox/control/routes.h"
#include "sandbox/notion/json.h"
#include "sandbox/notion/seed.h"
#include "sandbox/postgrest/table.h"
#include "util/alloc.h"

static json *done(const char *id)
{
	json *out = json_object();

	json_put_str(out, "id", id);
	return out;
}

static json *refused_row(struct error *e, const struct rest_error *why)
{
	fail(e, RC_STREAM, "%s: %s", why->code, why->message);
	return NULL;
}

static int set_columns(struct world *w, const struct table *t, struct row *row,
	const json *set, struct rest_error *e)
{
	for (const json *v = json_first(set); v; v = json_next(v)) {
		int at = table_find_usual(t, json_key(v));

		if (at < 0)
			return rest_fail(e, "42703",
				"column \"%.100s\" does not exist",
				json_key(v));
		pg_value_fini(&row->values[at]);
		if (pg_parse_json(t->columns[at].type, v, world_now(w),
			    &row->values[at], e) < 0)
			return -1;
	}
	return 0;
}

static void set_time(const struct table *t, struct row *row, const char *name,
	struct pg_value v)
{
	int at = table_find_usual(t, name);

	if (at < 0)
		return;
	pg_value_fini(&row->values[at]);
	row->values[at] = v;
}

static json *insert_row(struct world *w, const struct table *t, const json *set,
	struct error *e)
{
	struct row row = { 0 };
	struct rest_error why;
	json *out = NULL;

	for (size_t i = 0; i < t->n; i++)
		row.values[i] = column_default(&t->columns[i], world_now(w));
	if (set_columns(w, t, &row, set, &why) < 0 ||
		row_insert(w, t, &row, &why) < 0)
		refused_row(e, &why);
	else
		out = done(row.values[table_find_usual(t, "id")].s);
	row_fini(&row);
	return out;
}

static json *change_row(struct world *w, const struct table *t, const char *id,
	struct row *row, const json *edit, struct error *e)
{
	const char *action = json_str(edit, "action");
	const json *set = json_get(edit, "set"),
		   *touch = json_get(edit, "touch");
	struct rest_error why;

	if (!touch || json_is_true(touch))
		set_time(t, row, "updated_at", pg_number(world_now(w)));
	if (action && strcmp(action, "soft-delete") == 0)
		set_time(t, row, "deleted_at", pg_number(world_now(w)));
	if (action && strcmp(action, "undelete") == 0)
		set_time(t, row, "deleted_at", (struct pg_value){ 0 });
	if (set_columns(w, t, row, set, &why) < 0 ||
		row_update(w, t, id, row, &why) < 0)
		return refused_row(e, &why);
	return done(row->values[table_find_usual(t, "id")].s);
}

static json *edit_row(struct world *w, const json *edit, struct error *e)
{
	const char *id = json_str(edit, "id");
	const char *action = json_str(edit, "action");
	struct table t;
	struct row row;
	json *out = NULL;

	table_load(&t, &w->config);
	if (!id)
		return insert_row(w, &t, json_get(edit, "set"), e);
	if (!row_load(w, &t, id, &row)) {
		fail(e, RC_STREAM, "there is no row %.40s", id);
	} else if (action && strcmp(action, "delete") == 0) {
		row_delete(w, id);
		out = done(id);
	} else if (action && strcmp(action, "soft-delete") != 0 &&
		   strcmp(action, "undelete") != 0) {
		fail(e, RC_STREAM,
			"action: expected delete, soft-delete or undelete");
	} else if (action && table_find_usual(&t, "deleted_at") < 0) {
		fail(e, RC_STREAM, "the table has no deleted_at");
	} else {
		out = change_row(w, &t, id, &row, edit, e);
	}
	row_fini(&row);
	return out;
}

/* Moved away, or to the data source whose id is in "to". */
static int move_page(
	struct world *w, struct page *p, const json *edit, struct error *e)
{
	const char *to = json_str(edit, "to");
	struct source s;
	bool found = source_load(w, to ? to : ELSEWHERE_ID, &s);

	source_fini(&s);
	if (!found)
		return fail(e, RC_STREAM, "there is no data source %.40s", to);
	copy_id(p->source, to ? to : ELSEWHERE_ID);
	p->parent[0] = '\0';
	return 0;
}

/* 0: the page was changed; 1: there is nothing left to save. */
static int act_on_page(struct world *w, struct page *p, const char *action,
	const json *edit, struct error *e)
{
	if (strcmp(action, "trash") == 0)
		p->in_trash = true;
	else if (strcmp(action, "restore") == 0)
		p->in_trash = false;
	else if (strcmp(action, "archive") == 0)
		p->archived = true;
	else if (strcmp(action, "unarchive") == 0)
		p->archived = false;
	else if (strcmp(action, "unshare") == 0)
		p->shared = false;
	else if (strcmp(action, "share") == 0)
		p->shared = true;
	else if (strcmp(action, "move") == 0)
		return move_page(w, p, edit, e);
	else if (strcmp(action, "duplicate") == 0) {
		uuid_random(p->id);
		p->created = time_floor_minute(world_now(w));
		copy_id(p->created_by, PERSON_ID);
	} else if (strcmp(action, "erase") == 0 ||
		   strcmp(action, "delete") == 0) {
		page_erase(w, p->id);
		return 1;
	} else {
		return fail(e, RC_STREAM,
			"action: expected trash, restore, archive, unarchive, "
			"move, unshare, share, erase or duplicate");
	}
	return 0;
}

static json *change_page(
	struct world *w, struct page *p, const json *edit, struct error *e)
{
	const char *action = json_str(edit, "action");
	const json *set = json_get(edit, "set");
	struct notion_error why = { 0 };
	struct source s;
	int rc = 0;

	source_load(w, DATA_SOURCE_ID, &s);
	if (set && notion_edit_page(w, &s, p, set, &why) < 0) {
		rc = fail(e, RC_STREAM, "%s: %s", why.code, why.message);
		json_free(why.additional);
	}
	source_fini(&s);
	if (rc == 0 && action)
		rc = act_on_page(w, p, action, edit, e);
	if (rc < 0)
		return NULL;
	if (rc == 0) {
		p->edited = time_floor_minute(world_now(w));
		copy_id(p->edited_by, PERSON_ID);
		page_save(w, p);
	}
	return done(p->id);
}

static json *create_page(struct world *w, const json *edit, struct error *e)
{
	const json *set = json_get(edit, "set");
	json *none = json_object();
	struct notion_error why = { 0 };
	struct source s;
	char id[UUID_SIZE];
	json *out = NULL;

	source_load(w, DATA_SOURCE_ID, &s);
	if (notion_seed_page(w, &s, set ? set : none, id, &why) < 0)
		fail(e, RC_STREAM, "%s: %s", why.code, why.message);
	else
		out = done(id);
	json_free(why.additional);
	json_free(none);
	source_fini(&s);
	return out;
}

static json *edit_page(struct world *w, const json *edit, struct error *e)
{
	const char *id = json_str(edit, "id");
	struct page p;
	json *out = NULL;

	if (!id)
		return create_page(w, edit, e);
	if (!page_load(w, id, &p))
		fail(e, RC_STREAM, "there is no page %.40s", id);
	else
		out = change_page(w, &p, edit, e);
	page_fini(&p);
	return out;
}

json *control_edit(struct world *w, const json *edit, struct error *e)
{
	static const char *const keys[] = { "side", "id", "set", "action", "to",
		"touch", NULL };
	const char *side = json_str(edit, "side");

	for (const json *v = json_first(edit); v; v = json_next(v)) {
		int i = 0;

		while (keys[i] && strcmp(keys[i], json_key(v)) != 0)
			i++;
		if (!keys[i]) {
			fail(e, RC_STREAM, "an edit has no key %.60s",
				json_key(v));
			return NULL;
		}
	}
	if (side && strcmp(side, "supabase") == 0)
		return edit_row(w, edit, e);
	if (side && strcmp(side, "notion") == 0)
		return edit_page(w, edit, e);
	fail(e, RC_STREAM, "side: expected \"supabase\" or \"notion\"");
	return NULL;
}

void control_edit_quietly(struct world *w, const json *edit)
{
	struct error e;
	json *out;

	db_begin(&w->db);
	out = control_edit(w, edit, &e);
	if (!out)
		warning("the edit of a fault was refused: %s", e.text);
	db_end(&w->db, out != NULL);
	json_free(out);
}
