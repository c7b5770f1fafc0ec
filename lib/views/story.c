#include "views/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runs/pending.h"
#include "util/alloc.h"
#include "util/humanize.h"
#include "views/scan.h"

/* While the files are read. */
struct reading {
	struct story *story;
	const struct run_records *logs;
	char run_id[RUN_ID_SIZE];
	json *carried_out; /* the numbers of the ops with a result, as keys */
	bool complete;
};

static const char *other_key(const char *key)
{
	return strcmp(key, "row_id") == 0 ? "page_id" : "row_id";
}

/* --- what is about it ----------------------------------------------------- */

/* Ids are in the streams as the story has them, in lower case with dashes. */
static bool names_it(void *arg, const char *text, size_t len)
{
	const struct reading *g = arg;

	return text_contains(text, len, g->story->id);
}

static bool may_be_about_it(void *arg, const char *text, size_t len)
{
	const struct reading *g = arg;

	if (names_it(arg, text, len) ||
		text_contains(text, len, "\"kind\":\"end\""))
		return true;
	for (const json *p = json_first(g->story->partners); p;
		p = json_next(p))
		if (text_contains(text, len, json_key(p)))
			return true;
	return false;
}

/* First pass: whether the id is of a row or a page, and its partners. */
static void take_ids(void *arg, const json *line)
{
	struct story *s = ((struct reading *)arg)->story;
	const char *partner;

	if (line_has(line, "row_id", s->id))
		s->key = "row_id";
	else if (line_has(line, "page_id", s->id))
		s->key = "page_id";
	else
		return;
	partner = json_str(line, other_key(s->key));
	if (!partner)
		return;
	/* The newest is the last. */
	json_remove(s->partners, partner);
	json_put_bool(s->partners, partner, true);
}

/* A line about the partner alone belongs to the story too. */
static bool is_about(const struct story *s, const json *line)
{
	const char *partner;

	if (!s->key)
		return false;
	if (json_str(line, s->key))
		return line_has(line, s->key, s->id);
	partner = json_str(line, other_key(s->key));
	return partner && json_get(s->partners, partner);
}

static void drop_oldest(struct story *s)
{
	size_t gone = s->n - STORY_MAX;

	for (size_t i = 0; i < gone; i++)
		json_free(s->entries[i].line);
	memmove(s->entries, s->entries + gone, STORY_MAX * sizeof *s->entries);
	s->n = STORY_MAX;
	s->left_out += gone;
}

static void add_entry(struct story *s, const json *line, const char *run_id)
{
	s->entries = grow(s->entries, s->n, &s->cap, sizeof *s->entries);
	s->entries[s->n].line = s->copy ? s->copy(line) : json_copy(line);
	snprintf(s->entries[s->n].run_id, RUN_ID_SIZE, "%s", run_id);
	if (++s->n >= 2 * STORY_MAX)
		drop_oldest(s);
}

/* --- reading -------------------------------------------------------------- */

static void number_of(const json *line, char *out, size_t size)
{
	snprintf(out, size, "%lld", (long long)json_int(line, "n"));
}

static void take_result(void *arg, const json *line)
{
	struct reading *g = arg;
	char n[32];

	if (line_has(line, "kind", "end"))
		g->complete = json_true(line, "complete");
	if (!line_has(line, "kind", "result") || !is_about(g->story, line))
		return;
	number_of(line, n, sizeof n);
	json_put_bool(g->carried_out, n, true);
	add_entry(g->story, line, g->run_id);
}

static void take_planned(void *arg, const json *line)
{
	struct reading *g = arg;
	char n[32];

	number_of(line, n, sizeof n);
	if (line_has(line, "kind", "op") && is_about(g->story, line) &&
		!json_get(g->carried_out, n))
		add_entry(g->story, line, g->run_id);
}

static void read_run(struct reading *g, const char *id)
{
	const struct scan results = { may_be_about_it, take_result, g };
	const struct scan plan = { may_be_about_it, take_planned, g };
	int got;

	strcpy(g->run_id, id);
	g->carried_out = json_object();
	g->complete = false;
	got = scan_run(g->logs->dir, id, "results", &results);
	if (!g->complete) {
		int planned = scan_run(g->logs->dir, id, "plan", &plan);

		got = got ? got : planned;
	}
	if (got)
		strcpy(g->story->newest, id);
	json_free(g->carried_out);
	g->carried_out = NULL;
}

/* Conflicts of runs that are still kept are in their results. */
static void take_conflict(void *arg, const json *line)
{
	struct reading *g = arg;
	const char *run_id = json_str(line, "run_id");

	if (!run_id_is_valid(run_id) || !is_about(g->story, line) ||
		run_records_find(g->logs, run_id))
		return;
	add_entry(g->story, line, run_id);
}

/* conflicts.ndjson and those put aside, the oldest first. */
static void scan_conflicts(const struct run_records *l, const struct scan *s)
{
	for (int aside = CONFLICTS_ASIDE; aside >= 0; aside--) {
		char *path = aside ? xasprintf("%s/conflicts.ndjson.%d", l->dir,
					     aside)
				   : xasprintf("%s/conflicts.ndjson", l->dir);

		scan_file(path, s);
		free(path);
	}
}

/* In order of time: the old conflicts, then run by run. */
static void read_all(struct reading *g)
{
	const struct scan ids = { names_it, take_ids, g };
	const struct scan conflicts = { may_be_about_it, take_conflict, g };
	const struct run_records *l = g->logs;

	scan_conflicts(l, &ids);
	for (size_t i = 0; i < l->n; i++) {
		scan_run(l->dir, l->runs[i].id, "results", &ids);
		scan_run(l->dir, l->runs[i].id, "plan", &ids);
	}
	scan_conflicts(l, &conflicts);
	for (size_t i = 0; i < l->n; i++)
		read_run(g, l->runs[i].id);
}

int story_load(struct story *s, const struct run_records *l, const char *id,
	view_copy *copy, struct error *e)
{
	struct reading g = { .story = s, .logs = l };

	*s = (struct story){ .partners = json_object(), .copy = copy };
	if (uuid_normalize(id, s->id) < 0)
		return fail(e, RC_USAGE,
			"\"%.60s\" is not a row or page id: it must be 32 hex "
			"digits, with or without dashes",
			id);
	read_all(&g);
	if (s->n > STORY_MAX)
		drop_oldest(s);
	return 0;
}

void story_fini(struct story *s)
{
	for (size_t i = 0; i < s->n; i++)
		json_free(s->entries[i].line);
	free(s->entries);
	json_free(s->partners);
	*s = (struct story){ 0 };
}

/* --- what it comes to ----------------------------------------------------- */

const char *story_title(const struct story *s)
{
	const char *title = NULL;

	for (size_t i = s->n; i-- > 0 && !title;)
		title = change_title(s->entries[i].line);
	return title;
}

/* A row that other ops write to gets its link with them. */
static bool is_linked_by(const json *line)
{
	const json *row = json_get(json_get(line, "expect"), "row");

	return line_has(line, "target", "supabase") && json_is_object(row) &&
	       json_is_null(json_get(row, "link")) &&
	       !line_has(line, "op", "trash");
}

static bool is_pairing(const json *line)
{
	return line_has(line, "status", "done") && json_str(line, "row_id") &&
	       json_str(line, "page_id") &&
	       (line_has(line, "op", "create") ||
		       line_has(line, "op", "link") ||
		       line_has(line, "op", "adopt") || is_linked_by(line));
}

const struct story_entry *story_pairing(const struct story *s)
{
	for (size_t i = 0; json_count(s->partners) && i < s->n; i++)
		if (is_pairing(s->entries[i].line))
			return &s->entries[i];
	return NULL;
}

const char *story_waits(const struct story *s, struct buf *reason)
{
	const struct story_entry *last = s->n ? &s->entries[s->n - 1] : NULL;
	enum pending_kind k;

	buf_reset(reason);
	if (!last || strcmp(last->run_id, s->newest) != 0)
		return NULL;
	if (!json_str(last->line, "status"))
		return "planned";
	if (!pending_kind_of(last->line, &k))
		return NULL;
	pending_reason(last->line, reason);
	return pending_name(k);
}

static bool same_text(const json *a, const json *b, const char *key)
{
	return json_equal(json_get(a, key), json_get(b, key)) ||
	       (json_is_null(json_get(a, key)) &&
		       json_is_null(json_get(b, key)));
}

static bool is_repeated(
	const struct story_entry *a, const struct story_entry *b)
{
	static const char *const keys[] = { "op", "target", "status", "code",
		"reason", "why", "set", "error" };

	if (!line_has(a->line, "status", "skipped") &&
		!line_has(a->line, "status", "failed"))
		return false;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (!same_text(a->line, b->line, keys[i]))
			return false;
	return true;
}

size_t story_repeats(const struct story *s, size_t i)
{
	size_t same = i;

	while (same + 1 < s->n &&
		is_repeated(&s->entries[i], &s->entries[same + 1]))
		same++;
	return same - i;
}

/* --- as JSON -------------------------------------------------------------- */

static void put_head(json *to, const struct story *s)
{
	const json *last = NULL;
	const char *partner, *id = s->key ? s->id : NULL;
	bool is_page = s->key && strcmp(s->key, "page_id") == 0;

	for (const json *p = json_first(s->partners); p; p = json_next(p))
		last = p;
	partner = last ? json_key(last) : NULL;
	put_ids(to, is_page ? partner : id, is_page ? id : partner);
	json_put_str(to, "title", story_title(s));
}

static void put_waits(json *to, const struct story *s)
{
	struct buf reason = REASON_INIT;
	const char *kind = story_waits(s, &reason);
	json *waits;

	if (kind) {
		waits = json_put(to, "waits", json_object());
		json_put_str(waits, "kind", kind);
		json_put_str(
			waits, "reason", reason.len ? buf_str(&reason) : NULL);
	} else {
		json_put_str(to, "waits", NULL);
	}
	buf_fini(&reason);
}

static json *entry_json(
	const struct story_entry *entry, const struct run_records *l)
{
	json *change = change_json(
		entry->line, entry->run_id, run_when(l, entry->run_id));

	change_put_undoes(change, run_records_find(l, entry->run_id));
	return change;
}

json *story_json(const struct story *s, const struct run_records *l)
{
	const struct story_entry *paired = story_pairing(s);
	json *data = json_object(), *entries;
	char stamp[TIME_SIZE];

	json_put_int(data, "v", 1);
	put_head(data, s);
	json_put_str(data, "paired_at",
		paired ? time_stamp(run_when(l, paired->run_id), stamp) : NULL);
	json_put_str(data, "paired_by", paired ? paired->run_id : NULL);
	put_waits(data, s);
	entries = json_put(data, "entries", json_array());
	for (size_t i = 0; i < s->n; i++) {
		size_t same = story_repeats(s, i);
		json *one = json_add(entries, entry_json(&s->entries[i], l));
		json *repeated;

		if (!same)
			continue;
		i += same;
		repeated = json_put(one, "repeated", json_object());
		json_put_int(repeated, "runs", (int64_t)same);
		json_put_str(repeated, "until", s->entries[i].run_id);
	}
	json_put_int(data, "left_out", (int64_t)s->left_out);
	return data;
}
