#include "recheck.h"

#include <string.h>

#include "notion/page.h"
#include "util/text.h"
#include "util/times.h"

/* Another machine's whole run takes longer. */
#define SHOWN_HOLDS (10 * USEC_SECOND)

bool reread_row(struct worker *w, const char *row_id, struct supabase_row *row,
	json **object, struct outcome *o)
{
	struct api_error a;
	struct problem p;
	json *found;
	bool ok = false;

	if (supabase_row_get(&w->supabase, row_id, &found, &a) < 0)
		return give_up(o, STATUS_FAILED, &a);
	if (!found)
		return skip(o, "changed", "the row is gone since the plan");
	if (supabase_row_parse(row, found, w->supabase.soft_delete, &p) < 0)
		skip(o, "changed", "the row can't be read any more: %s",
			p.detail);
	else
		ok = true;
	if (ok && object)
		*object = found;
	else
		json_free(found);
	return ok;
}

/* Reads the page's object, with its whole title. */
static bool get_page(
	struct worker *w, const char *page_id, json **object, struct outcome *o)
{
	enum notion_place place;
	struct api_error a;

	if (notion_page_get(&w->notion, page_id, w->data_source, &w->schema,
		    &place, object, &a) < 0)
		return give_up(o, STATUS_FAILED, &a);
	if (place == NOTION_MOVED)
		return skip(
			o, "changed", "the page was moved away since the plan");
	if (place == NOTION_UNREACHABLE)
		return skip(o, "changed",
			"the page can't be reached any more: it was erased, "
			"or is no longer shared with the connection");
	if (notion_complete_title(&w->notion, *object, &w->schema, &a) < 0) {
		json_free(*object);
		return give_up(o, STATUS_FAILED, &a);
	}
	return true;
}

bool reread_page(struct worker *w, const char *page_id,
	struct notion_page *page, struct outcome *o)
{
	struct problem p;
	json *object;
	bool ok = true;

	if (!get_page(w, page_id, &object, o))
		return false;
	if (notion_page_parse(page, object, &w->schema, &p) < 0)
		ok = skip(o, "changed", "the page can't be read any more: %s",
			p.detail);
	json_free(object);
	return ok;
}

bool skip_edited_page(
	const struct op *op, const struct notion_page *page, struct outcome *o)
{
	const struct decision is = notion_page_decision(page);
	const struct seen *seen = op->seen[NOTION];
	unsigned differs = seen ? decision_changes(&is, &seen->held.is) : 0;
	struct buf text = BUF_INIT(64);

	for (enum field f = 0; f < FIELDS; f++)
		if (differs & FIELD_BIT(f))
			buf_addf(&text, "%s%s", text.len ? ", " : "",
				field_name(f));
	if (text.len)
		skip(o, "changed", "the page was edited since the plan (%s)",
			buf_str(&text));
	else
		skip(o, "changed", "the page was edited since the plan");
	buf_fini(&text);
	return false;
}

bool is_not_paused(const struct notion_page *page, struct outcome *o)
{
	return page->paused ? skip(o, OP_PAUSED,
				      "the page was paused since the plan")
			    : true;
}

int page_has_other_row(struct worker *w, const char *page_id,
	const char *row_id, struct outcome *o)
{
	char id[UUID_SIZE] = "";
	struct api_error a;
	json *row;
	bool other;

	if (supabase_row_by_page(&w->supabase, page_id, &row, &a) < 0) {
		give_up(o, STATUS_FAILED, &a);
		return -1;
	}
	other = row && (uuid_normalize(json_str(row, "id"), id) < 0 ||
			       strcmp(id, row_id) != 0);
	json_free(row);
	return other;
}

bool recheck_row(struct worker *w, const struct op *op, struct outcome *o)
{
	struct supabase_row row;
	bool same_still;

	if (!op->seen[SUPABASE])
		return true;
	if (!reread_row(w, op->row_id, &row, NULL, o))
		return false;
	same_still = row_is_as_seen(&row, op->seen[SUPABASE]);
	supabase_row_fini(&row);
	return same_still ? true
			  : skip(o, "changed",
				    "the row was edited since the plan");
}

bool row_was_shown(const struct op *op)
{
	return op->row_shown && time_with_sleep() - op->row_shown < SHOWN_HOLDS;
}

static void note_shown(
	const struct worker *w, struct op *op, const json *object)
{
	struct supabase_row row;
	struct problem ignored;

	if (supabase_row_parse(
		    &row, object, w->supabase.soft_delete, &ignored) < 0)
		return;
	while (op && !text_same(op->row_id, row.id))
		op = op->beside;
	if (op && op->seen[SUPABASE] &&
		row_is_as_seen(&row, op->seen[SUPABASE]))
		op->row_shown = time_with_sleep();
	supabase_row_fini(&row);
}

void recheck_rows(struct worker *w, struct op *op)
{
	const char *ids[SUPABASE_IDS_MAX];
	struct api_error ignored;
	json *rows;
	size_t n = 0;

	if (row_was_shown(op))
		return;
	for (struct op *one = op; one && n < SUPABASE_IDS_MAX;
		one = one->beside)
		if (one->row_id && one->seen[SUPABASE])
			ids[n++] = one->row_id;
	if (n < 2 ||
		supabase_rows_by_ids(&w->supabase, ids, n, &rows, &ignored) < 0)
		return;
	for (const json *v = json_first(rows); v; v = json_next(v))
		note_shown(w, op, v);
	json_free(rows);
}

bool recheck_page(struct worker *w, const struct op *op,
	struct notion_page *page, struct outcome *o)
{
	if (!reread_page(w, op->page_id, page, o))
		return false;
	if (is_not_paused(page, o)) {
		if (!op->seen[NOTION] ||
			page_is_as_seen(page, op->seen[NOTION]))
			return true;
		skip_edited_page(op, page, o);
	}
	notion_page_fini(page);
	return false;
}

bool page_still_says_so(
	struct worker *w, const struct op *op, struct outcome *o)
{
	struct notion_page page;

	if (!op->seen[NOTION])
		return true;
	if (!recheck_page(w, op, &page, o))
		return false;
	notion_page_fini(&page);
	return true;
}
