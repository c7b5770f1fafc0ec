#include "op_text.h"

#include <stdio.h>
#include <string.h>

#include "print.h"
#include "runs/pending.h"
#include "totals.h"
#include "util/humanize.h"

static void print_side(const json *line)
{
	const char *target = json_str(line, "target");

	if (target && strcmp(target, "base") == 0) {
		printf(" into the local base");
	} else if (target && strcmp(target, "none") != 0) {
		printf(" in ");
		print_shown(humanize_side(target), 20);
	}
}

static void print_past(const json *line)
{
	print_shown(op_past(json_str(line, "op")), 20);
	print_side(line);
}

/* Everything up to the reason. */
static void print_verdict(const json *line)
{
	const char *status = json_str(line, "status");
	const char *code = json_str(line, "code");

	if (code && (!status || strcmp(status, "skipped") == 0)) {
		printf("left alone (");
		print_shown(code, 30);
		printf(")");
	} else if (!status) {
		printf("planned, but not carried out: ");
		print_shown(json_str(line, "op"), 20);
		print_side(line);
	} else if (strcmp(status, "done") == 0) {
		print_past(line);
	} else if (strcmp(status, "unknown") == 0) {
		printf("unclear whether ");
		print_past(line);
	} else {
		printf("not ");
		print_past(line);
		printf(", ");
		print_shown(status, 20);
	}
}

void print_outcome(const json *line)
{
	struct buf reason = REASON_INIT;
	const char *note = json_str(line, "note");

	print_verdict(line);
	pending_reason(line, &reason);
	if (reason.len) {
		printf(": ");
		print_shown(buf_str(&reason), 0);
	}
	buf_fini(&reason);
	if (note) {
		printf("; ");
		print_shown(note, 0);
	}
}

/* "text", or "nothing", or a placeholder; the detail of a date is an object. */
static void print_value(const json *v)
{
	if (json_is_null(v)) {
		printf("nothing");
	} else if (json_is_object(v) && !json_unreadable(v)) {
		print_value(json_get(v, "start"));
		printf(" to ");
		print_value(json_get(v, "end"));
	} else if (json_text(v)) {
		printf("\"");
		print_shown(json_text(v), 0);
		printf("\"");
	} else {
		printf("(unreadable)");
	}
}

static void print_fields(const json *values, const char *label)
{
	for (const json *f = json_first(values); f; f = json_next(f)) {
		printf("      %s ", label);
		print_shown(json_key(f), 20);
		printf(" ");
		print_value(f);
		printf("\n");
	}
}

static void print_edited(const json *conflict, const char *key)
{
	usec at = USEC_NONE;
	char words[HUMANIZE_SIZE];

	time_parse(json_str(conflict, key), &at);
	printf("%s", humanize_time(at, words));
}

void print_conflict(const json *conflict)
{
	const char *comma = "", *winner = json_str(conflict, "winner");

	if (!json_is_object(conflict))
		return;
	printf("    conflict in ");
	for (const json *f = json_first(json_get(conflict, "fields")); f;
		f = json_next(f)) {
		printf("%s", comma);
		print_shown(json_text(f), 20);
		comma = ", ";
	}
	printf(": ");
	print_shown(winner ? humanize_side(winner) : "not decided", 20);
	printf(winner ? " won\n" : "\n");
	print_fields(json_get(conflict, "lost"), "lost:");
	print_fields(json_get(conflict, "supabase"), "Supabase has");
	print_fields(json_get(conflict, "notion"), "Notion has");
	print_fields(json_get(conflict, "base"), "last agreed:");
	printf("      edited in Supabase ");
	print_edited(conflict, "supabase_at");
	printf(", in Notion ");
	print_edited(conflict, "notion_at");
	printf("\n");
}

void print_values(const json *line)
{
	const json *was = json_get(line, "was");

	for (const json *f = json_first(json_get(line, "set")); f;
		f = json_next(f)) {
		printf("    ");
		print_shown(json_key(f), 20);
		printf(": ");
		if (json_get(was, json_key(f))) {
			print_value(json_get(was, json_key(f)));
			printf(" -> ");
		}
		print_value(f);
		printf("\n");
	}
	print_conflict(json_get(line, "conflict"));
}

void print_field_names(const json *line)
{
	const char *comma = "";

	for (const json *f = json_first(json_get(line, "set")); f;
		f = json_next(f)) {
		printf("%s", comma);
		print_shown(json_key(f), 20);
		comma = ", ";
	}
}
