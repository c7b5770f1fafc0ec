#include "notion/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/errors.h"
#include "notion/limits.h"
#include "notion/page.h"
#include "notion/request.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/sha256.h"

static const char *const json_headers[] = { "Content-Type: application/json",
	NULL };

void notion_key_mark(const struct settings *s, char out[NOTION_KEY_MARK_SIZE])
{
	unsigned char sum[SHA256_BYTES];

	sha256(s->notion_key, strlen(s->notion_key), sum);
	for (size_t i = 0; i < (NOTION_KEY_MARK_SIZE - 1) / 2; i++)
		snprintf(out + 2 * i, 3, "%02x", sum[i]);
}

/*
 * The file of the budget: the state folder's own, or in the shared folder one
 * file for each key.
 */
static char *rate_file(const struct settings *s)
{
	char mark[NOTION_KEY_MARK_SIZE], name[64];

	if (!s->rate_dir)
		return path_join(s->state_dir, "notion-rate");
	notion_key_mark(s, mark);
	snprintf(name, sizeof name, "notion-rate-%s", mark);
	return path_join(s->rate_dir, name);
}

int notion_client_init(struct notion_client *c, const struct settings *s,
	const atomic_int *stop, struct error *e)
{
	struct http_config config = {
		.url = s->notion_url, .timeout = s->timeout, .stop = stop
	};
	char *path = rate_file(s);

	*c = (struct notion_client){ .api = { .judge = notion_judge,
					     .stop = stop } };
	rate_init(&c->rate, (size_t)s->notion_rpm, path);
	free(path);
	c->api.rate = &c->rate;
	inflight_init(&c->flight, (int)s->jobs);
	c->api.flight = &c->flight;
	if (http_init(&c->api.http, &config, e) < 0 ||
		api_init(&c->api, "Notion", s->retries, s->max_wait, e) < 0) {
		notion_client_fini(c);
		return -1;
	}
	http_add_header(&c->api.http, "Notion-Version", NOTION_VERSION);
	http_add_key(&c->api.http, "Authorization", "Bearer ", s->notion_key);
	return 0;
}

void notion_client_fini(struct notion_client *c)
{
	api_fini(&c->api);
	rate_fini(&c->rate);
}

void notion_client_join(struct notion_client *c, struct notion_client *first)
{
	c->api.rate = first->api.rate;
	c->api.flight = first->api.flight;
	api_share_clock(&c->api, &first->api);
}

bool notion_has_id(const void *asked, const json *body, struct api_error *a)
{
	char id[UUID_SIZE], wanted[UUID_SIZE];

	if (notion_object_id(body, id, a) < 0)
		return false;
	return !asked || (uuid_normalize(asked, wanted) == 0 &&
				 strcmp(id, wanted) == 0)
		       ? true
		       : api_no_answer(a, "foreign-page",
				 "the answer is about %s, not about what was "
				 "asked for",
				 id);
}

/* Some answer with success, and have an error in the body. */
bool notion_is_object(const void *asked, const json *body, struct api_error *a)
{
	const char *kind = json_str(body, "object");

	(void)asked;
	return json_is_object(body) && json_first(body) &&
			       (!kind || strcmp(kind, "error") != 0)
		       ? true
		       : api_no_answer(a, "no-object",
				 "the answer is not the object that was asked "
				 "for");
}

bool notion_is_list(const void *asked, const json *body, struct api_error *a)
{
	(void)asked;
	return json_is_array(json_get(body, "results")) &&
			       json_is_bool(json_get(body, "has_more"))
		       ? true
		       : api_no_answer(a, "no-list",
				 "the answer is not a list that can be "
				 "continued");
}

int notion_get(struct notion_client *c, const char *path, notion_is *is_answer,
	const void *asked, json **object, struct api_error *a)
{
	struct api_call call = { .method = "GET",
		.path = path,
		.read = true,
		.is_answer = is_answer,
		.asked = asked };
	struct api_answer answer;
	int rc = api_call(&c->api, &call, &answer, a);

	*object = answer.body;
	return rc;
}

int notion_send(struct notion_client *c, struct api_call *call, json **object,
	struct api_error *a)
{
	struct api_answer answer;
	int rc;

	call->headers = json_headers;
	rc = api_call(&c->api, call, &answer, a);
	*object = answer.body;
	return rc;
}

int notion_add_properties(
	struct buf *path, const char *key, const struct notion_schema *schema)
{
	const char *ids[FIELDS + 4] = { "title" };
	char between = '?';

	for (enum field f = 0; schema && f < FIELDS; f++)
		ids[f] = schema->field[f];
	ids[FIELDS] = schema ? schema->checksum : NULL;
	ids[FIELDS + 1] = schema ? schema->synced : NULL;
	ids[FIELDS + 2] = schema ? schema->paused : NULL;
	ids[FIELDS + 3] = schema ? schema->link : NULL;
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		if (!ids[i])
			continue;
		if (buf_addf(path, "%c%s=%s", between, key, ids[i]) < 0)
			return -1;
		between = '&';
	}
	return 0;
}

int notion_object_id(
	const json *object, char id[UUID_SIZE], struct api_error *a)
{
	const char *text = json_str(object, "id");

	if (text && uuid_normalize(text, id) == 0)
		return 0;
	a->action = API_RETRY;
	snprintf(a->code, sizeof a->code, "no-id");
	snprintf(a->message, sizeof a->message,
		"the answer is not an object with an id");
	return -1;
}

int notion_me(struct notion_client *c, json **user, struct api_error *a)
{
	return notion_get(c, "/v1/users/me", notion_has_id, NULL, user, a);
}

int notion_bot_user(struct notion_client *c, char **id, struct error *e)
{
	struct api_error a;
	json *user;
	int rc = 0;

	*id = NULL;
	if (notion_me(c, &user, &a) < 0)
		return api_fail(&a, e, "Notion, our own user");
	if (!json_str(user, "id"))
		rc = fail(e, RC_TEMPORARY,
			"Notion, our own user: the answer has no id");
	else if (notion_is_bot(user))
		*id = xstrdup(json_str(user, "id"));
	json_free(user);
	return rc;
}

/* Nothing is concluded from an answer that lacks what is always there. */
static int not_told(struct api_error *a, const char *code, const char *what)
{
	a->action = API_RETRY;
	snprintf(a->code, sizeof a->code, "%s", code);
	snprintf(a->message, sizeof a->message, "the answer doesn't say %s",
		what);
	return -1;
}

int notion_page_get(struct notion_client *c, const char *page_id,
	const char *data_source, const struct notion_schema *schema,
	enum notion_place *place, json **page, struct api_error *a)
{
	struct buf path = BUF_INIT(NOTION_PATH_MAX);
	int rc, in, in_trash;

	buf_addf(&path, "/v1/pages/%s", page_id);
	notion_add_properties(&path, "filter_properties", schema);
	rc = notion_get(c, buf_str(&path), notion_has_id, page_id, page, a);
	buf_fini(&path);
	if (rc < 0 && a->action == API_NOT_FOUND) {
		*place = NOTION_UNREACHABLE;
		return 0;
	}
	if (rc < 0)
		return -1;
	/* That of the answer, not of the page: pages in a listing have none. */
	json_remove(*page, "request_id");
	in = notion_page_is_in(*page, data_source);
	if (in < 0) {
		not_told(a, "no-parent", "which data source the page is in");
		goto fail;
	}
	if (in == 0) {
		*place = NOTION_MOVED;
		json_free(*page);
		*page = NULL;
		return 0;
	}
	in_trash = notion_page_in_trash(*page);
	if (in_trash < 0) {
		not_told(a, "no-presence", "whether the page is in the trash");
		goto fail;
	}
	*place = in_trash ? NOTION_IN_TRASH : NOTION_LIVE;
	return 0;
fail:
	json_free(*page);
	*page = NULL;
	return -1;
}

int notion_page_create(struct notion_client *c, const char *data_source,
	const struct notion_schema *schema, const json *properties,
	int (*last_look)(void *arg), void *arg, json **page,
	struct api_error *a)
{
	struct buf path = BUF_INIT(NOTION_PATH_MAX);
	json *body = json_object(), *parent = json_object();
	struct api_call call = { .method = "POST",
		.body = body,
		.last_look = last_look,
		.recheck_arg = arg,
		.is_answer = notion_has_id };
	int rc;

	/* https://developers.notion.com/page/changelog#august-12-2026 */
	buf_adds(&path, "/v1/pages");
	notion_add_properties(&path, "filter_properties", schema);
	call.path = buf_str(&path);
	json_put_str(parent, "type", "data_source_id");
	json_put_str(parent, "data_source_id", data_source);
	json_put(body, "parent", parent);
	json_put(body, "properties", json_copy(properties));
	rc = notion_send(c, &call, page, a);
	json_free(body);
	buf_fini(&path);
	return rc;
}

int notion_page_patch(struct notion_client *c, const char *page_id,
	const struct notion_schema *schema, const json *body,
	int (*recheck)(void *arg), int (*last_look)(void *arg), void *arg,
	json **page, struct api_error *a)
{
	struct buf path = BUF_INIT(NOTION_PATH_MAX);
	struct api_call call = { .method = "PATCH",
		.body = body,
		.repeatable = recheck != NULL,
		.recheck = recheck,
		.last_look = last_look,
		.recheck_arg = arg,
		.is_answer = notion_has_id,
		.asked = page_id };
	int rc;

	buf_addf(&path, "/v1/pages/%s", page_id);
	notion_add_properties(&path, "filter_properties", schema);
	call.path = buf_str(&path);
	rc = notion_send(c, &call, page, a);
	buf_fini(&path);
	return rc;
}
