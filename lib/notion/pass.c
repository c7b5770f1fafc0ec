#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/listing.h"
#include "util/alloc.h"

#define PAGE_SIZE_MIN 10
#define RESTARTS_MAX 3
#define IDLE_MAX 20	   /* answers in a row without a new page */
#define ROWS_MAX 1000000   /* of a pass: Notion lists 10,000 */
#define SAMPLE_ENOUGH 1000 /* pages to split a cut listing by */

/* A pass under way. */
struct pass_reading {
	struct listing *l;
	struct pass *p;
	char *cursor;
	struct idset ids; /* of this pass */
	size_t rows, try_at;
	int idle;
	bool done;
};

int listing_stuck(struct error *e)
{
	return fail(e, RC_TEMPORARY,
		"Notion's listing of the pages makes no progress: its answers "
		"bring neither new pages nor an end, so it isn't taken as "
		"complete; try again later");
}

/* --- the request ---------------------------------------------------------- */

/* NULL where everything is wanted. */
static json *filter_of(const struct pass_reading *r)
{
	const struct cell *cell = r->p->cell;
	usec since = r->l->query->edited_since;
	json *list = json_array(), *out;

	if (since != USEC_NONE)
		json_add(
			list, notion_time_filter("last_edited_time",
				      "on_or_after", time_floor_minute(since)));
	if (cell->from != USEC_NONE)
		json_add(list, notion_time_filter("created_time", "on_or_after",
				       cell->from));
	if (cell->until != USEC_NONE)
		json_add(list, notion_time_filter(
				       "created_time", "before", cell->until));
	for (const json *f = json_first(cell->filters); f; f = json_next(f))
		json_add(list, json_copy(f));
	if (json_count(list) < 2) {
		out = json_take_first(list);
		json_free(list);
		return out;
	}
	out = json_object();
	json_put(out, "and", list);
	return out;
}

static json *request_of(const struct pass_reading *r)
{
	json *body = json_object(), *filter = filter_of(r), *sort;

	json_put_int(body, "page_size", r->l->page_size);
	json_put_str(body, "result_type", "page");
	if (r->cursor)
		json_put_str(body, "start_cursor", r->cursor);
	sort = json_object();
	json_put_str(sort, "timestamp", "created_time");
	json_put_str(sort, "direction",
		r->p->descending ? "descending" : "ascending");
	json_add(json_put(body, "sorts", json_array()), sort);
	if (filter)
		json_put(body, "filter", filter);
	if (r->l->archived)
		json_put_bool(body, "is_archived", true);
	return body;
}

static void start_over(struct pass_reading *r)
{
	free(r->cursor);
	r->cursor = NULL;
	idset_fini(&r->ids);
	r->rows = 0;
	r->idle = 0;
	r->try_at = SAMPLE_ENOUGH;
	if (r->p->sample)
		sample_clear(r->p->sample);
	r->p->first = r->p->last = USEC_NONE;
	r->p->unsorted = false;
}

/*
 * Tries to recover when a part of the listing couldn't be read: 0 to try again.
 */
static int recover(struct pass_reading *r, struct api_error *a)
{
	struct listing *l = r->l;

	/*
	 * A cursor lives only for a while: start again, and hand on each page
	 * once.
	 */
	if (r->cursor && a->action == API_BAD_RECORD) {
		a->action = API_RETRY;
		if (l->restarts++ == RESTARTS_MAX)
			return -1;
		debug("Notion: %s; starting the listing again", a->message);
		start_over(r);
		windows_start_over(l);
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
	/* The flag is in beta: if it is refused, the listing hasn't failed. */
	if (l->archived && !r->cursor && a->status == 400) {
		debug("Notion: %s; archived pages are not listed", a->message);
		l->archive_unknown = r->done = true;
		return 0;
	}
	return -1;
}

static int ask(struct pass_reading *r, json **list, struct api_error *a)
{
	json *body = request_of(r);
	struct api_call call = { .method = "POST",
		.path = buf_str(&r->l->path),
		.body = body,
		.read = true,
		.is_answer = notion_is_list };
	char *next;
	int rc = notion_send(r->l->c, &call, list, a);

	json_free(body);
	if (rc < 0)
		return -1;
	if (notion_next_cursor(*list, r->cursor, &next, a) < 0) {
		json_free(*list);
		*list = NULL;
		return -1;
	}
	free(r->cursor);
	r->cursor = next;
	return 0;
}

/* --- the answer ----------------------------------------------------------- */

/* https://developers.notion.com/guides/data-apis/query-large-data-sources */
static int check_status(
	struct pass_reading *r, const json *list, struct error *e)
{
	const json *status = json_get(list, "request_status");
	const char *type = json_str(status, "type");
	const char *why = json_str(status, "incomplete_reason");

	if (!type || strcmp(type, "incomplete") != 0)
		return 0;
	if (why && strcmp(why, "query_result_limit_reached") == 0) {
		r->p->capped = true;
		return 0;
	}
	return fail(e, RC_TEMPORARY,
		"Notion says that its listing is incomplete (%.100s): pages "
		"are missing, so nothing is concluded from it; try again later",
		why ? why : "no reason given");
}

/* False: the page is another window's, and so are those that follow. */
static bool note_time(struct listing *l, struct pass *p, const json *page)
{
	const char *text = json_str(page, "created_time");
	usec t;

	if (!text || time_parse(text, &t) < 0)
		return true;
	if (p->first == USEC_NONE)
		p->first = t;
	if (p->last != USEC_NONE && (p->descending ? t > p->last : t < p->last))
		p->unsorted = true;
	p->last = t;
	return windows_note(l, json_str(page, "id"), t);
}

static int pass_on(struct pass_reading *r, json *take_page, struct error *e)
{
	struct listing *l = r->l;
	const char *kind = json_str(take_page, "object");
	const char *text = json_str(take_page, "id");
	char id[UUID_SIZE];

	r->rows++;
	/* In a wiki, there are data sources among the rows. */
	if (kind && strcmp(kind, "page") != 0) {
		json_free(take_page);
		return 0;
	}
	l->pages++;
	l->flagged += json_is_bool(json_get(take_page, "is_archived"));
	if (!note_time(l, r->p, take_page)) {
		r->p->beyond = true;
		json_free(take_page);
		return 0;
	}
	if (r->p->sample)
		sample_add(r->p->sample, take_page, l->query->schema);
	/* A page without an id is handed on: its reader reports the problem. */
	if (!text || uuid_normalize(text, id) < 0)
		return l->each(l->arg, take_page, e);
	if (idset_add(&r->ids, id))
		r->idle = 0;
	if (windows_is_new(l, id)) {
		l->fresh++;
		return l->each(l->arg, take_page, e);
	}
	json_free(take_page);
	return 0;
}

/* An answer with live pages only means that the question was ignored. */
static bool ignores_archive(const json *list)
{
	const json *page = json_first(json_get(list, "results"));
	bool any = page != NULL;

	for (; page; page = json_next(page))
		if (json_true(page, "is_archived") ||
			json_true(page, "in_trash"))
			return false;
	return any;
}

static int pass_results(struct pass_reading *r, json *list, struct error *e)
{
	json *results = json_detach(list, "results"), *page;
	int rc = 0;

	r->idle++;
	while (rc == 0 && (page = json_take_first(results)))
		rc = pass_on(r, page, e);
	json_free(results);
	if (rc == 0 && r->cursor && (r->idle > IDLE_MAX || r->rows > ROWS_MAX))
		return listing_stuck(e);
	return rc;
}

/*
 * Whether enough is known about a cut pass to split it; at its end, everything
 * is.
 */
static bool is_parted(struct pass_reading *r)
{
	struct pass *p = r->p;

	if (!p->sample || !p->capped || p->sample->n < r->try_at)
		return false;
	r->try_at *= 2;
	p->parts = split_choose(
		p->sample, r->l->query->schema, p->cell->filters, true);
	return p->parts != NULL;
}

/* Hands on the pages of one answer. */
static int read_part(struct pass_reading *r, struct error *e)
{
	struct api_error a;
	json *list;
	int rc;

	if (ask(r, &list, &a) < 0) {
		if (recover(r, &a) == 0)
			return 0;
		return api_fail(&a, e, "Notion, listing of the pages");
	}
	r->done = !r->cursor;
	if (r->l->archived && ignores_archive(list)) {
		debug("Notion ignores is_archived; not asking again");
		r->l->archive_unknown = r->done = true;
	}
	rc = check_status(r, list, e);
	if (rc == 0)
		rc = pass_results(r, list, e);
	json_free(list);
	if (rc == 0 && !r->done)
		r->done = r->p->beyond || is_parted(r);
	return rc;
}

int listing_pass(struct listing *l, struct pass *p, struct error *e)
{
	struct pass_reading r = { .l = l, .p = p };
	size_t before = l->fresh;
	int rc = 0;

	start_over(&r);
	while (rc == 0 && !r.done) {
		rc = windows_go_on(l, e);
		if (rc == 0)
			rc = read_part(&r, e);
	}
	free(r.cursor);
	idset_fini(&r.ids);
	l->barren = p->capped && l->fresh == before ? l->barren + 1 : 0;
	return rc;
}
