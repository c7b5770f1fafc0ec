#include "worker.h"

#include <stdio.h>

usec run_now(const struct worker *w)
{
	return api_now(api_now_is_known(&w->supabase.api) ? &w->supabase.api
							  : &w->notion.api);
}

usec side_now(const struct worker *w, enum side side)
{
	return side == NOTION && api_now_is_known(&w->notion.api)
		       ? api_now(&w->notion.api)
		       : run_now(w);
}

bool journal_failed(struct worker *w, const struct error *e, struct outcome *o)
{
	struct api_error a = { .action = API_OUTAGE };

	w->fatal = *e;
	snprintf(a.code, sizeof a.code, "journal");
	snprintf(a.message, sizeof a.message, "%.400s", e->text);
	return give_up(o, STATUS_FAILED, &a);
}
