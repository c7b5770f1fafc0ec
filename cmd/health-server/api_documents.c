#include "api_documents.h"

#include <string.h>

#include "shown.h"
#include "views/conflicts.h"
#include "views/run_view.h"
#include "views/story.h"
#include "views/waiting.h"

#define JSON_TYPE "application/json"

void api_activity_init(struct activity *a)
{
	activity_init(a, shown_copy, API_ACTIVITY_BYTES);
}

/* --- what is asked for ---------------------------------------------------- */

static int check_run(const char *id, struct error *e)
{
	if (strcmp(id, "last") == 0 || run_id_is_valid(id))
		return 0;
	return fail(
		e, RC_USAGE, "%.60s is not the id of a run, nor \"last\"", id);
}

static int check_record(const char *id, struct error *e)
{
	char normal[UUID_SIZE];

	if (uuid_normalize(id, normal) == 0)
		return 0;
	return fail(e, RC_USAGE,
		"%.60s is not a row or page id: it must be 32 hex digits, with "
		"or without dashes",
		id);
}

/* The names, and whether an id follows. */
static const struct {
	const char *name;
	int (*check_id)(const char *id, struct error *e);
} kinds[API_KINDS] = {
	[API_ACTIVITY] = { "activity", NULL },
	[API_PENDING] = { "pending", NULL },
	[API_CONFLICTS] = { "conflicts", NULL },
	[API_RUNS] = { "runs", NULL },
	[API_RUN] = { "runs/", check_run },
	[API_RECORD] = { "records/", check_record },
	[API_PLAN] = { "plan", NULL },
};

static int find_kind(struct api_ask *ask, const char *name, struct error *e)
{
	for (int k = 0; k < API_KINDS; k++) {
		size_t n = strlen(kinds[k].name);

		if (strncmp(name, kinds[k].name, n) != 0 ||
			(name[n] && !kinds[k].check_id))
			continue;
		ask->kind = (enum api_kind)k;
		ask->id = name + n;
		return kinds[k].check_id ? kinds[k].check_id(ask->id, e) : 0;
	}
	return fail(e, RC_LOCAL, "not found");
}

static int take_query(
	struct api_ask *ask, const struct query *q, struct error *e)
{
	if (q->wrong)
		return fail(e, RC_USAGE,
			"each parameter can be given once, as UTF-8");
	for (size_t i = 0; i < q->n; i++) {
		int rc = ask->kind != API_ACTIVITY
				 ? 1
				 : activity_filter_set(&ask->filter,
					   q->at[i].name, q->at[i].value, e);

		if (rc < 0)
			return -1;
		if (rc > 0)
			return fail(e, RC_USAGE,
				"%.60s: there is no such parameter",
				q->at[i].name);
	}
	return 0;
}

int api_ask_init(struct api_ask *ask, const char *name, const struct query *q,
	struct error *e)
{
	*ask = (struct api_ask){ .plan = 0 };
	activity_filter_init(&ask->filter);
	return find_kind(ask, name, e) < 0 ? -1 : take_query(ask, q, e);
}

void api_ask_fini(struct api_ask *ask)
{
	activity_filter_fini(&ask->filter);
}

/* --- the documents -------------------------------------------------------- */

static void make_activity(
	struct api *api, const struct api_ask *ask, struct answer *a)
{
	activity_print(&api->activity, &ask->filter, API_BYTES, &a->body);
	buf_addc(&a->body, '\n');
	a->type = JSON_TYPE;
}

/* Takes the document, and answers with what is shown of it. */
static void answer_shown(struct answer *a, json *take_whole)
{
	answer_json(a, 200, JSON_TYPE, shown_fitted(take_whole, API_BYTES));
	json_free(take_whole);
}

static void make_pending(
	struct api *api, const struct api_ask *ask, struct answer *a)
{
	struct waiting all;

	(void)ask;
	waiting_load(
		&all, &api->view->logs, &api->view->waiting, api->state_dir);
	answer_shown(a, waiting_json(&all));
	waiting_fini(&all);
}

static void make_conflicts(
	struct api *api, const struct api_ask *ask, struct answer *a)
{
	struct conflicts all;

	(void)ask;
	conflicts_load(&all, &api->view->logs, &api->view->waiting,
		api->state_dir, shown_copy);
	answer_shown(a, conflicts_json(&all));
	conflicts_fini(&all);
}

static void make_runs(
	struct api *api, const struct api_ask *ask, struct answer *a)
{
	(void)ask;
	answer_json(a, 200, JSON_TYPE, runs_json(&api->view->logs, shown_copy));
}

static struct run_limits limits_of(const struct api *api)
{
	return (struct run_limits){ .copy = shown_copy,
		.bytes = API_BYTES,
		.state_dir = api->state_dir };
}

/* A guard's reason is a message too. */
static void put_shown(json *to, const char *key)
{
	json_put(to, key, shown_copy(json_get(to, key)));
}

static void make_run(
	struct api *api, const struct api_ask *ask, struct answer *a)
{
	const struct run *r = run_wanted(&api->view->logs, ask->id);
	json *whole;

	if (!r) {
		answer_text(a, 404, "that run is not kept");
		return;
	}
	whole = run_json(&api->view->logs, r, limits_of(api));
	put_shown(whole, "blocked");
	answer_json(a, 200, JSON_TYPE, whole);
}

static void make_record(
	struct api *api, const struct api_ask *ask, struct answer *a)
{
	const struct run_records *l = &api->view->logs;
	struct story s;
	struct error ignored;

	story_load(&s, l, ask->id, shown_copy, &ignored);
	if (s.n)
		answer_shown(a, story_json(&s, l));
	else
		answer_text(a, 404, "nothing is known of that record");
	story_fini(&s);
}

/* What the control knows of it, and what is in it. */
static json *plan_document(const struct api *api, const struct control_plan *p)
{
	json *v = json_object(), *seen;
	char stamp[TIME_SIZE];

	seen = plan_view_limited(p->ndjson, p->len, limits_of(api));
	json_put_int(v, "v", 1);
	json_put_int(v, "id", p->id);
	json_put_str(v, "kind", p->kind);
	json_put_str(v, "run_id", *p->run ? p->run : NULL);
	json_put_str(v, "orphans", p->restores ? "restore" : NULL);
	json_put_int(v, "exit_code", p->exit_code);
	json_put_bool(v, "cut", p->cut);
	for (const json *m = json_first(seen); m; m = json_next(m))
		json_put(v, json_key(m), json_copy(m));
	json_put_str(v, "at", time_stamp(p->at, stamp));
	put_shown(v, "blocked");
	json_free(seen);
	return v;
}

static void make_plan(
	struct api *api, const struct api_ask *ask, struct answer *a)
{
	struct control_plan p;

	if (!ask->plan || !control_plan(api->control,
				  log_view_newest_run(api->view), &p)) {
		answer_text(a, 404, "there is no plan of a dry run to show");
		return;
	}
	answer_json(a, 200, JSON_TYPE, plan_document(api, &p));
	control_plan_fini(&p);
}

void api_document(struct api *api, const struct api_ask *ask, struct answer *a)
{
	static void (*const makers[API_KINDS])(
		struct api *, const struct api_ask *, struct answer *) = {
		[API_ACTIVITY] = make_activity,
		[API_PENDING] = make_pending,
		[API_CONFLICTS] = make_conflicts,
		[API_RUNS] = make_runs,
		[API_RUN] = make_run,
		[API_RECORD] = make_record,
		[API_PLAN] = make_plan,
	};

	makers[ask->kind](api, ask, a);
}
