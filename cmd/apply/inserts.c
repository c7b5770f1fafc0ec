#include <stdio.h>
#include <string.h>

#include "expect.h"
#include "inserts.h"
#include "look.h"
#include "rows.h"

/* A derived id that is taken by a row linked elsewhere: how many are tried. */
#define ID_ATTEMPTS 8

/* The row of a page: its id is derived from the page's, so it is made once. */
static json *new_row(const struct op *op, unsigned attempt)
{
	json *row = json_object();
	char id[UUID_SIZE];

	uuid_row_for_page(op->page_id, attempt, id);
	json_put_str(row, "id", id);
	json_put_str(row, "decision", json_str(op->set, "decision"));
	json_put_str(row, "type", json_str(op->set, "type"));
	json_put_str(row, "date", json_str(op->set, "date"));
	json_put_str(row, "notion_page_id", op->page_id);
	json_put_bool(row, "notion_synced", op->synced);
	json_put_str(row, "checksum", op->checksum);
	return row;
}

/* 1 with *row as it was made, 0 where the id is taken, -1 with o filled. */
static int insert(struct run *r, const struct op *op, unsigned attempt,
	json **row, struct outcome *o)
{
	json *rows = json_array(), *made = NULL;
	struct api_error a;
	int rc = -1;

	json_add(rows, new_row(op, attempt));
	if (supabase_rows_insert(&r->supabase, rows, &made, &a) < 0) {
		give_up(o, a.outcome_unknown ? STATUS_UNKNOWN : STATUS_FAILED,
			&a);
	} else {
		*row = json_is_null(json_first(made))
			       ? NULL
			       : json_copy(json_first(made));
		rc = *row != NULL;
	}
	json_free(made);
	json_free(rows);
	return rc;
}

/* Who has the derived id? 1: our own earlier insert, 0: another, -1. */
static int look_who(struct run *r, const struct op *op, const char *id,
	json **object, struct outcome *o)
{
	struct supabase_row row;
	int mine;

	if (!look_at_row(r, id, &row, object, o))
		return -1;
	mine = strcmp(row.page_id, op->page_id) == 0;
	if (!mine && !*row.page_id) {
		skip(o, "changed",
			"the row %s was made for this page and has lost its "
			"link; the next run pairs them",
			id);
		mine = -1;
	}
	supabase_row_fini(&row);
	if (mine <= 0)
		json_free(*object);
	return mine;
}

/* The page was looked at. */
static bool insert_one(struct run *r, const struct op *op, struct outcome *o)
{
	char id[UUID_SIZE];
	json *row = NULL;
	int got = 0;

	for (unsigned i = 0; got == 0 && i < ID_ATTEMPTS; i++) {
		uuid_row_for_page(op->page_id, i, id);
		got = insert(r, op, i, &row, o);
		if (got == 0)
			got = look_who(r, op, id, &row, o);
	}
	if (got < 0)
		return false;
	if (got == 0)
		return skip(o, "changed",
			"all ids that this page's row could have are taken");
	snprintf(o->row_id, sizeof o->row_id, "%s", id);
	return row_take_new(op, row, o);
}

bool row_create_dry(struct run *r, const struct op *op, struct outcome *o)
{
	return page_still_says_so(r, op, o) &&
	       skip(o, "dry-run", "it would be inserted now");
}

/* Inserts that are tried together, and what the latest failure was. */
struct batch {
	struct run *r;
	struct api_error error;
	int failed_in_row;
	bool unsure; /* a common request may have been carried out */
};

/* Where nothing more will succeed, nothing more is sent. */
static bool is_hopeless(const struct batch *b)
{
	return b->failed_in_row > 0 &&
	       (api_error_stops(&b->error) || b->failed_in_row >= OUTAGE_AFTER);
}

static void insert_alone(struct batch *b, struct insert *i)
{
	struct cost before = cost_so_far(b->r), cost;

	if (is_hopeless(b)) {
		give_up(&i->outcome, b->unsure ? STATUS_UNKNOWN : STATUS_FAILED,
			&b->error);
		return;
	}
	insert_one(b->r, i->op, &i->outcome);
	cost = cost_since(b->r, &before);
	cost_add(&i->cost, &cost);
	if (!i->outcome.has_error) {
		b->failed_in_row = 0;
	} else if (api_error_stops(&i->outcome.error) ||
		   i->outcome.error.action == API_RETRY) {
		b->failed_in_row++;
		b->error = i->outcome.error;
	}
}

static json *row_of(const json *rows, const char *id)
{
	for (json *v = json_first(rows); v; v = json_next(v)) {
		const char *has = json_str(v, "id");

		if (has && strcmp(has, id) == 0)
			return v;
	}
	return NULL;
}

/* One that isn't among the rows that were made has an id that was taken. */
static void take_made(struct batch *b, struct insert *i, const json *made)
{
	char id[UUID_SIZE];
	const json *row;

	uuid_row_for_page(i->op->page_id, 0, id);
	row = row_of(made, id);
	if (!row) {
		insert_alone(b, i);
		return;
	}
	snprintf(i->outcome.row_id, sizeof i->outcome.row_id, "%s", id);
	row_take_new(i->op, json_copy(row), &i->outcome);
}

/* All in one request; false where that failed. */
static bool insert_at_once(struct batch *b, struct insert **list, size_t n)
{
	struct cost before = cost_so_far(b->r), cost;
	json *rows = json_array(), *made = NULL;
	struct api_error a;
	int rc;

	for (size_t i = 0; i < n; i++)
		json_add(rows, new_row(list[i]->op, 0));
	rc = supabase_rows_insert(&b->r->supabase, rows, &made, &a);
	cost = cost_since(b->r, &before);
	cost_add(&list[0]->cost, &cost);
	for (size_t i = 0; rc == 0 && i < n; i++)
		take_made(b, list[i], made);
	if (rc < 0 && a.outcome_unknown)
		b->unsure = true;
	if (rc < 0 && api_error_stops(&a)) {
		b->failed_in_row = 1;
		b->error = a;
	}
	json_free(made);
	json_free(rows);
	return rc == 0;
}

static void insert_all(struct batch *b, struct insert **list, size_t n)
{
	if (n == 1) {
		insert_alone(b, list[0]);
	} else if (is_hopeless(b) || !insert_at_once(b, list, n)) {
		insert_all(b, list, n / 2);
		insert_all(b, list + n / 2, n - n / 2);
	}
}

/* Made by this op's own request, now or earlier. */
static bool is_own(const struct op *op, const char *row_id)
{
	char id[UUID_SIZE];

	for (unsigned i = 0; i < ID_ATTEMPTS; i++) {
		uuid_row_for_page(op->page_id, i, id);
		if (strcmp(id, row_id) == 0)
			return true;
	}
	return false;
}

static bool has_other_row(const struct op *op, const json *rows)
{
	for (const json *v = json_first(rows); v; v = json_next(v)) {
		char page_id[UUID_SIZE], row_id[UUID_SIZE];
		const char *link = json_str(v, "notion_page_id");
		const char *id = json_str(v, "id");

		if (link && uuid_normalize(link, page_id) == 0 &&
			strcmp(page_id, op->page_id) == 0 &&
			(!id || uuid_normalize(id, row_id) < 0 ||
				!is_own(op, row_id)))
			return true;
	}
	return false;
}

/* Drops those whose page has got a row since the plan; how many are left. */
static size_t drop_linked(struct batch *b, struct insert **list, size_t n)
{
	struct cost before = cost_so_far(b->r), cost;
	const char *pages[INSERTS_MAX];
	struct api_error a;
	size_t left = 0;
	json *rows;
	int rc;

	for (size_t i = 0; i < n; i++)
		pages[i] = list[i]->op->page_id;
	rc = supabase_rows_by_pages(&b->r->supabase, pages, n, &rows, &a);
	cost = cost_since(b->r, &before);
	cost_add(&list[0]->cost, &cost);
	for (size_t i = 0; i < n; i++) {
		struct outcome *o = &list[i]->outcome;

		if (rc < 0)
			give_up(o, STATUS_FAILED, &a);
		else if (has_other_row(list[i]->op, rows))
			skip(o, "changed",
				"another row is linked to the page by now");
		else
			list[left++] = list[i];
	}
	json_free(rows);
	return left;
}

size_t rows_create(struct run *r, struct insert *list, size_t n)
{
	struct insert *as_seen[INSERTS_MAX];
	struct batch b = { .r = r };
	size_t i, n_seen = 0;

	for (i = 0; i < n && *r->stop == 0; i++) {
		struct cost before = cost_so_far(r);

		if (expect_fill(r, list[i].op, &list[i].outcome) &&
			page_still_says_so(r, list[i].op, &list[i].outcome))
			as_seen[n_seen++] = &list[i];
		list[i].cost = cost_since(r, &before);
	}
	if (n_seen > 0)
		n_seen = drop_linked(&b, as_seen, n_seen);
	if (n_seen > 0)
		insert_all(&b, as_seen, n_seen);
	return i;
}
