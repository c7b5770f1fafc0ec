/*
 * Writes cases of tests/cases as inputs of plan_fuzz, one file each, the plans
 * that come of them as inputs of apply_ops_fuzz, and those in which a run is
 * taken back as inputs of undo_fuzz: case_seeds FOLDER FOLDER FOLDER CASE…
 */
#include "../unit/plan_case.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/file.h"
#include "util/stream.h"
#include "util/times.h"

static void die(const struct error *e)
{
	fprintf(stderr, "case_seeds: %s\n", e->text);
	exit(1);
}

static void put_line(struct stream_writer *w, json *take_line)
{
	struct error e;

	if (stream_write(w, take_line, &e) < 0)
		die(&e);
}

static void begin_stream(
	FILE *out, struct stream_writer *w, const char *part, json *take_head)
{
	fprintf(out, "@%s\n", part);
	stream_writer_init(w, out);
	put_line(w, take_head);
}

static void end_stream(struct stream_writer *w)
{
	struct error e;

	if (stream_write_end(w, stream_line("end"), true, &e) < 0)
		die(&e);
	stream_writer_fini(w);
}

static void put_list(FILE *out, const char *word, json *take_list)
{
	const char *between = "=";

	if (json_count(take_list))
		fputs(word, out);
	for (const json *v = json_first(take_list); v; v = json_next(v)) {
		fprintf(out, "%s%s", between, json_text(v));
		between = ",";
	}
	json_free(take_list);
}

static void put_options(FILE *out, const struct setting *s)
{
	const struct policy *p = &s->policy;
	json *allowed = json_array();

	for (enum guard g = 0; g < GUARDS; g++)
		if (s->guards.allowed[g])
			json_add(allowed, json_string(guard_name(g)));
	fprintf(out, "@options\nconflict=%d orphans=%d match=%d settle=%lld",
		(int)p->conflict, (int)p->orphans, (int)p->match,
		(long long)(p->waits.settle / USEC_SECOND));
	fputs(p->use_base ? " base" : "", out);
	fputs(p->again.asked ? " retry " : " ", out);
	put_list(out, "hold", hold_json(&p->waits.hold));
	fputs(" ", out);
	put_list(out, "allow", allowed);
	fputs("\n", out);
}

/* Each head has the time that its service's clock showed. */
static void put_times(json *sources, const struct waits *w)
{
	char text[TIME_SIZE];

	for (enum side side = 0; side < SIDES; side++)
		if (w->now[side] != USEC_NONE)
			json_put_str(json_get(sources, side_name(side)), "at",
				time_format(w->now[side], text));
}

static void put_records(FILE *out, const struct setting *s)
{
	json *head = stream_head("records");
	json *sources = json_put(head, "sources", json_copy(s->world.sources));
	struct stream_writer w;

	put_times(sources, &s->policy.waits);
	begin_stream(out, &w, "records", head);
	for (const json *v = json_first(s->lines); v; v = json_next(v))
		put_line(&w, json_copy(v));
	end_stream(&w);
}

static void put_base(FILE *out, const struct setting *s)
{
	json *head = stream_head("base");
	struct stream_writer w;

	json_put(head, "scope",
		json_copy(s->base.scope ? s->base.scope : s->world.scope));
	begin_stream(out, &w, "base", head);
	for (size_t i = 0; i < base_count(&s->base); i++)
		put_line(&w, json_copy(base_pair_at(&s->base, i)->line));
	for (size_t i = 0; i < s->base.n_lone; i++)
		put_line(&w, json_copy(s->base.lone[i].line));
	end_stream(&w);
}

static void put_files(FILE *out, const struct setting *s)
{
	struct stream_writer w;

	begin_stream(out, &w, "approved", stream_head("approved"));
	for (size_t i = 0; i < s->approvals.n; i++)
		put_line(&w, json_copy(s->approvals.at[i].line));
	end_stream(&w);
	begin_stream(out, &w, "settling", stream_head("settling"));
	for (size_t i = 0; i < s->settling.n; i++)
		put_line(&w, json_copy(s->settling.lines[i]));
	end_stream(&w);
	if (!s->policy.resolve)
		return;
	fputs("@resolve\n", out);
	stream_writer_init(&w, out);
	for (size_t i = 0; i < s->resolve.n; i++)
		put_line(&w, json_copy(s->resolve.at[i].line));
	stream_writer_fini(&w);
}

/* The run's files: a result says what its op's line in the plan doesn't. */
static void put_run(FILE *out, const struct setting *s)
{
	static const char *const told[] = { "op", "target", "row_id", "page_id",
		"status" };
	struct stream_writer w;
	json *head = stream_head("plan");

	json_put(head, "scope", json_copy(s->world.scope));
	begin_stream(out, &w, "plan", head);
	for (size_t i = 0; i < s->undo.n; i++) {
		json *op = stream_line("op"), *deed = s->undo.deeds[i].line;

		json_put_int(op, "n", (int64_t)i + 1);
		for (const json *v = json_first(deed); v; v = json_next(v))
			if (strcmp(json_key(v), "status") != 0)
				json_put(op, json_key(v), json_copy(v));
		put_line(&w, op);
	}
	end_stream(&w);
	head = stream_head("results");
	json_put(head, "scope", json_copy(s->world.scope));
	begin_stream(out, &w, "results", head);
	for (size_t i = 0; i < s->undo.n; i++) {
		json *result = stream_line("result");

		json_put_int(result, "n", (int64_t)i + 1);
		for (size_t k = 0; k < sizeof told / sizeof told[0]; k++)
			json_put(result, told[k],
				json_copy(json_get(
					s->undo.deeds[i].line, told[k])));
		put_line(&w, result);
	}
	end_stream(&w);
}

/* As plan would write it. */
static void put_plan(FILE *out, struct setting *s)
{
	struct plan p = { .sides = &s->world,
		.policy = &s->policy,
		.guards = &s->guards,
		.ops = &s->ops };
	struct error e;

	case_plan(s);
	p.live_pairs = s->live_pairs;
	if (plan_write(&p, out, &e) < 0)
		die(&e);
}

static FILE *create(const char *folder, const char *path)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	char *to = path_join(folder, name);
	FILE *out = fopen(to, "w");

	free(to);
	return xcheck(out);
}

static void write_case(char *const *folders, const char *path)
{
	struct buf text = BUF_INIT(CASE_BYTES);
	struct setting s = { .lines = json_array() };
	FILE *records = create(folders[0], path);
	FILE *plan = create(folders[1], path), *undo;
	struct error e;
	json *one = NULL;

	if (file_read(path, &text, &e) == 0)
		one = json_parse(buf_str(&text), text.len, JSON_STRICT, &e);
	if (!one)
		die(&e);
	case_set_up(&s, one);
	if (s.rc == 0) {
		put_options(records, &s);
		put_records(records, &s);
		put_base(records, &s);
		put_files(records, &s);
		if (s.undo.n) {
			undo = create(folders[2], path);
			put_records(undo, &s);
			put_base(undo, &s);
			put_run(undo, &s);
			fclose(undo);
		}
		put_plan(plan, &s);
	}
	fclose(records);
	fclose(plan);
	json_free(s.lines);
	case_tear_down(&s);
	json_free(one);
	buf_fini(&text);
}

int main(int argc, char **argv)
{
	for (int i = 4; i < argc; i++)
		write_case(argv + 1, argv[i]);
	return argc > 4 ? 0 : 2;
}
