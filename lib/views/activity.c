/* Reading the changes, and holding the newest of them. */
#include "views/activity.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/alloc.h"
#include "util/file.h"
#include "util/text.h"
#include "views/activity_run.h"
#include "views/scan.h"

void activity_init(struct activity *a, view_copy *copy, size_t bytes_max)
{
	*a = (struct activity){ .copy = copy, .bytes_max = bytes_max };
}

static size_t weight(const struct activity_item *i)
{
	return sizeof *i + strlen(i->text) + strlen(i->folded);
}

static void item_free(struct activity_item *i)
{
	free(i->text);
	free(i->folded);
}

static void run_free(struct activity_run *r)
{
	for (size_t i = 0; i < r->n; i++)
		item_free(&r->items[i]);
	free(r->items);
	*r = (struct activity_run){ 0 };
}

void activity_fini(struct activity *a)
{
	for (size_t i = 0; i < a->n_runs; i++)
		run_free(&a->runs[i]);
	free(a->runs);
	*a = (struct activity){ 0 };
}

/* --- one change ----------------------------------------------------------- */

static bool is_change(enum op_kind k)
{
	return k == OP_CREATE || k == OP_UPDATE || k == OP_TRASH ||
	       k == OP_RESTORE;
}

static void add_folded(struct buf *out, const char *text)
{
	char *folded;

	if (!text)
		return;
	folded = text_folded(text);
	/* No folded text has a line feed, so none is found across two. */
	buf_addf(out, "%s\n", folded);
	free(folded);
}

/* What a text may be found in: the title and the values. */
static char *folded_of(const json *change)
{
	struct buf out = BUF_INIT((size_t)64 << 20);
	const json *conflict = json_get(change, "conflict");
	const json *lists[] = { json_get(change, "fields"),
		json_get(conflict, "fields") };

	add_folded(&out, json_str(change, "title"));
	for (int i = 0; i < 2; i++)
		for (const json *f = json_first(lists[i]); f; f = json_next(f))
			for (const json *v = json_first(f); v; v = json_next(v))
				if (strcmp(json_key(v), "name") != 0)
					add_folded(&out, json_text(v));
	return out.data ? buf_take(&out) : xstrdup("");
}

/* --- a run's results ------------------------------------------------------ */

/* While a file is read: the newest changes, in a ring. */
struct reading {
	struct activity_run *run;
	const struct run *from;
	view_copy *copy;
	size_t room, bytes_room; /* for changes of this run */
	size_t first, cap;	 /* of the ring */
	size_t bytes;
	size_t seen, skip; /* lines that may be changes; left unread */
};

static bool looks_like_one(const char *text, size_t len)
{
	static const char *const words[] = { "\"create\"", "\"update\"",
		"\"trash\"", "\"restore\"" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (text_contains(text, len, words[i]))
			return text_contains(text, len, "\"done\"");
	return false;
}

static bool may_be_change(void *arg, const char *text, size_t len)
{
	struct reading *g = arg;

	return looks_like_one(text, len) && g->seen++ >= g->skip;
}

static bool only_count(void *arg, const char *text, size_t len)
{
	struct reading *g = arg;

	g->seen += looks_like_one(text, len);
	return false;
}

static void drop_oldest(struct reading *g)
{
	struct activity_item *i = &g->run->items[g->first];

	g->bytes -= weight(i);
	item_free(i);
	g->first = (g->first + 1) % g->cap;
	g->run->n--;
}

/* Doubles the ring, and lets it begin at its beginning. */
static void grow_ring(struct reading *g)
{
	size_t cap = g->cap ? 2 * g->cap : 16, n = g->run->n;
	struct activity_item *items = xcalloc(cap, sizeof *items);

	for (size_t i = 0, at = g->first; i < n; i++, at++)
		items[i] = g->run->items[at < g->cap ? at : at - g->cap];
	free(g->run->items);
	g->run->items = items;
	g->first = 0;
	g->cap = cap;
}

static void hold(struct reading *g, struct activity_item item)
{
	struct activity_run *r = g->run;

	g->bytes += weight(&item);
	if (r->n == g->cap)
		grow_ring(g);
	r->items[(g->first + r->n++) % g->cap] = item;
	while (r->n > g->room || (r->n && g->bytes > g->bytes_room))
		drop_oldest(g);
}

static void take_line(void *arg, const json *line)
{
	struct reading *g = arg;
	struct activity_item item = { .seq = g->seen };
	struct buf text = BUF_INIT((size_t)64 << 20);
	json *copy, *change;

	if (!line_has(line, "kind", "result") ||
		!line_has(line, "status", "done") ||
		op_kind_parse(json_str(line, "op"), &item.op) < 0 ||
		op_target_parse(json_str(line, "target"), &item.target) < 0 ||
		!is_change(item.op))
		return;
	g->run->total++;
	copy = g->copy ? g->copy(line) : NULL;
	change = change_json(copy ? copy : line, g->run->id, g->run->at);
	change_put_undoes(change, g->from);
	item.conflict = json_get(change, "conflict") != NULL;
	json_print(change, &text);
	item.text = buf_take(&text);
	item.folded = folded_of(change);
	json_free(change);
	json_free(copy);
	hold(g, item);
}

/*
 * A long file is read twice: what is before its newest changes isn't read as
 * JSON. Where lines only looked like changes, it all is.
 */
static void read_results(struct activity_run *r, const char *dir,
	const struct run *from, view_copy *copy, size_t room, size_t bytes_room)
{
	struct reading g = { .run = r,
		.from = from,
		.copy = copy,
		.room = room,
		.bytes_room = bytes_room };
	struct scan count = { .wanted = only_count, .arg = &g };
	struct scan scan = { may_be_change, take_line, &g };

	scan_run(dir, r->id, "results", &count);
	g.skip = g.seen > room ? g.seen - room : 0;
	g.seen = 0;
	scan_run(dir, r->id, "results", &scan);
	if (g.skip && r->total < room) {
		while (r->n)
			drop_oldest(&g);
		g.skip = g.seen = r->total = 0;
		scan_run(dir, r->id, "results", &scan);
	}
	r->total += g.skip;
	if (g.first)
		grow_ring(&g);
}

/* --- all runs ------------------------------------------------------------- */

/* The file as it is now. */
static struct stat stat_results(const char *dir, const char *id)
{
	char *path = xasprintf("%s/runs/%s/results.ndjson", dir, id);
	struct stat st = { 0 };

	file_is_same(path, &st);
	free(path);
	return st;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_ino == b->st_ino &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* There was no room for some, and now there is more. */
static bool lacks_some(
	const struct activity_run *r, size_t room, size_t bytes_room)
{
	return r->n < r->total &&
	       (room > r->room || bytes_room > r->bytes_room);
}

/* Takes the run from those of before where it is the same still. */
static bool take_before(struct activity *before, struct activity_run *r,
	const struct stat *now, size_t room, size_t bytes_room)
{
	for (size_t i = 0; i < before->n_runs; i++) {
		struct activity_run *was = &before->runs[i];

		if (strcmp(was->id, r->id) != 0 || was->at != r->at ||
			!same_file(&was->results, now) ||
			lacks_some(was, room, bytes_room))
			continue;
		*r = *was;
		*was = (struct activity_run){ 0 };
		return true;
	}
	return false;
}

/* Those of the run that there is no room for go: the oldest. */
static void trim(struct activity_run *r, size_t room, size_t bytes_room)
{
	size_t from = r->n, bytes = 0;

	while (from > 0 && r->n - from < room &&
		bytes + weight(&r->items[from - 1]) <= bytes_room)
		bytes += weight(&r->items[--from]);
	for (size_t i = 0; i < from; i++)
		item_free(&r->items[i]);
	if (from)
		memmove(r->items, r->items + from,
			(r->n - from) * sizeof *r->items);
	r->n -= from;
	r->bytes = bytes;
}

/* Whether it had to be read. */
static bool add_run(struct activity *a, struct activity *before,
	const struct run_records *l, const struct run *run)
{
	size_t room = ACTIVITY_MAX - a->n;
	size_t bytes_room = a->bytes_max - a->bytes;
	struct activity_run *r = &a->runs[a->n_runs++];
	struct stat now;
	bool known;

	*r = (struct activity_run){ .at = run_time(run) };
	strcpy(r->id, run->id);
	now = stat_results(l->dir, run->id);
	known = take_before(before, r, &now, room, bytes_room);
	if (!known && room)
		read_results(r, l->dir, run, a->copy, room, bytes_room);
	else if (!known)
		r->total = (size_t)run_changes(run);
	r->results = now;
	r->room = room;
	r->bytes_room = bytes_room;
	trim(r, room, bytes_room);
	a->n += r->n;
	a->bytes += r->bytes;
	a->left_out += r->total - r->n;
	return !known;
}

bool activity_refresh(struct activity *a, const struct run_records *l)
{
	struct activity now = { .copy = a->copy, .bytes_max = a->bytes_max };
	bool changed = a->n_runs != l->n;

	now.runs = xcalloc(l->n ? l->n : 1, sizeof *now.runs);
	for (size_t i = l->n; i-- > 0;)
		changed = add_run(&now, a, l, &l->runs[i]) || changed;
	activity_fini(a);
	*a = now;
	return changed;
}
