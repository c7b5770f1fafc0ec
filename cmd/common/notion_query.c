#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "idset.h"
#include "notion_request.h"

#define PAGE_SIZE_MIN 10
#define RESTARTS_MAX 3

/* A listing under way. */
struct listing {
	struct notion_client *c;
	const struct notion_query *query;
	notion_each *each;
	void *arg;
	struct buf path;
	struct idset seen;
	char *cursor;
	usec from; /* created from then on; USEC_NONE: all */
	usec last; /* created_time of the last page */
	int page_size, restarts;
	bool capped; /* request_status of the window is incomplete */
};

static json *time_filter(const char *property, usec from)
{
	json *filter = json_object(), *condition = json_object();
	char text[TIME_SIZE], cut[TIME_SIZE + 8];

	/* Milliseconds, as everywhere in Notion's own times. */
	snprintf(cut, sizeof cut, "%.23sZ", time_format(from, text));
	json_put_str(condition, "on_or_after", cut);
	json_put_str(filter, "timestamp", property);
	json_put(filter, property, condition);
	return filter;
}

/* NULL where everything is wanted. */
static json *filter_of(const struct listing *l)
{
	usec since = l->query->edited_since;
	json *both, *list;

	if (since == USEC_NONE && l->from == USEC_NONE)
		return NULL;
	if (l->from == USEC_NONE)
		return time_filter(
			"last_edited_time", time_floor_minute(since));
	if (since == USEC_NONE)
		return time_filter("created_time", l->from);
	both = json_object();
	list = json_put(both, "and", json_array());
	json_add(list,
		time_filter("last_edited_time", time_floor_minute(since)));
	json_add(list, time_filter("created_time", l->from));
	return both;
}

static json *request_of(const struct listing *l)
{
	json *body = json_object(), *filter = filter_of(l), *sort;

	json_put_int(body, "page_size", l->page_size);
	json_put_str(body, "result_type", "page");
	if (l->cursor)
		json_put_str(body, "start_cursor", l->cursor);
	sort = json_object();
	json_put_str(sort, "timestamp", "created_time");
	json_put_str(sort, "direction", "ascending");
	json_add(json_put(body, "sorts", json_array()), sort);
	if (filter)
		json_put(body, "filter", filter);
	return body;
}

int notion_next_cursor(
	const json *list, const char *before, char **next, struct api_error *a)
{
	const char *cursor = json_str(list, "next_cursor");

	*next = NULL;
	if (json_is_array(json_get(list, "results")) &&
		json_is_bool(json_get(list, "has_more"))) {
		if (!json_true(list, "has_more"))
			return 0;
		if (cursor && (!before || strcmp(cursor, before) != 0)) {
			*next = xstrdup(cursor);
			return 0;
		}
	}
	a->action = API_RETRY;
	snprintf(a->code, sizeof a->code, "no-list");
	snprintf(a->message, sizeof a->message,
		"the answer is no list that can be read on");
	return -1;
}

/* What helps when a part of the listing couldn't be read: 0 to try again. */
static int recover(struct listing *l, struct api_error *a)
{
	/* A cursor lives for a while only; begin anew, each page once. */
	if (l->cursor && a->action == API_BAD_RECORD) {
		a->action = API_RETRY;
		if (l->restarts++ == RESTARTS_MAX)
			return -1;
		debug("Notion: %s; the listing starts again", a->message);
		free(l->cursor);
		l->cursor = NULL;
		return 0;
	}
	if (a->smaller && l->page_size > PAGE_SIZE_MIN &&
		a->action != API_STOPPED) {
		l->page_size /= 2;
		if (l->page_size < PAGE_SIZE_MIN)
			l->page_size = PAGE_SIZE_MIN;
		info("Notion: %s; asking for %d rows at a time", a->message,
			l->page_size);
		return 0;
	}
	return -1;
}

static int ask(struct listing *l, json **list, struct api_error *a)
{
	json *body = request_of(l);
	struct api_call call = { .method = "POST",
		.path = buf_str(&l->path),
		.body = body,
		.read = true };
	char *next;
	int rc = notion_send(l->c, &call, list, a);

	json_free(body);
	if (rc < 0)
		return -1;
	if (notion_next_cursor(*list, l->cursor, &next, a) < 0) {
		json_free(*list);
		*list = NULL;
		return -1;
	}
	free(l->cursor);
	l->cursor = next;
	return 0;
}

/* https://developers.notion.com/guides/data-apis/query-large-data-sources */
static int check_status(struct listing *l, const json *list, struct error *e)
{
	const json *status = json_get(list, "request_status");
	const char *type = json_str(status, "type");
	const char *why = json_str(status, "incomplete_reason");

	if (!type || strcmp(type, "incomplete") != 0)
		return 0;
	l->capped = why && strcmp(why, "query_result_limit_reached") == 0;
	if (l->capped)
		return 0;
	return fail(e, RC_TEMPORARY,
		"Notion says that its listing is incomplete (%.100s): pages "
		"are missing in it, so nothing is concluded from it; try "
		"again later",
		why ? why : "without a reason");
}

static int pass_on(struct listing *l, json *take_page, struct error *e)
{
	const char *kind = json_str(take_page, "object");
	const char *text = json_str(take_page, "id"), *created;
	char id[UUID_SIZE];

	/* In a wiki, data sources stand among the rows. */
	if (kind && strcmp(kind, "page") != 0) {
		json_free(take_page);
		return 0;
	}
	created = json_str(take_page, "created_time");
	if (created)
		time_parse(created, &l->last);
	/* One without an id is passed on: a problem for who reads it. */
	if (text && uuid_normalize(text, id) == 0 && !idset_add(&l->seen, id)) {
		json_free(take_page);
		return 0;
	}
	return l->each(l->arg, take_page, e);
}

static int pass_results(struct listing *l, json *list, struct error *e)
{
	json *results = json_detach(list, "results"), *page;
	int rc = 0;

	while (rc == 0 && (page = json_take_first(results)))
		rc = pass_on(l, page, e);
	json_free(results);
	return rc;
}

/* One answer, handed on; *done at the last of this filter. */
static int read_part(struct listing *l, bool *done, struct error *e)
{
	struct api_error a;
	json *list;
	int rc;

	if (ask(l, &list, &a) < 0) {
		if (recover(l, &a) == 0)
			return 0;
		return api_fail(&a, e, "Notion, listing of the pages");
	}
	rc = check_status(l, list, e);
	if (rc == 0)
		rc = pass_results(l, list, e);
	json_free(list);
	*done = !l->cursor;
	return rc;
}

static int read_windows(struct listing *l, struct error *e)
{
	for (;;) {
		bool done = false;

		l->capped = false;
		while (!done)
			if (read_part(l, &done, e) < 0)
				return -1;
		if (!l->capped)
			return 0;
		if (l->last == USEC_NONE || l->last == l->from)
			return fail(e, RC_CONFIG,
				"Notion lists at most 10,000 pages that were "
				"created in one minute, and this database has "
				"more: a part of them can't be read");
		debug("Notion: 10,000 rows listed; going on behind them");
		l->from = l->last;
	}
}

int notion_query_each(struct notion_client *c, const struct notion_query *q,
	notion_each *each, void *arg, struct error *e)
{
	struct listing l = {
		.c = c,
		.query = q,
		.each = each,
		.arg = arg,
		.path = BUF_INIT(NOTION_PATH_MAX),
		.from = USEC_NONE,
		.last = USEC_NONE,
		.page_size = q->page_size ? q->page_size : NOTION_PAGE_SIZE,
	};
	int rc;

	buf_addf(&l.path, "/v1/data_sources/%s/query", q->data_source);
	notion_add_properties(&l.path, "filter_properties%5B%5D", q->schema);
	rc = read_windows(&l, e);
	buf_fini(&l.path);
	idset_fini(&l.seen);
	free(l.cursor);
	return rc;
}

static json *checksum_filter(
	const struct notion_schema *schema, const char *checksum)
{
	json *body = json_object(), *filter, *equals = json_object();

	filter = json_put(body, "filter", json_object());
	json_put_str(filter, "property", schema->checksum);
	json_put_str(equals, "equals", checksum);
	json_put(filter, "rich_text", equals);
	json_put_int(body, "page_size", NOTION_PAGE_SIZE);
	json_put_str(body, "result_type", "page");
	return body;
}

int notion_pages_by_checksum(struct notion_client *c, const char *data_source,
	const struct notion_schema *schema, const char *checksum, json **pages,
	struct api_error *a)
{
	struct buf path = BUF_INIT(NOTION_PATH_MAX);
	json *body = checksum_filter(schema, checksum), *list;
	struct api_call call = { .method = "POST", .body = body, .read = true };
	char *next = NULL;
	int rc;

	buf_addf(&path, "/v1/data_sources/%s/query", data_source);
	notion_add_properties(&path, "filter_properties%5B%5D", schema);
	call.path = buf_str(&path);
	rc = notion_send(c, &call, &list, a);
	if (rc == 0)
		rc = notion_next_cursor(list, NULL, &next, a);
	*pages = rc == 0 ? json_detach(list, "results") : NULL;
	free(next);
	json_free(list);
	json_free(body);
	buf_fini(&path);
	return rc;
}
