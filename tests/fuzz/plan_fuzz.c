/*
 * Any records into plan: the parts "options" (words, see take_word()),
 * "records", "base", "journal", "approved", "settling" and "resolve". Either
 * they are refused with a code and a line, or there is a plan that apply takes,
 * and that is the same the second time, to the byte.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../../cmd/apply/ops.h"
#include "../../cmd/plan/absence.h"
#include "../../cmd/plan/output.h"
#include "../../cmd/plan/verify.h"
#include "../../cmd/plan/waits_load.h"
#include "util/alloc.h"

struct run {
	struct sides w;
	struct base base;
	struct policy policy;
	struct guards guards;
	struct wait_options waits;
	struct wait_files files;
	struct resolutions resolve;
	struct op_list ops;
	char *words, *hold, *direction, *settle;
};

static int digit(const char *s)
{
	return *s >= '0' && *s <= '3' ? *s - '0' : 0;
}

/* conflict=2 orphans=1 match=2 base retry hold=… direction=… settle=… allow=…
 */
static void take_word(struct run *r, char *word)
{
	char *value = strchr(word, '=');
	struct error e;

	if (value)
		*value++ = '\0';
	else
		value = word + strlen(word);
	if (strcmp(word, "conflict") == 0)
		r->policy.conflict = (enum conflict_rule)digit(value);
	else if (strcmp(word, "orphans") == 0)
		r->policy.orphans = (enum orphan_rule)(digit(value) % 3);
	else if (strcmp(word, "match") == 0)
		r->policy.match = (enum match_rule)(digit(value) % 3);
	else if (strcmp(word, "base") == 0)
		r->policy.use_base = true;
	else if (strcmp(word, "retry") == 0)
		r->policy.again.asked = true;
	else if (strcmp(word, "hold") == 0)
		r->waits.hold = value;
	else if (strcmp(word, "direction") == 0)
		r->waits.direction = value;
	else if (strcmp(word, "settle") == 0)
		r->waits.settle = value;
	else if (strcmp(word, "allow") == 0 &&
		 guards_allow(&r->guards, value, &e) < 0)
		must_be_error(&e);
}

static void take_options(struct run *r, const uint8_t *data, size_t size)
{
	struct part p = fuzz_part(data, size, "options");
	char *save, *word;

	r->words = fuzz_text(p.text, p.len);
	for (word = strtok_r(r->words, " \n", &save); word;
		word = strtok_r(NULL, " \n", &save))
		take_word(r, word);
}

/* A word of an option that there isn't ends plan as well. */
static int load_waits(
	struct run *r, const uint8_t *data, size_t size, struct error *e)
{
	char *approved = fuzz_part_file(data, size, "approved");
	char *settling = fuzz_part_file(data, size, "settling");
	int rc;

	r->waits.approved = approved;
	r->waits.settling = settling;
	rc = wait_options_check(&r->waits, e);
	if (rc == 0)
		rc = waits_load(&r->policy.waits, &r->files, &r->waits,
			r->guards.allowed, e);
	free(approved);
	free(settling);
	return rc;
}

static int load_resolve(
	struct run *r, const uint8_t *data, size_t size, struct error *e)
{
	char *path = fuzz_part_file(data, size, "resolve");
	int rc = 0;

	if (path) {
		r->policy.resolve = &r->resolve;
		rc = resolutions_load(&r->resolve, path, e);
	}
	free(path);
	return rc;
}

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
	struct part journal = fuzz_part(data, size, "journal");
	char *beside = fuzz_file("base.journal", journal.text, journal.len);
	int rc = 0;

	if (!path) /* one that is not there is empty */
		path = fuzz_path("none");
	if (r->policy.use_base)
		rc = base_load(&r->base, path, e);
	if (r->policy.use_base && rc == 0) {
		guard_scope(&r->guards, &r->w, &r->base);
		if (r->guards.tripped[GUARD_SCOPE])
			base_fini(&r->base);
	}
	free(beside);
	free(path);
	return rc;
}

static char *write_plan(const struct plan *p)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct error e;

	must(plan_write(p, out, &e) == 0);
	must(fclose(out) == 0);
	return text;
}

/* The text for people and the proof of equality don't fall over it, either. */
static void show(const struct run *r, const struct plan *p)
{
	char *text = NULL;
	size_t len;
	struct human h = { .out = open_memstream(&text, &len), .columns = 80 };
	struct error e;
	int rc;

	plan_show(p, &h);
	rc = verify(&r->w, &r->base, &h, &e);
	must(rc == RC_DONE || rc == RC_ATTENTION);
	must(fclose(h.out) == 0);
	free(text);
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
	for (size_t i = 0; i < ops.n; i++) {
		must(ops.list[i].kind == list->at[i].kind);
		must(ops.list[i].target == list->at[i].target);
		must(ops.list[i].n == (int64_t)i + 1);
		must(!ops.list[i].incomplete);
	}
	ops_fini(&ops);
}

static void must_have_an_id(struct run *r, struct plan *p)
{
	struct guards before = r->guards;
	char id[UUID_SIZE], again[UUID_SIZE];

	plan_id(p, id);
	plan_id(p, again);
	must(uuid_is_normal(id) && strcmp(id, again) == 0);
	plan_allow(p, &r->guards, id);
	must(!plan_is_blocked(p));
	r->guards = before;
	p->allowed = false;
	p->seen[0] = '\0';
	plan_only(p, id);
	must(!p->is_other);
	p->seen[0] = '\0';
}

static char *plan_it(struct run *r)
{
	struct plan p = { .sides = &r->w,
		.policy = &r->policy,
		.guards = &r->guards,
		.ops = &r->ops };
	const char *why;
	char *text;

	p.live_pairs = decide(&r->w, &r->base, &r->policy, &r->ops);
	must(p.live_pairs <= r->w.live[SUPABASE] &&
		p.live_pairs <= r->w.live[NOTION]);
	if (absence_find(&r->w, &r->ops, &why))
		return xstrdup(why);
	guards_check(&r->guards, &r->w, &r->base, &r->ops, p.live_pairs);
	p.at = 0;
	text = write_plan(&p);
	must_pass_the_door(text, &r->ops);
	must_have_an_id(r, &p);
	show(r, &p);
	return text;
}

static char *run(const uint8_t *data, size_t size)
{
	struct run r = { 0 };
	struct error e;
	char *text;

	take_options(&r, data, size);
	if (load_waits(&r, data, size, &e) < 0 ||
		load_resolve(&r, data, size, &e) < 0 ||
		load_sides(&r, data, size, &e) < 0 ||
		load_base(&r, data, size, &e) < 0) {
		must(e.code == RC_STREAM || e.code == RC_USAGE);
		must_be_error(&e);
		text = xstrdup(e.text);
	} else {
		waits_set_clocks(&r.policy.waits, &r.w);
		r.policy.again.now = r.policy.waits.now[SUPABASE];
		text = plan_it(&r);
	}
	op_list_fini(&r.ops);
	base_fini(&r.base);
	sides_fini(&r.w);
	wait_files_fini(&r.files);
	resolutions_fini(&r.resolve);
	free(r.words);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	must_be_same(run(data, size), run(data, size));
	return 0;
}
