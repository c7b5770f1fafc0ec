#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch.h"
#include "supabase/row.h"
#include "util/alloc.h"
#include "util/file.h"

#define PAGES_BYTES ((size_t)64 << 20)

static void add_link(struct known *k, const struct link *link)
{
	k->links = grow(k->links, k->n, &k->cap, sizeof *k->links);
	k->links[k->n++] = *link;
	if (!link->deleted)
		idset_add(&k->live, link->page_id);
}

/* Where a line has such a text; NULL: nowhere, or more than once. */
static const char *find(const char *line, size_t len, const char *text)
{
	const char *end = line + len, *found = NULL;
	size_t n = strlen(text);

	while ((line = memchr(line, *text, (size_t)(end - line)))) {
		if ((size_t)(end - line) < n)
			break;
		if (memcmp(line, text, n) == 0) {
			if (found)
				return NULL;
			found = line + n;
		}
		line++;
	}
	return found;
}

/*
 * Of a row that is live and linked, as nearly all are, that can be seen without
 * parsing it: such a sequence with its quotes can't be part of a text, in which
 * every quote has a backslash before it, and sb-fetch takes no column that
 * holds an object. Whether the line is whole is normalize's to judge.
 */
static bool is_plain(
	const struct stream_reader *r, bool soft_delete, struct link *link)
{
	static const char key[] = "\"notion_page_id\":\"";
	const char *at = find(r->text, r->text_len, key);
	char id[UUID_SIZE];

	if (!at || (size_t)(r->text + r->text_len - at) < UUID_SIZE ||
		at[UUID_SIZE - 1] != '"')
		return false;
	memcpy(id, at, UUID_SIZE - 1);
	id[UUID_SIZE - 1] = '\0';
	if (uuid_normalize(id, link->page_id) < 0)
		return false;
	return !soft_delete ||
	       find(r->text, r->text_len, "\"deleted_at\":null");
}

static int parse_row(const struct stream_reader *r, bool soft_delete,
	struct link *link, struct error *e)
{
	struct error why;
	json *line =
		json_parse(r->text, r->text_len, JSON_MARK_UNREADABLE, &why);
	struct supabase_row row;
	struct problem p;
	bool whole;

	if (!line)
		return stream_refuse(r, e, "%s", why.text);
	/* A row with a problem may still name its page. */
	whole = supabase_row_parse(
			&row, json_get(line, "row"), soft_delete, &p) == 0;
	link->deleted = whole && row.deleted;
	link->settled = link->deleted && !row.synced;
	memcpy(link->page_id, row.page_id, UUID_SIZE);
	supabase_row_fini(&row);
	json_free(line);
	return 0;
}

static int read_row(struct known *k, const struct stream_reader *r,
	bool soft_delete, struct error *e)
{
	struct link link = { 0 };

	if (!is_plain(r, soft_delete, &link)) {
		link = (struct link){ 0 };
		if (parse_row(r, soft_delete, &link, e) < 0)
			return -1;
	}
	if (link.page_id[0])
		add_link(k, &link);
	return 0;
}

static int read_rows(struct known *k, struct stream_reader *r, struct error *e)
{
	const char *source;
	bool soft_delete;
	json *line;
	int got = stream_read_head(r, "fetch", &line, e);

	if (got == 0)
		return stream_refuse(r, e, "it is empty, not a fetch stream");
	if (got < 0)
		return -1;
	source = json_str(line, "source");
	soft_delete = json_true(line, "soft_delete");
	if (!source || strcmp(source, "supabase") != 0)
		got = stream_refuse(r, e, "not a listing of Supabase's rows");
	json_free(line);
	while (got > 0) {
		got = stream_read_past(r, "{\"kind\":\"row\",", &line, e);
		json_free(line);
		if (got > 0 && read_row(k, r, soft_delete, e) < 0)
			got = -1;
	}
	return got < 0 ? -1 : stream_read_eof(r, e);
}

static bool is_given_up(void *arg)
{
	const struct known *k = arg;

	return k->given_up || *k->stop != 0;
}

static int load(struct known *k, int fd, const char *name, struct error *e)
{
	struct stream_reader r;
	int rc;

	stream_reader_init(&r, fd, name, STREAM_MARK_UNREADABLE);
	if (k->reads) {
		r.given_up = is_given_up;
		r.arg = k;
	}
	rc = read_rows(k, &r, e);
	stream_reader_fini(&r);
	return rc;
}

static void *load_stdin(void *arg)
{
	struct known *k = arg;

	if (load(k, STDIN_FILENO, k->name, &k->e) < 0)
		k->failed = true;
	return NULL;
}

int known_begin(struct known *k, const char *file, const atomic_int *stop,
	struct error *e)
{
	int fd, rc;

	k->stop = stop;
	if (stream_open(file, &fd, &k->name, e) < 0)
		return -1;
	if (fd == STDIN_FILENO) {
		k->reads = true;
		rc = pthread_create(&k->thread, NULL, load_stdin, k);
		k->reads = rc == 0;
		errno = rc;
		return rc == 0 ? 0 : fail_errno(e, "can't start a thread");
	}
	rc = load(k, fd, k->name, e);
	close(fd);
	return rc;
}

static int add_page(
	struct known *k, char *line, const char *file, struct error *e)
{
	k->pages = grow(k->pages, k->n_pages, &k->pages_cap, sizeof *k->pages);
	if (uuid_normalize(line, k->pages[k->n_pages]) < 0)
		return fail(e, RC_STREAM, "%s: %.60s is not the id of a page",
			file, line);
	k->n_pages++;
	return 0;
}

int known_add_pages(struct known *k, const char *file, struct error *e)
{
	struct buf text = BUF_INIT(PAGES_BYTES);
	int rc = file_read_regular(file, &text, e);

	for (char *line = text.data, *next; rc == 0 && line && *line;
		line = next) {
		size_t len = strcspn(line, "\n");

		next = line + len + (line[len] == '\n');
		line[len] = '\0';
		rc = add_page(k, line, file, e);
	}
	buf_fini(&text);
	return rc;
}

int known_check(const struct known *k, struct error *e)
{
	if (!k->failed)
		return 0;
	*e = k->e;
	return -1;
}

int known_end(struct known *k, struct error *e)
{
	if (k->reads)
		pthread_join(k->thread, NULL);
	k->reads = false;
	return known_check(k, e);
}

/*
 * doc/semantics.md, section 9: nothing is concluded from presence in a
 * snapshot. It is enough where the row says the same; what it says else is
 * asked of Notion.
 */
static bool is_in_doubt(
	const struct known *k, const struct fetch *f, const struct link *l)
{
	const struct earlier *s = &f->earlier;

	if (f->why != READ_LESS)
		return !l->settled;
	/* A row that was deleted has no say beside one that wasn't. */
	if (l->deleted && idset_has(&k->live, l->page_id))
		return false;
	if (idset_has(&s->live, l->page_id))
		return l->deleted;
	if (idset_has(&s->deleted, l->page_id))
		return !l->deleted;
	return !l->settled && !idset_has(&s->other, l->page_id);
}

int known_look_up(const struct known *k, struct fetch *f, struct error *e)
{
	const struct earlier *s = &f->earlier;
	struct idset asked = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < k->n; i++)
		if (!idset_has(&f->written, k->links[i].page_id) &&
			is_in_doubt(k, f, &k->links[i]) &&
			idset_add(&asked, k->links[i].page_id))
			rc = fetch_write_looked_up(f, k->links[i].page_id, e);
	for (size_t i = 0; rc == 0 && i < k->n_pages; i++)
		if (!idset_has(&f->written, k->pages[i]) &&
			idset_add(&asked, k->pages[i]))
			rc = fetch_write_looked_up(f, k->pages[i], e);
	for (size_t i = 0; rc == 0 && f->why == READ_LESS && i < s->n_unread;
		i++)
		if (!idset_has(&f->written, s->unread[i]) &&
			idset_add(&asked, s->unread[i]))
			rc = fetch_write_looked_up(f, s->unread[i], e);
	idset_fini(&asked);
	return rc;
}

void known_fini(struct known *k)
{
	k->given_up = true;
	if (k->reads)
		pthread_join(k->thread, NULL);
	free(k->links);
	free(k->pages);
	idset_fini(&k->live);
	*k = (struct known){ 0 };
}
