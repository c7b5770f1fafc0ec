#include "sandbox/notion/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

#define WINDOW (60 * USEC_SECOND)

enum need {
	NEED_NOTHING,
	NEED_READ,
	NEED_INSERT,
	NEED_UPDATE,
};

static const struct {
	const char *method, *path; /* ":id" is a UUID, ":prop" anything */
	const char *id_name;	   /* its name in a validation error */
	notion_route *route;
	enum need need;
} routes[] = {
	{ "GET", "users/me", "", route_me, NEED_NOTHING },
	{ "GET", "users", "", route_users, NEED_READ },
	{ "GET", "users/:id", "user_id", route_user, NEED_READ },
	{ "POST", "databases", "", route_database_post, NEED_INSERT },
	{ "GET", "databases/:id", "database_id", route_database_get,
		NEED_READ },
	{ "PATCH", "databases/:id", "database_id", route_database_patch,
		NEED_UPDATE },
	{ "POST", "data_sources", "", route_source_post, NEED_INSERT },
	{ "GET", "data_sources/:id", "data_source_id", route_source_get,
		NEED_READ },
	{ "PATCH", "data_sources/:id", "data_source_id", route_source_patch,
		NEED_UPDATE },
	{ "POST", "data_sources/:id/query", "data_source_id", route_query,
		NEED_READ },
	{ "POST", "pages", "", route_page_post, NEED_INSERT },
	{ "GET", "pages/:id", "page_id", route_page_get, NEED_READ },
	{ "PATCH", "pages/:id", "page_id", route_page_patch, NEED_UPDATE },
	{ "POST", "pages/:id/move", "page_id", route_page_move, NEED_UPDATE },
	{ "GET", "pages/:id/properties/:prop", "page_id", route_property,
		NEED_READ },
	{ "DELETE", "blocks/:id", "block_id", route_block_delete, NEED_UPDATE },
	{ "GET", "blocks/:id/children", "block_id", route_block_children,
		NEED_READ },
};
#define N_ROUTES (sizeof routes / sizeof routes[0])

static void split_path(struct notion *n)
{
	const char *s = n->request->path + strlen("/v1");

	while (*s == '/' && n->n_segments < SEGMENTS_MAX) {
		size_t len = strcspn(++s, "/");
		char *part = percent_decode(s, len, false);

		n->segments[n->n_segments++] = part ? part : xstrdup("");
		s += len;
	}
}

static bool path_fits(const struct notion *n, const char *path)
{
	for (size_t i = 0; i < n->n_segments; i++) {
		size_t len = strcspn(path, "/");

		if (*path == '\0')
			return false;
		if (*path != ':' &&
			(strlen(n->segments[i]) != len ||
				strncmp(n->segments[i], path, len) != 0))
			return false;
		path += len + (path[len] == '/');
	}
	return !*path && n->n_segments;
}

/*
 * Nil, or a version and a variant of RFC 9562: for others, a 400 was recorded.
 */
static bool is_uuid(const char *s, char out[UUID_SIZE])
{
	if (uuid_normalize(s, out) < 0)
		return false;
	return strcmp(out, "00000000-0000-0000-0000-000000000000") == 0 ||
	       (out[14] >= '1' && out[14] <= '8' && strchr("89ab", out[19]));
}

int take_uuid(
	struct notion *n, const char *path, const json *v, char out[UUID_SIZE])
{
	if (json_text(v) && is_uuid(json_text(v), out))
		return 0;
	return notion_should_be(&n->error, path, "a valid uuid", v);
}

static int check_token(struct notion *n, struct request *q)
{
	const char *header = request_get_header(q, "authorization");

	q->auth = header ? "bad" : "absent";
	if (!header || strncmp(header, "Bearer ", 7) != 0 ||
		strcmp(header + 7, n->world->notion_key) != 0)
		return notion_fail(&n->error, 401, "unauthorized",
			"API token is invalid.");
	q->auth = "ok";
	return 0;
}

/* A fixed window of 60 seconds from its first request. */
static int check_rate(struct notion *n)
{
	struct world *w = n->world;
	usec now = world_now(w);
	int64_t left;
	char text[24];

	if (!w->config.rate_limit)
		return 0;
	if (now >= w->rate_window + WINDOW || now < w->rate_window) {
		w->rate_window = now;
		w->rate_used = 0;
	}
	if (w->rate_used++ < w->config.rate_limit)
		return 0;
	left = (w->rate_window + WINDOW - now + USEC_SECOND - 1) / USEC_SECOND;
	snprintf(text, sizeof text, "%lld", (long long)left);
	reply_header(n->answer, "Retry-After", "%s", text);
	notion_fail(&n->error, 429, "rate_limited",
		"You have been rate limited. Please try again in a few "
		"minutes.");
	n->error.additional = json_object();
	json_put_str(n->error.additional, "rate_limit_reason",
		"public_api_request_rate_limit");
	json_put_str(n->error.additional, "retry_after", text);
	return -1;
}

static int check_version(struct notion *n)
{
	const char *version = request_get_header(n->request, "notion-version");
	json *instead;

	if (!version)
		return notion_fail(&n->error, 400, "missing_version",
			"Notion-Version header failed validation: "
			"Notion-Version header should be defined, instead was "
			"`undefined`.");
	n->old = strcmp(version, "2025-09-03") == 0;
	if (n->old || strcmp(version, "2026-03-11") == 0)
		return 0;
	instead = json_string(version);
	notion_should_be(&n->error, "headers.notion-version",
		"`\"2025-09-03\"` or `\"2026-03-11\"`", instead);
	json_free(instead);
	return -1;
}

static int check_capability(struct notion *n, enum need need)
{
	const struct config *c = &n->world->config;

	if ((need == NEED_READ && !c->can_read) ||
		(need == NEED_INSERT && !c->can_insert) ||
		(need == NEED_UPDATE && !c->can_update))
		return notion_fail(&n->error, 403, "restricted_resource",
			"Insufficient permissions for this endpoint.");
	return 0;
}

static int read_body(struct notion *n)
{
	const struct buf *body = &n->request->body;
	struct error e;

	if (n->request->too_large)
		return notion_invalid(&n->error,
			"body failed validation: body.length should be ≤ `%u`.",
			NOTION_BODY_MAX);
	if (!body->len)
		return 0;
	n->body = json_parse(body->data, body->len, JSON_STRICT, &e);
	if (!n->body)
		return notion_fail(&n->error, 400, "invalid_json",
			"Error parsing JSON body.");
	if (!json_is_object(n->body))
		return notion_should_be(
			&n->error, "body", "an object", n->body);
	return 0;
}

/* filter_properties, repeated, with or without [] at the end. */
static int read_params(struct notion *n)
{
	if (pairs_parse(&n->params, n->request->query) < 0)
		return notion_fail(&n->error, 400, "invalid_request_url",
			"Invalid request URL.");
	for (size_t i = 0; i < n->params.n; i++) {
		const struct pair *p = &n->params.items[i];

		if (strcmp(p->name, "filter_properties") != 0 &&
			strncmp(p->name, "filter_properties[", 18) != 0)
			continue;
		if (!n->filter)
			n->filter = json_array();
		json_add(n->filter, json_string(p->value));
	}
	return 0;
}

static int dispatch(struct notion *n)
{
	char id[UUID_SIZE] = "", path[40];

	for (size_t i = 0; i < N_ROUTES; i++) {
		if (strcmp(routes[i].method, n->request->method) != 0 ||
			!path_fits(n, routes[i].path))
			continue;
		if (*routes[i].id_name && !is_uuid(n->segments[1], id)) {
			json *instead = json_string(n->segments[1]);

			snprintf(path, sizeof path, "path.%s",
				routes[i].id_name);
			notion_should_be(
				&n->error, path, "a valid uuid", instead);
			json_free(instead);
			return -1;
		}
		if (check_capability(n, routes[i].need) < 0)
			return -1;
		return routes[i].route(n, id);
	}
	return notion_fail(
		&n->error, 400, "invalid_request_url", "Invalid request URL.");
}

/*
 * Every JSON reply has it, whether a success or an error, and so has the
 * header.
 */
static void put_request_id(struct reply *a)
{
	char id[UUID_SIZE];

	uuid_random(id);
	reply_header(a, "x-notion-request-id", "%s", id);
	if (a->body.len < 2 || a->body.data[a->body.len - 1] != '}')
		return;
	a->body.data[--a->body.len] = '\0';
	buf_addf(&a->body, "%s\"request_id\":\"%s\"}",
		a->body.len > 1 ? "," : "", id);
}

void notion_serve(struct world *w, struct request *q, struct reply *a)
{
	struct notion n = { .world = w, .request = q, .answer = a };

	split_path(&n);
	if (check_token(&n, q) < 0 || check_rate(&n) < 0 ||
		check_version(&n) < 0 || read_params(&n) < 0 ||
		read_body(&n) < 0 || dispatch(&n) < 0)
		notion_answer_error(a, &n.error);
	put_request_id(a);
	for (size_t i = 0; i < n.n_segments; i++)
		free(n.segments[i]);
	pairs_fini(&n.params);
	json_free(n.body);
	json_free(n.filter);
	json_free(n.error.additional);
}
