/*
 * The files of plan --idle: the parts "plan" (an earlier one), "rows", "pages"
 * and "base". Either something is new, and is named, or what comes out is a
 * plan without ops that apply takes, the same each time, and that is made again
 * from itself. The sums and the version in the head of the plan are put right
 * first, where it has them at all, so that an input gets past them.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../../cmd/apply/ops.h"
#include "../../cmd/plan/idle.h"
#include "../../cmd/plan/output.h"
#include "util/alloc.h"
#include "util/sha256.h"
#include "util/stream.h"
#include "util/version.h"

#define PLAN_MAX ((size_t)1 << 20)

/* Of the lines of kind "row" alone, as in a stream without others. */
static void sum_rows(struct part rows, char sum[SHA256_TEXT_SIZE])
{
	static const char kind[] = "{\"kind\":\"row\",";
	struct sha256 *of = sha256_begin();
	const char *at = rows.text, *end = rows.text + rows.len, *lf;

	for (; at < end && (lf = memchr(at, '\n', (size_t)(end - at)));
		at = lf + 1)
		if ((size_t)(lf - at) >= sizeof kind - 1 &&
			memcmp(at, kind, sizeof kind - 1) == 0)
			sha256_add_line(of, at, (size_t)(lf - at));
	sha256_end(of, sum);
}

static void sum_base(struct part base, char sum[SHA256_TEXT_SIZE])
{
	struct sha256 *of = sha256_begin();

	sha256_add(of, base.text, base.len);
	sha256_end(of, sum);
}

/* The plan with its inputs put right, as a file; its path. */
static char *put_plan(const uint8_t *data, size_t size)
{
	struct part plan = fuzz_part(data, size, "plan");
	const char *lf = plan.len ? memchr(plan.text, '\n', plan.len) : NULL;
	size_t first = lf ? (size_t)(lf - plan.text) : 0;
	struct buf text = BUF_INIT(PLAN_MAX);
	char sum[SHA256_TEXT_SIZE], *path;
	struct error e;
	json *head =
		first ? json_parse(plan.text, first, JSON_STRICT, &e) : NULL;
	json *inputs = json_get(head, "inputs");

	if (json_is_object(inputs)) {
		sum_rows(fuzz_part(data, size, "rows"), sum);
		json_put_str(inputs, "rows", sum);
		sum_base(fuzz_part(data, size, "base"), sum);
		json_put_str(inputs, "base", sum);
		json_put_str(inputs, "by", version_text());
		must(json_print(head, &text) == 0);
	} else {
		first = 0;
	}
	json_free(head);
	if (plan.len)
		buf_add(&text, plan.text + first, plan.len - first);
	path = fuzz_file("plan", buf_str(&text), text.len);
	buf_fini(&text);
	return path;
}

static char *put_file(const uint8_t *data, size_t size, const char *part)
{
	struct part p = fuzz_part(data, size, part);

	return fuzz_file(part, p.text, p.len);
}

static void must_have_no_op(const char *text)
{
	struct ops ops;
	struct error e;

	if (ops_read(&ops, fuzz_open(text, strlen(text)), "plan", &e) < 0) {
		fprintf(stderr, "%s\n%s\n", e.text, text);
		must(!"apply takes every plan");
	}
	must(ops.n == 0);
	ops_fini(&ops);
}

struct files {
	char *plan, *rows, *pages, *base;
};

static int check(struct idle *was, const struct files *f, struct sides *w,
	const struct plan *p, struct error *e)
{
	if (idle_load(was, f->plan, e) < 0 ||
		idle_check(was, f->rows, f->pages, f->base, w, e) < 0)
		return -1;
	return idle_check_rules(was, p, e);
}

/* What is printed where nothing is new; else why it isn't. */
static char *again(const struct files *files)
{
	static const struct policy policy;
	static const struct guards guards;
	static const struct op_list none;
	struct sides w = { 0 };
	struct plan p = {
		.sides = &w, .policy = &policy, .guards = &guards, .ops = &none
	};
	struct idle was = { 0 };
	struct error e = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out;

	if (check(&was, files, &w, &p, &e) < 0) {
		must(e.code == RC_STREAM || e.code == RC_ATTENTION ||
			e.code == RC_LOCAL);
		must_be_error(&e);
		text = xstrdup(e.text);
	} else {
		idle_repeat(&was, &p);
		out = open_memstream(&text, &len);
		must(plan_write(&p, out, &e) == 0);
		must(fclose(out) == 0);
		must_have_no_op(text);
	}
	json_free(p.inputs);
	idle_fini(&was);
	sides_fini(&w);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct files files = { put_plan(data, size),
		put_file(data, size, "rows"), put_file(data, size, "pages"),
		put_file(data, size, "base") };
	char *text = again(&files);

	must_be_same(xstrdup(text), again(&files));
	if (*text == '{') {
		free(files.plan);
		files.plan = fuzz_file("plan", text, strlen(text));
		must_be_same(xstrdup(text), again(&files));
	}
	free(text);
	free(files.plan);
	free(files.rows);
	free(files.pages);
	free(files.base);
	return 0;
}
