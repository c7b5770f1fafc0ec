/*
 * Making the page of a row. Notion has no key that would make a repeated
 * create harmless, so a create is journalled right before it is sent and never
 * repeated blindly: when its outcome is unknown the page is looked for, and
 * while that stays unclear the next runs look again.
 * https://developers.notion.com/guides/data-apis/create-pages-in-a-data-source
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "execute.h"
#include "made_page.h"
#include "notion/page.h"
#include "page_create.h"
#include "pages.h"
#include "recheck.h"
#include "rows.h"

/* Notion's query may lag behind a write by a minute or two. */
#define UNCLEAR_WAIT (5 * USEC_MINUTE)
/* A page that an unclear create may have made. */
struct search {
	struct worker *w;
	const char *checksum; /* of the content that was sent */
	usec since;
	char found[UUID_SIZE];
	struct api_error error;
	bool failed;
};

/* Another row with the same content may have got this page, or is to get it. */
static bool is_claimed(struct search *s, const char *page_id)
{
	json *row = NULL;

	if (journal_has_page(s->w->journal, page_id))
		return true;
	if (supabase_row_by_page(&s->w->supabase, page_id, &row, &s->error) <
		0) {
		s->failed = true;
		return true;
	}
	json_free(row);
	return row != NULL;
}

static void consider(struct search *s, const json *object)
{
	struct notion_page page;
	struct problem ignored;

	if (*s->found || s->failed ||
		notion_page_parse(&page, object, &s->w->schema, &ignored) < 0)
		return;
	if (made_page_fits(s->w, &page, s->checksum, s->since) &&
		!is_claimed(s, page.id))
		snprintf(s->found, sizeof s->found, "%s", page.id);
	notion_page_fini(&page);
}

static int consider_each(void *arg, json *take_page, struct error *e)
{
	(void)e;
	consider(arg, take_page);
	json_free(take_page);
	return 0;
}

/* Without the property Checksum: all that was made or edited since. */
static void search_listing(struct search *s)
{
	struct notion_query q = { .data_source = s->w->data_source,
		.schema = &s->w->schema,
		.edited_since = s->since - CLOCK_SLACK };
	struct error e;

	if (notion_query_each(&s->w->notion, &q, consider_each, s, &e) == 0)
		return;
	s->failed = true;
	s->error = (struct api_error){ .action = API_RETRY };
	snprintf(s->error.code, sizeof s->error.code, "lookup");
	snprintf(s->error.message, sizeof s->error.message, "%.400s", e.text);
}

static void search(struct search *s)
{
	json *pages = NULL;

	if (!s->w->schema.checksum) {
		search_listing(s);
		return;
	}
	if (notion_pages_by_checksum(&s->w->notion, s->w->data_source,
		    &s->w->schema, s->checksum, s->since - CLOCK_SLACK, &pages,
		    &s->error) < 0) {
		s->failed = true;
		return;
	}
	for (json *v = json_first(pages); v; v = json_next(v))
		consider(s, v);
	json_free(pages);
}

/* What became of an earlier create of a row's page. */
enum earlier {
	EARLIER_MADE,	/* the page is there, its id is filled in */
	EARLIER_GONE,	/* it is no longer this row's: moved, trashed, … */
	EARLIER_UNSEEN, /* nobody shows it, yet it may be there */
	EARLIER_TOLD,	/* nobody can tell: the outcome is filled */
};

/*
 * The page that an earlier run made, as it is now: gone where it was moved or
 * trashed. o learns what it holds, which may be neither what was sent nor what
 * the row holds by now. A 404 may come from a part of Notion that lags behind.
 */
static enum earlier look_at_made(
	struct worker *w, const char *page_id, struct outcome *o)
{
	enum notion_place place;
	struct notion_page page;
	struct problem why;
	struct api_error a;
	json *object = NULL;

	if (notion_page_get(&w->notion, page_id, w->data_source, &w->schema,
		    &place, &object, &a) < 0) {
		give_up(o, STATUS_FAILED, &a);
		return EARLIER_TOLD;
	}
	if (place == NOTION_LIVE &&
		notion_page_parse(&page, object, &w->schema, &why) < 0) {
		json_free(object);
		skip(o, "changed",
			"the page %s, which was made for it, can't be read: %s",
			page_id, why.detail);
		return EARLIER_TOLD;
	}
	json_free(object);
	if (place == NOTION_UNREACHABLE)
		return EARLIER_UNSEEN;
	if (place != NOTION_LIVE)
		return EARLIER_GONE;
	if (page.title_cut) /* nobody knows what it holds */
		o->differs = true;
	else
		saw_page(o, &page);
	notion_page_fini(&page);
	return EARLIER_MADE;
}

/* Gone, too, where it was since paired with a row of the same content. */
static enum earlier take_made(struct worker *w, const struct open_create *c,
	char page_id[UUID_SIZE], struct outcome *o)
{
	enum earlier became = look_at_made(w, c->page_id, o);
	int other;

	if (became != EARLIER_MADE)
		return became;
	other = page_has_other_row(w, c->page_id, c->row_id, o);
	if (other < 0)
		return EARLIER_TOLD;
	if (other == 0)
		snprintf(page_id, UUID_SIZE, "%s", c->page_id);
	return other == 0 ? EARLIER_MADE : EARLIER_GONE;
}

/* The same where nobody knows its page: it is looked for. */
static enum earlier find_made(struct worker *w, const struct open_create *c,
	char page_id[UUID_SIZE], struct outcome *o)
{
	struct search s = { .w = w, .checksum = c->checksum, .since = c->at };
	enum earlier became;

	search(&s);
	if (s.failed) {
		give_up(o, STATUS_FAILED, &s.error);
		return EARLIER_TOLD;
	}
	if (!*s.found)
		return EARLIER_UNSEEN;
	/* The listing may be older than the page. */
	became = look_at_made(w, s.found, o);
	if (became == EARLIER_MADE)
		snprintf(page_id, UUID_SIZE, "%s", s.found);
	return became;
}

/*
 * An earlier create of this row's page is open. True: go on, with page_id
 * filled where its page was found; false: o says why not now.
 */
static bool settle_earlier(struct worker *w, const struct open_create *c,
	char page_id[UUID_SIZE], struct outcome *o)
{
	enum earlier became = *c->page_id ? take_made(w, c, page_id, o)
					  : find_made(w, c, page_id, o);
	struct error e;

	if (became == EARLIER_TOLD)
		return false;
	if (became == EARLIER_MADE)
		return true;
	if (became == EARLIER_UNSEEN &&
		api_now(&w->notion.api) - c->at < UNCLEAR_WAIT)
		return *c->page_id
			       ? skip(o, "waits",
					 "the page %s was made for it and "
					 "can't be found; it is looked for "
					 "again for five minutes",
					 c->page_id)
			       : skip(o, "waits",
					 "an earlier create of its page ended "
					 "without an answer; the page is looked "
					 "for again for five minutes");
	outcome_fini(o); /* that its page is gone stops nothing */
	if (!w->dry_run && journal_not_created(w->journal, c->row_id, &e) < 0)
		return journal_failed(w, &e, o);
	return true;
}

/* The answer is lost, or isn't ours: is the page there? Looked for twice. */
static bool find_unanswered(struct worker *w, const struct op *op, usec since,
	const struct api_error *a, struct made_page *m, struct outcome *o)
{
	struct search s = { .w = w, .checksum = op->checksum, .since = since };

	for (int i = 0; i < 2 && !*m->id && !*w->stop; i++) {
		if (i > 0)
			time_pause(2 * USEC_SECOND);
		s.failed = false;
		search(&s);
		if (*s.found && !made_page_get(w, op, s.found, since, m, o))
			*s.found = '\0';
	}
	return *m->id ? true : give_up(o, STATUS_UNKNOWN, a);
}

/* Another page's: nothing that is there is linked on such a word. */
static struct api_error foreign_answer(const json *object)
{
	struct api_error a = { .action = API_RETRY,
		.outcome_unknown = true,
		.status = 200,
		.code = "foreign-page" };
	const char *id = json_str(object, "id");

	snprintf(a.message, sizeof a.message,
		"the answer to the create names a page that is not what was "
		"sent: %.60s",
		id ? id : "none");
	return a;
}

/* A create whose turn may come minutes later. */
struct creating {
	struct worker *w;
	const struct op *op;
	struct outcome *outcome;
	usec looked; /* when the row was read: time_with_sleep() */
	usec at;     /* when it was sent; USEC_NONE: it was not */
	struct error error;
	bool failed;  /* the journal can't be written: why is in error */
	bool changed; /* the row is another one by now: the outcome says it */
};

/* From now on it may be carried out: the five minutes begin here. */
static int note_creating(void *arg)
{
	struct creating *c = arg;

	c->changed = time_with_sleep() - c->looked > LOOK_HOLDS &&
		     !recheck_row(c->w, c->op, c->outcome);
	if (c->changed)
		return -1;
	c->looked = time_with_sleep();
	c->at = api_now(&c->w->notion.api);
	c->failed = journal_creating(c->w->journal, c->op->row_id,
			    c->op->checksum, c->at, &c->error) < 0;
	return c->failed ? -1 : 0;
}

/* Sends the create; true with m filled. */
static bool send_create(struct worker *w, const struct op *op, usec looked,
	struct made_page *m, struct outcome *o)
{
	struct creating c = { .w = w,
		.op = op,
		.outcome = o,
		.looked = looked,
		.at = USEC_NONE };
	json *properties = page_properties(w, op, NULL), *object = NULL;
	struct api_error a;
	struct error e;
	int rc = notion_page_create(&w->notion, w->data_source, &w->schema,
		properties, note_creating, &c, &object, &a);

	json_free(properties);
	if (c.failed)
		return journal_failed(w, &c.error, o);
	if (c.changed && c.at != USEC_NONE &&
		journal_not_created(w->journal, op->row_id, &e) < 0)
		return journal_failed(w, &e, o);
	if (c.changed)
		return false;
	if (rc == 0) {
		bool ours = made_page_take(w, op, object, c.at, m, o);

		m->answered = ours;
		a = foreign_answer(object);
		json_free(object);
		if (ours)
			return true;
	}
	if (*a.committed_id)
		made_page_get(w, op, a.committed_id, c.at, m, o);
	if (*m->id)
		return true;
	if (a.outcome_unknown || *a.committed_id)
		return find_unanswered(w, op, c.at, &a, m, o);
	if (c.at != USEC_NONE &&
		journal_not_created(w->journal, op->row_id, &e) < 0)
		return journal_failed(w, &e, o);
	return give_up(o, STATUS_FAILED, &a);
}

/* False with o filled. */
static bool link_row(struct worker *w, const struct op *op,
	const struct made_page *m, struct outcome *o)
{
	/* As long as nothing else is known, a trashed page was not agreed. */
	struct op unsynced = *op;

	unsynced.synced = op->synced && !m->in_trash;
	if (row_link_to(w, &unsynced, m->id, m->checksum, o))
		return true;
	if (o->status == STATUS_SKIPPED && m->answered &&
		made_page_yield(w, op->row_id, m->id, m->checksum, o) > 0)
		return false;
	note(o, "the page %s was made, and the row is not linked to it yet",
		m->id);
	return is_not_kept(o) ? false : unclear(o);
}

/* The page is there, with this content: remember it, link the row to it. */
static bool link_created(struct worker *w, const struct op *op,
	const struct made_page *m, struct outcome *o)
{
	struct error e;

	snprintf(o->page_id, sizeof o->page_id, "%s", m->id);
	if (journal_created(w->journal, op->row_id, m->id, m->answered, &e) <
		0) {
		journal_failed(w, &e, o);
		return unclear(o);
	}
	if (!link_row(w, op, m, o))
		return false;
	/* Where that fails the op is done, and the run is not. */
	journal_linked(w->journal, op->row_id, m->id, &w->fatal);
	if (!*m->differs)
		return true;
	made_page_not_kept(w, op, m, o);
	return false;
}

/* A row whose page was moved or erased gets a new one: not if that is back. */
static bool old_page_is_gone(
	struct worker *w, const struct op *op, struct outcome *o)
{
	const char *link = op_link(op);
	enum notion_place place;
	struct api_error a;
	json *page = NULL;

	if (!link)
		return true;
	if (notion_page_get(&w->notion, link, w->data_source, &w->schema,
		    &place, &page, &a) < 0) {
		/* No page can have such an id. */
		return a.action == API_BAD_RECORD
			       ? true
			       : give_up(o, STATUS_FAILED, &a);
	}
	json_free(page);
	return place == NOTION_MOVED || place == NOTION_UNREACHABLE
		       ? true
		       : skip(o, "changed",
				 "the page that the row is linked to is back");
}

/* Once Notion has refused a page because it takes no more, none is sent. */
static bool takes_pages(struct worker *w, struct outcome *o)
{
	struct api_error why;

	if (execute_makes_pages(w->common, &why))
		return true;
	return skip(o, "waits", "Notion takes no new pages: %.200s%s%.200s",
		why.message, *why.hint ? ": " : "", why.hint);
}

/* The page is what an earlier run sent, and maybe edited since. */
static void take_earlier(const struct open_create *c, struct made_page *m)
{
	m->answered = c->answered;
	snprintf(m->checksum, sizeof m->checksum, "%s", c->checksum);
}

bool page_create(struct worker *w, const struct op *op, struct outcome *o)
{
	struct open_create open;
	const struct open_create *c =
		journal_find(w->journal, op->row_id, &open);
	struct made_page m = { 0 };
	usec looked;

	if (c && !settle_earlier(w, c, m.id, o))
		return false;
	looked = time_with_sleep();
	if (!*m.id && (!takes_pages(w, o) || !recheck_row(w, op, o) ||
			      !old_page_is_gone(w, op, o)))
		return false;
	if (w->dry_run)
		return skip(o, "dry-run", "it would be %s now",
			*m.id ? "linked to the page that an earlier run made"
			      : "created");
	if (*m.id) {
		take_earlier(c, &m);
		return link_created(w, op, &m, o);
	}
	return send_create(w, op, looked, &m, o) && link_created(w, op, &m, o);
}
