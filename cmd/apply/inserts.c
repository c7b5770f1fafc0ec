#include <stdio.h>
#include <string.h>

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

bool row_create(struct run *r, const struct op *op, struct outcome *o)
{
	char id[UUID_SIZE];
	json *row = NULL;
	int got = 0;

	if (!page_still_says_so(r, op, o))
		return false;
	if (r->dry_run)
		return skip(o, "dry-run", "it would be inserted now");
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
