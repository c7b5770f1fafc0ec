#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/limits.h"
#include "notion/request.h"
#include "notion/split.h"
#include "util/alloc.h"

int notion_next_cursor(
	const json *list, const char *before, char **next, struct api_error *a)
{
	const char *cursor = json_str(list, "next_cursor");

	*next = NULL;
	if (notion_is_list(NULL, list, a)) {
		if (!json_true(list, "has_more"))
			return 0;
		if (cursor && (!before || strcmp(cursor, before) != 0)) {
			*next = xstrdup(cursor);
			return 0;
		}
	}
	a->action = API_RETRY;
	api_no_answer(
		a, "no-list", "the answer is not a list that can be continued");
	return -1;
}

/* Notion lists 10,000 rows at most. */
#define ANSWERS_MAX 200

/* Pages of one content, read from cursor to cursor. */
struct search {
	struct notion_client *c;
	struct buf path;
	json *body;
	char *cursor;
	json *pages;
};

/* By the time of creation: no edit moves a page within that order. */
static json *search_body(const struct notion_schema *schema,
	const char *checksum, usec created_since)
{
	json *body = json_object(), *equals = json_object(), *both, *is, *sort;

	is = json_object();
	json_put_str(is, "property", schema->checksum);
	json_put_str(equals, "equals", checksum);
	json_put(is, "rich_text", equals);
	both = json_put(
		json_put(body, "filter", json_object()), "and", json_array());
	json_add(both, is);
	json_add(both, notion_time_filter("created_time", "on_or_after",
			       time_floor_minute(created_since)));
	sort = json_add(json_put(body, "sorts", json_array()), json_object());
	json_put_str(sort, "timestamp", "created_time");
	json_put_str(sort, "direction", "ascending");
	json_put_int(body, "page_size", NOTION_PAGE_SIZE);
	json_put_str(body, "result_type", "page");
	return body;
}

/* What is cut, by whatever limit, doesn't show that a page isn't there. */
static int check_whole(const json *list, struct api_error *a)
{
	const char *type = json_str(json_get(list, "request_status"), "type");

	if (!type || strcmp(type, "incomplete") != 0)
		return 0;
	a->action = API_RETRY;
	api_no_answer(a, "incomplete",
		"Notion says that its listing of the pages is incomplete");
	return -1;
}

static int read_part(struct search *s, struct api_error *a)
{
	struct api_call call = { .method = "POST",
		.path = buf_str(&s->path),
		.body = s->body,
		.read = true,
		.is_answer = notion_is_list };
	char *next = NULL;
	json *list, *results, *page;
	int rc;

	if (s->cursor)
		json_put_str(s->body, "start_cursor", s->cursor);
	rc = notion_send(s->c, &call, &list, a);
	/* The cursor's life is over, and nothing is wrong with a record. */
	if (rc < 0 && s->cursor && a->action == API_BAD_RECORD)
		a->action = API_RETRY;
	if (rc == 0)
		rc = check_whole(list, a);
	if (rc == 0)
		rc = notion_next_cursor(list, s->cursor, &next, a);
	results = rc == 0 ? json_detach(list, "results") : NULL;
	while (results && (page = json_take_first(results)))
		json_add(s->pages, page);
	json_free(results);
	json_free(list);
	free(s->cursor);
	s->cursor = next;
	return rc;
}

static int read_all(struct search *s, struct api_error *a)
{
	for (int i = 0; i < ANSWERS_MAX; i++) {
		if (read_part(s, a) < 0)
			return -1;
		if (!s->cursor)
			return 0;
	}
	a->action = API_RETRY;
	api_no_answer(a, "no-end", "the listing of the pages has no end");
	return -1;
}

int notion_pages_by_checksum(struct notion_client *c, const char *data_source,
	const struct notion_schema *schema, const char *checksum,
	usec created_since, json **pages, struct api_error *a)
{
	struct search s = { .c = c,
		.path = BUF_INIT(NOTION_PATH_MAX),
		.body = search_body(schema, checksum, created_since),
		.pages = json_array() };
	int rc;

	buf_addf(&s.path, "/v1/data_sources/%s/query", data_source);
	notion_add_properties(&s.path, "filter_properties%5B%5D", schema);
	rc = read_all(&s, a);
	if (rc < 0) {
		json_free(s.pages);
		s.pages = NULL;
	}
	*pages = s.pages;
	free(s.cursor);
	json_free(s.body);
	buf_fini(&s.path);
	return rc;
}
