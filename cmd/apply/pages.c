#include "pages.h"
#include "known.h"
#include "notion/page.h"
#include "notion/value.h"
#include "util/text.h"

#include <stdio.h>
#include <string.h>

/* One PATCH of a page. */
struct page_write {
	struct worker *r;
	const struct op *op;
	const json *seen; /* what must be found before it is sent */
	struct values wanted;
	bool in_trash; /* how the page shall be afterwards */
	bool stamps;   /* Checksum and Synced are written too */
	bool revives;  /* out of the trash, and a second request follows */
};

static json *date_value(const json *set)
{
	const json *detail = json_get(set, "date_detail");
	const char *start = json_str(detail, "start");

	return notion_date_value(
		start ? start : json_str(set, "date"), json_str(detail, "end"));
}

json *page_properties(const struct worker *r, const struct op *op,
	const struct notion_page *page)
{
	const struct notion_schema *s = &r->schema;
	json *p = json_object();

	if (json_get(op->set, "decision"))
		json_put(p, s->decision,
			notion_title_value(json_str(op->set, "decision")));
	if (json_get(op->set, "type"))
		json_put(p, s->type,
			notion_multi_select_value(json_str(op->set, "type"),
				page ? page->type_value : NULL));
	if (json_get(op->set, "date"))
		json_put(p, s->date, date_value(op->set));
	if (s->checksum && op->checksum)
		json_put(p, s->checksum, notion_rich_text_value(op->checksum));
	if (s->synced)
		json_put(p, s->synced, notion_checkbox_value(op->synced));
	return p;
}

static bool stamps_are_there(
	const struct page_write *w, const struct notion_page *page)
{
	const char *sum = w->op->checksum;

	if (w->r->schema.checksum && sum &&
		(!page->checksum || strcmp(page->checksum, sum) != 0))
		return false;
	return !w->r->schema.synced || page->synced == w->op->synced;
}

/*
 * A date is replaced with the time and end that a person gave it: these must be
 * those that the plan saw, and that stand in `was`.
 */
static bool date_is_as_seen(const struct op *op, const struct notion_page *page)
{
	const json *was = json_get(op->line, "was");
	const json *detail = json_get(was, "date_detail");

	if (!json_get(op->set, "date"))
		return true;
	if (!page->date_detail || json_is_null(detail))
		return !page->date_detail && json_is_null(detail);
	return json_equal(page->date_detail, detail);
}

static bool is_as_planned(
	const struct page_write *w, const struct notion_page *page)
{
	return page_is_as_seen(page, w->seen) && date_is_as_seen(w->op, page);
}

/* Asked before a repeat: 0 while the page is as it was before the first try. */
static int may_repeat(void *arg)
{
	const struct page_write *w = arg;
	struct notion_page page;
	struct outcome ignored = { 0 };
	int rc = -1;

	if (!recheck_read_page(w->r, w->op->page_id, &page, &ignored))
		return -1;
	if (is_as_planned(w, &page))
		rc = 0;
	notion_page_fini(&page);
	return rc;
}

/*
 * What was sent is compared with what is there; false: o says what was kept. A
 * request into or out of the trash sends no content: that of the page is another
 * than was seen where a person was faster.
 */
static bool is_kept(const struct page_write *w, const struct notion_page *page,
	struct outcome *o)
{
	struct buf text = BUF_INIT(4096);
	const json *set = w->stamps ? w->op->set : NULL;
	const struct values *v = &w->wanted;
	bool kept;

	if (json_get(set, "decision") &&
		!text_equal(page->decision, v->decision))
		tell_kept(&text, "decision", v->decision, page->decision);
	if (json_get(set, "type") && !text_equal_folded(page->type, v->type))
		tell_kept(&text, "type", v->type, page->type);
	if (json_get(set, "date") && !text_equal(page->date, v->date))
		tell_kept(&text, "date", v->date, page->date);
	if (page->in_trash != w->in_trash)
		tell_kept(&text, "in_trash", w->in_trash ? "true" : "false",
			page->in_trash ? "true" : "false");
	kept = text.len == 0;
	if (!kept)
		not_kept(o, NOT_KEPT_BY_NOTION "%s", buf_str(&text));
	buf_fini(&text);
	return kept;
}

/* An automation may have put other values in than were sent: see sync/base.h.
 */
static void note_automations(const struct page_write *w,
	const struct notion_page *page, struct outcome *o)
{
	const struct notion_schema *s = &w->r->schema;
	const char *sum = w->op->checksum;

	o->page_marks = true;
	if (s->checksum && sum &&
		(!page->checksum || strcmp(page->checksum, sum) != 0)) {
		o->page_rewrites_checksum = true;
		note(o, "Notion keeps something else than was sent in "
			"Checksum: look at the database's automations");
	}
	if (s->synced && page->synced != w->op->synced) {
		o->page_resets_synced = true;
		note(o, "Notion keeps something else than was sent in Synced: "
			"look at the database's automations");
	}
}

static bool judge_page(const struct page_write *w,
	const struct notion_page *page, struct outcome *o)
{
	json_free(o->page_after);
	o->page_after = page_values(page);
	if (!is_kept(w, page, o))
		return false;
	if (w->stamps)
		note_automations(w, page, o);
	if (!page_holds(page, &w->wanted)) {
		o->differs = true;
		note(o, "the page was edited just now; the next run takes that "
			"over");
	}
	return done(o);
}

/*
 * A write is done when its answer shows it. One that can't be read, or whose
 * title came back cut, as one with many mentions does, is asked for again.
 */
static bool take_answer(
	const struct page_write *w, const json *object, struct outcome *o)
{
	struct notion_page page;
	struct problem ignored;
	bool ok;

	if (notion_page_parse(&page, object, &w->r->schema, &ignored) < 0) {
		if (!recheck_read_page(w->r, w->op->page_id, &page, o))
			return unclear(o);
	} else if (page.title_cut) {
		notion_page_fini(&page);
		if (!recheck_read_page(w->r, w->op->page_id, &page, o))
			return unclear(o);
	}
	ok = judge_page(w, &page, o);
	notion_page_fini(&page);
	return ok;
}

/* The outcome is unknown, or somebody was faster: the page itself tells. */
static bool look_what_happened(const struct page_write *w,
	const struct api_error *a, struct outcome *o)
{
	struct notion_page page;
	bool ok = false;

	if (!recheck_read_page(w->r, w->op->page_id, &page, o))
		return a->outcome_unknown ? unclear(o) : false;
	if (page.in_trash == w->in_trash && page_holds(&page, &w->wanted) &&
		(!w->stamps || stamps_are_there(w, &page))) {
		ok = judge_page(w, &page, o);
	} else if (is_as_planned(w, &page)) {
		give_up(o, a->outcome_unknown ? STATUS_UNKNOWN : STATUS_FAILED,
			a);
	} else {
		skip(o, "changed", "the page was edited just now");
		if (a->outcome_unknown) /* perhaps behind our write */
			unclear(o);
	}
	notion_page_fini(&page);
	return ok;
}

/* The page as it is to be, noted before it is sent. */
static bool note_first(const struct page_write *w, struct outcome *o)
{
	json *after;

	if (w->revives)
		return known_revived(w->r, w->op, o);
	if (!w->op->set && w->op->kind != OP_TRASH && w->op->kind != OP_RESTORE)
		return true;
	after = json_object();
	json_put_str(after, "decision", w->wanted.decision);
	json_put_str(after, "type", w->wanted.type);
	json_put_str(after, "date", w->wanted.date);
	json_put_bool(after, "deleted", w->in_trash);
	return known_sent(w->r, w->op, after, o);
}

static bool send(const struct page_write *w, json *take_body, struct outcome *o)
{
	struct api_error a;
	json *object = NULL;
	int rc;
	bool ok;

	if (!note_first(w, o)) {
		json_free(take_body);
		return false;
	}
	rc = notion_page_patch(&w->r->notion, w->op->page_id, take_body,
		may_repeat, (void *)w, &object, &a);

	json_free(take_body);
	if (rc < 0 && (a.outcome_unknown || a.action == API_CHANGED))
		return look_what_happened(w, &a, o);
	if (rc < 0)
		return give_up(o, STATUS_FAILED, &a);
	ok = take_answer(w, object, o);
	json_free(object);
	return ok;
}

static json *properties_body(
	const struct page_write *w, const struct notion_page *page)
{
	json *body = json_object();

	json_put(body, "properties", page_properties(w->r, w->op, page));
	return body;
}

static json *trash_body(bool in_trash)
{
	json *body = json_object();

	json_put_bool(body, "in_trash", in_trash);
	return body;
}

/*
 * Clearing the type of a page that has further types would promote one of
 * them: the plan does no such thing, but a person may have added one since.
 */
static bool would_promote(const struct op *op, const struct notion_page *page)
{
	return json_get(op->set, "type") && !json_str(op->set, "type") &&
	       json_count(page->extra_types) > 0;
}

static bool write_properties(const struct page_write *w, struct outcome *o)
{
	struct notion_page page;
	bool ok;

	if (!recheck_read_page(w->r, w->op->page_id, &page, o))
		return false;
	if (!is_as_planned(w, &page))
		ok = skip(o, "changed", "the page was edited since the plan");
	else if (would_promote(w->op, &page))
		ok = skip(o, "changed", "the page was given further types");
	else if (w->r->dry_run)
		ok = skip(o, "dry-run", "it would be written now");
	else
		ok = send(w, properties_body(w, &page), o);
	notion_page_fini(&page);
	return ok;
}

static struct page_write new_write(struct worker *r, const struct op *op)
{
	return (struct page_write){ .r = r,
		.op = op,
		.seen = op->page,
		.wanted = values_after(op->page, op->set) };
}

bool page_update(struct worker *r, const struct op *op, struct outcome *o)
{
	struct page_write w = new_write(r, op);

	w.stamps = true;
	return recheck_row(r, op, o) && write_properties(&w, o);
}

bool page_stamp(struct worker *r, const struct op *op, struct outcome *o)
{
	return page_update(r, op, o);
}

static bool set_trash(const struct page_write *w, struct outcome *o)
{
	struct notion_page page;

	if (!recheck_page(w->r, w->op, &page, o))
		return false;
	notion_page_fini(&page);
	if (w->r->dry_run)
		return skip(o, "dry-run", "it would be written now");
	return send(w, trash_body(w->in_trash), o);
}

bool page_trash(struct worker *r, const struct op *op, struct outcome *o)
{
	struct page_write w = new_write(r, op);

	w.in_trash = true;
	return recheck_row(r, op, o) && set_trash(&w, o);
}

/*
 * Two requests, for a page in the trash can't be edited: out of the trash as
 * it was, then the content. Between the two the page is live with its old
 * content, which the next run settles like any other.
 */
bool page_restore(struct worker *r, const struct op *op, struct outcome *o)
{
	struct page_write out = new_write(r, op), write = new_write(r, op);
	json *live;
	bool ok;

	out.wanted = values_of(op->page);
	out.revives = op->set != NULL;
	if (!recheck_row(r, op, o) || !set_trash(&out, o))
		return false;
	if (!op->set && !r->schema.checksum && !r->schema.synced)
		return true;
	live = json_copy(op->page);
	json_put_bool(live, "deleted", false);
	write.seen = live;
	write.stamps = true;
	ok = write_properties(&write, o);
	json_free(live);
	if (ok || is_not_kept(o))
		return ok;
	note(o, "the page is out of the trash, and its content is not written "
		"yet");
	return unclear(o);
}
