#include "sandbox/fault.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/notion/error.h"
#include "sandbox/postgrest/error.h"
#include "util/alloc.h"

#define WAIT_MAX 600000 /* ms */

static const char *const spec_keys[] = { "match", "times", "status", "body",
	"content_type", "retry_after", "code", "message", "reason", "delay_ms",
	"drop", "commit", "cut", "garbage", "silence_ms", "edit", NULL };
static const char *const match_keys[] = { "api", "method", "path", "body",
	"nth", "request", NULL };

static int check_keys(
	const json *object, const char *const *keys, struct error *e)
{
	for (const json *v = json_first(object); v; v = json_next(v)) {
		int i = 0;

		while (keys[i] && strcmp(keys[i], json_key(v)) != 0)
			i++;
		if (!keys[i])
			return fail(e, RC_STREAM, "a fault has no key %.60s",
				json_key(v));
	}
	return 0;
}

static int check_number(const json *object, const char *key, int64_t min,
	int64_t max, struct error *e)
{
	const json *v = json_get(object, key);
	int64_t n;

	if (!v || (json_whole(v, &n) == 0 && n >= min && n <= max))
		return 0;
	return fail(e, RC_STREAM,
		"%s: expected a whole number from %lld to %lld", key,
		(long long)min, (long long)max);
}

static int check_match(const json *match, struct error *e)
{
	const char *path = json_str(match, "path");
	regex_t re;

	if (match && !json_is_object(match))
		return fail(e, RC_STREAM, "match: expected an object");
	if (check_keys(match, match_keys, e) < 0 ||
		check_number(match, "nth", 1, 1000000000, e) < 0 ||
		check_number(match, "request", 1, 1000000000, e) < 0)
		return -1;
	if (path && regcomp(&re, path, REG_EXTENDED | REG_NOSUB) != 0)
		return fail(e, RC_STREAM,
			"match.path is not an extended regular expression: "
			"%.100s",
			path);
	if (path)
		regfree(&re);
	return 0;
}

static int check_spec(const json *spec, struct error *e)
{
	const char *drop = json_str(spec, "drop");

	if (!json_is_object(spec))
		return fail(e, RC_STREAM, "expected a fault object");
	if (check_keys(spec, spec_keys, e) < 0 ||
		check_match(json_get(spec, "match"), e) < 0 ||
		check_number(spec, "times", -1, 1000000000, e) < 0 ||
		check_number(spec, "status", 100, 599, e) < 0 ||
		check_number(spec, "delay_ms", 0, WAIT_MAX, e) < 0 ||
		check_number(spec, "silence_ms", 0, WAIT_MAX, e) < 0 ||
		check_number(spec, "cut", 0, 1 << 30, e) < 0)
		return -1;
	if (json_get(spec, "drop") &&
		(!drop || (strcmp(drop, "before") != 0 &&
				  strcmp(drop, "after") != 0)))
		return fail(
			e, RC_STREAM, "drop: expected \"before\" or \"after\"");
	return 0;
}

int64_t fault_add(struct world *w, const json *spec, struct error *e)
{
	json *fault;
	int64_t times = 1;

	if (check_spec(spec, e) < 0)
		return -1;
	if (json_count(w->faults) >= FAULTS_MAX)
		return fail(e, RC_STREAM,
			"there are already %d faults; DELETE /control/faults "
			"clears them",
			FAULTS_MAX);
	json_whole(json_get(spec, "times"), &times);
	fault = json_add(w->faults, json_object());
	json_put_int(fault, "fault", ++w->next_fault);
	json_put_int(fault, "seen", 0);
	json_put_int(fault, "hits", 0);
	json_put_int(fault, "left", times);
	json_put(fault, "spec", json_copy(spec));
	return w->next_fault;
}

/* The path is a prefix of the target, or an expression found in it. */
static bool path_matches(const char *path, const char *target)
{
	regex_t re;
	bool match;

	if (!path || strncmp(path, target, strlen(path)) == 0)
		return true;
	if (regcomp(&re, path, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	match = regexec(&re, target, 0, NULL, 0) == 0;
	regfree(&re);
	return match;
}

static bool contains(const struct buf *text, const char *part)
{
	size_t n = strlen(part);

	for (size_t i = 0; i + n <= text->len; i++)
		if (memcmp(text->data + i, part, n) == 0)
			return true;
	return n == 0;
}

static bool matches(const json *match, const struct request *q)
{
	const char *body = json_str(match, "body");
	const char *api = json_str(match, "api");
	const char *method = json_str(match, "method");

	return (!api || strcmp(api, api_name(q->api)) == 0) &&
	       (!method || strcmp(method, q->method) == 0) &&
	       path_matches(json_str(match, "path"), q->target) &&
	       (!body || contains(&q->body, body));
}

static int64_t number_of(const json *object, const char *key)
{
	int64_t n = 0;

	json_whole(json_get(object, key), &n);
	return n;
}

static bool meets(json *fault, const struct request *q)
{
	const json *match = json_get(json_get(fault, "spec"), "match");
	int64_t seen = number_of(fault, "seen"),
		left = number_of(fault, "left");
	int64_t request = number_of(match, "request");

	if (!matches(match, q))
		return false;
	json_put_int(fault, "seen", ++seen);
	if (left == 0 || seen < number_of(match, "nth") ||
		(request && (uint64_t)request != q->n))
		return false;
	return true;
}

json *fault_take(struct world *w, const struct request *q)
{
	json *met = NULL;

	for (json *f = json_first(w->faults); f; f = json_next(f))
		if (meets(f, q) && !met)
			met = f;
	if (!met)
		return NULL;
	json_put_int(met, "hits", number_of(met, "hits") + 1);
	if (number_of(met, "left") > 0)
		json_put_int(met, "left", number_of(met, "left") - 1);
	return json_copy(json_get(met, "spec"));
}

json *fault_list(const struct world *w)
{
	return json_copy(w->faults);
}

void fault_clear(struct world *w)
{
	json_free(w->faults);
	w->faults = json_array();
}

static const struct {
	int status;
	const char *code, *message;
} notion_defaults[] = {
	{ 400, "validation_error", "body failed validation." },
	{ 401, "unauthorized", "API token is invalid." },
	{ 403, "restricted_resource",
		"Insufficient permissions for this endpoint." },
	{ 404, "object_not_found", "Could not find object." },
	{ 409, "conflict_error",
		"Conflict occurred while saving. Please try again." },
	{ 429, "rate_limited",
		"You have been rate limited. Please try again in a few "
		"minutes." },
	{ 500, "internal_server_error", "Unexpected error occurred." },
	{ 503, "service_unavailable",
		"Notion is unavailable. Please try again later." },
	{ 529, "service_overload",
		"Notion is overloaded. Please try again later." },
};

static const struct {
	int status;
	const char *code, *message;
} rest_defaults[] = {
	{ 401, "PGRST301", "JWT expired" },
	{ 403, "42501", "permission denied for table decision_vault" },
	{ 409, "23505",
		"duplicate key value violates unique constraint "
		"\"decision_vault_pkey\"" },
	{ 500, "57014", "canceling statement due to statement timeout" },
	{ 503, "PGRST000",
		"Database connection error. Retrying the connection." },
	{ 504, "PGRST003",
		"Timed out acquiring connection from connection pool." },
};

/* The answer of a proxy that knows nothing about the API. */
static void reply_html(struct reply *a, int status)
{
	char text[400];

	snprintf(text, sizeof text,
		"<html>\r\n<head><title>%d</title></head>\r\n<body>\r\n"
		"<center><h1>%d %s</h1></center>\r\n</body>\r\n</html>\r\n",
		status, status,
		status == 502	? "Bad Gateway"
		: status == 504 ? "Gateway Time-out"
				: "Error");
	reply_text(a, status, "text/html; charset=UTF-8", text);
}

/* "The change was saved", as of September 2026; id is the created page's. */
static json *committed_data(const char *id)
{
	json *data = json_object(), *guidance;

	json_put_str(data, "from", "public_api");
	json_put_str(data, "elapsed_ms", "55012");
	json_put_str(data, "deadline_ms", "55000");
	guidance = json_put(data, "retry_guidance", json_array());
	json_add(guidance, json_string("The change was saved."));
	json_add(guidance, json_string("Do not repeat the write."));
	json_put_str(data, "committed_resource_id", id);
	return data;
}

static json *rate_data(const json *spec, const char *retry_after)
{
	const char *reason = json_str(spec, "reason");
	json *data = json_object();

	json_put_str(data, "rate_limit_reason",
		reason ? reason : "public_api_request_rate_limit");
	if (retry_after)
		json_put_str(data, "retry_after", retry_after);
	return data;
}

/* The id in the answer that the request really got. */
static char *answered_id(const struct reply *a)
{
	struct error e;
	json *v = json_parse(buf_str(&a->body), a->body.len, JSON_STRICT, &e);
	char *id = xstrdup(json_str(v, "id"));

	json_free(v);
	return id;
}

static void notion_fault(const json *spec, const struct request *q, int status,
	const char *retry_after, struct reply *a, bool kept)
{
	struct notion_error e = { .status = status };
	const char *code = json_str(spec, "code");
	const char *message = json_str(spec, "message");
	char request[UUID_SIZE], *id = NULL;

	for (size_t i = 0;
		i < sizeof notion_defaults / sizeof notion_defaults[0]; i++)
		if (notion_defaults[i].status == status) {
			code = code ? code : notion_defaults[i].code;
			message =
				message ? message : notion_defaults[i].message;
		}
	if (!code) {
		reply_html(a, status);
		return;
	}
	if (kept && strcmp(q->method, "POST") == 0)
		id = answered_id(a);
	if (id && status == 503 && !json_get(spec, "message"))
		message = "The change was saved, but no response could be "
			  "built.";
	notion_fail(&e, status, code, "%s", message ? message : "Error.");
	if (status == 429 || status == 529)
		e.additional = rate_data(spec, retry_after);
	else if (id && status == 503)
		e.additional = committed_data(id);
	notion_answer_error(a, &e);
	/* The request's id comes last, as in all answers. */
	uuid_random(request);
	reply_header(a, "x-notion-request-id", "%s", request);
	a->body.data[--a->body.len] = '\0';
	buf_addf(&a->body, ",\"request_id\":\"%s\"}", request);
	free(id);
}

static void rest_fault(const json *spec, int status, struct reply *a)
{
	struct rest_error e = { 0 };
	const char *code = json_str(spec, "code");
	const char *message = json_str(spec, "message");

	for (size_t i = 0; i < sizeof rest_defaults / sizeof rest_defaults[0];
		i++)
		if (rest_defaults[i].status == status) {
			message = message || code ? message
						  : rest_defaults[i].message;
			code = code ? code : rest_defaults[i].code;
		}
	if (!code) {
		reply_html(a, status);
		return;
	}
	rest_fail(&e, code, "%s", message ? message : code);
	e.status = status;
	rest_answer_error(a, &e, false);
}

void fault_answer(
	const json *spec, const struct request *q, struct reply *a, bool kept)
{
	int status = (int)number_of(spec, "status");
	const char *body = json_str(spec, "body");
	const char *type = json_str(spec, "content_type");
	char seconds[24] = "";

	if (json_get(spec, "retry_after"))
		snprintf(seconds, sizeof seconds, "%lld",
			(long long)number_of(spec, "retry_after"));
	pairs_fini(&a->headers);
	a->no_body = false;
	if (json_true(spec, "garbage"))
		reply_text(a, 200, a->type ? a->type : "application/json",
			"{\"object\":\"list\",\"results\":[{\"obj");
	else if (body)
		reply_text(a, status, type ? type : "text/plain; charset=utf-8",
			body);
	else if (q->api == API_NOTION)
		notion_fault(
			spec, q, status, *seconds ? seconds : NULL, a, kept);
	else
		rest_fault(spec, status, a);
	if (type)
		reply_header(a, "Content-Type", "%s", type);
	if (*seconds)
		reply_header(a, "Retry-After", "%s", seconds);
}
