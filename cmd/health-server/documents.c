#include "documents.h"

#include <stdlib.h>
#include <string.h>

#include "cut.h"
#include "mask.h"
#include "runs/report_json.h"
#include "util/file.h"
#include "util/humanize.h"
#include "util/lock.h"
#include "util/version.h"

#define ERRORS_SHOWN 5
/* Of the page's data, except for a child's output, which has its own limit. */
#define PAGE_DATA_MAX ((size_t)1 << 20)

const char *health_status(const struct health *h)
{
	switch (h->level) {
	case LEVEL_OK:
		return "pass";
	case LEVEL_WARNING:
		return "warn";
	default:
		return "fail";
	}
}

static void put_time(json *to, const char *key, usec t)
{
	char stamp[TIME_SIZE];

	json_put_str(to, key, time_stamp(t, stamp));
}

static json *run_document(const struct health *h, const struct run *r)
{
	json *data;

	if (!r)
		return json_string(NULL);
	data = json_object();
	json_put_str(data, "run_id", *r->id ? r->id : NULL);
	json_put_str(data, "status", run_status_name(r->status));
	put_time(data, "started_at", r->started);
	put_time(data, "ended_at", r->ended);
	if (run_time(r) != USEC_NONE)
		json_put_int(data, "age_seconds",
			(h->now - run_time(r)) / USEC_SECOND);
	if (run_duration(r) >= 0)
		json_put_int(data, "duration_ms", run_duration(r));
	return data;
}

/* What the last run did, by op, side and status, and what is pending. */
static json *totals_document(const struct log_view *s)
{
	const json *record = s->logs.last ? s->logs.last->record : NULL;
	json *totals = json_object(), *waiting;

	json_put(totals, "counts", json_copy(json_get(record, "counts")));
	json_put(totals, "ops", json_copy(json_get(record, "ops")));
	json_put_int(totals, "errors", json_int(record, "errors"));
	json_put_int(totals, "conflicts", json_int(record, "conflicts"));
	json_put(totals, "requests", json_copy(json_get(record, "requests")));
	if (s->waiting.live_pairs >= 0)
		json_put_int(totals, "live_pairs", s->waiting.live_pairs);
	waiting = json_put(totals, "waiting", json_object());
	for (int k = 0; k < PENDING_KINDS; k++)
		if (s->waiting.counts[k])
			json_put_int(waiting,
				pending_name((enum pending_kind)k),
				(int64_t)s->waiting.counts[k]);
	return totals;
}

/* The newest lines of level error since the last success. */
static json *errors_document(const struct log_view *s, const struct health *h)
{
	json *errors = json_array();

	for (const json *l = json_first(s->log); l; l = json_next(l)) {
		const char *at = json_str(l, "time");
		usec t;

		if (strcmp(json_str(l, "level"), "error") != 0 ||
			time_parse(at, &t) < 0 ||
			(h->success != USEC_NONE && t < h->success))
			continue;
		json_add(errors, cut_copy(l, CUT_TEXT));
		if (json_count(errors) > ERRORS_SHOWN)
			json_free(json_take_first(errors));
	}
	return errors;
}

static json *checks_document(const struct health *h)
{
	json *checks = json_object(), *age;

	age = json_add(
		json_put(checks, "sync:age", json_array()), json_object());
	json_put_str(age, "componentType", "system");
	json_put_str(age, "status", health_status(h));
	json_put_str(age, "observedUnit", "s");
	put_time(age, "time", h->now);
	if (h->success != USEC_NONE)
		json_put_int(age, "observedValue",
			(h->now - h->success) / USEC_SECOND);
	return checks;
}

static json *document(const char *status)
{
	json *v = json_object();

	json_put_str(v, "status", status);
	json_put_str(v, "version", "1");
	json_put_str(v, "releaseId", VAULTSYNC_VERSION);
	json_put_str(v, "description",
		"two-way sync of Supabase and Notion, vaultsync");
	return v;
}

json *health_document(
	const struct log_view *s, const struct health *h, bool with_errors)
{
	json *v = document(health_status(h));

	put_time(v, "at", h->now);
	json_put_str(v, "condition", condition_name(h->is));
	json_put_str(v, "output", h->headline);
	json_put_str(v, "next", *h->next ? h->next : NULL);
	json_put_str(v, "command", *h->command ? h->command : NULL);
	json_put(v, "last_success", run_document(h, s->logs.success));
	json_put(v, "last_run", run_document(h, s->logs.last));
	json_put(v, "totals", totals_document(s));
	if (with_errors)
		json_put(v, "errors", errors_document(s, h));
	json_put(v, "checks", checks_document(h));
	return v;
}

json *no_health_document(void)
{
	json *v = document("fail");

	json_put_str(v, "output", "the log folder can't be read");
	return v;
}

static bool fits(const json *v)
{
	struct buf text = BUF_INIT(PAGE_DATA_MAX);
	bool whole = json_print(v, &text) == 0;

	buf_fini(&text);
	return whole;
}

/*
 * However long the texts of records are, the page works: they are cut until the
 * document fits, and in the end its lists of them are left out.
 */
static json *fitted(json *take_v)
{
	static const size_t most[] = { CUT_TEXT, 1000, 200, 80 };
	static const char *const parts[] = { "last_run", "waiting", "notes",
		"guards", "damage", "log", "conflicts" };
	json *v = NULL;
	bool whole = false;

	for (size_t i = 0; !whole && i < sizeof most / sizeof most[0]; i++) {
		json_free(v);
		v = json_copy(take_v);
		for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++)
			cut_member(v, parts[p], most[i]);
		whole = fits(v);
	}
	json_free(take_v);
	if (whole)
		return v;
	json_put(json_get(v, "waiting"), "records", json_array());
	json_put(v, "conflicts", json_array());
	json_put(v, "log", json_array());
	return v;
}

static bool is_held(const struct control *c, const char *lock)
{
	char *path = path_join(c->settings->state_dir, lock);
	struct error ignored;
	bool held = lock_holder(path, &ignored) > 0;

	free(path);
	return held;
}

/* Files that were left tell of a run and of a schedule that may be gone. */
static void put_running(
	json *v, const struct log_view *s, const struct control *c)
{
	json *schedule =
		s->schedule ? json_copy(s->schedule) : json_string(NULL);

	json_put_bool(v, "running", is_held(c, "sync.lock"));
	if (json_is_object(schedule))
		json_put_bool(schedule, "running", is_held(c, "schedule.lock"));
	json_put(v, "schedule", schedule);
}

json *status_document(
	const struct log_view *s, const struct health *h, struct control *c)
{
	json *v = report_data(h, &s->logs, &s->waiting);
	json *last = json_get(v, "last_run");

	json_remove(v, "logs");
	mask_member(v, "damage");
	if (json_is_object(last))
		mask_member(last, "message");
	json_put_str(v, "status", health_status(h));
	json_put_str(v, "version", VAULTSYNC_VERSION);
	json_put(v, "log", json_copy(s->log));
	json_put(v, "conflicts", json_copy(s->conflicts));
	put_running(v, s, c);
	v = fitted(v);
	json_put(v, "control", control_data(c, log_view_newest_run(s)));
	return v;
}
