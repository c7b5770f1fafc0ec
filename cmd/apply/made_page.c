#include "made_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/page.h"
#include "notion/value.h"
#include "recheck.h"

/* Of the sync's own connection, in its data source, and no older. */
static bool is_new_and_ours(struct worker *w, const struct notion_page *page,
	const json *object, usec since)
{
	char parent[UUID_SIZE];

	notion_page_parent(object, parent);
	return strcmp(parent, w->data_source) == 0 &&
	       page->created >= since - CLOCK_SLACK &&
	       (!w->schema.bot_user || page->own);
}

/* An automation may change a field or two, hardly all of them. */
static bool bears_what_was_sent(
	const struct op *op, const struct notion_page *page)
{
	return (page->checksum && op->checksum &&
		       strcmp(page->checksum, op->checksum) == 0) ||
	       field_equal(FIELD_DECISION, page->decision,
		       op->set.value[FIELD_DECISION]);
}

static void page_checksum(
	const struct notion_page *page, char out[CHECKSUM_SIZE])
{
	const struct decision is = notion_page_decision(page);

	decision_checksum(&is, out);
}

bool made_page_fits(const struct worker *w, const struct notion_page *page,
	const char *checksum, usec since)
{
	char sum[CHECKSUM_SIZE];

	if (page->in_trash || page->created < since - CLOCK_SLACK)
		return false;
	if (w->schema.bot_user && !page->own)
		return false;
	page_checksum(page, sum);
	return (page->checksum && strcmp(page->checksum, checksum) == 0) ||
	       strcmp(sum, checksum) == 0;
}

static void forget_page(struct outcome *o)
{
	free(o->after[NOTION]);
	o->after[NOTION] = NULL;
}

static void compare(const struct op *op, const struct notion_page *page,
	struct made_page *m)
{
	struct buf text = BUF_INIT(4 * API_MESSAGE_MAX);
	const struct decision kept = notion_page_decision(page);

	/* A title with many mentions comes back cut: nothing to compare. */
	if (!page->title_cut)
		tell_fields(&text, &op->set, &kept, ALL_FIELDS);
	if (page->in_trash)
		tell_kept(&text, "in_trash", NULL, "true");
	api_copy_text(m->differs, sizeof m->differs, buf_str(&text));
	buf_fini(&text);
}

bool made_page_take(struct worker *w, const struct op *op, const json *object,
	usec since, struct made_page *m, struct outcome *o)
{
	struct notion_page page;
	struct problem ignored;
	bool ours;

	if (notion_page_parse(&page, object, &w->schema, &ignored) < 0)
		return false;
	ours = is_new_and_ours(w, &page, object, since) &&
	       bears_what_was_sent(op, &page) &&
	       !journal_page_is_taken(w->journal, page.id, op->row_id);
	if (ours) {
		*m = (struct made_page){ .in_trash = page.in_trash };
		snprintf(m->id, sizeof m->id, "%s", page.id);
		compare(op, &page, m);
		if (*m->differs)
			page_checksum(&page, m->checksum);
		else
			snprintf(m->checksum, sizeof m->checksum, "%s",
				op->checksum);
		saw_page(o, &page);
		if (page.title_cut)
			forget_page(o);
	}
	notion_page_fini(&page);
	return ours;
}

bool made_page_get(struct worker *w, const struct op *op, const char *page_id,
	usec since, struct made_page *m, struct outcome *o)
{
	enum notion_place place;
	struct outcome ignored = { 0 };
	struct api_error a;
	json *object = NULL;
	bool ours;

	if (notion_page_get(&w->notion, page_id, w->data_source, &w->schema,
		    &place, &object, &a) < 0)
		return false;
	ours = object && made_page_take(w, op, object, since, m, o) &&
	       page_has_other_row(w, page_id, op->row_id, &ignored) == 0;
	json_free(object);
	if (!ours) { /* another row has it: it is not taken after all */
		*m = (struct made_page){ 0 };
		forget_page(o);
	}
	return ours;
}

/* Its Checksum becomes that of what it holds. */
static void withdraw(
	struct worker *w, const struct made_page *m, struct outcome *o)
{
	json *body = json_object(), *properties, *object = NULL;
	struct api_error a;

	properties = json_put(body, "properties", json_object());
	json_put(properties, w->schema.checksum,
		notion_rich_text_value(m->checksum));
	if (notion_page_patch(&w->notion, m->id, &w->schema, body, NULL, NULL,
		    NULL, &object, &a) < 0)
		note(o, "its Checksum is still that of what was sent");
	else if (o->after[NOTION])
		o->after[NOTION] = seen_with_sum(o->after[NOTION], m->checksum);
	json_free(object);
	json_free(body);
}

void made_page_not_kept(struct worker *w, const struct op *op,
	const struct made_page *m, struct outcome *o)
{
	bool stale = w->schema.checksum && !m->in_trash && op->checksum &&
		     strcmp(m->checksum, op->checksum) != 0;

	not_kept(o, NOT_KEPT_BY_NOTION "%s", m->differs);
	if (stale)
		withdraw(w, m, o);
}

/* A look that the service has not answered tells nothing: -1, with o filled. */
static int unless_failed(const struct outcome *look, struct outcome *o)
{
	if (!look->has_error)
		return 0;
	give_up(o, STATUS_FAILED, &look->error);
	return -1;
}

/*
 * 1: live, as it was made, and no row's, with the time of the look at it; 0:
 * not so. -1 with o filled.
 */
static int may_go(struct worker *w, const char *row_id, const char *page_id,
	const char *checksum, usec *looked, struct outcome *o)
{
	struct outcome look = { 0 };
	char sum[CHECKSUM_SIZE];
	struct notion_page page;
	bool same;
	int other;

	if (!reread_page(w, page_id, &page, &look))
		return unless_failed(&look, o);
	*looked = time_with_sleep();
	page_checksum(&page, sum);
	same = !page.in_trash && !page.title_cut &&
	       strcmp(sum, checksum) == 0 && page.edited == page.created &&
	       (!w->schema.bot_user || page.own);
	notion_page_fini(&page);
	if (!same)
		return 0;
	other = page_has_other_row(w, page_id, row_id, o);
	return other < 0 ? -1 : !other;
}

/*
 * The row's link, where it leads to another live page of ours: 1; else 0. -1
 * with o filled.
 */
static int other_link(struct worker *w, const char *row_id, const char *page_id,
	char other[UUID_SIZE], struct outcome *o)
{
	struct outcome look = { 0 };
	struct supabase_row row;
	enum notion_place place;
	struct api_error a;
	json *object = NULL;
	int rc = 0;

	if (!reread_row(w, row_id, &row, NULL, &look))
		return unless_failed(&look, o);
	snprintf(other, UUID_SIZE, "%s", row.page_id);
	supabase_row_fini(&row);
	if (!*other || strcmp(other, page_id) == 0)
		return 0;
	if (notion_page_get(&w->notion, other, w->data_source, &w->schema,
		    &place, &object, &a) < 0) {
		give_up(o, STATUS_FAILED, &a);
		rc = -1;
	} else {
		rc = place == NOTION_LIVE;
	}
	json_free(object);
	return rc;
}

/* A page on its way to the trash. */
struct yielding {
	struct worker *w;
	usec looked; /* when it was seen to be unedited: time_with_sleep() */
	bool stale;  /* its turn came too long after that */
};

static int still_holds(void *arg)
{
	struct yielding *y = arg;

	y->stale = time_with_sleep() - y->looked > LOOK_HOLDS;
	return y->stale ? -1 : 0;
}

/*
 * 1: it is there; 0: Notion keeps it out, or y->stale: it was not sent. -1 with
 * o filled.
 */
static int trash(struct yielding *y, const char *page_id, struct outcome *o)
{
	json *body = json_object(), *object = NULL;
	struct worker *w = y->w;
	struct api_error a;
	int rc;

	json_put_bool(body, "in_trash", true);
	rc = notion_page_patch(&w->notion, page_id, &w->schema, body, NULL,
		still_holds, y, &object, &a);
	y->stale = y->stale && rc < 0 && !a.outcome_unknown;
	if (y->stale)
		rc = 0;
	else if (rc < 0)
		give_up(o, a.outcome_unknown ? STATUS_UNKNOWN : STATUS_FAILED,
			&a);
	else
		rc = json_true(object, "in_trash");
	json_free(object);
	json_free(body);
	return rc;
}

/* The looks and the write, until the one follows the others at once. */
static int look_and_trash(struct worker *w, const char *row_id,
	const char *page_id, const char *checksum, char other[UUID_SIZE],
	struct outcome *o)
{
	struct yielding y = { .w = w };
	int rc;

	for (int looks = 0; looks < LOOKS_MAX; looks++) {
		rc = other_link(w, row_id, page_id, other, o);
		if (rc > 0)
			rc = may_go(w, row_id, page_id, checksum, &y.looked, o);
		if (rc > 0)
			rc = trash(&y, page_id, o);
		if (!y.stale)
			return rc;
		y.stale = false;
	}
	skip(o, "waits",
		"Notion's budget left no time between the look at the page %s "
		"and its way to the trash",
		page_id);
	return -1;
}

int made_page_yield(struct worker *w, const char *row_id, const char *page_id,
	const char *checksum, struct outcome *o)
{
	char other[UUID_SIZE];
	int rc = look_and_trash(w, row_id, page_id, checksum, other, o);

	if (rc <= 0)
		return rc;
	outcome_fini(o);
	skip(o, "changed",
		"in the meantime another run made the page %s for this row; "
		"ours, %s, is in the trash",
		other, page_id);
	journal_not_created(w->journal, row_id, &w->fatal);
	return 1;
}
