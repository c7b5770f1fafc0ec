#include "routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "documents.h"
#include "metrics.h"

#define HEALTH_TYPE "application/health+json"
#define METRICS_TYPE \
	"application/openmetrics-text; version=1.0.0; charset=utf-8"

int site_init(struct site *s, const struct settings *settings,
	const char *prefix, char *take_script, struct error *e)
{
	*s = (struct site){ .settings = settings,
		.prefix = prefix,
		.root = xasprintf("%s/", prefix) };
	for (int m = 0; m < MADE; m++) {
		answer_init(&s->made[m].answer);
		s->made[m].at = USEC_NONE;
	}
	snapshot_init(&s->snapshot, settings->log_dir);
	page_policy(s->policy);
	return control_init(
		&s->control, settings->control_token, take_script, e);
}

void site_fini(struct site *s)
{
	control_fini(&s->control);
	snapshot_fini(&s->snapshot);
	free(s->root);
	for (int m = 0; m < MADE; m++)
		answer_fini(&s->made[m].answer);
}

static void make_health(
	struct site *s, const struct health *h, struct answer *a)
{
	bool fails = strcmp(health_status(h), "fail") == 0;

	answer_json(a, fails ? 503 : 200, HEALTH_TYPE,
		health_document(&s->snapshot, h));
}

static void make_metrics(
	struct site *s, const struct health *h, struct answer *a)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out)
		print_metrics(out, h, &s->snapshot.logs);
	if (!out || fclose(out) != 0 || buf_add(&a->body, text, len) < 0)
		answer_text(a, 500, "no memory");
	else
		a->type = METRICS_TYPE;
	free(text);
}

static void make_status(
	struct site *s, const struct health *h, struct answer *a)
{
	answer_json(a, 200, "application/json",
		status_document(&s->snapshot, h, &s->control));
}

static void make_unreadable(enum made m, struct answer *a)
{
	if (m == MADE_HEALTH)
		answer_json(a, 503, HEALTH_TYPE, no_health_document());
	else
		answer_text(a, 503, "the folder of the logs can't be read");
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
	if (snapshot_refresh(&s->snapshot, &e) < 0) {
		debug("%s", e.text);
		make_unreadable(m, a);
		return;
	}
	health_judge(&h, &s->snapshot.logs, &s->snapshot.waiting, now,
		s->settings->interval);
	makers[m](s, &h, a);
}

static const struct answer *made(struct site *s, enum made m)
{
	usec now = time_now();

	if (s->made[m].at == USEC_NONE || now < s->made[m].at ||
		now - s->made[m].at >= USEC_SECOND) {
		make(s, m, now, &s->made[m].answer);
		s->made[m].at = now;
	}
	return &s->made[m].answer;
}

static const struct answer *get_health(struct site *s, const struct ask *ask,
	const struct buf *body, struct answer *a)
{
	(void)ask, (void)body, (void)a;
	return made(s, MADE_HEALTH);
}

static const struct answer *get_metrics(struct site *s, const struct ask *ask,
	const struct buf *body, struct answer *a)
{
	(void)ask, (void)body, (void)a;
	return made(s, MADE_METRICS);
}

static const struct answer *get_status(struct site *s, const struct ask *ask,
	const struct buf *body, struct answer *a)
{
	(void)ask, (void)body, (void)a;
	return made(s, MADE_STATUS);
}

static const struct answer *get_livez(struct site *s, const struct ask *ask,
	const struct buf *body, struct answer *a)
{
	(void)s, (void)ask, (void)body;
	answer_text(a, 200, "ok");
	return a;
}

static const struct answer *get_page(struct site *s, const struct ask *ask,
	const struct buf *body, struct answer *a)
{
	(void)ask, (void)body;
	a->type = "text/html; charset=utf-8";
	a->policy = s->policy;
	buf_add(&a->body, page_html, page_html_len);
	return a;
}

/*
 * A browser says where a request comes from; one that doesn't send
 * Sec-Fetch-Site sends Origin with each POST. A program sends neither, and
 * needs the token all the same.
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
	       "Host: let it pass that on, in nginx with: proxy_set_header "
	       "Host $http_host;";
}

static const struct answer *press(struct site *s, enum control_kind kind,
	const struct ask *ask, struct answer *a)
{
	control_press(
		&s->control, kind, ask->authorization, why_foreign(ask), a);
	s->made[MADE_STATUS].at = USEC_NONE;
	return a;
}

static const struct answer *post_sync(struct site *s, const struct ask *ask,
	const struct buf *body, struct answer *a)
{
	(void)body;
	return press(s, CONTROL_SYNC, ask, a);
}

static const struct answer *post_dry_run(struct site *s, const struct ask *ask,
	const struct buf *body, struct answer *a)
{
	(void)body;
	return press(s, CONTROL_DRY_RUN, ask, a);
}

static const struct answer *post_notion(struct site *s, const struct ask *ask,
	const struct buf *body, struct answer *a)
{
	hook_notion(s->settings, ask->signature, body, a);
	return a;
}

static const struct answer *post_supabase(struct site *s, const struct ask *ask,
	const struct buf *body, struct answer *a)
{
	(void)body;
	hook_supabase(s->settings, ask->authorization, a);
	return a;
}

static const struct route {
	const char *path;
	bool post;
	const struct answer *(*answer)(struct site *s, const struct ask *ask,
		const struct buf *body, struct answer *a);
} routes[] = {
	{ "/", false, get_page },
	{ "/health", false, get_health },
	{ "/livez", false, get_livez },
	{ "/metrics", false, get_metrics },
	{ "/status.json", false, get_status },
	{ "/control/sync-now", true, post_sync },
	{ "/control/dry-run", true, post_dry_run },
	{ "/hooks/notion", true, post_notion },
	{ "/hooks/supabase", true, post_supabase },
};

/* The path as it is without the prefix; a proxy may have cut it already. */
static const char *inner_path(const struct site *s, const char *path)
{
	size_t n = strlen(s->prefix);

	if (n && strncmp(path, s->prefix, n) == 0 && path[n] == '/')
		return path + n;
	return path;
}

static const struct route *find_route(const struct site *s, const char *path)
{
	const char *inner = inner_path(s, path);

	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
		if (strcmp(routes[i].path, inner) == 0)
			return &routes[i];
	return NULL;
}

static bool is_read(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

bool site_takes_body(const struct site *s, const struct ask *ask)
{
	const struct route *r = find_route(s, ask->path);

	return r && r->post && strcmp(ask->method, "POST") == 0;
}

const struct answer *site_answer(struct site *s, const struct ask *ask,
	const struct buf *body, struct answer *a)
{
	static const struct buf empty = BUF_INIT(0);
	const struct route *r = find_route(s, ask->path);

	/* The page asks for what stands beside it, so it needs the slash. */
	if (*s->prefix && strcmp(ask->path, s->prefix) == 0) {
		answer_text(a, 308, "the page is at the same path and a slash");
		a->location = s->root;
		return a;
	}
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
	return r->answer(s, ask, body ? body : &empty, a);
}
