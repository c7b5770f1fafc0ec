/*
 * The log folder into report, and into what the page reads: fuzz_log_folder()
 * says how an input is one; "base.ndjson" is the local base.
 * All documents are the same the second time, and hold what their readers need.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../../cmd/health-server/documents.h"
#include "../../cmd/health-server/mask.h"
#include "../../cmd/health-server/synclog.h"
#include "runs/metrics.h"
#include "runs/report_json.h"
#include "util/alloc.h"
#include "util/text.h"
#include "views/activity.h"
#include "views/conflicts.h"
#include "views/kept_plan.h"
#include "views/run_view.h"
#include "views/story.h"
#include "views/waiting.h"

#define NOW (1795980000 * USEC_SECOND) /* in 2026 */

/* --- documents ------------------------------------------------------------ */

static void add(struct buf *all, json *take)
{
	if (take)
		must(json_print(take, all) == 0);
	buf_addc(all, '\n');
	json_free(take);
}

static void add_activity(struct buf *all, const struct run_records *l)
{
	struct activity_filter f;
	struct activity a;

	activity_init(&a, NULL, OUTPUT_MAX);
	activity_refresh(&a, l);
	must(!activity_refresh(&a, l));
	activity_filter_init(&f);
	activity_print(&a, &f, OUTPUT_MAX, all);
	buf_addc(all, '\n');
	activity_filter_fini(&f);
	activity_fini(&a);
}

static void add_story(
	struct buf *all, const struct run_records *l, const char *id)
{
	struct story s = { 0 };
	struct error e;

	if (story_load(&s, l, id, NULL, &e) == 0)
		add(all, story_json(&s, l));
	else
		must_be_error(&e);
	story_fini(&s);
}

static void add_runs(
	struct buf *all, const struct run_records *l, const char *state)
{
	const struct run_limits limits = { .state_dir = state };
	char id[RUN_ID_SIZE];

	add(all, runs_json(l, NULL));
	for (size_t i = 0; i < l->n; i++)
		add(all, run_json(l, &l->runs[i], limits));
	add(all, kept_plan(l, id));
}

static void add_waiting(struct buf *all, struct run_records *l,
	const struct pending *w, const char *state)
{
	struct conflicts c = { 0 };
	struct waiting waits = { 0 };

	conflicts_load(&c, l, w, state, NULL);
	add(all, conflicts_json(&c));
	conflicts_fini(&c);
	waiting_load(&waits, l, w, state);
	add(all, waiting_json(&waits));
	waiting_fini(&waits);
}

static void add_metrics(
	struct buf *all, const struct health *h, const struct run_records *l)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	print_metrics(f, h, l);
	must(fclose(f) == 0);
	must(utf8_valid(text, len) && len > 6 &&
		strcmp(text + len - 6, "# EOF\n") == 0);
	buf_add(all, text, len);
	free(text);
}

static void add_health(
	struct buf *all, const struct run_records *l, const struct pending *w)
{
	struct health h;

	health_judge(&h, l, w, NOW, 900);
	must(utf8_valid(h.headline, strlen(h.headline)));
	must(utf8_valid(h.next, strlen(h.next)));
	must(!strchr(h.headline, '\n') && !strchr(h.command, '\n'));
	add(all, report_data(&h, l, w));
	add_metrics(all, &h, l);
}

/* As the server has it, with every text of the log masked. */
static void add_page(struct buf *all, const char *dir)
{
	struct log_view v;
	struct health h;
	struct error e;

	log_view_init(&v, dir);
	if (log_view_refresh(&v, &e) == 0) {
		health_judge(&h, &v.logs, &v.waiting, NOW, 900);
		json_free(health_document(&v, &h, true));
		add(all, json_copy(v.log));
		add(all, json_copy(v.conflicts));
	} else {
		must_be_error(&e);
	}
	log_view_fini(&v);
}

static char *all_of(const char *dir)
{
	struct buf all = BUF_INIT(OUTPUT_MAX);
	struct run_records l = { 0 };
	struct pending w = { 0 };
	struct error e;

	if (run_records_load(&l, dir, &e) < 0) {
		must_be_error(&e);
		run_records_fini(&l);
		return xstrdup(e.text);
	}
	pending_load(&w, &l);
	add_health(&all, &l, &w);
	add_activity(&all, &l);
	add_runs(&all, &l, dir);
	add_waiting(&all, &l, &w, dir);
	add_story(&all, &l, FUZZ_ID);
	add_page(&all, dir);
	pending_fini(&w);
	run_records_fini(&l);
	must(utf8_valid(buf_str(&all), all.len));
	return buf_take(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *dir = fuzz_log_folder(data, size, "logs");

	must_be_same(all_of(dir), all_of(dir));
	free(dir);
	return 0;
}
