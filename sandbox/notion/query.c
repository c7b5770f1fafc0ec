/*
 * POST /v1/data_sources/:id/query.
 *
 * A cursor "s:<session>:<page>" names the last page that was answered. The next
 * answer begins after that page's place in the current order: pages that were
 * edited, created or trashed meanwhile shift it, because Notion promises no
 * snapshot. Without sorts, the order is that of the ids.
 */
#include "sandbox/notion/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/notion/filter.h"
#include "sandbox/notion/json.h"
#include "sandbox/notion/order.h"
#include "sandbox/notion/schema.h"
#include "util/alloc.h"

#define PAGE_SIZE_MAX 100

struct query {
	struct notion *n;
	struct source source;
	const json *filter, *sorts;
	bool archived;
	int64_t size;
	struct session *session; /* NULL until a second page is needed */
	char *question; /* filter and sorts: the cursor belongs to them */
};

int page_size_of(struct notion *n, const json *body, int64_t *size)
{
	const json *v = json_get(body, "page_size");

	*size = PAGE_SIZE_MAX;
	if (!v)
		return 0;
	if (json_whole(v, size) < 0 || *size < 0)
		return notion_should_be(&n->error, "body.page_size",
			"a number or `undefined`", v);
	if (*size > PAGE_SIZE_MAX)
		return notion_invalid(&n->error,
			"body failed validation: body.page_size should be ≤ "
			"`%d`, instead was `%lld`.",
			PAGE_SIZE_MAX, (long long)*size);
	if (*size == 0)
		*size = PAGE_SIZE_MAX;
	return 0;
}

static int check_body(struct query *q)
{
	static const char *const keys[] = { "filter", "sorts", "start_cursor",
		"page_size", "result_type", "is_archived", NULL };
	struct notion *n = q->n;
	const json *archived = json_get(n->body, "is_archived");
	const struct config *c = &n->world->config;

	if (notion_only_keys(&n->error, "body", n->body, keys) < 0 ||
		page_size_of(n, n->body, &q->size) < 0)
		return -1;
	if (archived && !c->archive_known)
		return notion_should_not_be_there(
			&n->error, "body.is_archived", archived);
	if (archived && !json_is_bool(archived))
		return notion_should_be(&n->error, "body.is_archived",
			"a boolean or `undefined`", archived);
	q->archived = json_is_true(archived) && !c->archive_asked_in_vain;
	q->filter = json_get(n->body, "filter");
	q->sorts = json_get(n->body, "sorts");
	if (filter_check(q->filter, q->source.properties, &n->error) < 0)
		return -1;
	if (c->query_filter_ignored)
		q->filter = NULL;
	return order_check(q->sorts, q->source.properties, &n->error);
}

static char *question_of(const struct query *q)
{
	struct buf text = BUF_INIT(NOTION_BODY_MAX * 2);

	if (q->filter)
		json_print(q->filter, &text);
	buf_addc(&text, '\n');
	if (q->sorts)
		json_print(q->sorts, &text);
	buf_addf(&text, "\n%d", q->archived);
	return buf_take(&text);
}

static int bad_cursor(struct notion *n, const char *cursor)
{
	return notion_invalid(&n->error,
		"The start_cursor provided is invalid: %.100s", cursor);
}

static int find_session(struct query *q)
{
	struct notion *n = q->n;
	const json *v = json_get(n->body, "start_cursor");
	const char *cursor = json_text(v);
	struct world *w = n->world;

	if (json_is_null(v))
		return 0;
	if (!cursor)
		return notion_should_be(&n->error, "body.start_cursor",
			"a string or `undefined`", v);
	if (strlen(cursor) != 2 + 36 + 1 + 36 || strncmp(cursor, "s:", 2) != 0)
		return bad_cursor(n, cursor);
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *s = &w->sessions[i];

		if (*s->id && strncmp(s->id, cursor + 2, 36) == 0 &&
			strcmp(s->last, cursor + 39) == 0 &&
			strcmp(s->source, q->source.id) == 0 &&
			strcmp(s->question, q->question) == 0 &&
			world_now(w) < s->expires)
			q->session = s;
	}
	return q->session ? 0 : bad_cursor(n, cursor);
}

/* Remembers where the next page begins: one session per cursor. */
static void make_cursor(struct query *q, const struct place *last,
	int64_t given, bool capped, char out[100])
{
	struct world *w = q->n->world;
	struct session *s = &w->sessions[w->next_session++ % SESSIONS_MAX];
	char id[UUID_SIZE];

	uuid_random(id);
	if (q->session)
		copy_id(id, q->session->id);
	free(s->question);
	json_free(s->last_key);
	*s = (struct session){ .given = given, .capped = capped };
	copy_id(s->id, id);
	copy_id(s->source, q->source.id);
	copy_id(s->last, last->id);
	s->question = xstrdup(q->question);
	s->last_key = json_copy(last->key);
	s->expires = world_now(w) + w->config.cursor_ttl_ms * 1000;
	snprintf(out, 100, "s:%s:%s", s->id, s->last);
}

static bool any_lagged(struct world *w)
{
	sqlite3_stmt *s =
		db_query(&w->db, "delete from lagged where until<=?1");

	db_bind_int(s, 1, world_now(w));
	db_run(&w->db, s);
	return db_number(&w->db,
		       db_query(&w->db, "select count(*) from lagged")) > 0;
}

/*
 * The pages that the query can see, in the order's first column. `lagged` holds
 * the previous state of a written page; of several, the oldest counts.
 */
static sqlite3_stmt *prepare_scan(const struct query *q, const struct order *o)
{
	static const char live[] =
		"select " PAGE_COLUMNS " from pages where source=?1";
	static const char mixed[] =
		"select * from (select " PAGE_COLUMNS " from pages where"
		" source=?1 and id not in (select id from lagged)"
		" union all select " PAGE_COLUMNS " from lagged l where"
		" source=?1 and rowid=(select rowid from lagged where id=l.id"
		" order by until, rowid limit 1)) where 1";
	struct world *w = q->n->world;
	struct buf sql = BUF_INIT(4096);
	const struct session *from = o->in_sql ? q->session : NULL;
	sqlite3_stmt *s;

	buf_adds(&sql, any_lagged(w) ? mixed : live);
	buf_addf(&sql, " and in_trash=0 and shared=1 and archived=%d",
		q->archived);
	if (from)
		buf_addf(&sql, " and (%s,id)%s(?2,?3)", o->column,
			o->descending ? "<" : ">");
	buf_addf(&sql, " order by %s %s, id %s", o->column,
		o->descending ? "desc" : "asc", o->descending ? "desc" : "asc");
	s = db_prepare(&w->db, sql.data);
	buf_fini(&sql);
	db_bind_text(s, 1, q->source.id);
	if (from) {
		int64_t key;

		if (json_whole(json_first(from->last_key), &key) == 0)
			db_bind_int(s, 2, key);
		else
			db_bind_text(s, 2, from->last);
		db_bind_text(s, 3, from->last);
	}
	return s;
}

/* The places of the next pages: as many as requested, and one more. */
static void scan(struct query *q, const struct order *o, struct places *out)
{
	struct world *w = q->n->world;
	bool values = filter_needs_values(q->filter) || o->needs_values;
	sqlite3_stmt *s = prepare_scan(q, o);
	struct page p;

	while (db_row(&w->db, s)) {
		page_from_row(&p, s, values);
		if (filter_match(
			    q->filter, q->source.properties, &p, world_now(w)))
			places_add(out, o, q->source.properties, &p);
		page_fini(&p);
		if (o->in_sql && (int64_t)out->n > q->size)
			break;
	}
	sqlite3_finalize(s);
	if (!o->in_sql)
		places_sort(out, o, q->session ? q->session->last_key : NULL,
			q->session ? q->session->last : NULL);
}

/* Whether there are more rows than one filter and sort may return. */
static bool over_cap(struct query *q, const struct order *o)
{
	struct world *w = q->n->world;
	struct places all = { 0 };
	struct order any = *o;
	sqlite3_stmt *s;
	bool over;

	if (q->session)
		return q->session->capped;
	s = db_query(&w->db, "select count(*) from pages where source=?1");
	db_bind_text(s, 1, q->source.id);
	if (db_number(&w->db, s) <= w->config.query_cap)
		return false;
	any.in_sql = false;
	scan(q, &any, &all);
	over = (int64_t)all.n > w->config.query_cap;
	places_fini(&all);
	return over;
}

static json *queried_page(struct query *q, const char *id)
{
	struct world *w = q->n->world;
	sqlite3_stmt *s;
	struct page p;
	json *out;

	s = db_query(&w->db, "select " PAGE_COLUMNS " from lagged where id=?1"
			     " order by until, rowid limit 1");
	db_bind_text(s, 1, id);
	if (w->config.query_lag_ms && db_row(&w->db, s)) {
		page_from_row(&p, s, true);
		sqlite3_reset(s);
	} else {
		sqlite3_reset(s);
		page_load(w, id, &p);
	}
	out = page_json(w, &p, &q->source, q->n->filter, q->n->old, true);
	page_fini(&p);
	return out;
}

static void put_incomplete(json *out)
{
	json *status = json_put(out, "request_status", json_object());

	json_put_str(status, "type", "incomplete");
	json_put_str(status, "incomplete_reason", "query_result_limit_reached");
}

static void reply_query(
	struct query *q, const struct order *o, const struct places *found)
{
	int64_t given = q->session ? q->session->given : 0;
	int64_t left = q->n->world->config.query_cap - given;
	int64_t most = q->size < left ? q->size : left;
	bool capped = over_cap(q, o);
	json *out = json_object(), *results;
	char cursor[100] = "";
	size_t n = 0;

	json_put_str(out, "object", "list");
	results = json_put(out, "results", json_array());
	for (; n < found->n && (int64_t)n < most; n++)
		json_add(results, queried_page(q, found->items[n].id));
	if (n && n < found->n && (int64_t)n < left)
		make_cursor(q, &found->items[n - 1], given + (int64_t)n, capped,
			cursor);
	json_put_str(out, "next_cursor", *cursor ? cursor : NULL);
	json_put_bool(out, "has_more", *cursor != '\0');
	json_put_str(out, "type", "page_or_data_source");
	json_put(out, "page_or_data_source", json_object());
	if (capped)
		put_incomplete(out);
	reply_json(q->n->answer, 200, out);
}

int route_query(struct notion *n, const char *id)
{
	struct query q = { .n = n };
	struct places found = { 0 };
	struct order order;
	int rc = -1;

	if (!source_load(n->world, id, &q.source)) {
		rc = notion_not_found(&n->error, "data_source", id);
		goto out;
	}
	if (check_body(&q) < 0)
		goto out;
	q.question = question_of(&q);
	if (find_session(&q) < 0)
		goto out;
	order_init(&order, q.sorts);
	scan(&q, &order, &found);
	reply_query(&q, &order, &found);
	rc = 0;
out:
	free(q.question);
	places_fini(&found);
	source_fini(&q.source);
	return rc;
}
