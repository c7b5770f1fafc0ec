#include "api_documents.h"

#include <string.h>

#include "shown.h"
#include "views/run_view.h"
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

/* The names, and whether an id follows. */
static const struct {
	const char *name;
	int (*check_id)(const char *id, struct error *e);
} kinds[API_KINDS] = {
	[API_ACTIVITY] = { "activity", NULL },
	[API_PENDING] = { "pending", NULL },
	[API_RUNS] = { "runs", NULL },
	[API_RUN] = { "runs/", check_run },
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
	*ask = (struct api_ask){ .is_fleeting = false };
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

static void make_pending(
	struct api *api, const struct api_ask *ask, struct answer *a)
{
	struct waiting all;
	json *whole;

	(void)ask;
	waiting_load(
		&all, &api->view->logs, &api->view->waiting, api->state_dir);
	whole = waiting_json(&all);
	waiting_fini(&all);
	answer_json(a, 200, JSON_TYPE, shown_fitted(whole, API_BYTES));
	json_free(whole);
}

static void make_runs(
	struct api *api, const struct api_ask *ask, struct answer *a)
{
	(void)ask;
	answer_json(a, 200, JSON_TYPE, runs_json(&api->view->logs, shown_copy));
}

static void make_run(
	struct api *api, const struct api_ask *ask, struct answer *a)
{
	const struct run_limits limits = { .copy = shown_copy,
		.bytes = API_BYTES,
		.state_dir = api->state_dir };
	const struct run *r = run_wanted(&api->view->logs, ask->id);
	json *whole;

	if (!r) {
		answer_text(a, 404, "that run is not kept");
		return;
	}
	whole = run_json(&api->view->logs, r, limits);
	json_put(whole, "blocked", shown_copy(json_get(whole, "blocked")));
	answer_json(a, 200, JSON_TYPE, whole);
}

void api_document(struct api *api, const struct api_ask *ask, struct answer *a)
{
	static void (*const makers[API_KINDS])(
		struct api *, const struct api_ask *, struct answer *) = {
		[API_ACTIVITY] = make_activity,
		[API_PENDING] = make_pending,
		[API_RUNS] = make_runs,
		[API_RUN] = make_run,
	};

	makers[ask->kind](api, ask, a);
}
