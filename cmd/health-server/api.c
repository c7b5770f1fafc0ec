#include "api.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_documents.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/text.h"

static const char *const names[API_FILES] = {
	[API_APPROVED] = "approved.ndjson",
	[API_RESOLVE] = "resolve",
	[API_BASE] = "base.ndjson",
};

void api_init(struct api *api, const char *state_dir, struct log_view *view,
	struct control *control, size_t *held)
{
	*api = (struct api){ .state_dir = state_dir,
		.view = view,
		.control = control,
		.held = held,
		.checked = USEC_NONE };
	api_activity_init(&api->activity);
	for (int i = 0; i < API_FILES; i++)
		api->stamps[i].st_size = -1;
}

static void forget(struct api_answer *k)
{
	free(k->key);
	answer_fini(&k->answer);
	*k = (struct api_answer){ 0 };
}

void api_fini(struct api *api)
{
	for (int i = 0; i < API_KEPT; i++)
		if (api->kept[i].key)
			forget(&api->kept[i]);
	activity_fini(&api->activity);
}

/* --- what has changed ----------------------------------------------------- */

static bool has_changed(struct api *api, enum api_file f)
{
	char *path = path_join(api->state_dir, names[f]);
	bool same = file_is_same(path, &api->stamps[f]);

	free(path);
	return !same;
}

/* Looks once a second; -1 where the log folder can't be read. */
static int check(struct api *api, usec now, struct error *e)
{
	bool changed = false;

	if (api->checked != USEC_NONE && now >= api->checked &&
		now - api->checked < USEC_SECOND)
		return 0;
	if (log_view_refresh(api->view, e) < 0)
		return -1;
	api->checked = now;
	for (int f = 0; f < API_FILES; f++)
		changed = has_changed(api, (enum api_file)f) || changed;
	changed = activity_refresh(&api->activity, &api->view->logs) || changed;
	if (changed || api->view_changes != api->view->changes)
		api->seen++;
	api->view_changes = api->view->changes;
	return 0;
}

/* --- the answers that are kept -------------------------------------------- */

static char *key_of(
	const char *name, const struct query *q, const struct api_ask *ask)
{
	struct buf key = BUF_INIT((size_t)1 << 20);

	/* No separator is in a name, or in what is accepted as a value. */
	buf_addf(&key, "%s %" PRId64, name, ask->plan);
	for (size_t i = 0; i < q->n; i++)
		buf_addf(&key, "\n%zu %s=%s", strlen(q->at[i].value),
			q->at[i].name, q->at[i].value);
	return buf_take(&key);
}

static struct api_answer *find(struct api *api, const char *key)
{
	for (int i = 0; i < API_KEPT; i++)
		if (api->kept[i].key && strcmp(api->kept[i].key, key) == 0)
			return &api->kept[i];
	return NULL;
}

/* The place of the one that nobody has asked for the longest. */
static struct api_answer *oldest(struct api *api)
{
	struct api_answer *found = &api->kept[0];

	for (int i = 1; i < API_KEPT; i++)
		if (api->kept[i].used < found->used)
			found = &api->kept[i];
	return found;
}

/*
 * Forgets those that nobody reads just now, the one asked for longest ago
 * first. What is being read stays, for to forget it would free nothing.
 */
static void make_room(struct api *api)
{
	while (*api->held > HELD_MAX / 2) {
		struct api_answer *found = NULL;

		for (int i = 0; i < API_KEPT; i++) {
			struct api_answer *k = &api->kept[i];

			if (k->key && k->answer.shared->uses == 1 &&
				(!found || k->used < found->used))
				found = k;
		}
		if (!found)
			return;
		forget(found);
	}
}

static bool is_new_enough(
	const struct api *api, const struct api_answer *k, usec now)
{
	usec most = (api->is_full ? STALE_SECONDS : 1) * USEC_SECOND;

	return k->seen == api->seen || (now >= k->at && now - k->at < most);
}

/* Takes the answer over, and gives the one that is shared. */
static const struct answer *keep(
	struct api *api, char *take_key, usec now, struct answer *a)
{
	struct api_answer *k = find(api, take_key);

	if (!k)
		k = oldest(api);
	if (k->key)
		forget(k);
	k->key = take_key;
	k->answer = *a;
	k->at = now;
	k->seen = api->seen;
	k->used = ++api->asked;
	answer_init(a);
	answer_share(&k->answer, api->held);
	return &k->answer;
}

/* --- answering ------------------------------------------------------------ */

/* The message on one line, whatever was asked for. */
static const struct answer *refuse(
	struct answer *a, unsigned status, const char *why)
{
	struct buf text = BUF_INIT(2 * ERROR_MAX);

	text_show(&text, why, 0);
	answer_text(a, status, buf_str(&text));
	buf_fini(&text);
	return a;
}

static const struct answer *make(struct api *api, const struct api_ask *ask,
	char *take_key, usec now, struct answer *a)
{
	make_room(api);
	if (api->is_full || *api->held > HELD_MAX) {
		free(take_key);
		return refuse(a, 503, "too much is being read: ask again");
	}
	api_document(api, ask, a);
	if (a->status == 200)
		return keep(api, take_key, now, a);
	free(take_key);
	return a;
}

const struct answer *api_get(struct api *api, const char *name,
	const struct query *q, struct answer *a)
{
	const struct answer *out;
	struct api_ask ask;
	struct api_answer *k;
	struct error e;
	usec now = time_now();
	char *key;

	if (api_ask_init(&ask, name, q, &e) < 0) {
		refuse(a, e.code == RC_USAGE ? 400 : 404, e.text);
		api_ask_fini(&ask);
		return a;
	}
	if (check(api, now, &e) < 0) {
		debug("%s", e.text);
		api_ask_fini(&ask);
		return refuse(a, 503, "the log folder can't be read");
	}
	if (ask.kind == API_PLAN)
		ask.plan = control_plan_id(
			api->control, log_view_newest_run(api->view));
	key = key_of(name, q, &ask);
	k = find(api, key);
	if (k && is_new_enough(api, k, now)) {
		k->used = ++api->asked;
		free(key);
		out = &k->answer;
	} else {
		out = make(api, &ask, key, now, a);
	}
	api_ask_fini(&ask);
	return out;
}
