#include "log_view.h"

#include <stdlib.h>
#include <string.h>

#include "cut.h"
#include "runs/schedule.h"
#include "synclog.h"
#include "util/alloc.h"
#include "util/file.h"

static const char *const names[WATCHED] = {
	[WATCH_LAST_RUN] = "last_run.json",
	[WATCH_LAST_SUCCESS] = "last_success.json",
	[WATCH_RUNS] = "runs",
	[WATCH_CONFLICTS] = "conflicts.ndjson",
	[WATCH_LOG] = "sync.log",
	[WATCH_SCHEDULE] = "schedule.json",
};

void log_view_init(struct log_view *s, const char *log_dir)
{
	*s = (struct log_view){ .dir = xstrdup(log_dir) };
	/* No file has this size, so everything counts as changed. */
	for (int i = 0; i < WATCHED; i++)
		s->stamps[i].st_size = -1;
}

static void unload(struct log_view *s)
{
	if (!s->loaded)
		return;
	pending_fini(&s->waiting);
	run_records_fini(&s->logs);
	s->loaded = false;
}

void log_view_fini(struct log_view *s)
{
	unload(s);
	json_free(s->conflicts);
	json_free(s->log);
	json_free(s->schedule);
	free(s->dir);
	*s = (struct log_view){ 0 };
}

/* Whether the file was replaced, has grown or has gone since the last check. */
static bool has_changed(struct log_view *s, enum watched_file f)
{
	char *path = path_join(s->dir, names[f]);
	bool same = file_is_same(path, &s->stamps[f]);

	free(path);
	return !same;
}

static void keep_newest(void *arg, const json *line)
{
	static const char *const shown[] = { "run_id", "row_id", "page_id",
		"winner", "fields", "set", "lost" };
	json *conflicts = arg, *kept = json_add(conflicts, json_object());

	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
		if (json_get(line, shown[i]))
			json_put(kept, shown[i],
				cut_copy(json_get(line, shown[i]), CUT_TEXT));
	if (json_count(conflicts) > CONFLICTS_SHOWN)
		json_free(json_take_first(conflicts));
}

static void load_conflicts(struct log_view *s)
{
	struct error ignored;

	json_free(s->conflicts);
	s->conflicts = json_array();
	conflict_lines(&s->logs, keep_newest, s->conflicts, &ignored);
}

static void load_log(struct log_view *s)
{
	char *path = path_join(s->dir, names[WATCH_LOG]);

	json_free(s->log);
	s->log = synclog_tail(path, LOG_LINES);
	free(path);
}

static int load_runs(struct log_view *s, struct error *e)
{
	unload(s);
	if (run_records_load(&s->logs, s->dir, e) < 0)
		return -1;
	pending_load(&s->waiting, &s->logs);
	s->loaded = true;
	return 0;
}

int log_view_refresh(struct log_view *s, struct error *e)
{
	bool runs = !s->loaded;

	for (int f = WATCH_LAST_RUN; f <= WATCH_RUNS; f++)
		runs = has_changed(s, (enum watched_file)f) || runs;
	if (runs && load_runs(s, e) < 0)
		return -1;
	if (has_changed(s, WATCH_CONFLICTS)) {
		load_conflicts(s);
		runs = true;
	}
	s->changes += runs;
	if (has_changed(s, WATCH_LOG))
		load_log(s);
	if (has_changed(s, WATCH_SCHEDULE)) {
		json_free(s->schedule);
		s->schedule = schedule_record(s->dir);
	}
	return 0;
}

usec log_view_newest_run(const struct log_view *s)
{
	const struct run_records *l = &s->logs;
	usec newest = l->last ? l->last->started : USEC_NONE;
	const struct run *r = l->n ? &l->runs[l->n - 1] : NULL;

	if (r && r->started != USEC_NONE &&
		(newest == USEC_NONE || r->started > newest))
		newest = r->started;
	return newest;
}
