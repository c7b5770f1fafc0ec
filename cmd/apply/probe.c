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

static bool both_answer(struct worker *r, struct error *e)
{
	struct api_error a;
	json *user = NULL;
	int rc = supabase_answers(&r->supabase, &a);

	if (!answers(rc, &a, "the run ends here: Supabase", e))
		return false;
	rc = notion_me(&r->notion, &user, &a);
	json_free(user);
	return answers(rc, &a, "the run ends here: Notion", e);
}

bool services_answer(struct worker *r, struct error *e)
{
	long notion = r->notion.api.retries, supabase = r->supabase.api.retries;
	bool answer;

	if (notion > PROBE_RETRIES)
		r->notion.api.retries = PROBE_RETRIES;
	if (supabase > PROBE_RETRIES)
		r->supabase.api.retries = PROBE_RETRIES;
	answer = both_answer(r, e);
	r->notion.api.retries = notion;
	r->supabase.api.retries = supabase;
	return answer;
}

static int try_nothing(struct worker *r, const struct op *op, struct error *e)
{
	bool creates = op->kind == OP_CREATE;

	if (op->target == TARGET_SUPABASE)
		return creates ? supabase_probe_insert(&r->supabase, e)
			       : supabase_probe_update(&r->supabase, e);
	if (op->target != TARGET_NOTION)
		return 0;
	if (!creates)
		return notion_probe_update(&r->notion, e);
	/* The row gets the new page's link. */
	return notion_probe_insert(&r->notion, e) < 0
		       ? -1
		       : supabase_probe_update(&r->supabase, e);
}

bool may_write(struct worker *r, const struct op *op, struct error *e)
{
	if (try_nothing(r, op, e) == 0)
		return true;
	fail_at(e, "the run ends here");
	return false;
}
