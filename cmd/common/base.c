#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "checksum.h"
#include "file.h"
#include "stream.h"
#include "times.h"
#include "uuid.h"

char *base_journal_path(const char *path)
{
	return xasprintf("%s.journal", path);
}

static const char *uuid_member(const json *line, const char *key)
{
	const char *s = json_str(line, key);
	char normal[UUID_SIZE];

	return s && uuid_normalize(s, normal) == 0 && strcmp(s, normal) == 0
		       ? s
		       : NULL;
}

/* A text, or NULL where it is null or not there; false for anything else. */
static bool text_member(const json *line, const char *key, const char **out)
{
	const json *v = json_get(line, key);

	*out = json_text(v);
	return *out || json_is_null(v);
}

int base_pair_parse(struct base_pair *p, json *take_line)
{
	const char *kind = json_str(take_line, "kind");

	*p = (struct base_pair){ .line = take_line };
	p->row_id = uuid_member(take_line, "row_id");
	p->page_id = uuid_member(take_line, "page_id");
	p->checksum = json_str(take_line, "checksum");
	p->deleted = json_true(take_line, "deleted");
	p->rewrites_checksum = json_true(take_line, "rewrites_checksum");
	p->resets_synced = json_true(take_line, "resets_synced");
	if (kind && strcmp(kind, "pair") == 0 && p->row_id && p->page_id &&
		checksum_is_valid(p->checksum) &&
		text_member(take_line, "decision", &p->decision) &&
		text_member(take_line, "type", &p->type) &&
		text_member(take_line, "date", &p->date) &&
		(!p->date || date_is_valid(p->date)))
		return 0;
	json_free(take_line);
	p->line = NULL;
	return -1;
}

static void append(struct base *b, const struct base_pair *p)
{
	b->pairs = grow(b->pairs, b->n, &b->cap, sizeof *b->pairs);
	b->pairs[b->n++] = *p;
}

/* Later lines of the same row come behind earlier ones: see sort_pairs(). */
static int by_row_then_age(const void *x, const void *y)
{
	const struct base_pair *a = x, *b = y;
	int order = strcmp(a->row_id, b->row_id);

	return order ? order : (a->order > b->order) - (a->order < b->order);
}

/* Sorts by row id; of several lines about a row the latest stays. */
static void sort_pairs(struct base *b)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->n; i++)
		b->pairs[i].order = i;
	if (b->n)
		qsort(b->pairs, b->n, sizeof *b->pairs, by_row_then_age);
	for (size_t i = 0; i < b->n; i++) {
		bool last = i + 1 == b->n ||
			    strcmp(b->pairs[i].row_id, b->pairs[i + 1].row_id);

		if (last)
			b->pairs[kept++] = b->pairs[i];
		else
			json_free(b->pairs[i].line);
	}
	b->n = kept;
}

static int damaged(struct error *e, const char *path)
{
	struct error why = *e;

	return fail(e, RC_STREAM,
		"the local base is damaged: %.900s; nothing is lost without "
		"it, so delete it and run again: rm '%s' '%s.journal'",
		why.text, path, path);
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
		return errno == ENOENT ? 0 : fail_errno(e, "%s", path);
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
	return rc < 0 && e->code == RC_STREAM ? damaged(e, path) : rc;
}

/* A run begins; what was said about another scope holds no more. */
static void enter_scope(struct base *b, const json *scope)
{
	if (b->scope && json_equal(b->scope, scope))
		return;
	if (b->scope) {
		for (size_t i = 0; i < b->n; i++)
			json_free(b->pairs[i].line);
		b->n = 0;
	}
	json_free(b->scope);
	b->scope = json_copy(scope);
}

/* One journal line: the scope of its run, a pair, or a line of apply's own. */
static void take_journal_line(struct base *b, const char *text, size_t len)
{
	struct error ignored;
	json *line = json_parse(text, len, JSON_STRICT, &ignored);
	const char *kind = json_str(line, "kind");
	struct base_pair p;

	if (kind && strcmp(kind, "scope") == 0)
		enter_scope(b, json_get(line, "scope"));
	if (kind && strcmp(kind, "pair") == 0) {
		if (base_pair_parse(&p, line) == 0)
			append(b, &p);
		return;
	}
	json_free(line);
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
		return errno == ENOENT ? 0 : fail_errno(e, "%s", path);
	while ((n = getline(&text, &cap, f)) > 0)
		if (text[n - 1] == '\n')
			take_journal_line(b, text, (size_t)n - 1);
	if (ferror(f))
		rc = fail_errno(e, "%s", path);
	free(text);
	fclose(f);
	return rc;
}

int base_load_with(
	struct base *b, const char *path, const char *journal, struct error *e)
{
	*b = (struct base){ 0 };
	if (load_file(b, path, e) < 0 || load_journal(b, journal, e) < 0) {
		base_fini(b);
		return -1;
	}
	sort_pairs(b);
	return 0;
}

int base_load(struct base *b, const char *path, struct error *e)
{
	char *journal = base_journal_path(path);
	int rc = base_load_with(b, path, journal, e);

	free(journal);
	return rc;
}

void base_fini(struct base *b)
{
	for (size_t i = 0; i < b->n; i++)
		json_free(b->pairs[i].line);
	free(b->pairs);
	json_free(b->scope);
	*b = (struct base){ 0 };
}

/* The place of the row, or where it would stand. */
static size_t search(const struct base *b, const char *row_id)
{
	size_t low = 0, high = b->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(b->pairs[mid].row_id, row_id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct base_pair *base_find_row(const struct base *b, const char *row_id)
{
	size_t at = search(b, row_id);

	return at < b->n && strcmp(b->pairs[at].row_id, row_id) == 0
		       ? &b->pairs[at]
		       : NULL;
}

void base_fold(struct base *b)
{
	sort_pairs(b);
}

void base_add(struct base *b, json *take_line)
{
	struct base_pair p;

	if (base_pair_parse(&p, take_line) == 0)
		append(b, &p);
}

static int write_all(const struct base *b, FILE *out, struct error *e)
{
	struct stream_writer w;
	char now[TIME_SIZE];
	json *head = stream_head("base");
	int rc;

	json_put(head, "scope", json_copy(b->scope));
	json_put_str(head, "at", time_format(time_now(), now));
	stream_writer_init(&w, out);
	rc = stream_write(&w, head, e);
	for (size_t i = 0; i < b->n && rc == 0; i++)
		rc = stream_write(&w, json_copy(b->pairs[i].line), e);
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
