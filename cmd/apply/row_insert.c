#include <stdio.h>
#include <string.h>

#include "left_page.h"
#include "new_row.h"
#include "recheck.h"
#include "row_insert.h"
#include "short_plan.h"
#include "util/text.h"

/*
 * A page that bears the checksum of something else, as a duplicate does, is
 * read again: were it edited by now, its row would be the newer half of a pair
 * whose two checksums differ, and would take that edit back.
 */
static bool page_may_get_row(
	struct worker *w, const struct op *op, struct outcome *o)
{
	const struct seen *page = op->seen[NOTION];

	return !page || !page->stored ||
	       text_same(page->stored, op->checksum) ||
	       page_still_says_so(w, op, o);
}

bool row_insert_dry(struct worker *w, const struct op *op, struct outcome *o)
{
	return !page_has_maker(w, op, o) && page_may_get_row(w, op, o) &&
	       skip(o, "dry-run", "it would be inserted now");
}

/* Inserts that are tried together. */
struct batch {
	struct common *common;
	struct worker *w;
	char at[TIME_SIZE]; /* the rows' updated_at */
};

/* Some of a batch, in one request. */
struct request {
	struct batch *b;
	struct insert **list;
	size_t n;
};

static enum status unless_sent(const struct insert *i, enum status status)
{
	return *i->sent_at ? STATUS_UNKNOWN : status;
}

/* The rows of these pages, as they are now. */
static int rows_there(const struct request *q, json **rows, struct api_error *a)
{
	const char *pages[INSERTS_MAX];

	for (size_t i = 0; i < q->n; i++)
		pages[i] = q->list[i]->op->page_id;
	return supabase_rows_by_pages(&q->b->w->supabase, pages, q->n, rows, a);
}

/* Before a repeat: none of the rows may be there. */
static int none_is_there(void *arg)
{
	struct api_error a;
	json *rows = NULL;
	int rc = rows_there(arg, &rows, &a);

	if (rc == 0 && json_first(rows))
		rc = -1;
	json_free(rows);
	return rc;
}

static int send(const struct request *q, unsigned attempt, json **made,
	struct api_error *a)
{
	struct worker *w = q->b->w;
	json *rows = json_array();
	int rc;

	for (size_t i = 0; i < q->n; i++) {
		json_add(rows, new_row(w, q->list[i]->op, attempt, q->b->at));
		snprintf(q->list[i]->sent_at, TIME_SIZE, "%s", q->b->at);
	}
	rc = supabase_rows_insert(
		&w->supabase, rows, none_is_there, (void *)q, made, a);
	for (size_t i = 0; rc < 0 && i < q->n; i++) {
		struct insert *one = q->list[i];

		if (a->outcome_unknown || a->action == API_CHANGED)
			one->unanswered = true;
		/* Certainly none was made: as if it had not been sent. */
		else if (!one->unanswered)
			one->sent_at[0] = '\0';
	}
	json_free(rows);
	return rc;
}

/* The row of this op's page among them: with its own id, or with any. */
static const json *row_of(const struct op *op, const json *rows)
{
	const json *found = NULL;

	for (const json *v = json_first(rows); v; v = json_next(v)) {
		if (!is_of_page(op, v))
			continue;
		if (has_own_id(op, v))
			return v;
		found = v;
	}
	return found;
}

/*
 * The page has this row. Where it isn't ours, or was edited since, it is not
 * what we sent that counts.
 */
static void take_found(struct batch *b, struct insert *i, const json *row)
{
	struct outcome *o = &i->outcome;
	const char *at = json_str(row, "updated_at");
	usec sent = USEC_NONE, is = USEC_NONE;

	time_parse(i->sent_at, &sent);
	if (at)
		time_parse(at, &is);
	if (!has_own_id(i->op, row) && !*i->sent_at)
		skip(o, "changed", "another row is linked to the page by now");
	else if (!is_as_sent(b->w, i->op, row) && has_own_id(i->op, row) &&
		 (sent == USEC_NONE || sent != is))
		skip(o, "changed",
			"the page got its row since the plan, and that row was "
			"edited");
	else
		take_new_row(b->w, i->op, json_copy(row), o);
}

/*
 * Looks for rows of the pages, and settles those that are found; how many are
 * left, moved to the front.
 */
static size_t take_those_there(struct batch *b, struct insert **list, size_t n)
{
	struct request q = { .b = b, .list = list, .n = n };
	struct cost before = cost_so_far(b->w), cost;
	json *rows = NULL;
	struct api_error a;
	size_t left = 0;
	int rc = rows_there(&q, &rows, &a);

	cost = cost_since(b->w, &before);
	cost_add(&list[0]->cost, &cost);
	if (rc < 0) { /* a failure of all is one */
		give_up(&list[0]->outcome, STATUS_FAILED, &a);
		execute_judge(
			b->common, b->w, list[0]->op, &list[0]->outcome, &cost);
	}
	for (size_t i = 0; i < n; i++) {
		const json *row = row_of(list[i]->op, rows);

		if (rc < 0)
			give_up(&list[i]->outcome,
				unless_sent(list[i], STATUS_FAILED), &a);
		else if (row)
			take_found(b, list[i], row);
		else
			list[left++] = list[i];
	}
	json_free(rows);
	return left;
}

/* What has become of a row that was sent. */
enum fate {
	FATE_MADE,     /* *row is the answer */
	FATE_FOUND,    /* *row is the page's row, which was looked for */
	FATE_ID_TAKEN, /* the id belongs to the row of another page */
	FATE_NOWHERE,
	FATE_TOLD, /* the outcome is filled */
};

/*
 * It bears the time that was sent: no other row of that id is, though the table
 * may have given it another link.
 */
static bool is_our_insert(const struct insert *i, const json *row)
{
	const char *at = json_str(row, "updated_at");
	usec sent = USEC_NONE, is = USEC_NONE;

	time_parse(i->sent_at, &sent);
	if (at)
		time_parse(at, &is);
	return sent != USEC_NONE && sent == is;
}

/* It isn't in the answer, or its answer is lost. */
static enum fate look_for(
	struct batch *b, struct insert *i, const char *id, json **row)
{
	struct supabase_client *client = &b->w->supabase;
	struct outcome *o = &i->outcome;
	struct api_error a;
	const char *link;

	if (supabase_row_get(client, id, row, &a) < 0)
		goto failed;
	if (*row && is_of_page(i->op, *row))
		return FATE_FOUND;
	if (*row && is_our_insert(i, *row))
		return FATE_MADE;
	link = json_str(*row, "notion_page_id");
	if (*row && link && *link) {
		json_free(*row);
		*row = NULL;
		return FATE_ID_TAKEN;
	}
	if (*row) {
		skip(o, "changed",
			"the row %s was made for this page and has lost its "
			"link; the next run decides about the two",
			id);
		return FATE_TOLD;
	}
	if (supabase_row_by_page(client, i->op->page_id, row, &a) < 0)
		goto failed;
	return *row ? FATE_FOUND : FATE_NOWHERE;
failed:
	give_up(o, unless_sent(i, STATUS_FAILED), &a);
	return FATE_TOLD;
}

/* Sends it, unless that was done, and looks for it where it must. */
static enum fate try_id(struct batch *b, struct insert *i, unsigned attempt,
	bool sent, json **row)
{
	struct request q = { .b = b, .list = &i, .n = 1 };
	enum fate fate;
	char id[UUID_SIZE];
	json *made = NULL;
	struct api_error a = { .action = API_RETRY };
	int rc = sent ? 0 : send(&q, attempt, &made, &a);

	if (rc == 0 && row_of(i->op, made)) {
		*row = json_copy(row_of(i->op, made));
		fate = FATE_MADE;
	} else if (rc < 0 && !*i->sent_at) {
		give_up(&i->outcome, STATUS_FAILED, &a);
		fate = FATE_TOLD;
	} else {
		uuid_row_for_page(i->op->page_id, attempt, id);
		fate = look_for(b, i, id, row);
	}
	if (fate == FATE_NOWHERE && rc < 0) {
		give_up(&i->outcome, STATUS_UNKNOWN, &a);
		fate = FATE_TOLD;
	}
	json_free(made);
	return fate;
}

/* sent: it was, with others, and is missing in the answer. */
static void insert_one(struct batch *b, struct insert *i, bool sent)
{
	json *row = NULL;
	enum fate fate = FATE_ID_TAKEN;

	for (unsigned n = 0; fate == FATE_ID_TAKEN && n < ID_ATTEMPTS; n++)
		fate = try_id(b, i, n, sent && n == 0, &row);
	if (fate == FATE_MADE)
		take_new_row(b->w, i->op, json_copy(row), &i->outcome);
	else if (fate == FATE_FOUND)
		take_found(b, i, row);
	else if (fate == FATE_ID_TAKEN)
		skip(&i->outcome, "changed",
			"all ids that this page's row could have are taken");
	else if (fate == FATE_NOWHERE)
		not_kept(&i->outcome,
			"Supabase took the row of this page and keeps none, "
			"neither by its id nor by its page: look at the "
			"table's triggers and rules for inserts");
	json_free(row);
}

static void insert_alone(struct batch *b, struct insert *i, bool sent)
{
	struct cost before = cost_so_far(b->w), cost;

	if (!execute_goes_on(b->common, b->w)) {
		i->untried = !*i->sent_at;
		skip(&i->outcome, "changed",
			"the run ended before it was looked for");
		unclear(&i->outcome);
		return;
	}
	insert_one(b, i, sent);
	cost = cost_since(b->w, &before);
	execute_judge(b->common, b->w, i->op, &i->outcome, &cost);
	cost_add(&i->cost, &cost);
}

/* Those that are missing in the answer are looked for, all by one request. */
static void take_answers(const struct request *q, const json *made)
{
	struct insert *missing[INSERTS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < q->n; i++) {
		const json *row = row_of(q->list[i]->op, made);

		if (row)
			take_new_row(q->b->w, q->list[i]->op, json_copy(row),
				&q->list[i]->outcome);
		else
			missing[n++] = q->list[i];
	}
	if (n > 0)
		n = take_those_there(q->b, missing, n);
	for (size_t i = 0; i < n; i++)
		insert_alone(q->b, missing[i], true);
}

/* All in one request; how many are still to be tried, at the front. */
static size_t insert_at_once(struct batch *b, struct insert **list, size_t n)
{
	struct request q = { .b = b, .list = list, .n = n };
	struct cost before = cost_so_far(b->w), cost;
	json *made = NULL;
	struct api_error a;
	int rc = send(&q, 0, &made, &a);

	cost = cost_since(b->w, &before);
	cost_add(&list[0]->cost, &cost);
	if (rc == 0) {
		take_answers(&q, made);
		n = 0;
	} else if (*list[0]->sent_at) {
		n = take_those_there(b, list, n);
	}
	json_free(made);
	return n;
}

static void insert_all(struct batch *b, struct insert **list, size_t n)
{
	if (n > 1 && execute_goes_on(b->common, b->w))
		n = insert_at_once(b, list, n);
	if (n > 1) {
		insert_all(b, list, n / 2);
		insert_all(b, list + n / 2, n - n / 2);
	} else if (n == 1) {
		insert_alone(b, list[0], false);
	}
}

/*
 * The table's service has told its time by now, unless something on the way
 * drops the header: then Notion is asked, before this machine's clock counts.
 */
static void take_time(struct batch *b, struct insert *first)
{
	struct worker *w = b->w;
	struct cost before = cost_so_far(w), cost;
	struct api_error ignored;
	json *user = NULL;

	if (!api_now_is_known(&w->supabase.api) &&
		!api_now_is_known(&w->notion.api))
		notion_me(&w->notion, &user, &ignored);
	json_free(user);
	cost = cost_since(w, &before);
	cost_add(&first->cost, &cost);
	time_format(run_now(w), b->at);
}

size_t rows_insert(
	struct common *c, struct worker *w, struct insert *list, size_t n)
{
	struct insert *as_seen[INSERTS_MAX];
	struct batch b = { .common = c, .w = w };
	size_t i, n_seen = 0;

	for (i = 0; i < n && execute_goes_on(c, w); i++) {
		struct outcome *o = &list[i].outcome;
		struct cost before = cost_so_far(w);
		bool ok = short_plan_fill(w, list[i].op, o) &&
			  !page_was_left_over(w, list[i].op, o) &&
			  !page_has_maker(w, list[i].op, o) &&
			  page_may_get_row(w, list[i].op, o);

		list[i].cost = cost_since(w, &before);
		if (ok)
			as_seen[n_seen++] = &list[i];
		else
			execute_judge(c, w, list[i].op, o, &list[i].cost);
	}
	if (n_seen > 0)
		n_seen = take_those_there(&b, as_seen, n_seen);
	if (n_seen > 0) {
		take_time(&b, as_seen[0]);
		insert_all(&b, as_seen, n_seen);
	}
	return i;
}
