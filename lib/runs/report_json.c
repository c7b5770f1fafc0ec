#include "runs/report_json.h"

#include <string.h>

#include "util/humanize.h"

static void put_time(json *to, const char *key, usec t)
{
	char stamp[TIME_SIZE];

	json_put_str(to, key, time_stamp(t, stamp));
}

static void put_text(json *to, const char *key, const char *s)
{
	json_put_str(to, key, *s ? s : NULL);
}

/* {"run_id","status","started_at","ended_at","age_seconds",…} */
static json *run_data(const struct health *h, const struct run *r)
{
	json *data = json_object();

	put_text(data, "run_id", r->id);
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

static json *run_or_null(const struct health *h, const struct run *r)
{
	return r ? run_data(h, r) : json_string(NULL);
}

static json *pending_data(const struct pending *w)
{
	json *data = json_object(), *counts, *records;

	put_text(data, "run_id", w->run_id);
	counts = json_put(data, "counts", json_object());
	for (int k = 0; k < PENDING_KINDS; k++)
		if (w->counts[k])
			json_put_int(counts, pending_name((enum pending_kind)k),
				(int64_t)w->counts[k]);
	records = json_put(data, "records", json_array());
	for (size_t i = 0; i < w->n; i++)
		json_add(records, json_copy(w->items[i].data));
	json_put_int(data, "left_out", (int64_t)(w->total - w->n));
	return data;
}

static json *trend_data(const struct health *h, const struct run_records *l)
{
	json *runs = json_array();

	for (size_t i = 0; i < l->n; i++) {
		json *run = json_add(runs, run_data(h, &l->runs[i]));

		json_put_int(run, "changes", run_changes(&l->runs[i]));
		json_put_int(
			run, "errors", json_int(l->runs[i].record, "errors"));
	}
	return runs;
}

static json *last_run_data(const struct health *h, const struct run_records *l)
{
	json *data = run_or_null(h, l->last);

	if (!l->last)
		return data;
	for (const json *m = json_first(l->last->record); m; m = json_next(m))
		if (!json_get(data, json_key(m)))
			json_put(data, json_key(m), json_copy(m));
	return data;
}

static void put_next(json *to, const struct health *h)
{
	json *next = json_put(to, "next", json_object());

	put_text(next, "text", h->next);
	put_text(next, "command", h->command);
}

json *report_data(const struct health *h, const struct run_records *l,
	const struct pending *w)
{
	json *data = json_object();

	json_put_int(data, "v", 1);
	put_time(data, "at", h->now);
	json_put_str(data, "condition", condition_name(h->is));
	json_put_str(data, "level", level_name(h->level));
	json_put_str(data, "headline", h->headline);
	put_time(data, "since", h->since);
	json_put_bool(data, "since_or_before", h->since_or_before);
	put_next(data, h);
	json_put_int(data, "interval_seconds", h->interval / USEC_SECOND);
	json_put(data, "last_success", run_or_null(h, l->success));
	json_put(data, "last_run", last_run_data(h, l));
	put_time(data, "last_full_reading", run_full_reading(l));
	json_put(data, "open_run", run_or_null(h, run_records_open_run(l)));
	if (w->live_pairs >= 0)
		json_put_int(data, "live_pairs", w->live_pairs);
	json_put(data, "guards", json_copy(w->guards));
	json_put(data, "notes", json_copy(w->notes));
	json_put(data, "waiting", pending_data(w));
	json_put(data, "runs", trend_data(h, l));
	json_put(data, "damage", json_copy(l->damage));
	put_text(data, "logs", l->dir);
	return data;
}
