#include "probe.h"

/* Few tries: the failure beside it has had its own. */
#define PROBE_RETRIES 1

static bool answers(
	int rc, const struct api_error *a, const char *what, struct error *e)
{
	if (rc == 0)
		return true;
	api_fail(a, e, what);
	if (!api_error_stops(a))
		e->code = RC_TEMPORARY;
	return false;
}

static bool both_answer(struct worker *w, struct error *e)
{
	struct api_error a;
	json *user = NULL;
	int rc = supabase_answers(&w->supabase, &a);

	if (!answers(rc, &a, "the run ends here: Supabase", e))
		return false;
	rc = notion_me(&w->notion, &user, &a);
	json_free(user);
	return answers(rc, &a, "the run ends here: Notion", e);
}

bool services_answer(struct worker *w, struct error *e)
{
	long notion = w->notion.api.retries, supabase = w->supabase.api.retries;
	bool answer;

	if (notion > PROBE_RETRIES)
		w->notion.api.retries = PROBE_RETRIES;
	if (supabase > PROBE_RETRIES)
		w->supabase.api.retries = PROBE_RETRIES;
	answer = both_answer(w, e);
	w->notion.api.retries = notion;
	w->supabase.api.retries = supabase;
	return answer;
}

static int try_nothing(struct worker *w, const struct op *op, struct error *e)
{
	bool creates = op->kind == OP_CREATE;

	if (op->target == TARGET_SUPABASE)
		return creates ? supabase_probe_insert(&w->supabase, e)
			       : supabase_probe_update(&w->supabase, e);
	if (op->target != TARGET_NOTION)
		return 0;
	if (!creates)
		return notion_probe_update(&w->notion, e);
	/* The row gets the new page's link. */
	return notion_probe_insert(&w->notion, e) < 0
		       ? -1
		       : supabase_probe_update(&w->supabase, e);
}

bool may_write(struct worker *w, const struct op *op, struct error *e)
{
	if (try_nothing(w, op, e) == 0)
		return true;
	fail_at(e, "the run ends here");
	return false;
}
