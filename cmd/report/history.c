#include "history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "op_text.h"
#include "print.h"
#include "runs/pending.h"
#include "sync/decision.h"
#include "util/alloc.h"
#include "util/humanize.h"
#include "util/uuid.h"

/* An op on the record, or a conflict older than all runs that are kept. */
struct entry {
	json *line; /* owned; without a status: planned, not carried out */
	char run_id[RUN_ID_SIZE];
};

struct history {
	char id[UUID_SIZE];
	const char *key; /* "row_id" or "page_id", whichever the id is */
	json *partners;	 /* the ids that it was paired with, as keys */
	struct entry *entries;
	size_t n, cap;
	/* while one run is read */
	char run_id[RUN_ID_SIZE];
	json *carried_out; /* the numbers of the ops with a result, as keys */
	bool complete;
	/* the newest run that has results or a plan */
	char newest[RUN_ID_SIZE];
};

static bool has(const json *line, const char *key, const char *value)
{
	const char *s = json_str(line, key);

	return s && strcmp(s, value) == 0;
}

static const char *other_key(const char *key)
{
	return strcmp(key, "row_id") == 0 ? "page_id" : "row_id";
}

/* First pass: whether the id is of a row or a page, and its partners. */
static void each_for_ids(void *arg, const json *line)
{
	struct history *s = arg;
	const char *partner;

	if (has(line, "row_id", s->id))
		s->key = "row_id";
	else if (has(line, "page_id", s->id))
		s->key = "page_id";
	else
		return;
	partner = json_str(line, other_key(s->key));
	if (partner)
		json_put_bool(s->partners, partner, true);
}

/* A line about the partner alone belongs to the history too. */
static bool is_about(const struct history *s, const json *line)
{
	const char *partner;

	if (!s->key)
		return false;
	if (json_str(line, s->key))
		return has(line, s->key, s->id);
	partner = json_str(line, other_key(s->key));
	return partner && json_get(s->partners, partner);
}

static void add_entry(struct history *s, const json *line, const char *run_id)
{
	s->entries = grow(s->entries, s->n, &s->cap, sizeof *s->entries);
	s->entries[s->n].line = json_copy(line);
	snprintf(s->entries[s->n].run_id, RUN_ID_SIZE, "%s", run_id);
	s->n++;
}

static void number_of(const json *line, char *out, size_t size)
{
	snprintf(out, size, "%lld", (long long)json_int(line, "n"));
}

static void each_result(void *arg, const json *line)
{
	struct history *s = arg;
	char n[32];

	if (has(line, "kind", "end"))
		s->complete = json_true(line, "complete");
	if (!has(line, "kind", "result") || !is_about(s, line))
		return;
	number_of(line, n, sizeof n);
	json_put_bool(s->carried_out, n, true);
	add_entry(s, line, s->run_id);
}

static void each_planned(void *arg, const json *line)
{
	struct history *s = arg;
	char n[32];

	number_of(line, n, sizeof n);
	if (has(line, "kind", "op") && is_about(s, line) &&
		!json_get(s->carried_out, n))
		add_entry(s, line, s->run_id);
}

static void read_run(
	struct history *s, const struct run_records *l, const char *id)
{
	struct error ignored;
	int got;

	strcpy(s->run_id, id);
	s->carried_out = json_object();
	s->complete = false;
	got = run_lines(l, id, "results", each_result, s, &ignored);
	if (got <= 0 || !s->complete) {
		int planned =
			run_lines(l, id, "plan", each_planned, s, &ignored);

		got = got ? got : planned;
	}
	if (got)
		strcpy(s->newest, id);
	json_free(s->carried_out);
	s->carried_out = NULL;
}

struct old_conflicts {
	struct history *story;
	const struct run_records *logs;
};

/* Conflicts of runs that are still kept are in their results. */
static void each_conflict(void *arg, const json *line)
{
	struct old_conflicts *old = arg;
	const char *run_id = json_str(line, "run_id");

	if (!run_id_is_valid(run_id) || !is_about(old->story, line) ||
		run_records_find(old->logs, run_id))
		return;
	add_entry(old->story, line, run_id);
}

/* In order of time: the old conflicts, then run by run. */
static void read_all(struct history *s, const struct run_records *l)
{
	struct old_conflicts old = { .story = s, .logs = l };
	struct error ignored;

	conflict_lines(l, each_for_ids, s, &ignored);
	for (size_t i = 0; i < l->n; i++) {
		run_lines(
			l, l->runs[i].id, "results", each_for_ids, s, &ignored);
		run_lines(l, l->runs[i].id, "plan", each_for_ids, s, &ignored);
	}
	conflict_lines(l, each_conflict, &old, &ignored);
	for (size_t i = 0; i < l->n; i++)
		read_run(s, l, l->runs[i].id);
}

/* The decision's text after this entry, as far as the line shows it. */
static const char *title_of(const json *line)
{
	const json *expect = json_get(line, "expect");
	const json *row = json_get(expect, "row");
	const json *page = json_get(expect, "page");
	const json *set = json_get(line, "set");
	const json *done[] = { json_get(line, "agreed"), set, row, page };
	const json *undone[] = { row, page, set, NULL };
	const json **places = has(line, "status", "done") ? done : undone;

	for (int i = 0; i < 4; i++)
		if (json_str(places[i], field_name(FIELD_DECISION)))
			return json_str(places[i], field_name(FIELD_DECISION));
	return NULL;
}

/* A row that other ops write to gets its link with them. */
static bool is_linked_by(const json *line)
{
	const json *row = json_get(json_get(line, "expect"), "row");

	return has(line, "target", "supabase") && json_is_object(row) &&
	       json_is_null(json_get(row, "link")) && !has(line, "op", "trash");
}

static bool is_pairing(const json *line)
{
	return has(line, "status", "done") && json_str(line, "row_id") &&
	       json_str(line, "page_id") &&
	       (has(line, "op", "create") || has(line, "op", "link") ||
		       has(line, "op", "adopt") || is_linked_by(line));
}

static void print_paired(const struct history *s)
{
	char at[HUMANIZE_SIZE];

	if (!json_count(s->partners)) {
		printf("paired    not yet, according to the runs that are "
		       "kept\n");
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		if (!is_pairing(s->entries[i].line))
			continue;
		printf("paired    %s, by run %s\n",
			humanize_time(run_id_time(s->entries[i].run_id), at),
			s->entries[i].run_id);
		return;
	}
	printf("paired    before the oldest run that is kept\n");
}

static void print_waits(const struct history *s)
{
	const struct entry *last = &s->entries[s->n - 1];
	enum pending_kind k;
	struct buf reason = REASON_INIT;

	printf("waits     ");
	if (strcmp(last->run_id, s->newest) != 0) {
		printf("for nothing");
	} else if (!json_str(last->line, "status")) {
		printf("for its plan, which was not carried out");
	} else if (!pending_kind_of(last->line, &k)) {
		printf("for nothing");
	} else {
		pending_reason(last->line, &reason);
		printf("%s: ", pending_name(k));
		print_shown(buf_str(&reason), 0);
	}
	printf("\n");
	buf_fini(&reason);
}

/*
 * A page's address needs its id alone, without dashes, whatever its title:
 * https://developers.notion.com/guides/data-apis/working-with-page-content
 */
static void print_address(const char *page_id)
{
	char id[UUID_SIZE];

	if (uuid_normalize(page_id, id) < 0)
		return;
	printf("          https://app.notion.com/p/");
	for (const char *c = id; *c; c++)
		if (*c != '-')
			putchar(*c);
	putchar('\n');
}

static void print_half(const char *key, const char *id)
{
	bool row = strcmp(key, "row_id") == 0;

	printf("%-4s      ", row ? "row" : "page");
	print_shown(id, 0);
	printf("\n");
	if (!row)
		print_address(id);
}

static void print_head(const struct history *s)
{
	const char *title = NULL;

	for (size_t i = s->n; i-- > 0 && !title;)
		title = title_of(s->entries[i].line);
	if (title) {
		print_shown(title, 0);
		printf("\n");
	}
	print_half(s->key, s->id);
	for (const json *p = json_first(s->partners); p; p = json_next(p))
		print_half(other_key(s->key), json_key(p));
	print_paired(s);
	print_waits(s);
}

static bool same_text(const json *a, const json *b, const char *key)
{
	return json_equal(json_get(a, key), json_get(b, key)) ||
	       (json_is_null(json_get(a, key)) &&
		       json_is_null(json_get(b, key)));
}

/*
 * A record that is left alone is left alone in every run, for the same reason.
 */
static bool is_repeated(const struct entry *a, const struct entry *b)
{
	static const char *const keys[] = { "op", "target", "status", "code",
		"reason", "why", "set", "error" };

	if (!has(a->line, "status", "skipped") &&
		!has(a->line, "status", "failed"))
		return false;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (!same_text(a->line, b->line, keys[i]))
			return false;
	return true;
}

static void print_entry(const struct entry *entry, const struct entry *before)
{
	char at[HUMANIZE_SIZE];

	if (!before || strcmp(before->run_id, entry->run_id) != 0)
		printf("\n%s  run %s\n",
			humanize_time(run_id_time(entry->run_id), at),
			entry->run_id);
	if (json_get(entry->line, "kind")) {
		printf("  ");
		print_outcome(entry->line);
		printf("\n");
		print_values(entry->line);
	} else {
		print_values(entry->line);
		print_conflict(entry->line);
	}
}

static void print_entries(const struct history *s)
{
	for (size_t i = 0; i < s->n; i++) {
		size_t same = i;
		char at[HUMANIZE_SIZE];

		print_entry(&s->entries[i], i ? &s->entries[i - 1] : NULL);
		while (same + 1 < s->n &&
			is_repeated(&s->entries[i], &s->entries[same + 1]))
			same++;
		if (same == i)
			continue;
		printf("  the same in %zu more %s, until %s (run %s)\n",
			same - i, same - i == 1 ? "run" : "runs",
			humanize_time(run_id_time(s->entries[same].run_id), at),
			s->entries[same].run_id);
		i = same;
	}
}

static void print_nothing(const struct history *s, const struct run_records *l)
{
	char at[HUMANIZE_SIZE];

	printf("nothing is known of %s: ", s->id);
	if (!l->n)
		printf("no runs are kept\n");
	else
		printf("none of the %zu runs since %s wrote, skipped or "
		       "planned anything for it\n",
			l->n, humanize_time(run_id_time(l->runs[0].id), at));
}

int print_history(const struct run_records *l, const char *id, struct error *e)
{
	struct history s = { .partners = json_object() };
	int rc = RC_DONE;

	if (uuid_normalize(id, s.id) < 0) {
		rc = fail(e, RC_USAGE,
			"\"%.60s\" is not a row or page id: it must be 32 hex "
			"digits, with or without dashes",
			id);
		goto out;
	}
	read_all(&s, l);
	if (s.n) {
		print_head(&s);
		print_entries(&s);
	} else {
		print_nothing(&s, l);
	}
out:
	for (size_t i = 0; i < s.n; i++)
		json_free(s.entries[i].line);
	free(s.entries);
	json_free(s.partners);
	return rc;
}
