#include "carried_out.h"

#include <stdlib.h>
#include <string.h>

#include "sync/approvals.h"
#include "util/alloc.h"
#include "util/text.h"

#define GUARD_IDS_MAX 50000

struct judging {
	struct approvals *approvals;
	bool *keep;
	json **ids; /* of the guards: what each waits for from now on */
	bool allowed[GUARDS];
	usec until;   /* of the approvals that the plan has read */
	bool is_read; /* the plan's head was there */
};

static const char *const id_names[] = { "row_id", "page_id" };
#define N_IDS (sizeof id_names / sizeof id_names[0])

void guard_ids_add(json *ids, const json *op_line)
{
	for (size_t i = 0; i < N_IDS; i++)
		if (json_str(op_line, id_names[i]))
			json_add(ids,
				json_string(json_str(op_line, id_names[i])));
}

void guard_ids_put(json *guard_line, json *take_ids)
{
	if (json_count(take_ids) > GUARD_IDS_MAX) {
		json_free(take_ids);
		take_ids = json_string(NULL);
	}
	json_put(guard_line, "records", take_ids);
}

/* Whether this guard waits for the record of this line. */
static bool waits_for(const json *guard_line, const json *op_line)
{
	const json *ids = json_get(guard_line, "records");

	if (!json_is_array(ids))
		return true;
	for (const json *v = json_first(ids); v; v = json_next(v))
		for (size_t i = 0; i < N_IDS; i++)
			if (json_text(v) &&
				text_same(json_text(v),
					json_str(op_line, id_names[i])))
				return true;
	return false;
}

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

/*
 * A guard goes on holding while such an op waits, or one that has waited can't
 * be read.
 */
static void keep_guards(const struct judging *j, const json *line)
{
	const bool unsure = text_same(json_str(line, "code"), "problem");
	struct op_key would;

	if (!unsure && op_key_parse(&would, json_get(line, "would")) < 0)
		return;
	for (size_t i = 0; i < j->approvals->n; i++) {
		const struct approval *one = &j->approvals->at[i];

		if (!one->of_guard || j->allowed[one->guard] ||
			(unsure ? !waits_for(one->line, line)
				: one->key.kind != would.kind ||
						one->key.target !=
							would.target))
			continue;
		j->keep[i] = true;
		guard_ids_add(j->ids[i], line);
	}
}

/* Those are over that the plan was allowed to pass. */
static void take_head(struct judging *j, const json *head)
{
	const json *allowed = json_get(json_get(head, "policy"), "allow");

	j->is_read = true;
	time_parse(json_str(head, "approved_until"), &j->until);
	for (const json *v = json_first(allowed); v; v = json_next(v))
		for (enum guard g = 0; g < GUARDS; g++)
			j->allowed[g] |= text_same(json_text(v), guard_name(g));
}

static void each_planned(void *arg, const json *line)
{
	struct judging *j = arg;
	bool *keep;

	if (text_same(json_str(line, "kind"), "head")) {
		take_head(j, line);
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
			if (!j->allowed[at[g].guard] && !at[i].of_guard &&
				stays(j, i) &&
				at[i].key.kind == at[g].key.kind &&
				at[i].key.target == at[g].key.target) {
				j->keep[g] = true;
				guard_ids_add(j->ids[g], at[i].line);
			}
}

/* Whether a guard waits for other records from now on. */
static bool put_ids(const struct judging *j)
{
	bool other = false;

	for (size_t i = 0; i < j->approvals->n; i++) {
		const struct approval *one = &j->approvals->at[i];

		if (!one->of_guard || one->at > j->until || !j->keep[i] ||
			json_equal(json_get(one->line, "records"), j->ids[i]))
			continue;
		guard_ids_put(one->line, json_copy(j->ids[i]));
		other = true;
	}
	return other;
}

static void drop(struct judging *j)
{
	struct approvals *a = j->approvals;
	size_t n = 0;

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
	bool other = false;
	int rc;

	if (!run_id_is_valid(run))
		return fail(e, RC_USAGE, "%.60s is not the id of a run", run);
	if (approvals_load(&a, file, e) < 0)
		return -1;
	before = a.n;
	j.keep = xcalloc(a.n + 1, sizeof *j.keep);
	j.ids = xcalloc(a.n + 1, sizeof *j.ids);
	for (size_t i = 0; i < before; i++)
		j.ids[i] = json_array();
	rc = judge(&j, l, run, e);
	if (rc == 0) {
		keep_guards_of_approved(&j);
		other = put_ids(&j);
		drop(&j);
	}
	if (rc == 0 && (other || a.n != before))
		rc = approvals_save(&a, file, e);
	for (size_t i = 0; i < before; i++)
		json_free(j.ids[i]);
	free(j.ids);
	free(j.keep);
	approvals_fini(&a);
	return rc;
}
