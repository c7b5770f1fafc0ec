#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch.h"
#include "util/alloc.h"

/* Notion's listing may lag behind an edit by a minute or two. */
#define LAG (5 * USEC_MINUTE)

static int compare(const void *a, const void *b)
{
	const struct snapshot_page *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static usec edited_time(const json *page)
{
	const char *text = json_str(page, "last_edited_time");
	usec t = USEC_NONE;

	if (text)
		time_parse(text, &t);
	return t;
}

/* A page that can't be identified, or was in the trash, is read again. */
static void add_page(struct snapshot *s, const json *page)
{
	struct buf text = BUF_INIT(STREAM_LINE_MAX);
	const char *id = json_str(page, "id");
	struct snapshot_page p = { .edited = edited_time(page),
		.archived = json_true(page, "is_archived") };

	if (!id || uuid_normalize(id, p.id) < 0 || p.edited == USEC_NONE ||
		json_true(page, "in_trash") || json_print(page, &text) < 0) {
		buf_fini(&text);
		return;
	}
	p.text = buf_take(&text);
	s->pages = grow(s->pages, s->n, &s->cap, sizeof *s->pages);
	s->pages[s->n++] = p;
}

static int check_head(
	struct snapshot *s, const struct stream_reader *r, struct error *e)
{
	const char *source = json_str(s->head, "source");
	const char *mode = json_str(s->head, "mode");
	const char *at = json_str(s->head, "at");

	if (!source || strcmp(source, "notion") != 0)
		return stream_refuse(r, e, "not a listing of Notion's pages");
	if (!mode ||
		(strcmp(mode, "full") != 0 && strcmp(mode, "snapshot") != 0))
		return stream_refuse(r, e,
			"not a listing of every page: mode is \"%.20s\"",
			mode ? mode : "?");
	if (!at || time_parse(at, &s->at) < 0)
		return stream_refuse(r, e, "the head line has no time \"at\"");
	return 1;
}

static int read_pages(
	struct snapshot *s, struct stream_reader *r, struct error *e)
{
	int got = stream_read_head(r, "fetch", &s->head, e);

	if (got == 0)
		return stream_refuse(r, e, "it is empty, not a fetch stream");
	if (got > 0)
		got = check_head(s, r, e);
	while (got > 0) {
		json *line;

		got = stream_read(r, &line, e);
		if (got > 0 && strcmp(json_str(line, "kind"), "page") == 0)
			add_page(s, json_get(line, "page"));
		if (got >= 0)
			json_free(line);
	}
	return got < 0 ? -1 : stream_read_eof(r, e);
}

int snapshot_load(struct snapshot *s, const char *file, struct error *e)
{
	struct stream_reader r;
	const char *name;
	int fd, rc;

	if (stream_open(file, &fd, &name, e) < 0)
		return -1;
	/* A page with an unreadable text is refused here and read again. */
	stream_reader_init(&r, fd, name, STREAM_MARK_UNREADABLE);
	rc = read_pages(s, &r, e);
	stream_reader_fini(&r);
	if (fd != STDIN_FILENO)
		close(fd);
	if (s->n > 0)
		qsort(s->pages, s->n, sizeof *s->pages, compare);
	return rc;
}

bool snapshot_fits(const struct snapshot *s, const struct fetch *f)
{
	const char *scope = json_str(s->head, "scope");
	json *now = json_object();
	bool fits;

	notion_schema_to_head(&f->schema, now);
	fits = scope && strcmp(scope, f->data_source) == 0 &&
	       json_equal(json_get(s->head, "properties"),
		       json_get(now, "properties"));
	json_free(now);
	return fits;
}

usec snapshot_since(const struct snapshot *s)
{
	return time_floor_minute(s->at - LAG);
}

struct completion {
	const struct snapshot *snapshot;
	struct fetch *fetch;
};

static int read_anew(struct fetch *f, const char *id, struct error *e)
{
	enum notion_place place;
	json *page;
	int found = fetch_look_up(f, id, &place, &page, e);

	if (found > 0 && page)
		return fetch_write_page(f, page, e);
	/*
	 * Gone between the two requests: known.c finds out what became of it.
	 */
	if (found == 0)
		idset_add(&f->written, id);
	return found < 0 ? -1 : 0;
}

/* The page as the snapshot has it, unless it was edited since. */
static json *unchanged(
	const struct snapshot *s, const char *id, const json *listed)
{
	struct snapshot_page key, *p;
	struct error ignored;

	memcpy(key.id, id, sizeof key.id);
	p = s->n > 0 ? bsearch(&key, s->pages, s->n, sizeof key, compare)
		     : NULL;
	if (!p || p->edited != edited_time(listed) ||
		p->archived != json_true(listed, "is_archived") ||
		p->edited >= snapshot_since(s))
		return NULL;
	return json_parse(p->text, strlen(p->text), JSON_STRICT, &ignored);
}

static int complete_one(void *arg, json *take_page, struct error *e)
{
	const struct completion *c = arg;
	const char *text = json_str(take_page, "id");
	char id[UUID_SIZE];
	json *page;
	int rc = 0;

	if (!text || uuid_normalize(text, id) < 0)
		return fetch_write_page(c->fetch, take_page, e);
	if (!idset_has(&c->fetch->written, id)) {
		page = unchanged(c->snapshot, id, take_page);
		rc = page ? fetch_write_page(c->fetch, page, e)
			  : read_anew(c->fetch, id, e);
	}
	json_free(take_page);
	return rc;
}

int snapshot_complete(
	const struct snapshot *s, struct fetch *f, struct error *e)
{
	struct completion c = { .snapshot = s, .fetch = f };
	struct notion_query ids = { .data_source = f->data_source,
		.edited_since = USEC_NONE };

	return notion_query_each(&f->client, &ids, complete_one, &c, e);
}

void snapshot_fini(struct snapshot *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->pages[i].text);
	free(s->pages);
	json_free(s->head);
	*s = (struct snapshot){ 0 };
}
