#include "cost.h"

#include "util/stream.h"

struct cost cost_so_far(const struct worker *w)
{
	const struct api_counters *n = &w->notion.api.counters;
	const struct api_counters *s = &w->supabase.api.counters;

	return (struct cost){
		.requests = n->requests + s->requests,
		.retries = n->retries + s->retries,
		.took = time_monotonic(),
	};
}

struct cost cost_since(const struct worker *w, const struct cost *before)
{
	struct cost now = cost_so_far(w);

	return (struct cost){
		.requests = now.requests - before->requests,
		.retries = now.retries - before->retries,
		.took = now.took - before->took,
	};
}

void cost_add(struct cost *sum, const struct cost *more)
{
	sum->requests += more->requests;
	sum->retries += more->retries;
	sum->took += more->took;
}

static void add(json *sums, const char *key, uint64_t n)
{
	int64_t before = 0;

	json_whole(json_get(sums, key), &before);
	json_put_int(sums, key, before + (int64_t)n);
}

json *cost_totals(const struct worker *workers, size_t n)
{
	json *end = stream_line("end"), *totals = json_object();
	json *requests = json_object(), *waited = json_object();
	json *limited = json_object();

	for (size_t i = 0; i < n; i++) {
		const struct api *apis[] = { &workers[i].notion.api,
			&workers[i].supabase.api };
		static const char *const names[] = { "notion", "supabase" };

		for (enum status s = 0; s < STATUSES; s++)
			add(totals, status_name(s), workers[i].ended[s]);
		for (size_t k = 0; k < 2; k++) {
			const struct api_counters *c = &apis[k]->counters;

			add(requests, names[k], c->requests);
			add(waited, names[k], c->waited_ms);
			add(limited, names[k], c->limited);
		}
	}
	json_put(end, "totals", totals);
	json_put(end, "requests", requests);
	json_put(end, "waited_ms", waited);
	json_put(end, "limited", limited);
	return end;
}
