#include "sandbox/serve.h"

#include <string.h>
#include <time.h>

#include "sandbox/control/routes.h"
#include "sandbox/fault.h"
#include "sandbox/notion/routes.h"
#include "sandbox/postgrest/routes.h"

static void count(struct world *w, const struct request *q)
{
	const char *api = api_name(q->api);
	json *methods = json_get(w->counts, api);
	int64_t n = 0;

	if (!methods)
		methods = json_put(w->counts, api, json_object());
	json_whole(json_get(methods, q->method), &n);
	json_put_int(methods, q->method, n + 1);
}

static bool is_write(const struct request *q)
{
	size_t n = strlen(q->path);

	if (strcmp(q->method, "GET") == 0 || strcmp(q->method, "HEAD") == 0)
		return false;
	return n < 6 || strcmp(q->path + n - 6, "/query") != 0;
}

static void reply_broken(struct world *w, struct reply *a)
{
	json *body = json_object();

	warning("request refused, SQLite: %s", w->db.why);
	json_put_str(body, "message", w->db.why);
	pairs_fini(&a->headers);
	reply_json(a, 500, body);
}

/* Carries the request out, in a transaction of its own. */
static bool carry_out(struct world *w, struct request *q, struct reply *a)
{
	bool keep;

	db_begin(&w->db);
	if (q->api == API_NOTION)
		notion_serve(w, q, a);
	else
		rest_serve(w, q, a);
	keep = !a->failed_code && a->status < 400;
	db_end(&w->db, keep);
	if (db_failed(&w->db)) {
		reply_broken(w, a);
		keep = false;
	}
	if (keep && is_write(q))
		w->writes++;
	return keep;
}

static int64_t spec_number(const json *spec, const char *key, int64_t otherwise)
{
	int64_t n = otherwise;

	json_whole(json_get(spec, key), &n);
	return n;
}

/* What the fault leaves of the request. */
static void act(
	struct world *w, struct request *q, struct reply *a, const json *spec)
{
	const char *drop = json_str(spec, "drop");
	bool status = json_get(spec, "status") != NULL;
	bool garbage = json_true(spec, "garbage");
	bool kept = false;

	if (json_get(spec, "edit"))
		control_edit_quietly(w, json_get(spec, "edit"));
	if (drop && strcmp(drop, "before") == 0) {
		a->status = 0;
		return;
	}
	if (!status || json_true(spec, "commit") || drop)
		kept = carry_out(w, q, a);
	if (status || garbage)
		fault_answer(spec, q, a, kept);
	if (drop)
		a->status = 0;
	a->cut = json_get(spec, "cut") ? (size_t)spec_number(spec, "cut", 0)
				       : SIZE_MAX;
	a->silence_ms = spec_number(spec, "silence_ms", 0);
}

/* The Date header has the time of the sandbox's own clock. */
static void add_date(struct world *w, struct reply *a)
{
	time_t now = (time_t)(world_now(w) / USEC_SECOND);
	char text[64];
	struct tm tm;

	if (gmtime_r(&now, &tm) &&
		strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm))
		reply_header(a, "Date", "%s", text);
}

static void serve_api(struct world *w, struct request *q, struct reply *a)
{
	json *spec;

	pthread_mutex_lock(&w->lock);
	q->n = ++w->requests;
	count(w, q);
	spec = fault_take(w, q);
	pthread_mutex_unlock(&w->lock);
	if (json_get(spec, "delay_ms"))
		world_wait(w, spec_number(spec, "delay_ms", 0));
	pthread_mutex_lock(&w->lock);
	act(w, q, a, spec);
	add_date(w, a);
	log_request(w, q, a, spec);
	pthread_mutex_unlock(&w->lock);
	if (a->silence_ms)
		world_wait(w, a->silence_ms);
	json_free(spec);
}

void serve(struct world *w, struct request *q, struct reply *a)
{
	if (q->api == API_NOTION || q->api == API_SUPABASE) {
		serve_api(w, q, a);
	} else if (q->api == API_CONTROL) {
		pthread_mutex_lock(&w->lock);
		control_serve(w, q, a);
		pthread_mutex_unlock(&w->lock);
	} else {
		json *body = json_object();

		json_put_str(body, "error",
			"no such path: there are only /rest/v1/, /v1/ and "
			"/control/");
		reply_json(a, 404, body);
	}
}
