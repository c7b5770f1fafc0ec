#include "views/waiting.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/decision.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/humanize.h"
#include "util/text.h"
#include "util/uuid.h"
#include "views/conflicts.h"
#include "views/kept_plan.h"
#include "views/scan.h"
#include "views/titles.h"

#define SYNC_NOW "scripts/sync-now.sh"
#define CONTROLS "scripts/controls.sh"
#define DECISION_MAX ((size_t)8 << 20)

/*
 * The one table: what a code means for a person, and what goes on. ID in a
 * command is that of the row, or of the page where there is no row; a second
 * command is the other choice. The act is what the page may do; NULL where a
 * person has to edit something first.
 */
static const struct way {
	const char *code;
	const char *means;
	const char *commands[2];
	const char *act;
} ways[] = {
	{ "failed", "refused; every run tries again", { SYNC_NOW, NULL },
		"sync" },
	{ "unclear", "may have arrived; the next run looks", { SYNC_NOW, NULL },
		"sync" },
	{ "not-kept", "answered with success, and something else was kept",
		{ SYNC_NOW " --retry", NULL }, "retry" },
	{ "conflict", "both sides changed",
		{ CONTROLS " resolve ID --take supabase",
			CONTROLS " resolve ID --take notion" },
		"resolve" },
	{ "not-resolved", "decided, and overtaken by an edit",
		{ CONTROLS " resolve --list", NULL }, "resolve" },
	{ "held", "held back, as asked for", { CONTROLS " approve ID", NULL },
		"approve" },
	{ "blocked", "held back by a guard", { CONTROLS " approve ID", NULL },
		"approve" },
	{ "settling", "edited a moment ago; a later run takes it",
		{ SYNC_NOW, NULL }, "sync" },
	{ "paused", "paused on its page: untick that, then run",
		{ SYNC_NOW, NULL }, NULL },
	/* In full, because the options of a status are read only then. */
	{ "poison", "the other side can't hold it: edit it, then run",
		{ SYNC_NOW " --full", NULL }, "full" },
	{ "problem", "can't be read: fix it, then run", { SYNC_NOW, NULL },
		NULL },
	{ "double-link", "two rows claim one page: clear one, then run",
		{ SYNC_NOW, NULL }, NULL },
	{ "unknown-page", "its page was not found", { SYNC_NOW, NULL },
		"sync" },
	{ "trashed", "the table has no column for deletions",
		{ "bin/doctor", NULL }, NULL },
	{ "orphan", "its other half is gone",
		{ SYNC_NOW " --orphans restore", NULL }, "restore-orphans" },
	{ "waits", "may have been made; a later run looks", { SYNC_NOW, NULL },
		"sync" },
	{ "changed", "edited meanwhile; the next run decides",
		{ SYNC_NOW, NULL }, "sync" },
	{ "decided", "a decision that the next run carries out",
		{ SYNC_NOW, NULL }, "sync" },
	{ "approved", "approved for the next run", { SYNC_NOW, NULL }, "sync" },
};

static const struct way *way_of(const char *code)
{
	for (size_t i = 0; code && i < sizeof ways / sizeof ways[0]; i++)
		if (strcmp(ways[i].code, code) == 0)
			return &ways[i];
	return NULL;
}

/* --- one that waits ------------------------------------------------------- */

static const char *id_of(const json *one)
{
	const char *row = json_str(one, "row_id");

	return row ? row : json_str(one, "page_id");
}

/* With the id in it, where that is one. */
static void put_command(json *commands, const char *command, const char *id)
{
	const char *at = command ? strstr(command, "ID") : NULL;
	char safe[UUID_SIZE], out[COMMAND_SIZE];
	char *text;

	if (!command || (at && (!id || uuid_normalize(id, safe) < 0)))
		return;
	text = at ? xasprintf("%.*s%s%s", (int)(at - command), command, safe,
			    at + 2)
		  : xstrdup(command);
	json_add(commands, json_string(humanize_command(text, out)));
	free(text);
}

static json *add(struct waiting *all, const char *code, const char *reason)
{
	const struct way *way = way_of(code);
	json *one = json_object();

	json_put_str(one, "kind", code);
	json_put_str(one, "means", way ? way->means : "left alone");
	json_put_str(one, "reason", reason);
	return json_add(all->list, one);
}

/* The record, what would be done to it, and what goes on. */
static void finish(json *one, const char *code, const json *line)
{
	static const char *const none[2] = { SYNC_NOW, NULL };
	const struct way *way = way_of(code);
	const char *const *commands = way ? way->commands : none;
	const char *act = way ? way->act : "sync";
	json *to;

	put_ids(one, json_str(line, "row_id"), json_str(line, "page_id"));
	to = json_put(one, "commands", json_array());
	for (int i = 0; i < 2; i++)
		put_command(to, commands[i], id_of(one));
	to = json_put(one, "acts", json_array());
	if (act)
		json_add(to, json_string(act));
}

static void put_work(json *one, const char *op, const char *target,
	const json *set, const json *was)
{
	json_put_str(one, "op", op);
	json_put_str(one, "target", target);
	json_put(one, "fields", change_fields(set, was));
}

/* --- where they are from -------------------------------------------------- */

static void add_one(struct waiting *all, const struct pending *w,
	const struct pending_item *i)
{
	const char *code = json_str(i->data, "code");
	struct error ignored;
	json *one, *conflict, *line = NULL;
	char seen[SEEN_SIZE];

	if (i->line)
		line = json_parse(i->line, strlen(i->line),
			JSON_MARK_UNREADABLE, &ignored);
	if (i->kind != PENDING_OTHER || !code)
		code = json_str(i->data, "kind");
	one = add(all, code, json_str(i->data, "reason"));
	json_put_str(one, "title", change_title(line));
	finish(one, code, i->data);
	json_put_str(one, "run_id", w->run_id);
	if (json_int(i->data, "failures") > 1)
		json_put_int(one, "failures", json_int(i->data, "failures"));
	put_work(one, json_str(i->data, "op"), json_str(i->data, "target"),
		json_get(line, "set"), json_get(line, "was"));
	conflict = change_conflict(line ? line : i->data);
	if (conflict)
		json_put(one, "conflict", conflict);
	if (i->kind == PENDING_CONFLICT &&
		conflict_seen_open(
			json_get(line ? line : i->data, "conflict"), seen) == 0)
		json_put_str(one, "seen", seen);
	json_free(line);
}

static void add_pending(struct waiting *all, const struct pending *w)
{
	for (size_t i = 0; i < w->n; i++)
		add_one(all, w, &w->items[i]);
	all->left_out = w->total - w->n;
}

/* "mass-delete,scope", of an array; nothing where it isn't one. */
static void join(struct buf *out, const json *names)
{
	for (const json *g = json_first(names); g; g = json_next(g))
		if (json_text(g))
			buf_addf(
				out, "%s%s", out->len ? "," : "", json_text(g));
}

/* What the guard counts can be approved singly, if it counts ops. */
static void add_guard(struct waiting *all, const struct pending *w,
	const char *run_id, const char *name, const char *tripped)
{
	bool singly = strncmp(name, "mass-", 5) == 0;
	char *allow = xasprintf(SYNC_NOW " --allow %s", tripped);
	json *one = add(all, "blocked", json_str(w->guards, name));
	char command[COMMAND_SIZE];
	json *to;

	json_put_str(one, "guard", name);
	json_put_str(one, "run_id", run_id);
	to = json_put(one, "commands", json_array());
	json_add(to, json_string(humanize_command(allow, command)));
	if (singly)
		json_add(to, json_string(humanize_command(
				     CONTROLS " approve --list", command)));
	to = json_put(one, "acts", json_array());
	json_add(to, json_string("allow"));
	if (singly)
		json_add(to, json_string("approve"));
	free(allow);
}

/* The last run of the sync did nothing, because guards have stopped it. */
static void add_blocked(struct waiting *all, const struct run_records *l,
	const struct pending *w)
{
	struct buf names = BUF_INIT(COMMAND_SIZE);
	const json *blocked;

	if (!l->sync || l->sync->status != RUN_BLOCKED)
		return;
	blocked = json_get(l->sync->record, "blocked");
	/* All that tripped, for they trip again; older records lack them. */
	join(&names, json_get(l->sync->record, "tripped"));
	if (!names.len)
		join(&names, blocked);
	for (const json *g = json_first(blocked); g; g = json_next(g)) {
		if (text_same(json_text(g), OTHER_PLAN))
			continue;
		add_guard(all, w, l->sync->id,
			json_text(g) ? json_text(g) : "?", buf_str(&names));
	}
	buf_fini(&names);
}

/* A decision: each of its fields gets the value of one side. */
static json *decided_fields(const json *line)
{
	const char *take = json_str(line, "take");
	json *set = json_object(), *fields;

	for (const json *f = first_member(json_get(line, "fields")); take && f;
		f = json_next(f))
		if (json_get(f, take))
			json_put(
				set, json_key(f), json_copy(json_get(f, take)));
	fields = change_fields(set, NULL);
	json_free(set);
	return fields;
}

/* Of an approval: what the record held then. */
static const char *seen_title(const json *line)
{
	const json *seen = json_get(line, "seen");
	const char *row =
		json_str(json_get(seen, "row"), field_name(FIELD_DECISION));

	return row ? row
		   : json_str(json_get(seen, "page"),
			     field_name(FIELD_DECISION));
}

struct lines {
	struct waiting *all;
	const char *code;
};

static void take_line(void *arg, const json *line)
{
	struct lines *from = arg;
	const struct way *way = way_of(from->code);
	json *one;

	if (!way || !id_of(line))
		return;
	one = add(from->all, from->code, way->means);
	json_put_str(one, "title", seen_title(line));
	finish(one, from->code, line);
	put_work(one, json_str(line, "op"), json_str(line, "target"),
		json_get(line, "set"), NULL);
	if (json_str(line, "take")) {
		json_put_str(one, "take", json_str(line, "take"));
		json_put(one, "fields", decided_fields(line));
	}
}

/* The lines of a file in the state folder; one that can't be read is none. */
static void add_lines(struct waiting *all, const char *code, const char *path)
{
	struct lines from = { all, code };
	const struct scan scan = { .each = take_line, .arg = &from };
	struct buf text = BUF_INIT(DECISION_MAX);
	struct error ignored;

	/* A decision that a person has written may lack its LF. */
	if (file_read_regular(path, &text, &ignored) == 0 && text.len) {
		buf_addc(&text, '\n');
		scan_text(buf_str(&text), text.len, &scan);
	}
	buf_fini(&text);
}

static int is_decision(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return *d->d_name != '.' && len > 5 &&
	       strcmp(d->d_name + len - 5, ".json") == 0;
}

static void add_decisions(struct waiting *all, const char *state_dir)
{
	char *dir = path_join(state_dir, "resolve");
	struct dirent **files;
	int n = scandir(dir, &files, is_decision, alphasort);

	for (int i = 0; i < n; i++) {
		char *path = path_join(dir, files[i]->d_name);

		add_lines(all, "decided", path);
		free(path);
		free(files[i]);
	}
	if (n >= 0)
		free(files);
	free(dir);
}

/* --- all of them ---------------------------------------------------------- */

static void find_plan(struct waiting *all, const struct run_records *l)
{
	json *head = kept_plan(l, all->plan_run_id);
	const char *id = json_str(head, "plan_id");

	if (id)
		snprintf(all->plan_id, sizeof all->plan_id, "%s", id);
	json_free(head);
}

void waiting_load(struct waiting *all, const struct run_records *l,
	const struct pending *w, const char *state_dir)
{
	char *approved = path_join(state_dir, "approved.ndjson");

	*all = (struct waiting){ .list = json_array(),
		.totals = json_copy(w->totals) };
	add_blocked(all, l, w);
	add_pending(all, w);
	add_decisions(all, state_dir);
	add_lines(all, "approved", approved);
	free(approved);
	titles_fill(all->list, state_dir);
	find_plan(all, l);
}

void waiting_fini(struct waiting *all)
{
	json_free(all->list);
	json_free(all->totals);
	*all = (struct waiting){ 0 };
}

static void put_text(json *to, const char *key, const char *s)
{
	json_put_str(to, key, *s ? s : NULL);
}

json *waiting_json(const struct waiting *all)
{
	json *data = json_object();

	json_put_int(data, "v", 1);
	put_text(data, "plan_id", all->plan_id);
	put_text(data, "plan_run_id", all->plan_run_id);
	json_put(data, "totals", json_copy(all->totals));
	json_put(data, "pending", json_copy(all->list));
	json_put_int(data, "left_out", (int64_t)all->left_out);
	return data;
}
