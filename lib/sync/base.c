#include "sync/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/file.h"
#include "util/order.h"
#include "util/stream.h"
#include "util/times.h"

char *base_journal_path(const char *path)
{
	return xasprintf("%s.journal", path);
}

static bool is_lone(const struct base_pair *p)
{
	return !p->row_id || !p->page_id;
}

static const char *lone_id(const struct base_pair *p)
{
	return p->row_id ? p->row_id : p->page_id;
}

/* Takes a pair that was read, its line too. */
static void append(struct base *b, struct base_pair *p)
{
	struct base_pair *kept = NULL;

	p->order = b->n_read++;
	if (b->compact)
		kept = base_pair_keep(p, &b->arena);
	if (is_lone(p)) {
		b->lone =
			grow(b->lone, b->n_lone, &b->lone_cap, sizeof *b->lone);
		b->lone[b->n_lone++] = *p;
		return;
	}
	if (!kept)
		kept = arena_alloc(&b->arena, sizeof *kept);
	*kept = *p;
	id_list_add(&b->rows, kept->row_id, kept);
}

void base_add(struct base *b, json *take_line)
{
	struct base_pair p;

	if (base_pair_parse(&p, take_line) == 0)
		append(b, &p);
}

static int by_lone_id(const void *x, const void *y)
{
	const struct base_pair *a = x, *b = y;
	int order = strcmp(lone_id(a), lone_id(b));

	return order ? order : order_of((int64_t)a->order, (int64_t)b->order);
}

/* The line of the page that was read last, of those of several rows. */
static size_t last_order(const struct id_list *pages, const char *page_id)
{
	size_t n, last = 0;
	const struct id_item *item = id_list_find(pages, page_id, &n);

	for (size_t i = 0; i < n; i++) {
		const struct base_pair *p = item[i].of;

		if (p->order > last)
			last = p->order;
	}
	return last;
}

/*
 * A row with a pair's line has its failures there. A page that is paired later
 * is lone no more; the lines of rows that it was paired with before say nothing
 * of it.
 */
static bool has_pair(const struct base *b, const struct id_list *pages,
	const struct base_pair *lone)
{
	if (lone->row_id)
		return base_find_row(b, lone->row_id) != NULL;
	return last_order(pages, lone->page_id) > lone->order;
}

/* The latest line of each id stays, where it says something and has no pair. */
static void sort_lone(struct base *b)
{
	struct id_list pages = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < base_count(b); i++) {
		struct base_pair *p = b->rows.at[i].of;

		if (p->page_id)
			id_list_add(&pages, p->page_id, p);
	}
	id_list_sort(&pages);
	qsort(b->lone, b->n_lone, sizeof *b->lone, by_lone_id);
	for (size_t i = 0; i < b->n_lone; i++) {
		const struct base_pair *p = &b->lone[i];
		bool last = i + 1 == b->n_lone ||
			    strcmp(lone_id(p), lone_id(&b->lone[i + 1])) != 0;

		if (last && (p->failed > 0 || p->refused.is) &&
			!has_pair(b, &pages, p))
			b->lone[kept++] = *p;
		else
			json_free(p->line);
	}
	b->n_lone = kept;
	id_list_fini(&pages);
}

static void drop(void *pair)
{
	json_free(((struct base_pair *)pair)->line);
}

/* Sorts by row id; of several lines about a row the latest stays. */
void base_fold(struct base *b)
{
	id_list_sort(&b->rows);
	id_list_keep_latest(&b->rows, drop);
	if (b->n_lone)
		sort_lone(b);
}

static int damaged(struct error *e, const char *path)
{
	struct error why = *e;

	return fail(e, RC_STREAM,
		"the local base is damaged: %.900s; no edit is lost without "
		"it, but an erased row is made again and conflicts are decided "
		"record by record: delete it and run again: rm '%s' "
		"'%s.journal'",
		why.text, path, path);
}

/* Why says what it has, and that it is later than what this version reads. */
static int later(struct error *e, const char *path)
{
	struct error why = *e;

	return fail(e, RC_STREAM,
		"%.900s: run that version again, or a later one; to go on with "
		"this one, which then decides a conflict record by record, move "
		"the file away: mv '%s' '%s.later'",
		why.text, path, path);
}

/* A folder that is not mounted must not look like a base that never was. */
static int not_there(const char *path, struct error *e)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return 0;
	return fail(e, RC_LOCAL,
		"%s is a link that leads nowhere: mount what it leads to, or, "
		"if that is lost: rm '%s'",
		path, path);
}

static int read_pairs(struct base *b, struct stream_reader *r, struct error *e)
{
	struct base_pair p;
	json *line;
	int got;

	while ((got = stream_read(r, &line, e)) > 0) {
		if (base_pair_parse(&p, line) < 0)
			return stream_refuse(r, e, "not a pair");
		append(b, &p);
	}
	if (got == 0)
		json_free(line);
	return got < 0 ? -1 : stream_read_eof(r, e);
}

static int load_file(struct base *b, const char *path, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = -1;
	struct stream_reader r;
	json *head = NULL;

	if (fd < 0)
		return errno == ENOENT ? not_there(path, e)
				       : fail_errno(e, "%s", path);
	stream_reader_init(&r, fd, path, STREAM_STRICT);
	switch (stream_read_head(&r, "base", &head, e)) {
	case 1:
		b->scope = json_copy(json_get(head, "scope"));
		rc = read_pairs(b, &r, e);
		break;
	case 0:
		stream_refuse(&r, e, "empty");
		break;
	default:
		break;
	}
	json_free(head);
	stream_reader_fini(&r);
	close(fd);
	if (rc == 0 || e->code != RC_STREAM)
		return rc;
	return r.later ? later(e, path) : damaged(e, path);
}

static void free_lines(struct base *b)
{
	for (size_t i = 0; i < base_count(b); i++)
		drop(b->rows.at[i].of);
	for (size_t i = 0; i < b->n_lone; i++)
		json_free(b->lone[i].line);
}

static bool is_same(const json *was, const json *is, const char *key)
{
	const json *a = json_get(was, key), *b = json_get(is, key);

	return json_is_null(a) ? json_is_null(b) : json_equal(a, b);
}

bool base_same_scope(const json *was, const json *is, const char **what)
{
	static const char *const keys[] = { "supabase", "notion", "columns",
		"properties" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		*what = keys[i];
		if (strcmp(keys[i], "properties") == 0 &&
			(!json_get(was, keys[i]) || !json_get(is, keys[i])))
			continue;
		if (!is_same(was, is, keys[i]))
			return false;
	}
	return true;
}

/* A run begins; what was said about another scope holds no more. */
static void enter_scope(struct base *b, const json *scope)
{
	const char *what;

	if (b->scope && !base_same_scope(b->scope, scope, &what)) {
		free_lines(b);
		id_list_fini(&b->rows);
		b->n_lone = 0;
	}
	json_free(b->scope);
	b->scope = json_copy(scope);
}

static int later_journal(const json *line, const char *path, struct error *e)
{
	char text[FORMAT_TEXT_SIZE];

	fail(e, RC_STREAM, "%s %s", path, format_text(line, text));
	return later(e, path);
}

/* One journal line: the scope of its run, a pair, or a line of apply's own. */
static int take_journal_line(struct base *b, const char *text, size_t len,
	const char *path, struct error *e)
{
	struct error ignored;
	json *line = json_parse(text, len, JSON_STRICT, &ignored);
	const char *kind = json_str(line, "kind");
	int rc = 0;

	if (format_is_later(line))
		rc = later_journal(line, path, e);
	else if (kind && strcmp(kind, "scope") == 0)
		enter_scope(b, json_get(line, "scope"));
	if (rc == 0 && kind &&
		(strcmp(kind, "pair") == 0 || strcmp(kind, "lone") == 0))
		base_add(b, line);
	else
		json_free(line);
	return rc;
}

/* A last line without LF was cut by a crash: what it meant didn't happen. */
static int load_journal(struct base *b, const char *path, struct error *e)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;
	int rc = 0;

	if (!f)
		return errno == ENOENT ? not_there(path, e)
				       : fail_errno(e, "%s", path);
	while (rc == 0 && (n = getline(&text, &cap, f)) != -1)
		if (text[n - 1] == '\n')
			rc = take_journal_line(b, text, (size_t)n - 1, path, e);
	if (rc == 0 && ferror(f))
		rc = fail_errno(e, "%s", path);
	free(text);
	fclose(f);
	return rc;
}

int base_add_journal(struct base *b, const char *journal, struct error *e)
{
	int rc = load_journal(b, journal, e);

	if (rc == 0)
		base_fold(b);
	return rc;
}

static int load(
	struct base *b, const char *path, const char *journal, struct error *e)
{
	int rc = load_file(b, path, e);

	if (rc == 0)
		rc = base_add_journal(b, journal, e);
	if (rc < 0)
		base_fini(b);
	return rc;
}

int base_load_with(
	struct base *b, const char *path, const char *journal, struct error *e)
{
	*b = (struct base){ 0 };
	return load(b, path, journal, e);
}

int base_load(struct base *b, const char *path, struct error *e)
{
	char *journal = base_journal_path(path);
	int rc;

	*b = (struct base){ .compact = true };
	rc = load(b, path, journal, e);
	free(journal);
	return rc;
}

void base_fini(struct base *b)
{
	free_lines(b);
	free(b->lone);
	id_list_fini(&b->rows);
	arena_fini(&b->arena);
	json_free(b->scope);
	*b = (struct base){ 0 };
}

const struct base_pair *base_find_row(const struct base *b, const char *row_id)
{
	size_t n;
	const struct id_item *found = id_list_find(&b->rows, row_id, &n);

	return found ? found->of : NULL;
}

const struct base_pair *base_find_lone(const struct base *b, const char *id)
{
	size_t low = 0, high = b->n_lone;

	while (id && low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(lone_id(&b->lone[mid]), id);

		if (order == 0)
			return &b->lone[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static int write_all(const struct base *b, FILE *out, struct error *e)
{
	struct stream_writer w;
	char now[TIME_SIZE];
	json *head = stream_kept_head("base");
	int rc;

	json_put(head, "scope", json_copy(b->scope));
	json_put_str(head, "at", time_format(time_now(), now));
	stream_writer_init(&w, out);
	rc = stream_write(&w, head, e);
	for (size_t i = 0; i < base_count(b) && rc == 0; i++)
		rc = stream_write(&w, json_copy(base_pair_at(b, i)->line), e);
	for (size_t i = 0; i < b->n_lone && rc == 0; i++)
		rc = stream_write(&w, json_copy(b->lone[i].line), e);
	if (rc == 0)
		rc = stream_write_end(&w, stream_line("end"), true, e);
	stream_writer_fini(&w);
	return rc;
}

int base_save(const struct base *b, const char *path, struct error *e)
{
	struct file_replace f;

	if (file_replace_begin(&f, path, e) < 0)
		return -1;
	if (write_all(b, f.out, e) < 0) {
		fail_at(e, "%s", path);
		file_replace_abort(&f);
		return -1;
	}
	return file_replace_commit(&f, e);
}
