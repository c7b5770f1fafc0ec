#include "sandbox/postgrest/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"

#define URL_MAX 16384 /* the edge of hosted projects answers 520 */

static void gateway_refuse(struct reply *a, const char *code,
	const char *message, const char *hint)
{
	json *body = json_object();

	json_put_str(body, "message", message);
	json_put_str(body, "hint", hint);
	reply_json(a, 401, body);
	a->failed_code = true;
	reply_header(a, "sb-error-code", "%s", code);
}

enum role {
	ROLE_NONE,
	ROLE_ANON,
	ROLE_SERVICE,
};

static enum role role_of(const struct world *w, const char *key)
{
	if (strcmp(key, w->supabase_key) == 0 ||
		strcmp(key, SERVICE_ROLE_KEY) == 0)
		return ROLE_SERVICE;
	if (strcmp(key, w->publishable_key) == 0 || strcmp(key, ANON_KEY) == 0)
		return ROLE_ANON;
	return ROLE_NONE;
}

/*
 * A Bearer token in addition to the key: the same key, or another JWT of ours.
 */
static int check_bearer(struct rest *r, const char *key, enum role *role)
{
	const char *header = request_get_header(r->request, "authorization");
	const char *token;

	if (!header)
		return 0;
	if (strncasecmp(header, "Bearer ", 7) != 0)
		return 0;
	token = header + 7;
	if (strcmp(token, key) == 0)
		return 0;
	if (strcmp(token, ANON_KEY) == 0 ||
		strcmp(token, SERVICE_ROLE_KEY) == 0) {
		*role = role_of(r->world, token);
		return 0;
	}
	for (const char *s = token; (s = strchr(s, '.')); s++)
		if (strchr(s + 1, '.'))
			return rest_fail(&r->error, "PGRST301",
				"No suitable key or wrong key type");
	return rest_fail(&r->error, "PGRST301",
		"Expected 3 parts in JWT; got %d", strchr(token, '.') ? 2 : 1);
}

/* The gateway: false where it has answered itself. */
static bool check_key(struct rest *r, struct request *q)
{
	const char *key = request_get_header(q, "apikey");
	const char *agent = request_get_header(q, "user-agent");
	enum role role;

	if (!key)
		key = pairs_get(&r->params, "apikey");
	if (!key) {
		gateway_refuse(r->answer, "UNAUTHORIZED_MISSING_API_KEY",
			"No API key found in request",
			"No `apikey` request header or url param was found.");
		return false;
	}
	q->auth = "bad";
	role = role_of(r->world, key);
	if (role == ROLE_NONE) {
		gateway_refuse(r->answer, "UNAUTHORIZED_INVALID_API_KEY",
			"Invalid API key",
			"Double check your Supabase `anon` or `service_role` "
			"API key.");
		return false;
	}
	if (strncmp(key, "sb_secret_", 10) == 0 && agent &&
		strstr(agent, "Mozilla")) {
		gateway_refuse(r->answer, "UNAUTHORIZED_INVALID_API_KEY_TYPE",
			"Forbidden use of secret API key in browser",
			"Secret API keys can only be used in a protected "
			"environment.");
		return false;
	}
	if (check_bearer(r, key, &role) < 0) {
		rest_answer_error(r->answer, &r->error, true);
		return false;
	}
	q->auth = "ok";
	r->anonymous = role == ROLE_ANON;
	return true;
}

static bool is_write(const struct rest *r)
{
	return strcmp(r->request->method, "GET") != 0 &&
	       strcmp(r->request->method, "HEAD") != 0;
}

static int check_grant(struct rest *r)
{
	const struct config *c = &r->world->config;

	if (is_write(r) && c->read_only)
		return rest_fail(&r->error, "25006",
			"cannot execute %s in a read-only transaction",
			strcmp(r->request->method, "POST") == 0	   ? "INSERT"
			: strcmp(r->request->method, "PATCH") == 0 ? "UPDATE"
								   : "DELETE");
	if (!c->no_grant && !(r->anonymous && c->anon_no_grant))
		return 0;
	rest_fail(
		&r->error, "42501", "permission denied for table " TABLE_NAME);
	snprintf(r->error.hint, sizeof r->error.hint,
		"Grant the required privileges to the current role with: "
		"GRANT %s ON %s.%s TO %s;",
		!is_write(r)				   ? "SELECT"
		: strcmp(r->request->method, "POST") == 0  ? "INSERT"
		: strcmp(r->request->method, "PATCH") == 0 ? "UPDATE"
							   : "DELETE",
		c->in_schema_api ? "api" : "public", TABLE_NAME,
		r->anonymous ? "anon" : "service_role");
	return -1;
}

/* The only exposed schema, which is also the default without a header. */
static int check_profile(struct rest *r, const char *schema)
{
	const char *profile = request_get_header(
		r->request, is_write(r) ? "content-profile" : "accept-profile");

	if (!profile || strcmp(profile, schema) == 0)
		return 0;
	rest_fail(&r->error, "PGRST106", "Invalid schema: %.100s", profile);
	snprintf(r->error.hint, sizeof r->error.hint,
		"Only the following schemas are exposed: %s", schema);
	return -1;
}

static int check_path(struct rest *r)
{
	const char *name = r->request->path + strlen("/rest/v1");
	const char *schema = r->world->config.in_schema_api ? "api" : "public";

	if (*name == '/')
		name++;
	if (!*name || strchr(name, '/'))
		return rest_fail(&r->error, "PGRST125",
			"Invalid path specified in request URL");
	if (check_profile(r, schema) < 0)
		return -1;
	if (strcmp(name, TABLE_NAME) == 0 && !r->world->config.table_missing)
		return 0;
	return rest_fail(&r->error, "PGRST205",
		"Could not find the table '%s.%.100s' in the schema cache",
		schema, name);
}

static int check_accept(struct rest *r)
{
	const char *accept = request_get_header(r->request, "accept");

	if (!accept || !*accept)
		return 0;
	if (strstr(accept, "application/vnd.pgrst.object")) {
		r->singular = true;
		return 0;
	}
	if (strstr(accept, "*/*") || strstr(accept, "application/*") ||
		strstr(accept, "application/json") ||
		strstr(accept, "application/vnd.pgrst.array"))
		return 0;
	return rest_fail(&r->error, "PGRST107",
		"None of these media types are available: %.200s", accept);
}

static int dispatch(struct rest *r)
{
	const char *method = r->request->method;

	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return rest_read(r);
	if (strcmp(method, "POST") == 0)
		return rest_insert(r);
	if (strcmp(method, "PATCH") == 0)
		return rest_update(r);
	if (strcmp(method, "DELETE") == 0)
		return rest_delete(r);
	return rest_fail(
		&r->error, "PGRST117", "Unsupported HTTP method: %s", method);
}

static int serve(struct rest *r)
{
	const char *prefer = NULL;

	if (check_path(r) < 0 || check_accept(r) < 0 || check_grant(r) < 0)
		return -1;
	table_load(&r->table, &r->world->config);
	if (r->world->config.drop_filters)
		filters_drop(&r->params);
	else
		prefer = request_get_header(r->request, "prefer");
	if (preferences_parse(&r->prefer, prefer, &r->error) < 0)
		return -1;
	if (selection_parse(&r->selection, &r->table,
		    pairs_get(&r->params, "select"), &r->error) < 0)
		return -1;
	return dispatch(r);
}

/* The layers before PostgREST, which know nothing about tables. */
static bool edge_answers(struct rest *r, const struct request *q)
{
	if (r->world->config.paused) {
		reply_text(r->answer, 540, "text/plain; charset=utf-8",
			"Project paused\n");
	} else if (strlen(q->target) > URL_MAX) {
		reply_text(r->answer, 520, "text/html; charset=UTF-8",
			"<!DOCTYPE html><html><head><title>520: Web server is "
			"returning an unknown error</title></head></html>\n");
	} else {
		return false;
	}
	r->answer->failed_code = true;
	return true;
}

void rest_serve(struct world *w, struct request *q, struct reply *a)
{
	struct rest r = { .world = w, .request = q, .answer = a };

	if (edge_answers(&r, q))
		return;
	if (pairs_parse(&r.params, q->query) < 0) {
		rest_fail(&r.error, "22021",
			"invalid byte sequence for encoding \"UTF8\": 0x00");
		rest_answer_error(a, &r.error, false);
		goto out;
	}
	if (!check_key(&r, q))
		goto out;
	if (q->too_large) {
		reply_text(a, 413, "text/plain; charset=utf-8",
			"Request body too large\n");
		a->failed_code = true;
		goto out;
	}
	if (serve(&r) < 0)
		rest_answer_error(a, &r.error, r.anonymous);
	a->no_body = strcmp(q->method, "HEAD") == 0;
out:
	selection_fini(&r.selection);
	preferences_fini(&r.prefer);
	pairs_fini(&r.params);
}

void rest_content_range(struct rest *r, int64_t first, int64_t n, int64_t total)
{
	char rows[64] = "*", all[32] = "*";

	if (n > 0)
		snprintf(rows, sizeof rows, "%lld-%lld", (long long)first,
			(long long)(first + n - 1));
	if (total >= 0)
		snprintf(all, sizeof all, "%lld", (long long)total);
	reply_header(r->answer, "Content-Range", "%s/%s", rows, all);
}

int rest_answer_rows(struct rest *r, int status, json *take_rows)
{
	size_t n = json_count(take_rows);

	if (!r->singular) {
		reply_json(r->answer, status, take_rows);
		return 0;
	}
	if (n != 1) {
		json_free(take_rows);
		rest_fail(&r->error, "PGRST116",
			"Cannot coerce the result to a single JSON object");
		return rest_details(
			&r->error, "The result contains %zu rows", n);
	}
	reply_json(r->answer, status, json_copy(json_first(take_rows)));
	json_free(take_rows);
	r->answer->type = "application/vnd.pgrst.object+json; charset=utf-8";
	return 0;
}
