#include "runs/records.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/alloc.h"
#include "util/file.h"
#include "util/format.h"
#include "util/humanize.h"

#define RECORD_MAX (1u << 20)

const char *run_status_name(enum run_status s)
{
	static const char *const names[RUN_STATUSES] = {
		[RUN_OK] = "ok",
		[RUN_ATTENTION] = "attention",
		[RUN_BLOCKED] = "blocked",
		[RUN_FAILED] = "failed",
		[RUN_INTERRUPTED] = "interrupted",
		[RUN_OPEN] = "open",
		[RUN_DAMAGED] = "damaged",
	};

	return names[s];
}

static int status_parse(const char *s, enum run_status *status)
{
	for (int i = 0; s && i < RUN_OPEN; i++) {
		if (strcmp(run_status_name((enum run_status)i), s) == 0) {
			*status = (enum run_status)i;
			return 0;
		}
	}
	return -1;
}

bool run_is_success(const struct run *r)
{
	return r->status == RUN_OK || r->status == RUN_ATTENTION;
}

usec run_time(const struct run *r)
{
	return r->ended != USEC_NONE ? r->ended : r->started;
}

int64_t run_duration(const struct run *r)
{
	int64_t ms;

	if (json_whole(json_get(r->record, "duration_ms"), &ms) < 0 || ms < 0 ||
		ms > COUNT_MAX)
		return -1;
	return ms;
}

static int64_t ops_of_targets(
	const json *targets, const char *target, const char *status)
{
	int64_t n = 0;

	for (const json *t = first_member(targets); t; t = json_next(t))
		if (!target || strcmp(json_key(t), target) == 0)
			n += status ? json_int(t, status) : json_sum(t);
	return n;
}

int64_t run_ops(const struct run *r, const char *op, const char *target,
	const char *status)
{
	const json *ops = json_get(r->record, "ops");
	int64_t n = 0;

	if (op)
		return ops_of_targets(json_get(ops, op), target, status);
	for (const json *o = first_member(ops); o; o = json_next(o))
		n += ops_of_targets(o, target, status);
	return n;
}

int64_t run_changes(const struct run *r)
{
	static const char *const ops[] = { "create", "update", "trash",
		"restore" };
	int64_t n = 0;

	for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
		n += run_ops(r, ops[i], NULL, "done");
	return n;
}

usec run_full_reading(const struct run_records *l)
{
	const struct run *const runs[] = { l->last, l->success };
	usec latest = USEC_NONE, t;

	for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
		const json *reading =
			runs[i] ? json_get(runs[i]->record, "reading") : NULL;
		const char *at = json_str(reading, "full_at");

		if (at && time_parse(at, &t) == 0 && t > latest)
			latest = t;
	}
	return latest;
}

bool run_is_refused(const json *record)
{
	const json *why = json_first(json_get(record, "blocked"));

	return why && !json_next(why) && json_text(why) &&
	       strcmp(json_text(why), OTHER_PLAN) == 0;
}

const char *run_undoes(const struct run *r)
{
	const char *id = r ? json_str(r->record, "undoes") : NULL;

	return run_id_is_valid(id) ? id : NULL;
}

bool run_tells_of_sync(const struct run *r)
{
	return r->record && !run_undoes(r) && !run_is_refused(r->record);
}

const struct run *run_undone_by(
	const struct run_records *l, const struct run *r)
{
	for (size_t i = l->n; i-- > 0;) {
		const struct run *undo = &l->runs[i];
		const char *undone;

		if (strcmp(undo->id, r->id) == 0)
			break; /* those before it are older */
		undone = run_undoes(undo);
		if (undone && strcmp(undone, r->id) == 0 &&
			run_is_success(undo) &&
			json_int(undo->record, "errors") == 0 &&
			run_changes(undo) > 0 && !run_undone_by(l, undo))
			return undo;
	}
	return NULL;
}

bool run_id_is_valid(const char *s)
{
	static const char shape[] = "00000000T000000Z-";
	size_t n = sizeof shape - 1;

	if (!s || strlen(s) >= RUN_ID_SIZE)
		return false;
	for (size_t i = 0; i < n; i++)
		if (shape[i] == '0' ? s[i] < '0' || s[i] > '9'
				    : s[i] != shape[i])
			return false;
	return s[n] != '\0' && strspn(s + n, "0123456789") == strlen(s + n);
}

usec run_id_time(const char *id)
{
	char text[TIME_SIZE];
	usec t = USEC_NONE;

	if (!run_id_is_valid(id))
		return USEC_NONE;
	snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", id,
		id + 4, id + 6, id + 9, id + 11, id + 13);
	return time_parse(text, &t) == 0 ? t : USEC_NONE;
}

/* The record of a run; -1 where it isn't one. */
static int record_check(struct run *r, struct error *e)
{
	const char *id = json_str(r->record, "run_id");
	char text[FORMAT_TEXT_SIZE];
	int64_t v;

	if (!json_is_object(r->record))
		return fail(e, RC_STREAM, "not an object");
	if (format_is_later(r->record))
		return fail(e, RC_STREAM,
			"the record %s: run that version again, or a later one",
			format_text(r->record, text));
	if (json_get(r->record, "v") &&
		(json_whole(json_get(r->record, "v"), &v) < 0 || v != 1))
		return fail(e, RC_STREAM,
			"this version reads \"v\":1 records only");
	if (status_parse(json_str(r->record, "status"), &r->status) < 0)
		return fail(e, RC_STREAM, "no \"status\" that is known");
	if (run_id_is_valid(id))
		strcpy(r->id, id);
	if (time_parse(json_str(r->record, "started_at"), &r->started) < 0)
		r->started = run_id_time(r->id);
	time_parse(json_str(r->record, "ended_at"), &r->ended);
	return 0;
}

static void run_init(struct run *r, enum run_status status)
{
	*r = (struct run){
		.status = status, .started = USEC_NONE, .ended = USEC_NONE
	};
}

/* 1: read, 0: there is none, -1: damaged. */
static int record_read(struct run *r, const char *path, struct error *e)
{
	struct buf text = BUF_INIT(RECORD_MAX);
	struct stat st;
	int rc = -1;

	if (stat(path, &st) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (file_read_regular(path, &text, e) < 0)
		goto out;
	if (text.len == 0)
		fail(e, RC_STREAM, "empty");
	else
		r->record = json_parse(
			buf_str(&text), text.len, JSON_MARK_UNREADABLE, e);
	if (r->record && record_check(r, e) == 0)
		rc = 1;
	else
		fail_at(e, "%s", path);
out:
	if (rc < 0) {
		json_free(r->record);
		r->record = NULL;
		r->status = RUN_DAMAGED;
	}
	buf_fini(&text);
	return rc;
}

static void note_damage(struct run_records *l, const struct error *e)
{
	json_add(l->damage, json_string(e->text));
}

static int load_file(struct run_records *l, const char *name, struct run *r)
{
	char *path = path_join(l->dir, name);
	struct error e;
	int got;

	run_init(r, RUN_OPEN);
	got = record_read(r, path, &e);
	if (got < 0) {
		note_damage(l, &e);
		l->summary_damaged = true;
	}
	free(path);
	return got;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct run *)a)->id, ((const struct run *)b)->id);
}

/*
 * Runs that a clock was ahead in, by more than clocks differ by: they come
 * first, as if older than all, or one of them would pass for the newest run
 * until its time has come.
 */
static void put_ahead_first(struct run *runs, size_t n)
{
	usec now = time_now();
	size_t ahead = 0;
	struct run *held;

	while (ahead < n &&
		run_id_time(runs[n - 1 - ahead].id) > now + USEC_MINUTE)
		ahead++;
	if (ahead == 0 || ahead == n)
		return;
	held = xcalloc(ahead, sizeof *held);
	memcpy(held, runs + (n - ahead), ahead * sizeof *held);
	memmove(runs + ahead, runs, (n - ahead) * sizeof *runs);
	memcpy(runs, held, ahead * sizeof *held);
	free(held);
}

/* The ids of all runs that are kept, the oldest first. */
static int list_runs(struct run_records *l, struct error *e)
{
	char *path = path_join(l->dir, "runs");
	DIR *dir = opendir(path);
	struct dirent *entry;
	size_t cap = 0;
	int rc = 0;

	if (!dir && errno != ENOENT)
		rc = fail(e, RC_LOCAL,
			"%s: %s: let SYNC_LOG_DIR name the folder of the logs, "
			"and let this user read it",
			path, strerror(errno));
	while (dir && (entry = readdir(dir))) {
		if (!run_id_is_valid(entry->d_name))
			continue;
		l->runs = grow(l->runs, l->n, &cap, sizeof *l->runs);
		run_init(&l->runs[l->n], RUN_OPEN);
		strcpy(l->runs[l->n++].id, entry->d_name);
	}
	if (dir)
		closedir(dir);
	free(path);
	if (l->n)
		qsort(l->runs, l->n, sizeof *l->runs, by_id);
	put_ahead_first(l->runs, l->n);
	return rc;
}

static void load_runs(struct run_records *l)
{
	struct error e;

	if (l->n > RUNS_MAX) {
		memmove(l->runs, l->runs + (l->n - RUNS_MAX),
			RUNS_MAX * sizeof *l->runs);
		l->n = RUNS_MAX;
	}
	for (size_t i = 0; i < l->n; i++) {
		struct run *r = &l->runs[i];
		char *path = xasprintf("%s/runs/%s/run.json", l->dir, r->id);
		char id[RUN_ID_SIZE];

		strcpy(id, r->id);
		r->started = run_id_time(id);
		if (record_read(r, path, &e) < 0)
			note_damage(l, &e);
		strcpy(r->id, id); /* the folder's name, whatever it says */
		free(path);
	}
}

static struct run *newest(const struct run_records *l)
{
	for (size_t i = l->n; i-- > 0;)
		if (l->runs[i].record)
			return &l->runs[i];
	return NULL;
}

static struct run *newest_of_sync(const struct run_records *l, bool success)
{
	for (size_t i = l->n; i-- > 0;)
		if (run_tells_of_sync(&l->runs[i]) &&
			(!success || run_is_success(&l->runs[i])))
			return &l->runs[i];
	return NULL;
}

/* The file where it holds one, else the newest run that was one. */
static struct run *load_success(struct run_records *l)
{
	struct run *file = &l->success_file;
	struct error e;

	if (load_file(l, "last_success.json", file) > 0) {
		if (run_undoes(file)) /* by an earlier version */
			return newest_of_sync(l, true);
		if (run_is_success(file))
			return file;
		fail(&e, RC_STREAM,
			"%s/last_success.json: the run in it was no success",
			l->dir);
		note_damage(l, &e);
		l->summary_damaged = true;
	}
	return newest_of_sync(l, true);
}

int run_records_load(struct run_records *l, const char *dir, struct error *e)
{
	*l = (struct run_records){ .dir = xstrdup(dir),
		.damage = json_array() };
	if (list_runs(l, e) < 0) {
		run_records_fini(l);
		return -1;
	}
	load_runs(l);
	l->last = load_file(l, "last_run.json", &l->last_file) > 0
			  ? &l->last_file
			  : newest(l);
	l->sync = l->last && run_tells_of_sync(l->last)
			  ? l->last
			  : newest_of_sync(l, false);
	l->success = load_success(l);
	/* A run that was killed between the two files has left an older one. */
	if (l->sync && run_is_success(l->sync) &&
		(!l->success || run_time(l->sync) > run_time(l->success)))
		l->success = l->sync;
	return 0;
}

void run_records_fini(struct run_records *l)
{
	for (size_t i = 0; i < l->n; i++)
		json_free(l->runs[i].record);
	free(l->runs);
	json_free(l->last_file.record);
	json_free(l->success_file.record);
	json_free(l->damage);
	free(l->dir);
	*l = (struct run_records){ 0 };
}

const struct run *run_records_find(const struct run_records *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->runs[i].id, id) == 0)
			return &l->runs[i];
	return NULL;
}

const struct run *run_records_open_run(const struct run_records *l)
{
	const struct run *r = l->n ? &l->runs[l->n - 1] : NULL;

	return r && r->status == RUN_OPEN ? r : NULL;
}
