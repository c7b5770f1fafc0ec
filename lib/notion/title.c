/*
 * The whole title of a page, from the property item endpoint. Its answers may
 * go round in circles, never end, or lack what the page itself shows; that is a
 * problem of this page alone, so the reading has limits of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/limits.h"
#include "notion/page.h"
#include "sync/problem.h"

#include "notion/request.h"

/* Far more than any title that Notion writes. */
#define ANSWERS_MAX 200
#define ELEMENTS_MAX 10000
#define BYTES_MAX (2u << 20)

/* A title being read. */
struct title_reading {
	struct notion_client *c;
	const char *page_id, *property;
	json *title;
	char *cursor;
	uint64_t cursors[ANSWERS_MAX]; /* hashes of the cursors so far */
	size_t answers, bytes;
};

/* FNV-1a */
static uint64_t hash(const char *text)
{
	uint64_t h = 14695981039346656037u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211u;
	return h;
}

static int unreadable(struct api_error *a, const char *code, const char *why)
{
	a->action = API_BAD_RECORD;
	snprintf(a->code, sizeof a->code, "%s", code);
	snprintf(a->message, sizeof a->message,
		"its title can't be read to its end: %s", why);
	return -1;
}

/* -1 where the cursor is a repeated one, or the reading is over a limit. */
static int check_progress(struct title_reading *r, struct api_error *a)
{
	uint64_t at = r->cursor ? hash(r->cursor) : 0;

	if (r->bytes > BYTES_MAX || json_count(r->title) > ELEMENTS_MAX)
		return unreadable(a, "endless", "it is too long");
	if (!r->cursor)
		return 0;
	for (size_t i = 0; i < r->answers; i++)
		if (r->cursors[i] == at)
			return unreadable(
				a, "endless", "it goes round in circles");
	if (r->answers == ANSWERS_MAX)
		return unreadable(a, "endless", "it comes in too many parts");
	r->cursors[r->answers++] = at;
	return 0;
}

static int add_items(
	struct title_reading *r, const json *list, struct api_error *a)
{
	for (json *item = json_first(json_get(list, "results")); item;
		item = json_next(item)) {
		json *text = json_detach(item, "title");
		const char *plain = json_str(text, "plain_text");

		if (!text)
			return unreadable(a, "cut",
				"an answer has an element that is no part of "
				"a title");
		r->bytes += plain ? strlen(plain) : 0;
		json_add(r->title, text);
	}
	return 0;
}

static int read_part(struct title_reading *r, struct api_error *a)
{
	struct buf path = BUF_INIT(NOTION_PATH_MAX);
	char *next = NULL;
	json *list;
	int rc;

	buf_addf(&path, "/v1/pages/%s/properties/%s?page_size=%d", r->page_id,
		r->property, NOTION_PAGE_SIZE);
	if (r->cursor) {
		buf_adds(&path, "&start_cursor=");
		http_escape(&path, r->cursor);
	}
	rc = notion_get(r->c, buf_str(&path), notion_is_list, NULL, &list, a);
	buf_fini(&path);
	if (rc == 0)
		rc = notion_next_cursor(list, r->cursor, &next, a);
	if (rc == 0)
		rc = add_items(r, list, a);
	json_free(list);
	free(r->cursor);
	r->cursor = next;
	return rc < 0 ? -1 : check_progress(r, a);
}

static json *title_property(const json *page)
{
	for (json *p = json_first(json_get(page, "properties")); p;
		p = json_next(p)) {
		const char *type = json_str(p, "type");

		if (type && strcmp(type, "title") == 0)
			return p;
	}
	return NULL;
}

/* Nearly every page is passed without being parsed. */
static bool is_cut(const json *page, const json *property,
	const struct notion_schema *schema)
{
	struct notion_page parsed;
	struct problem ignored;
	bool cut;

	if (!notion_title_may_be_cut(json_get(property, "title")))
		return false;
	cut = notion_page_parse(&parsed, page, schema, &ignored) == 0 &&
	      parsed.title_cut;
	notion_page_fini(&parsed);
	return cut;
}

int notion_complete_title(struct notion_client *c, json *page,
	const struct notion_schema *schema, struct api_error *a)
{
	json *property = title_property(page);
	struct title_reading r = { .c = c,
		.property = schema->field[FIELD_DECISION] };
	int rc;

	if (!is_cut(page, property, schema))
		return 0;
	r.page_id = json_str(page, "id");
	r.title = json_array();
	do
		rc = read_part(&r, a);
	while (rc == 0 && r.cursor);
	free(r.cursor);
	if (rc == 0 &&
		json_count(r.title) < json_count(json_get(property, "title")))
		rc = unreadable(a, "cut", "it has fewer parts than are shown");
	if (rc == 0)
		json_put(property, "title", r.title);
	else
		json_free(r.title);
	return rc;
}
