#include "waiting.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/humanize.h"
#include "util/uuid.h"

#define SYNC_NOW "scripts/sync-now.sh"
#define CONTROLS "scripts/controls.sh"
#define DECISION_MAX ((size_t)8 << 20)

/*
 * The one table: what a code means for a person, and what goes on. ID in a
 * command is that of the row, or of the page where there is no row; a second
 * command is the other choice.
 */
static const struct way {
	const char *code;
	const char *means;
	const char *commands[2];
} ways[] = {
	{ "failed", "refused; every run tries again", { SYNC_NOW, NULL } },
	{ "unclear", "may have arrived; the next run looks",
		{ SYNC_NOW, NULL } },
	{ "not-kept", "answered with success, and something else was kept",
		{ SYNC_NOW " --retry", NULL } },
	{ "conflict", "both sides changed",
		{ CONTROLS " resolve ID --take supabase",
			CONTROLS " resolve ID --take notion" } },
	{ "not-resolved", "decided, and overtaken by an edit",
		{ CONTROLS " resolve --list", NULL } },
	{ "held", "held back, as asked for", { CONTROLS " approve ID", NULL } },
	{ "blocked", "held back by a guard", { CONTROLS " approve ID", NULL } },
	{ "settling", "edited a moment ago; a later run takes it",
		{ SYNC_NOW, NULL } },
	{ "paused", "paused on its page: untick that, then run",
		{ SYNC_NOW, NULL } },
	/* In full, because the options of a status are read only then. */
	{ "poison", "the other side can't hold it: edit it, then run",
		{ SYNC_NOW " --full", NULL } },
	{ "problem", "can't be read: fix it, then run", { SYNC_NOW, NULL } },
	{ "double-link", "two rows claim one page: clear one, then run",
		{ SYNC_NOW, NULL } },
	{ "unknown-page", "its page was not found", { SYNC_NOW, NULL } },
	{ "trashed", "the table has no column for deletions",
		{ "bin/doctor", NULL } },
	{ "orphan", "its other half is gone",
		{ SYNC_NOW " --orphans restore", NULL } },
	{ "waits", "may have been made; a later run looks",
		{ SYNC_NOW, NULL } },
	{ "changed", "edited meanwhile; the next run decides",
		{ SYNC_NOW, NULL } },
	{ "decided", "a decision that the next run carries out",
		{ SYNC_NOW, NULL } },
	{ "approved", "approved for the next run", { SYNC_NOW, NULL } },
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

static void finish(json *one, const char *code)
{
	static const char *const none[2] = { SYNC_NOW, NULL };
	const struct way *way = way_of(code);
	const char *const *commands = way ? way->commands : none;
	json *to = json_put(one, "commands", json_array());

	for (int i = 0; i < 2; i++)
		put_command(to, commands[i], id_of(one));
}

/* --- where they are from -------------------------------------------------- */

static void add_pending(struct waiting *all, const struct pending *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const json *data = w->items[i].data;
		const char *code = json_str(data, "code");
		json *one;

		if (w->items[i].kind != PENDING_OTHER || !code)
			code = json_str(data, "kind");
		one = add(all, code, json_str(data, "reason"));
		json_put_str(one, "row_id", json_str(data, "row_id"));
		json_put_str(one, "page_id", json_str(data, "page_id"));
		json_put_str(one, "run_id", w->run_id);
		if (json_int(data, "failures") > 1)
			json_put_int(
				one, "failures", json_int(data, "failures"));
		finish(one, code);
	}
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

/* The last run did nothing, because guards have stopped it. */
static void add_blocked(struct waiting *all, const struct run_records *l,
	const struct pending *w)
{
	const json *blocked;
	json *commands;
	struct buf names = BUF_INIT(COMMAND_SIZE);
	char command[COMMAND_SIZE];

	if (!l->last || l->last->status != RUN_BLOCKED)
		return;
	blocked = json_get(l->last->record, "blocked");
	/* All that tripped, for they trip again; older records lack them. */
	join(&names, json_get(l->last->record, "tripped"));
	if (!names.len)
		join(&names, blocked);
	for (const json *g = json_first(blocked); g; g = json_next(g)) {
		const char *name = json_text(g) ? json_text(g) : "?";
		json *one = add(all, "blocked", json_str(w->guards, name));
		char *text = xasprintf(SYNC_NOW " --allow %s", buf_str(&names));

		json_put_str(one, "guard", name);
		json_put_str(one, "run_id", l->last->id);
		commands = json_put(one, "commands", json_array());
		json_add(
			commands, json_string(humanize_command(text, command)));
		/* The others count no ops that could be approved singly. */
		if (strncmp(name, "mass-", 5) == 0)
			json_add(commands,
				json_string(humanize_command(
					CONTROLS " approve --list", command)));
		free(text);
	}
	buf_fini(&names);
}

static void add_line(
	struct waiting *all, const char *code, const char *text, size_t len)
{
	struct error ignored;
	json *line = json_parse(text, len, JSON_MARK_UNREADABLE, &ignored);
	json *one;

	if (json_is_object(line) && id_of(line)) {
		one = add(all, code, way_of(code)->means);
		json_put_str(one, "row_id", json_str(line, "row_id"));
		json_put_str(one, "page_id", json_str(line, "page_id"));
		finish(one, code);
	}
	json_free(line);
}

/* The lines of a file in the state folder; one that can't be read is none. */
static void add_lines(struct waiting *all, const char *code, const char *path)
{
	struct buf text = BUF_INIT(DECISION_MAX);
	struct error ignored;

	if (file_read_regular(path, &text, &ignored) == 0)
		for (const char *s = buf_str(&text); *s;) {
			size_t len = strcspn(s, "\n");

			add_line(all, code, s, len);
			s += len + (s[len] == '\n');
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

void waiting_load(struct waiting *all, const struct run_records *l,
	const struct pending *w, const char *state_dir)
{
	char *approved = path_join(state_dir, "approved.ndjson");

	*all = (struct waiting){ .list = json_array() };
	add_blocked(all, l, w);
	add_pending(all, w);
	add_decisions(all, state_dir);
	add_lines(all, "approved", approved);
	free(approved);
}

void waiting_fini(struct waiting *all)
{
	json_free(all->list);
	*all = (struct waiting){ 0 };
}

/* --- the two forms -------------------------------------------------------- */

void print_what_waits(const struct waiting *all)
{
	for (const json *one = json_first(all->list); one;
		one = json_next(one)) {
		const json *first = json_first(json_get(one, "commands"));
		const json *other = first ? json_next(first) : NULL;
		const char *id = id_of(one);
		const char *reason = json_str(one, "reason");

		print_shown(json_str(one, "kind"), 0);
		printf("\t");
		print_shown(id ? id : json_str(one, "guard"), 0);
		printf("\t");
		print_shown(json_text(first), 0);
		printf("\t");
		print_shown(
			reason && *reason ? reason : json_str(one, "means"), 0);
		if (json_int(one, "failures"))
			printf("; failed %lld times in a row",
				(long long)json_int(one, "failures"));
		if (other) {
			printf("; or: ");
			print_shown(json_text(other), 0);
		}
		printf("\n");
	}
	if (all->left_out)
		printf("…\t%zu more\tbin/report --run last\t\n", all->left_out);
}

json *waiting_json(const struct waiting *all)
{
	json *data = json_object();

	json_put(data, "pending", json_copy(all->list));
	json_put_int(data, "left_out", (int64_t)all->left_out);
	return data;
}
