#include "pages.h"
#include "known.h"
#include "notion/page.h"
#include "notion/value.h"
#include "recheck.h"
#include "util/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One PATCH of a page. */
struct page_write {
	struct worker *w;
	const struct op *op;
	const struct seen *seen; /* what must be found before it is sent */
	struct decision wanted;	 /* what the page shall hold afterwards */
	bool in_trash;		 /* how the page shall be afterwards */
	bool stamps;		 /* Checksum and Synced are written too */
	bool unseen;		 /* sent without a look at the page: a stamp */
	bool revives; /* out of the trash, and a second request follows */
	usec looked;  /* when: time_with_sleep() */
	bool stale;   /* it was not sent, because that was too long ago */
};

/* page is the page as it is now, whose further types are kept; NULL: a new one.
 */
static json *field_value(enum field f, enum type_kind kind, const struct op *op,
	const struct notion_page *page)
{
	const struct date_detail *detail = &op->set_detail;
	const char *value = op->set.value[f];

	switch (field_kind(f)) {
	case KIND_TITLE:
		return notion_title_value(value);
	case KIND_OPTION:
		return notion_type_value(
			kind, value, page ? page->type_value : NULL);
	case KIND_DAY:
		break;
	}
	return notion_date_value(
		detail->start ? detail->start : value, detail->end);
}

static json *link_value(const struct notion_schema *s, const char *row_id)
{
	char *text = notion_link_text(s->link_template, row_id);
	json *value = s->link_is_url ? notion_url_value(text)
				     : notion_rich_text_value(text);

	free(text);
	return value;
}

/* Of a new page: empty it is anyway, and a status can't be sent as empty. */
static bool may_be_left_out(const struct op *op, enum field f)
{
	return field_kind(f) == KIND_OPTION && text_is_empty(op->set.value[f]);
}

json *page_properties(const struct worker *w, const struct op *op,
	const struct notion_page *page)
{
	const struct notion_schema *s = &w->schema;
	json *properties = json_object();

	for (enum field f = 0; f < FIELDS; f++)
		if (op->set_fields & FIELD_BIT(f) &&
			(page || !may_be_left_out(op, f)))
			json_put(properties, s->field[f],
				field_value(f, s->type_kind, op, page));
	if (s->checksum && op->checksum)
		json_put(properties, s->checksum,
			notion_rich_text_value(op->checksum));
	if (s->synced)
		json_put(properties, s->synced,
			notion_checkbox_value(op->synced));
	if (s->link && op->row_id)
		json_put(properties, s->link, link_value(s, op->row_id));
	return properties;
}

static bool holds(const struct notion_page *page, const struct decision *wanted)
{
	const struct decision is = notion_page_decision(page);

	/* The spelling of an option is Notion's: compared as the sync does. */
	return !decision_diff(&is, wanted);
}

/* Whether Checksum and Synced are as the op has them, as far as there are. */
static bool sum_is_there(
	const struct page_write *p, const struct notion_page *page)
{
	const char *sum = p->op->checksum;

	return !p->w->schema.checksum || !sum || text_same(page->checksum, sum);
}

static bool mark_is_there(
	const struct page_write *p, const struct notion_page *page)
{
	return !p->w->schema.synced || page->synced == p->op->synced;
}

static bool link_is_there(
	const struct page_write *p, const struct notion_page *page)
{
	const struct notion_schema *s = &p->w->schema;
	char *text;
	bool same;

	if (!s->link || !p->op->row_id)
		return true;
	text = notion_link_text(s->link_template, p->op->row_id);
	same = text_same(page->link, text);
	free(text);
	return same;
}

/*
 * A date is replaced with the time and end that a person gave it: these must be
 * those that the plan saw, and that stand in `was`.
 */
static bool date_is_as_seen(const struct op *op, const struct notion_page *page)
{
	const struct date_detail *was = &op->was_detail;
	const json *is = page->date_detail;

	if (!(op->set_fields & FIELD_BIT(FIELD_DATE)))
		return true;
	if (!is || !was->is)
		return !is && !was->is;
	return text_same(json_str(is, "start"), was->start) &&
	       text_same(json_str(is, "end"), was->end);
}

static bool is_as_planned(
	const struct page_write *p, const struct notion_page *page)
{
	return !page->paused && page_is_as_seen(page, p->seen) &&
	       date_is_as_seen(p->op, page);
}

/*
 * Asked before a repeat: 0 while the page is as it was before the first try. A
 * stamp depends on its row alone.
 */
static int may_repeat(void *arg)
{
	struct page_write *p = arg;
	struct notion_page page;
	struct outcome ignored = { 0 };
	int rc = -1;

	if (p->unseen)
		return recheck_row(p->w, p->op, &ignored) ? 0 : -1;
	if (!reread_page(p->w, p->op->page_id, &page, &ignored))
		return -1;
	if (is_as_planned(p, &page))
		rc = 0;
	p->looked = time_with_sleep();
	notion_page_fini(&page);
	return rc;
}

/* Asked when its turn has come, which may be a minute later. */
static int still_holds(void *arg)
{
	struct page_write *p = arg;
	struct outcome ignored = { 0 };

	p->stale = !p->unseen && time_with_sleep() - p->looked > LOOK_HOLDS;
	if (!p->unseen)
		return p->stale ? -1 : 0;
	return row_was_shown(p->op) || recheck_row(p->w, p->op, &ignored) ? 0
									  : -1;
}

/*
 * What was sent is compared with what is there; false: o says what was kept. A
 * request into or out of the trash sends no content: that of the page is
 * another than was seen where a person was faster.
 */
static bool is_kept(const struct page_write *p, const struct notion_page *page,
	struct outcome *o)
{
	const struct decision is = notion_page_decision(page);
	struct buf text = BUF_INIT(4096);
	bool kept;

	if (p->stamps)
		tell_fields(&text, &p->wanted, &is, p->op->set_fields);
	if (page->in_trash != p->in_trash)
		tell_kept(&text, "in_trash", p->in_trash ? "true" : "false",
			page->in_trash ? "true" : "false");
	kept = text.len == 0;
	if (!kept)
		not_kept(o, NOT_KEPT_BY_NOTION "%s", buf_str(&text));
	buf_fini(&text);
	return kept;
}

static bool skip_trashed(struct outcome *o)
{
	return skip(
		o, "changed", "the page was moved to the trash since the plan");
}

static bool judge_page(const struct page_write *p,
	const struct notion_page *page, struct outcome *o)
{
	if (p->unseen && page->in_trash)
		return skip_trashed(o);
	saw_page(o, page);
	if (!is_kept(p, page, o))
		return false;
	if (p->stamps)
		note_marks(o, NOTION, p->w->supabase.names,
			sum_is_there(p, page), mark_is_there(p, page));
	if (p->stamps)
		note_link(o, link_is_there(p, page));
	if (!holds(page, &p->wanted)) {
		o->differs = true;
		note(o, "the page was edited just now; the next run takes that "
			"over");
	}
	return done(o);
}

/*
 * A write is done when its answer shows it. One that can't be read, that
 * doesn't say where the page is, or whose title came back cut, as one with many
 * mentions does, is asked for again.
 */
static bool take_answer(
	const struct page_write *p, const json *object, struct outcome *o)
{
	int in = notion_page_is_in(object, p->w->data_source);
	struct notion_page page;
	struct problem ignored;
	bool ok;

	if (p->unseen && in == 0)
		return skip(
			o, "changed", "the page was moved away since the plan");
	if (notion_page_parse(&page, object, &p->w->schema, &ignored) < 0) {
		if (!reread_page(p->w, p->op->page_id, &page, o))
			return unclear(o);
	} else if (page.title_cut || (p->unseen && in < 0)) {
		notion_page_fini(&page);
		if (!reread_page(p->w, p->op->page_id, &page, o))
			return unclear(o);
	}
	ok = judge_page(p, &page, o);
	notion_page_fini(&page);
	return ok;
}

/* What was sent is there, whoever else has edited the page since. */
static bool has_arrived(
	const struct page_write *p, const struct notion_page *page)
{
	return page->in_trash == p->in_trash &&
	       (p->unseen || holds(page, &p->wanted)) &&
	       (!p->stamps ||
		       (sum_is_there(p, page) && mark_is_there(p, page) &&
			       link_is_there(p, page)));
}

/* It was not repeated because of its row: o says what that is like now. */
static bool row_stopped_it(const struct page_write *p,
	const struct api_error *a, struct outcome *o)
{
	return p->unseen && a->action == API_CHANGED &&
	       !recheck_row(p->w, p->op, o);
}

/*
 * The outcome is unknown, or somebody was faster, or the page is not where it
 * was when nobody looked: the page itself tells.
 */
static bool look_what_happened(const struct page_write *p,
	const struct api_error *a, struct outcome *o)
{
	struct notion_page page;
	bool ok = false;

	if (!reread_page(p->w, p->op->page_id, &page, o))
		return a->outcome_unknown ? unclear(o) : false;
	if (has_arrived(p, &page)) {
		ok = judge_page(p, &page, o);
	} else if (is_as_planned(p, &page) && row_stopped_it(p, a, o)) {
		if (a->outcome_unknown)
			unclear(o);
	} else if (is_as_planned(p, &page)) {
		give_up(o, a->outcome_unknown ? STATUS_UNKNOWN : STATUS_FAILED,
			a);
	} else {
		if (p->unseen && page.in_trash)
			skip_trashed(o);
		else
			skip(o, "changed", "the page was edited just now");
		if (a->outcome_unknown) /* perhaps after our write */
			unclear(o);
	}
	notion_page_fini(&page);
	return ok;
}

/* The page as it is to be, noted before it is sent. */
static bool note_first(const struct page_write *p, struct outcome *o)
{
	const struct held after = { p->wanted, p->in_trash };

	if (p->revives)
		return known_revived(p->w, p->op, o);
	if (!p->op->sets && p->op->kind != OP_TRASH &&
		p->op->kind != OP_RESTORE)
		return true;
	return known_sent(p->w, p->op, &after, o);
}

/* It was refused, and nobody has looked whether the page still takes it. */
static bool may_be_gone(const struct page_write *p, const struct api_error *a)
{
	return p->unseen &&
	       (a->action == API_BAD_RECORD || a->action == API_NOT_FOUND);
}

static bool send(struct page_write *p, json *take_body, struct outcome *o)
{
	struct api_error a;
	json *object = NULL;
	int rc;
	bool ok;

	if (!note_first(p, o)) {
		json_free(take_body);
		return false;
	}
	rc = notion_page_patch(&p->w->notion, p->op->page_id, &p->w->schema,
		take_body, may_repeat, still_holds, p, &object, &a);

	json_free(take_body);
	p->stale = p->stale && rc < 0 && !a.outcome_unknown;
	if (p->stale)
		return skip(o, "waits",
			"Notion's budget left no time between the look at the "
			"page and the write");
	if (rc < 0 && !a.outcome_unknown && row_stopped_it(p, &a, o))
		return false;
	if (rc < 0 && (a.outcome_unknown || a.action == API_CHANGED ||
			      may_be_gone(p, &a)))
		return look_what_happened(p, &a, o);
	if (rc < 0)
		return give_up(o, STATUS_FAILED, &a);
	ok = take_answer(p, object, o);
	json_free(object);
	return ok;
}

static json *properties_body(
	const struct page_write *p, const struct notion_page *page)
{
	json *body = json_object();

	json_put(body, "properties", page_properties(p->w, p->op, page));
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
	return op->set_fields & FIELD_BIT(FIELD_TYPE) &&
	       !op->set.value[FIELD_TYPE] && json_count(page->extra_types) > 0;
}

static bool try_properties(struct page_write *p, struct outcome *o)
{
	struct notion_page page;
	bool ok;

	if (!reread_page(p->w, p->op->page_id, &page, o))
		return false;
	p->looked = time_with_sleep();
	if (!is_not_paused(&page, o))
		ok = false;
	else if (!is_as_planned(p, &page))
		ok = skip_edited_page(p->op, &page, o);
	else if (would_promote(p->op, &page))
		ok = skip(o, "changed", "the page was given further types");
	else if (p->w->dry_run)
		ok = skip(o, "dry-run", "it would be written now");
	else
		ok = send(p, properties_body(p, &page), o);
	notion_page_fini(&page);
	return ok;
}

static bool try_trash(struct page_write *p, struct outcome *o)
{
	struct notion_page page;

	if (!recheck_page(p->w, p->op, &page, o))
		return false;
	p->looked = time_with_sleep();
	notion_page_fini(&page);
	if (p->w->dry_run)
		return skip(o, "dry-run", "it would be written now");
	return send(p, trash_body(p->in_trash), o);
}

/* A look and the write, until the one follows the other at once. */
static bool look_and_write(struct page_write *p,
	bool (*try)(struct page_write *, struct outcome *), struct outcome *o)
{
	bool ok = try(p, o);

	for (int looks = 1; p->stale && looks < LOOKS_MAX; looks++) {
		p->stale = false;
		o->code = NULL;
		*o->reason = '\0';
		ok = try(p, o);
	}
	return ok;
}

static struct page_write new_write(struct worker *w, const struct op *op)
{
	return (struct page_write){ .w = w,
		.op = op,
		.seen = op->seen[NOTION],
		.wanted = op_wanted(op) };
}

bool page_update(struct worker *w, const struct op *op, struct outcome *o)
{
	struct page_write p = new_write(w, op);

	p.stamps = true;
	return recheck_row(w, op, o) && look_and_write(&p, try_properties, o);
}

/*
 * What a stamp says, what the two halves agreed on, stays true whatever a
 * person does to the page meanwhile, and its answer shows the page: so nobody
 * looks at it before. Another machine's sync is another matter: its stamp would
 * be replaced by an older one. It shows in the row, which it has written then.
 * An undo's stamp says what was before, and is written like content.
 */
bool page_stamp(struct worker *w, const struct op *op, struct outcome *o)
{
	struct page_write p = new_write(w, op);

	if (op->undoes)
		return page_update(w, op, o);
	p.stamps = p.unseen = true;
	if (w->dry_run)
		return (row_was_shown(op) || recheck_row(w, op, o)) &&
		       skip(o, "dry-run", "it would be written now");
	return send(&p, properties_body(&p, NULL), o);
}

bool page_trash(struct worker *w, const struct op *op, struct outcome *o)
{
	struct page_write p = new_write(w, op);

	p.in_trash = true;
	return recheck_row(w, op, o) && look_and_write(&p, try_trash, o);
}

/*
 * Two requests, because a page in the trash can't be edited: out of the trash
 * as it was, then the content. Between the two the page is live with its old
 * content, which the next run settles like any other.
 */
bool page_restore(struct worker *w, const struct op *op, struct outcome *o)
{
	struct page_write out = new_write(w, op), write = new_write(w, op);
	struct seen live = *op->seen[NOTION];
	bool ok;

	out.wanted = live.held.is;
	out.revives = op->sets;
	if (!recheck_row(w, op, o) || !look_and_write(&out, try_trash, o))
		return false;
	if (!op->sets && !w->schema.checksum && !w->schema.synced)
		return true;
	live.held.deleted = false;
	write.seen = &live;
	write.stamps = true;
	ok = look_and_write(&write, try_properties, o);
	if (ok || is_not_kept(o))
		return ok;
	note(o, "the page is out of the trash, and its content is not written "
		"yet");
	return unclear(o);
}
