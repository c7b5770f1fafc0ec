/*
 * A run's records into plan --undo: the parts "plan" and "results" are the two
 * files of the run, "records" is what both sides hold now, "base" what they had
 * agreed on. Either they are refused with a code and a line, or there is a plan
 * that apply takes and that is the same the second time, to the byte; it writes
 * to records that the run has named and nowhere else, and once only.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../cmd/apply/ops.h"
#include "../../cmd/plan/decide.h"
#include "../../cmd/plan/output.h"
#include "../../cmd/plan/undo.h"
#include "util/alloc.h"
#include "util/text.h"

#define RUN "run"

struct run {
	struct sides w;
	struct base base;
	struct undo undo;
	struct policy policy;
	struct guards guards;
	struct op_list ops;
};

static int load_sides(
	struct run *r, const uint8_t *data, size_t size, struct error *e)
{
	struct part p = fuzz_part(data, size, "records");
	struct stream_reader in;
	int rc;

	stream_reader_init(
		&in, fuzz_open(p.text, p.len), "records", STREAM_STRICT);
	rc = sides_read(&r->w, &in, e);
	stream_reader_fini(&in);
	return rc;
}

static int load_base(
	struct run *r, const uint8_t *data, size_t size, struct error *e)
{
	char *path = fuzz_part_file(data, size, "base");
	int rc = path ? base_load(&r->base, path, e) : 0;

	if (path && rc == 0) {
		guard_scope(&r->guards, &r->w, &r->base);
		if (r->guards.tripped[GUARD_SCOPE])
			base_fini(&r->base);
	}
	free(path);
	return rc;
}

/* A file that there is no part for isn't there. */
static void put_file(
	const uint8_t *data, size_t size, const char *part, const char *name)
{
	struct part p = fuzz_part(data, size, part);
	char *path = fuzz_path(name);

	if (fuzz_has_part(data, size, part))
		free(fuzz_file(name, p.text, p.len));
	else
		remove(path);
	free(path);
}

static int load_undo(
	struct run *r, const uint8_t *data, size_t size, struct error *e)
{
	char *dir = fuzz_path(RUN);
	int rc;

	mkdir(dir, 0700);
	put_file(data, size, "plan", RUN "/plan.ndjson");
	put_file(data, size, "results", RUN "/results.ndjson");
	rc = undo_load(&r->undo, dir, &r->w, e);
	free(dir);
	return rc;
}

/* A deed was done or may have been, and they come by page. */
static void must_be_sealed(const struct undo *u)
{
	for (size_t i = 0; i < u->n; i++) {
		const struct result *d = &u->deeds[i];
		const char *status = json_str(d->line, "status");

		must(text_same(status, "done") || text_same(status, "unknown"));
		if (i > 0)
			must(strcmp(d[-1].page_id ? d[-1].page_id : "",
				     d->page_id ? d->page_id : "") <= 0);
	}
}

static bool is_named(const struct undo *u, const char *row, const char *page)
{
	for (size_t i = 0; i < u->n; i++)
		if ((row && text_same(u->deeds[i].row_id, row)) ||
			(page && text_same(u->deeds[i].page_id, page)))
			return true;
	return false;
}

static void must_write_there_alone(const struct run *r)
{
	for (size_t i = 0; i < r->ops.n; i++) {
		const struct planned_op *op = &r->ops.at[i];

		must(op->kind != OP_CREATE);
		must(is_named(&r->undo, op->row_id, op->page_id));
		for (size_t k = 0; k < i && op->kind == OP_UPDATE; k++)
			must(r->ops.at[k].kind != OP_UPDATE ||
				r->ops.at[k].target != op->target ||
				!text_same(r->ops.at[k].page_id, op->page_id) ||
				!text_same(r->ops.at[k].row_id, op->row_id));
	}
}

static char *write_plan(struct run *r)
{
	struct plan p = { .sides = &r->w,
		.policy = &r->policy,
		.guards = &r->guards,
		.ops = &r->ops,
		.undo = "logs/runs/20261125T194500Z-1" };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct error e;

	p.live_pairs = count_live_pairs(&r->w, &r->base);
	guards_check(&r->guards, &r->w, &r->base, &r->ops, p.live_pairs);
	must(plan_write(&p, out, &e) == 0);
	must(fclose(out) == 0);
	return text;
}

static void must_pass_the_door(const char *text, const struct op_list *list)
{
	struct ops ops;
	struct error e;

	if (ops_read(&ops, fuzz_open(text, strlen(text)), "plan", &e) < 0) {
		fprintf(stderr, "%s\n%s\n", e.text, text);
		must(!"apply takes every plan");
	}
	must(ops.n == list->n);
	for (size_t i = 0; i < ops.n; i++)
		must(ops.list[i].kind == list->at[i].kind &&
			!ops.list[i].incomplete);
	ops_fini(&ops);
}

static char *run(const uint8_t *data, size_t size)
{
	struct run r = { 0 };
	struct error e;
	char *text;

	if (load_sides(&r, data, size, &e) < 0 ||
		load_base(&r, data, size, &e) < 0 ||
		load_undo(&r, data, size, &e) < 0) {
		must(e.code == RC_STREAM || e.code == RC_LOCAL);
		must_be_error(&e);
		text = xstrdup(e.text);
	} else {
		must_be_sealed(&r.undo);
		undo_decide(&r.undo, &r.w, &r.base, &r.ops);
		must_write_there_alone(&r);
		text = write_plan(&r);
		must_pass_the_door(text, &r.ops);
	}
	op_list_fini(&r.ops);
	undo_fini(&r.undo);
	base_fini(&r.base);
	sides_fini(&r.w);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	must_be_same(run(data, size), run(data, size));
	return 0;
}
