#include "sandbox/control/routes.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/fault.h"
#include "sandbox/postgrest/routes.h"
#include "util/alloc.h"

#define NDJSON "application/x-ndjson; charset=utf-8"

static void refuse(struct reply *a, int status, const char *why)
{
	json *body = json_object();

	json_put_str(body, "error", why);
	reply_json(a, status, body);
}

static json *info_json(const struct world *w)
{
	json *out = json_object(), *keys, *ids;
	char *rest = xasprintf("%s/rest/v1", w->url);

	json_put_str(out, "url", w->url);
	json_put_str(out, "supabase_url", w->url);
	json_put_str(out, "rest_url", rest);
	json_put_str(out, "notion_api_url", w->url);
	keys = json_put(out, "keys", json_object());
	json_put_str(keys, "supabase", w->supabase_key);
	json_put_str(keys, "supabase_publishable", w->publishable_key);
	json_put_str(keys, "supabase_service_role_jwt", SERVICE_ROLE_KEY);
	json_put_str(keys, "supabase_anon_jwt", ANON_KEY);
	json_put_str(keys, "notion", w->notion_key);
	ids = json_put(out, "ids", json_object());
	json_put_str(ids, "database", DATABASE_ID);
	json_put_str(ids, "data_source", DATA_SOURCE_ID);
	json_put_str(ids, "elsewhere_database", ELSEWHERE_DATABASE_ID);
	json_put_str(ids, "elsewhere_data_source", ELSEWHERE_ID);
	json_put_str(ids, "root_page", ROOT_PAGE_ID);
	json_put_str(ids, "bot_user", BOT_ID);
	json_put_str(ids, "person_user", PERSON_ID);
	json_put_str(out, "table", TABLE_NAME);
	json_put_str(out, "database_id", DATABASE_ID);
	json_put_str(out, "data_source_id", DATA_SOURCE_ID);
	free(rest);
	return out;
}

static json *clock_json(const struct world *w)
{
	json *out = json_object();
	char now[TIME_SIZE];

	json_put_str(out, "now", time_format(world_now(w), now));
	json_put_bool(out, "frozen", w->clock.frozen != USEC_NONE);
	return out;
}

static void save_config(struct world *w)
{
	struct buf text = BUF_INIT(64u << 10);
	json *values = config_to_json(&w->config);

	json_print(values, &text);
	json_free(values);
	db_begin(&w->db);
	rest_table_alter(w);
	db_meta_set(&w->db, "config", buf_str(&text));
	db_end(&w->db, true);
	buf_fini(&text);
}

static json *set_config(struct world *w, const json *body, struct error *e)
{
	if (config_set(&w->config, body, e) < 0)
		return NULL;
	save_config(w);
	if (db_failed(&w->db)) {
		fail(e, RC_STREAM,
			"the data doesn't allow it (%s); the switch is set "
			"nevertheless",
			w->db.why);
		return NULL;
	}
	return config_to_json(&w->config);
}

int control_set_config(struct world *w, const json *values, struct error *e)
{
	json *now = set_config(w, values, e);

	json_free(now);
	return now ? 0 : -1;
}

static json *set_clock(struct world *w, const json *body, struct error *e)
{
	return clock_set(&w->clock, body, e) < 0 ? NULL : clock_json(w);
}

static json *add_fault(struct world *w, const json *body, struct error *e)
{
	int64_t n = fault_add(w, body, e);
	json *out;

	if (n < 0)
		return NULL;
	out = json_object();
	json_put_int(out, "fault", n);
	return out;
}

static json *edit(struct world *w, const json *body, struct error *e)
{
	json *out;

	db_begin(&w->db);
	out = control_edit(w, body, e);
	db_end(&w->db, out != NULL);
	if (!out || !db_failed(&w->db))
		return out;
	json_free(out);
	fail(e, RC_LOCAL, "%s", w->db.why);
	return NULL;
}

static json *counts(const struct world *w)
{
	json *out = json_object();

	json_put(out, "requests", json_copy(w->counts));
	json_put_int(out, "writes", w->writes);
	return out;
}

static json *done(void)
{
	json *out = json_object();

	json_put_bool(out, "done", true);
	return out;
}

static void reply_log(const struct world *w, struct reply *a)
{
	for (size_t i = 0; i < w->n_log; i++) {
		buf_adds(&a->body, w->log[i]);
		buf_addc(&a->body, '\n');
	}
	a->type = NDJSON;
}

static const struct {
	const char *name;
	json *(*post)(struct world *, const json *, struct error *);
} posts[] = {
	{ "config", set_config },
	{ "clock", set_clock },
	{ "faults", add_fault },
	{ "edit", edit },
};

static void post(struct world *w, const struct request *q, const char *name,
	struct reply *a)
{
	json *body = NULL, *out = NULL;
	struct error e;

	if (strcmp(name, "seed") == 0) {
		reply_json(a, 200, control_seed(w, &q->body));
		return;
	}
	for (size_t i = 0; i < sizeof posts / sizeof posts[0]; i++) {
		if (strcmp(posts[i].name, name) != 0)
			continue;
		body = json_parse(
			buf_str(&q->body), q->body.len, JSON_STRICT, &e);
		if (body)
			out = posts[i].post(w, body, &e);
		json_free(body);
		if (out)
			reply_json(a, 200, out);
		else
			refuse(a, 400, e.text);
		return;
	}
	refuse(a, 404, "no such control request; see sandbox(1)");
}

static void get(const struct world *w, const char *name, struct reply *a)
{
	if (strcmp(name, "info") == 0)
		reply_json(a, 200, info_json(w));
	else if (strcmp(name, "config") == 0)
		reply_json(a, 200, config_to_json(&w->config));
	else if (strcmp(name, "clock") == 0)
		reply_json(a, 200, clock_json(w));
	else if (strcmp(name, "faults") == 0)
		reply_json(a, 200, fault_list(w));
	else if (strcmp(name, "count") == 0)
		reply_json(a, 200, counts(w));
	else if (strcmp(name, "log") == 0)
		reply_log(w, a);
	else
		refuse(a, 404, "no such control request; see sandbox(1)");
}

static void drop(struct world *w, const char *name, struct reply *a)
{
	if (strcmp(name, "faults") == 0) {
		fault_clear(w);
	} else if (strcmp(name, "log") == 0) {
		log_clear(w);
	} else if (strcmp(name, "count") == 0) {
		json_free(w->counts);
		w->counts = json_object();
		w->writes = 0;
	} else {
		refuse(a, 404, "no such control request; see sandbox(1)");
		return;
	}
	reply_json(a, 200, done());
}

void control_serve(struct world *w, const struct request *q, struct reply *a)
{
	const char *name = q->path + strlen("/control");

	if (*name == '/')
		name++;
	if (q->too_large) {
		refuse(a, 413, "the body is longer than 64 MiB");
	} else if (strcmp(q->method, "GET") == 0) {
		if (strcmp(name, "dump") != 0) {
			get(w, name, a);
			return;
		}
		w->db.failed = false;
		control_dump(w, &a->body);
		a->type = NDJSON;
	} else if (strcmp(q->method, "POST") == 0) {
		post(w, q, name, a);
	} else if (strcmp(q->method, "DELETE") == 0) {
		drop(w, name, a);
	} else {
		refuse(a, 405, "expected GET, POST or DELETE");
	}
}
