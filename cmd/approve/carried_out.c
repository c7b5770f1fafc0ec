#include "carried_out.h"

#include <stdlib.h>
#include <string.h>

#include "sync/approvals.h"
#include "util/alloc.h"
#include "util/text.h"

struct judging {
	struct approvals *approvals;
	bool *keep;
	usec until;   /* of the approvals that the plan has read */
	bool is_read; /* the plan's head was there */
};

/* The approval of this op; a create names only the half that was there. */
static bool *of_op(const struct judging *j, const json *line)
{
	const struct approval *one;
	struct op_key key;

	if (op_key_parse(&key, line) < 0)
		return NULL;
	if (key.kind == OP_CREATE && key.target == TARGET_SUPABASE)
		key.row_id = NULL;
	if (key.kind == OP_CREATE && key.target == TARGET_NOTION)
		key.page_id = NULL;
	one = approvals_find(j->approvals, &key);
	if (!one && key.kind == OP_UPDATE) { /* what a cut restore has left */
		key.kind = OP_RESTORE;
		one = approvals_find(j->approvals, &key);
	}
	return one ? &j->keep[one - j->approvals->at] : NULL;
}

/* A guard goes on holding while such an op waits, or one might. */
static void keep_guards(const struct judging *j, const json *line)
{
	const bool unsure = text_same(json_str(line, "code"), "problem");
	struct op_key would;

	if (!unsure && op_key_parse(&would, json_get(line, "would")) < 0)
		return;
	for (size_t i = 0; i < j->approvals->n; i++) {
		const struct approval *one = &j->approvals->at[i];

		if (one->of_guard &&
			(unsure || (one->key.kind == would.kind &&
					   one->key.target == would.target)))
			j->keep[i] = true;
	}
}

static void each_planned(void *arg, const json *line)
{
	struct judging *j = arg;
	bool *keep;

	if (text_same(json_str(line, "kind"), "head")) {
		j->is_read = true;
		time_parse(json_str(line, "approved_until"), &j->until);
		return;
	}
	keep_guards(j, line);
	keep = json_true(line, "approved") ? of_op(j, line) : NULL;
	if (keep)
		*keep = true;
}

static void each_result(void *arg, const json *line)
{
	const struct judging *j = arg;
	bool *keep = NULL;

	if (text_same(json_str(line, "status"), "done"))
		keep = of_op(j, line);
	if (keep)
		*keep = false;
}

static int judge(struct judging *j, const struct run_records *l,
	const char *run, struct error *e)
{
	struct error ignored;

	if (run_lines(l, run, "plan", each_planned, j, e) < 0)
		return -1;
	if (!j->is_read)
		return fail(e, RC_USAGE, "run %.60s has kept no plan", run);
	/* One that was cut says what was done until then. */
	run_lines(l, run, "results", each_result, j, &ignored);
	return 0;
}

static bool stays(const struct judging *j, size_t i)
{
	return j->keep[i] || j->approvals->at[i].at > j->until;
}

/* What is approved and still to be done can change until then. */
static void keep_guards_of_approved(const struct judging *j)
{
	const struct approval *at = j->approvals->at;

	for (size_t g = 0; g < j->approvals->n; g++)
		for (size_t i = 0; at[g].of_guard && i < j->approvals->n; i++)
			if (!at[i].of_guard && stays(j, i) &&
				at[i].key.kind == at[g].key.kind &&
				at[i].key.target == at[g].key.target)
				j->keep[g] = true;
}

static void drop(struct judging *j)
{
	struct approvals *a = j->approvals;
	size_t n = 0;

	keep_guards_of_approved(j);
	for (size_t i = 0; i < a->n; i++) {
		if (stays(j, i))
			a->at[n++] = a->at[i];
		else
			json_free(a->at[i].line);
	}
	a->n = n;
}

int drop_carried_out(const struct run_records *l, const char *run,
	const char *file, struct error *e)
{
	struct approvals a;
	struct judging j = { .approvals = &a, .until = USEC_NONE };
	size_t before;
	int rc;

	if (!run_id_is_valid(run))
		return fail(e, RC_USAGE, "%.60s is not the id of a run", run);
	if (approvals_load(&a, file, e) < 0)
		return -1;
	before = a.n;
	j.keep = xcalloc(a.n + 1, sizeof *j.keep);
	rc = judge(&j, l, run, e);
	if (rc == 0)
		drop(&j);
	if (rc == 0 && a.n != before)
		rc = approvals_save(&a, file, e);
	free(j.keep);
	approvals_fini(&a);
	return rc;
}
