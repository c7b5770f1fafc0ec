#include "new_row.h"

#include <stdio.h>
#include <string.h>

#include "util/text.h"

json *new_row(const struct worker *w, const struct op *op, unsigned attempt,
	const char *at)
{
	json *row = json_object();
	char id[UUID_SIZE];

	uuid_row_for_page(op->page_id, attempt, id);
	json_put_str(row, "id", id);
	supabase_row_put(row, &op->set, ALL_FIELDS);
	json_put_str(row, "notion_page_id", op->page_id);
	json_put_bool(row, "notion_synced", op->synced);
	json_put_str(row, "checksum", op->checksum);
	json_put_str(row, "updated_at", at);
	if (w->supabase.soft_delete)
		json_put_str(row, SUPABASE_SOFT_DELETE, NULL);
	return row;
}

bool is_of_page(const struct op *op, const json *row)
{
	const char *link = json_str(row, "notion_page_id");
	char page_id[UUID_SIZE];

	return link && uuid_normalize(link, page_id) == 0 &&
	       strcmp(page_id, op->page_id) == 0;
}

bool has_own_id(const struct op *op, const json *row)
{
	char own[UUID_SIZE], id[UUID_SIZE];

	if (uuid_normalize(json_str(row, "id"), id) < 0)
		return false;
	for (unsigned i = 0; i < ID_ATTEMPTS; i++) {
		uuid_row_for_page(op->page_id, i, own);
		if (strcmp(own, id) == 0)
			return true;
	}
	return false;
}

/* What of it isn't as it was sent, for people; "" where all is. */
static void compare(const struct field_names *names, const struct op *op,
	const struct supabase_row *row, struct buf *text)
{
	const struct decision kept = supabase_row_decision(row);

	tell_fields(text, &op->set, &kept, ALL_FIELDS);
	if (row->deleted)
		tell_kept(text, column_name(names, SUPABASE_SOFT_DELETE), NULL,
			"a time");
	if (strcmp(row->page_id, op->page_id) != 0)
		tell_kept(text, column_name(names, "notion_page_id"),
			op->page_id, row->page_id);
}

bool is_as_sent(const struct worker *w, const struct op *op, const json *object)
{
	struct buf text = BUF_INIT(4 * API_MESSAGE_MAX);
	struct supabase_row row;
	struct problem ignored;
	bool same = false;

	if (supabase_row_parse(
		    &row, object, w->supabase.soft_delete, &ignored) == 0) {
		compare(NULL, op, &row, &text);
		same = text.len == 0;
		supabase_row_fini(&row);
	}
	buf_fini(&text);
	return same;
}

/*
 * As long as nothing else is known of the pair, what the row bears is evidence:
 * it must not say that the row holds what the page holds, nor that it was
 * deleted since.
 */
static void withdraw(struct worker *w, const struct supabase_row *row,
	const json *object, struct outcome *o)
{
	struct buf where = SUPABASE_WHERE_INIT;
	const struct decision is = supabase_row_decision(row);
	json *set = json_object(), *after = NULL;
	char sum[CHECKSUM_SIZE];
	struct api_error a;

	decision_checksum(&is, sum);
	json_put_str(set, "checksum", sum);
	json_put_bool(set, "notion_synced", row->synced && !row->deleted);
	if (supabase_where(&where, w->supabase.names, "id", row->id) < 0 ||
		supabase_where(&where, w->supabase.names, "notion_page_id",
			json_str(object, "notion_page_id")) < 0 ||
		supabase_row_patch(
			&w->supabase, row->id, &where, set, &after, &a) < 0 ||
		!after)
		note(o, "its checksum is still that of what was sent");
	else
		o->after[SUPABASE] = seen_with_sum(
			o->after[SUPABASE], json_str(after, "checksum"));
	json_free(after);
	json_free(set);
	buf_fini(&where);
}

bool take_new_row(struct worker *w, const struct op *op, json *take_object,
	struct outcome *o)
{
	struct buf text = BUF_INIT(4 * API_MESSAGE_MAX);
	struct supabase_row row;
	struct problem p;
	bool kept;

	if (supabase_row_parse(&row, take_object, w->supabase.soft_delete, &p) <
		0) {
		snprintf(o->row_id, sizeof o->row_id, "%s", row.id);
		json_free(take_object);
		return not_kept(o,
			NOT_KEPT_BY_TABLE "what came back can't be read: %s",
			p.detail);
	}
	snprintf(o->row_id, sizeof o->row_id, "%s", row.id);
	compare(w->supabase.names, op, &row, &text);
	kept = text.len == 0;
	saw_row(o, &row);
	if (kept) { /* triggers that keep these two change no content */
		note_marks(o, SUPABASE, w->supabase.names,
			!op->checksum || text_same(row.checksum, op->checksum),
			row.synced == op->synced);
		done(o);
	} else {
		not_kept(o, NOT_KEPT_BY_TABLE "%s", buf_str(&text));
		withdraw(w, &row, take_object, o);
	}
	supabase_row_fini(&row);
	json_free(take_object);
	buf_fini(&text);
	return kept;
}
