#include "history.h"

#include <stdio.h>
#include <string.h>

#include "op_text.h"
#include "print.h"
#include "runs/pending.h"
#include "util/humanize.h"
#include "views/story.h"

static void print_paired(const struct story *s)
{
	const struct story_entry *paired = story_pairing(s);
	char at[HUMANIZE_SIZE];

	if (!json_count(s->partners))
		printf("paired    not yet, according to the runs that are "
		       "kept\n");
	else if (!paired)
		printf("paired    before the oldest run that is kept\n");
	else
		printf("paired    %s, by run %s\n",
			humanize_time(run_id_time(paired->run_id), at),
			paired->run_id);
}

static void print_waits(const struct story *s)
{
	struct buf reason = REASON_INIT;
	const char *kind = story_waits(s, &reason);

	printf("waits     ");
	if (!kind) {
		printf("for nothing");
	} else if (strcmp(kind, "planned") == 0) {
		printf("for its plan, which was not carried out");
	} else {
		printf("%s: ", kind);
		print_shown(buf_str(&reason), 0);
	}
	printf("\n");
	buf_fini(&reason);
}

static void print_half(const char *key, const char *id)
{
	bool row = strcmp(key, "row_id") == 0;
	char url[URL_SIZE];

	printf("%-4s      ", row ? "row" : "page");
	print_shown(id, 0);
	printf("\n");
	if (!row && page_url(id, url))
		printf("          %s\n", url);
}

static void print_head(const struct story *s)
{
	bool row = strcmp(s->key, "row_id") == 0;
	const char *title = story_title(s);

	if (title) {
		print_shown(title, 0);
		printf("\n");
	}
	print_half(s->key, s->id);
	for (const json *p = json_first(s->partners); p; p = json_next(p))
		print_half(row ? "page_id" : "row_id", json_key(p));
	print_paired(s);
	print_waits(s);
}

static void print_entry(const struct story *s, size_t i)
{
	const struct story_entry *entry = &s->entries[i];
	char at[HUMANIZE_SIZE];

	if (i == 0 || strcmp(s->entries[i - 1].run_id, entry->run_id) != 0)
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

static void print_entries(const struct story *s)
{
	if (s->left_out)
		printf("\n… and %zu older entries\n", s->left_out);
	for (size_t i = 0; i < s->n; i++) {
		size_t same = i + story_repeats(s, i);
		char at[HUMANIZE_SIZE];

		print_entry(s, i);
		if (same == i)
			continue;
		printf("  the same in %zu more %s, until %s (run %s)\n",
			same - i, same - i == 1 ? "run" : "runs",
			humanize_time(run_id_time(s->entries[same].run_id), at),
			s->entries[same].run_id);
		i = same;
	}
}

static void print_nothing(const struct story *s, const struct run_records *l)
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
	struct story s;
	int rc = story_load(&s, l, id, NULL, e);

	if (rc == 0 && s.n) {
		print_head(&s);
		print_entries(&s);
	} else if (rc == 0) {
		print_nothing(&s, l);
	}
	story_fini(&s);
	return rc;
}
