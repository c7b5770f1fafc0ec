#include "routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "documents.h"
#include "runs/metrics.h"
#include "runs/schedule.h"
#include "util/alloc.h"

#define HEALTH_TYPE "application/health+json"
#define METRICS_TYPE \
	"application/openmetrics-text; version=1.0.0; charset=utf-8"

static void make_page(struct site *s)
{
	page_policy(s->policy);
	answer_init(&s->page);
	s->page.type = PAGE_TYPE;
	s->page.policy = s->policy;
	buf_add(&s->page.body, page_html, page_html_len);
	answer_share(&s->page, &s->held);
	first_init(&s->first, s->policy);
}

int site_init(struct site *s, const struct settings *settings,
	const struct hosts *hosts, const char *prefix, char *take_script,
	struct error *e)
{
	*s = (struct site){ .settings = settings,
		.hosts = hosts,
		.prefix = prefix,
		.root = xasprintf("%s/", prefix),
		.told_host = USEC_NONE };
	for (int m = 0; m < MADE; m++) {
		answer_init(&s->made[m].answer);
		s->made[m].at = USEC_NONE;
	}
	log_view_init(&s->view, settings->log_dir);
	api_init(&s->api, settings->state_dir, &s->view, &s->control, &s->held);
	hooks_init(&s->hooks, settings);
	make_page(s);
	return control_init(&s->control, settings, take_script, e);
}

void site_fini(struct site *s)
{
	control_fini(&s->control);
	api_fini(&s->api);
	log_view_fini(&s->view);
	answer_fini(&s->page);
	first_fini(&s->first);
	free(s->root);
	for (int m = 0; m < MADE; m++)
		answer_fini(&s->made[m].answer);
}

static void make_health(
	struct site *s, const struct health *h, struct answer *a)
{
	bool fails = strcmp(health_status(h), "fail") == 0;

	answer_json(a, fails ? 503 : 200, HEALTH_TYPE,
		health_document(&s->view, h, !s->settings->page_private));
}

static void make_metrics(
	struct site *s, const struct health *h, struct answer *a)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out)
		print_metrics(out, h, &s->view.logs);
	if (!out || fclose(out) != 0 || buf_add(&a->body, text, len) < 0)
		answer_text(a, 500, "out of memory");
	else
		a->type = METRICS_TYPE;
	free(text);
}

static void make_status(
	struct site *s, const struct health *h, struct answer *a)
{
	answer_json(a, 200, "application/json",
		status_document(&s->view, h, &s->control));
}

static void make_unreadable(enum made m, struct answer *a)
{
	if (m == MADE_HEALTH)
		answer_json(a, 503, HEALTH_TYPE, no_health_document());
	else
		answer_text(a, 503, "the log folder can't be read");
}

static void make(struct site *s, enum made m, usec now, struct answer *a)
{
	static void (*const makers[MADE])(
		struct site *, const struct health *, struct answer *) = {
		[MADE_HEALTH] = make_health,
		[MADE_METRICS] = make_metrics,
		[MADE_STATUS] = make_status,
	};
	struct health h;
	struct error e;

	buf_reset(&a->body);
	a->status = 200;
	if (log_view_refresh(&s->view, &e) < 0) {
		debug("%s", e.text);
		make_unreadable(m, a);
		return;
	}
	health_judge(&h, &s->view.logs, &s->view.waiting, now,
		schedule_interval(s->settings->state_dir, s->settings->log_dir,
			s->settings->interval));
	makers[m](s, &h, a);
}

static bool is_within(const struct site *s, enum made m, usec age, usec now)
{
	usec at = s->made[m].at;

	return at != USEC_NONE && now >= at && now - at < age;
}

/* What slow readers hold is too much, all together or those of this address. */
static bool is_full(const struct site *s, const struct ask *ask)
{
	return s->held > HELD_MAX || ask->reading > HELD_OF_ADDRESS;
}

static const struct answer *made(struct site *s, enum made m)
{
	struct answer *a = &s->made[m].answer;
	usec now = time_now();

	if (!is_within(s, m, USEC_SECOND, now)) {
		make(s, m, now, a);
		answer_share(a, &s->held);
		s->made[m].at = now;
	}
	return a;
}

static const struct answer *get_health(struct site *s, const struct ask *ask,
	struct intake *in, struct answer *a)
{
	(void)ask, (void)in, (void)a;
	return made(s, MADE_HEALTH);
}

static const struct answer *get_metrics(struct site *s, const struct ask *ask,
	struct intake *in, struct answer *a)
{
	(void)ask, (void)in, (void)a;
	return made(s, MADE_METRICS);
}

/*
 * What is long is not made while slow readers hold too much; what monitors ask
 * for is short, and always true.
 */
static const struct answer *get_status(struct site *s, const struct ask *ask,
	struct intake *in, struct answer *a)
{
	usec now = time_now();

	(void)in;
	if (s->made[MADE_STATUS].at == USEC_NONE || !is_full(s, ask))
		return made(s, MADE_STATUS);
	if (is_within(s, MADE_STATUS, STALE_SECONDS * USEC_SECOND, now))
		return &s->made[MADE_STATUS].answer;
	answer_text(a, 503, "too much is being read: ask again");
	return a;
}

static const struct answer *get_livez(struct site *s, const struct ask *ask,
	struct intake *in, struct answer *a)
{
	(void)s, (void)ask, (void)in;
	answer_text(a, 200, "ok");
	return a;
}

static const struct answer *get_page(struct site *s, const struct ask *ask,
	struct intake *in, struct answer *a)
{
	const struct answer *status, *first;

	(void)in, (void)a;
	if (s->settings->page_private || is_full(s, ask))
		return &s->page;
	status = made(s, MADE_STATUS);
	s->api.is_full = false;
	first = first_get(&s->first, status, s->made[MADE_STATUS].at, &s->api);
	return first ? first : &s->page;
}

/*
 * A browser tells where a request comes from; one that doesn't send
 * Sec-Fetch-Site sends Origin with each POST. A program sends neither, and
 * still needs the token.
 */
static const char *why_foreign(const struct ask *ask)
{
	const char *host;

	if (ask->site)
		return strcmp(ask->site, "same-origin") == 0
			       ? NULL
			       : "the request came from another site";
	if (!ask->origin)
		return NULL;
	host = strstr(ask->origin, "://");
	if (host && ask->host && strcmp(host + 3, ask->host) == 0)
		return NULL;
	return "the request came from another site, or a proxy changed its "
	       "Host header: let the proxy pass it on, in nginx with: "
	       "proxy_set_header Host $http_host;";
}

static struct asker asker_of(const struct ask *ask)
{
	return (struct asker){ .authorization = ask->authorization,
		.token = ask->token,
		.content_type = ask->content_type,
		.forwarded = ask->forwarded,
		.address = ask->address,
		.why_foreign = why_foreign(ask),
		.has_body = ask->has_body };
}

static const struct answer *post_notion(struct site *s, const struct ask *ask,
	struct intake *in, struct answer *a)
{
	(void)ask;
	hook_notion(&s->hooks, in, a);
	return a;
}

static const struct answer *post_supabase(struct site *s, const struct ask *ask,
	struct intake *in, struct answer *a)
{
	(void)in;
	hook_supabase(&s->hooks, ask->authorization, a);
	return a;
}

static bool notion_reads(
	struct site *s, const struct ask *ask, struct intake *in)
{
	return hook_notion_reads(&s->hooks, ask->signature, in);
}

static bool supabase_reads(
	struct site *s, const struct ask *ask, struct intake *in)
{
	(void)in;
	return hook_supabase_reads(&s->hooks, ask->authorization);
}

static bool act_reads(struct site *s, const struct ask *ask, struct intake *in)
{
	const struct asker who = asker_of(ask);

	return control_reads(&s->control, &who, in);
}

/* The path without the prefix; a proxy may have removed it already. */
static const char *inner_path(const struct site *s, const char *path)
{
	size_t n = strlen(s->prefix);

	if (n && strncmp(path, s->prefix, n) == 0 && path[n] == '/')
		return path + n;
	return path;
}

static const struct answer *get_api(struct site *s, const struct ask *ask,
	struct intake *in, struct answer *a)
{
	(void)in;
	s->api.is_full = is_full(s, ask);
	return api_get(
		&s->api, inner_path(s, ask->path) + strlen(API), ask->query, a);
}

#define ACTS "/control/"

static bool is_act(const char *inner, enum act_kind *kind)
{
	size_t n = sizeof ACTS - 1;

	return strncmp(inner, ACTS, n) == 0 && act_parse(inner + n, kind) == 0;
}

static const struct answer *post_act(struct site *s, const struct ask *ask,
	struct intake *in, struct answer *a)
{
	const struct asker who = asker_of(ask);
	enum act_kind kind;

	if (is_act(inner_path(s, ask->path), &kind))
		control_act(&s->control, kind, &who, in, a);
	if (a->status == 202)
		s->made[MADE_STATUS].at = USEC_NONE;
	return a;
}

static const struct route {
	const char *path;
	bool post;
	const struct answer *(*answer)(struct site *s, const struct ask *ask,
		struct intake *in, struct answer *a);
	/* Whether the body of this request is read. */
	bool (*reads)(struct site *s, const struct ask *ask, struct intake *in);
} routes[] = {
	{ "/", false, get_page, NULL },
	{ "/health", false, get_health, NULL },
	{ "/livez", false, get_livez, NULL },
	{ "/metrics", false, get_metrics, NULL },
	{ "/status.json", false, get_status, NULL },
	{ "/hooks/notion", true, post_notion, notion_reads },
	{ "/hooks/supabase", true, post_supabase, supabase_reads },
};

static const struct route act_route = { ACTS, true, post_act, act_reads };
static const struct route api_route = { API, false, get_api, NULL };

static const struct route *find_route(const struct site *s, const char *path)
{
	const char *inner = inner_path(s, path);
	enum act_kind kind;

	if (is_act(inner, &kind))
		return &act_route;
	if (strncmp(inner, API, strlen(API)) == 0)
		return &api_route;
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
		if (strcmp(routes[i].path, inner) == 0)
			return &routes[i];
	return NULL;
}

static bool is_read(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

bool site_reads_body(struct site *s, const struct ask *ask, struct intake *in)
{
	const struct route *r = find_route(s, ask->path);

	return r && r->reads && strcmp(ask->method, "POST") == 0 &&
	       r->reads(s, ask, in);
}

/* At most once a minute, because anybody can cause it. */
static void tell_host(struct site *s, const char *host)
{
	usec now = time_monotonic();

	if (s->told_host != USEC_NONE && now - s->told_host < USEC_MINUTE)
		return;
	s->told_host = now;
	warning("a request for the host %.100s was refused: if that is this "
		"server's name, put it into SYNC_HOST_NAMES and restart "
		"health-server",
		host);
}

static const struct answer *refuse_host(
	struct site *s, const struct ask *ask, struct answer *a)
{
	tell_host(s, ask->host);
	answer_text(a, 421,
		"this server doesn't answer to that name: put it into "
		"SYNC_HOST_NAMES, or give it to health-server with --host-name");
	return a;
}

/*
 * Services may use any name that leads here, because the answer reveals
 * nothing.
 */
static bool is_hook(const struct route *r)
{
	return r && r->reads && r != &act_route;
}

/* What shows values of decisions, whether it is there or not. */
static bool may_be_answered(
	struct site *s, const struct ask *ask, struct answer *a)
{
	const char *inner = inner_path(s, ask->path);
	const struct asker who = asker_of(ask);

	if (strcmp(inner, "/status.json") != 0 &&
		strncmp(inner, "/api/", 5) != 0)
		return true;
	return control_may_read(&s->control, &who, a);
}

const struct answer *site_answer(struct site *s, const struct ask *ask,
	struct intake *in, struct answer *a)
{
	const struct route *r = find_route(s, ask->path);

	if (!is_hook(r) && !hosts_have(s->hosts, ask->host))
		return refuse_host(s, ask, a);
	/* The page uses relative URLs, so its own needs the slash. */
	if (*s->prefix && strcmp(ask->path, s->prefix) == 0) {
		answer_text(a, 308,
			"the page is at the same path with a slash appended");
		a->location = s->root;
		return a;
	}
	if (!may_be_answered(s, ask, a))
		return a;
	if (!r) {
		answer_text(a, 404, "not found");
		return a;
	}
	if (r->post ? strcmp(ask->method, "POST") != 0
		    : !is_read(ask->method)) {
		answer_text(a, 405, "method not allowed");
		a->allow = r->post ? "POST" : "GET, HEAD";
		return a;
	}
	return r->answer(s, ask, in, a);
}
