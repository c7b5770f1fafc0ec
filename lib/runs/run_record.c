#include "runs/run_record.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/file.h"
#include "util/format.h"
#include "util/humanize.h"
#include "util/version.h"

#define LINE_MAX_BYTES ((size_t)8 << 20)
#define RECORD_MAX (1u << 20)
#define OP_LINE "{\"kind\":\"op\""

/* --- adding up --------------------------------------------------------------
 */

static json *object_at(json *in, const char *key)
{
	json *v = json_get(in, key);

	return json_is_object(v) ? v : json_put(in, key, json_object());
}

static void add(json *object, const char *key, int64_t n)
{
	int64_t sum = json_int(object, key) + n;

	json_put_int(object, key, sum < COUNT_MAX ? sum : COUNT_MAX);
}

static void add_one(json *object, const char *key)
{
	add(object, key, 1);
}

/* Adds numbers key by key, all the way down. */
static void add_all(json *to, const json *more)
{
	int64_t n;

	for (const json *v = first_member(more); v; v = json_next(v)) {
		if (json_is_object(v))
			add_all(object_at(to, json_key(v)), v);
		else if (json_whole(v, &n) == 0)
			add(to, json_key(v), n);
	}
}

static const char *const sums[] = { "requests", "waited_ms", "limited" };
#define N_SUMS (sizeof sums / sizeof sums[0])

/* --- the streams ------------------------------------------------------------
 */

/* What sync-now.sh keeps of a reading; a run may have to read again. */
static const struct {
	const char *rows, *pages, *records;
} readings[] = {
	{ "sb.ndjson", "notion.ndjson", "records.ndjson" },
	{ "sb-again.ndjson", "notion-again.ndjson", "records-again.ndjson" },
};
#define N_READINGS (sizeof readings / sizeof readings[0])

/* The plan names the run by its folder. */
static void take_undo(json *record, const char *dir)
{
	const char *slash = dir ? strrchr(dir, '/') : NULL;

	if (slash && run_id_is_valid(slash + 1))
		json_put_str(record, "undoes", slash + 1);
}

static void take_head(json *record, const json *head)
{
	static const char *const keys[] = { "plan_id", "scope", "policy",
		"blocked" };
	json *tripped;

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		json_put(record, keys[i], json_copy(json_get(head, keys[i])));
	tripped = json_put(record, "tripped", json_array());
	for (const json *g = first_member(json_get(head, "guards")); g;
		g = json_next(g))
		json_add(tripped, json_string(json_key(g)));
	json_put(record, "emptied", json_copy(json_get(head, "emptied")));
	take_undo(record, json_str(head, "undo"));
}

/*
 * Of the record stream: how Notion was read, and when it was in full. Notion's
 * own stream says so at its beginning, before it is known to be complete.
 */
static void take_reading(json *record, const json *head)
{
	const json *notion = json_get(json_get(head, "sources"), "notion");
	const json *from = json_get(notion, "reading");
	const char *mode = json_str(notion, "mode");
	json *to;

	if (!json_is_object(from) || !mode)
		return;
	to = json_put(record, "reading", json_object());
	json_put_bool(to, "full", strcmp(mode, "full") == 0);
	json_put_str(to, "why", json_str(from, "why"));
	json_put_str(to, "full_at", json_str(from, "full_at"));
}

/* Where nothing was new, there are no records; it was planned from the same. */
static void take_inputs(json *record, const json *head)
{
	const json *inputs = json_get(head, "inputs");

	if (!json_is_object(inputs))
		return;
	take_reading(record, head);
	if (json_is_object(json_get(inputs, "counts")))
		json_put(record, "counts",
			json_copy(json_get(inputs, "counts")));
}

static void take_result(json *record, const json *line)
{
	const char *op = json_str(line, "op"), *code = json_str(line, "code");
	const char *target = json_str(line, "target");
	const char *status = json_str(line, "status");

	if (!op || !target || !status)
		return;
	add_one(object_at(object_at(object_at(record, "ops"), op), target),
		status);
	if (strcmp(status, "skipped") == 0)
		add_one(object_at(record, "skips"), code ? code : "other");
	else if (strcmp(status, "done") != 0)
		add_one(record, "errors");
	else if (json_is_object(json_get(line, "conflict")))
		add_one(record, "conflicts");
}

/* A fetch knows of one service, apply of both, plan and normalize of none. */
static void take_end(json *record, const json *end)
{
	const char *source = json_str(end, "source");
	int64_t ops;

	/* normalize has counted. */
	if (json_is_object(json_get(end, "counts")))
		json_put(record, "counts", json_copy(json_get(end, "counts")));
	/* Without ops there is nothing to carry out, and apply isn't called. */
	if (json_get(json_get(end, "totals"), "live_pairs") &&
		json_whole(json_get(end, "count"), &ops) == 0 && ops == 0)
		json_put_bool(record, "complete", json_true(end, "complete"));
	if (!source && !json_is_object(json_get(end, "requests")))
		return;
	for (size_t i = 0; i < N_SUMS; i++) {
		json *to = object_at(record, sums[i]);

		if (source)
			add(to, source, json_int(end, sums[i]));
		else
			add_all(to, json_get(end, sums[i]));
	}
	if (!source)
		json_put_bool(record, "complete", json_true(end, "complete"));
}

static void take_any_head(json *record, const json *head)
{
	if (!json_str(head, "plan_id") || !json_get(head, "blocked")) {
		take_reading(record, head);
		return;
	}
	take_head(record, head);
	take_inputs(record, head);
}

static void take_line(json *record, const char *text, size_t len)
{
	struct error ignored;
	const char *kind;
	json *line;

	if (strncmp(text, OP_LINE, sizeof OP_LINE - 1) == 0) {
		add_one(record, "planned");
		return;
	}
	line = json_parse(text, len, JSON_MARK_UNREADABLE, &ignored);
	kind = json_str(line, "kind");
	if (!kind)
		debug("a line that can't be read is passed over");
	else if (strcmp(kind, "head") == 0)
		take_any_head(record, line);
	else if (strcmp(kind, "result") == 0)
		take_result(record, line);
	else if (strcmp(kind, "end") == 0)
		take_end(record, line);
	json_free(line);
}

static void take_lines(json *record, const char *dir, const char *name)
{
	char *path = path_join(dir, name), *text = NULL;
	FILE *in = fopen(path, "re");
	size_t cap = 0;
	ssize_t n;

	while (in && (n = getline(&text, &cap, in)) > 0)
		if (text[n - 1] == '\n' && (size_t)n < LINE_MAX_BYTES)
			take_line(record, text, (size_t)n - 1);
	free(text);
	if (in)
		fclose(in);
	free(path);
}

static void take_first_line(json *record, const char *dir, const char *name)
{
	char *path = path_join(dir, name), *text = NULL;
	FILE *in = fopen(path, "re");
	size_t cap = 0;
	ssize_t n = in ? getline(&text, &cap, in) : 0;

	if (n > 0 && text[n - 1] == '\n')
		take_line(record, text, (size_t)n - 1);
	free(text);
	if (in)
		fclose(in);
	free(path);
}

/* The last line alone: what is before it is the whole of a side. */
static void take_last_line(json *record, const char *dir, const char *name)
{
	char *path = path_join(dir, name), text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	off_t from = size > (off_t)sizeof text ? size - (off_t)sizeof text : 0;
	ssize_t n = size < 0 ? -1 : pread(fd, text, sizeof text, from);

	free(path);
	if (fd >= 0)
		close(fd);
	if (n < 2 || text[n - 1] != '\n')
		return;
	for (ssize_t at = n - 2; at >= 0; at--)
		if (at == 0 || text[at - 1] == '\n') {
			take_line(record, text + at, (size_t)(n - 1 - at));
			return;
		}
}

/* --- the record -------------------------------------------------------------
 */

static void put_totals(json *record, const json *before)
{
	json *totals = json_copy(json_get(before, "totals"));

	if (!json_is_object(totals)) {
		json_free(totals);
		totals = json_object();
	}
	add_all(object_at(totals, "ops"), json_get(record, "ops"));
	add(totals, "conflicts", json_int(record, "conflicts"));
	for (size_t i = 0; i < N_SUMS; i++)
		add_all(object_at(totals, sums[i]), json_get(record, sums[i]));
	json_put(record, "totals", totals);
}

json *run_record_make(const struct run_end *end, const char *dir,
	const char *work, const json *before)
{
	char *runs = path_join(dir, "runs"), *run = path_join(runs, end->id);
	char stamp[TIME_SIZE];
	json *r = json_object();

	json_put_int(r, "v", FORMAT);
	json_put_str(r, "run_id", end->id);
	json_put_str(r, "status", run_status_name(end->status));
	json_put_int(r, "exit_code", end->code);
	json_put_str(r, "stage", end->stage);
	json_put_str(r, "signal", end->signal);
	json_put_str(r, "message", end->message);
	json_put_str(r, "started_at", time_stamp(end->started, stamp));
	json_put_str(r, "ended_at", time_stamp(end->ended, stamp));
	json_put_int(r, "duration_ms", (end->ended - end->started) / 1000);
	json_put_str(r, "version", VAULTSYNC_VERSION);
	if (*version_commit())
		json_put_str(r, "commit", version_commit());
	if (end->undoes)
		json_put_str(r, "undoes", end->undoes);
	json_put_int(r, "planned", 0);
	json_put(r, "ops", json_object());
	json_put(r, "skips", json_object());
	json_put_int(r, "errors", 0);
	json_put_int(r, "conflicts", 0);
	json_put_bool(r, "complete", false);
	for (size_t i = 0; i < N_READINGS; i++) {
		take_last_line(r, work, readings[i].rows);
		take_last_line(r, work, readings[i].pages);
		take_first_line(r, work, readings[i].records);
		take_last_line(r, work, readings[i].records);
	}
	take_lines(r, run, "plan.ndjson");
	take_lines(r, run, "results.ndjson");
	put_totals(r, before);
	free(run);
	free(runs);
	return r;
}

static int put_record(
	const json *record, const char *const *paths, size_t n, struct error *e)
{
	struct buf text = BUF_INIT(RECORD_MAX);
	int rc = 0;

	if (json_print(record, &text) < 0 || buf_addc(&text, '\n') < 0)
		rc = fail(e, RC_BUG, "the record of a run is too long");
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = file_replace_with(paths[i], buf_str(&text), text.len, e);
	buf_fini(&text);
	return rc;
}

int run_record_write(const char *dir, const struct run_end *end,
	const json *record, struct error *e)
{
	bool success = !json_str(record, "undoes") &&
		       (end->status == RUN_OK || end->status == RUN_ATTENTION);
	char *paths[] = { xasprintf("%s/runs/%s/run.json", dir, end->id),
		path_join(dir, "last_run.json"),
		path_join(dir, "last_success.json") };
	size_t n = sizeof paths / sizeof paths[0];
	int rc = put_record(
		record, (const char *const *)paths, success ? n : n - 1, e);

	for (size_t i = 0; i < n; i++)
		free(paths[i]);
	return rc;
}

int run_record_keep(
	const char *dir, const char *id, const json *record, struct error *e)
{
	char *path = xasprintf("%s/runs/%s/run.json", dir, id);
	const char *const paths[] = { path };
	int rc = put_record(record, paths, 1, e);

	free(path);
	return rc;
}

void run_record_summary(const json *record, struct buf *out)
{
	buf_reset(out);
	buf_addf(out,
		"ends: %s, exit code %" PRId64 ", %" PRId64
		" ops planned, %" PRId64 " failed, %" PRId64
		" conflicts decided, %" PRId64 " ms",
		json_str(record, "status"), json_int(record, "exit_code"),
		json_int(record, "planned"), json_int(record, "errors"),
		json_int(record, "conflicts"), json_int(record, "duration_ms"));
}

/* --- conflicts --------------------------------------------------------------
 */

struct conflicts {
	const char *id;
	struct buf *text;
};

static void take_conflict(void *arg, const json *line)
{
	static const char *const keys[] = { "row_id", "page_id", "set", "was" };
	const json *conflict = json_get(line, "conflict");
	struct conflicts *c = arg;
	json *out;

	if (!json_is_object(conflict) || !json_str(line, "status") ||
		strcmp(json_str(line, "status"), "done") != 0)
		return;
	out = json_object();
	json_put_int(out, "v", FORMAT);
	json_put_str(out, "run_id", c->id);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		json_put(out, keys[i], json_copy(json_get(line, keys[i])));
	for (const json *v = first_member(conflict); v; v = json_next(v))
		json_put(out, json_key(v), json_copy(v));
	json_print(out, c->text);
	buf_addc(c->text, '\n');
	json_free(out);
}

/* A full disk may have cut the last line, which must take no other with it. */
static int end_cut_line(int fd, const char *path, struct error *e)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char last = '\n';

	if (end > 0 && pread(fd, &last, 1, end - 1) < 0)
		return fail_errno(e, "%s", path);
	return last == '\n' ? 0 : file_write(fd, path, "\n", 1, e);
}

int run_conflicts_write(const char *dir, const char *id, struct error *e)
{
	const struct run_records records = { .dir = (char *)dir };
	struct buf text = BUF_INIT((size_t)256 << 20);
	struct conflicts c = { id, &text };
	char *path = path_join(dir, "conflicts.ndjson");
	struct error cut;
	int fd = -1, rc = 0;

	/* The last line of a program that was killed may be torn. */
	if (run_lines(&records, id, "results", take_conflict, &c, &cut) < 0)
		debug("%s", cut.text);
	if (text.len)
		fd = file_open_own(path, O_APPEND, e);
	if (text.len)
		rc = fd < 0 ? -1 : end_cut_line(fd, path, e);
	if (text.len && rc == 0)
		rc = file_write(fd, path, buf_str(&text), text.len, e);
	if (fd >= 0)
		close(fd);
	free(path);
	buf_fini(&text);
	return rc;
}
