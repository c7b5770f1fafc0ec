#include "recheck.h"

#include <string.h>

#include "notion/page.h"
#include "util/text.h"

struct values values_of(const json *object)
{
	return (struct values){
		.decision = json_str(object, "decision"),
		.type = json_str(object, "type"),
		.date = json_str(object, "date"),
	};
}

struct values values_after(const json *was, const json *set)
{
	struct values v = values_of(was);

	if (json_get(set, "decision"))
		v.decision = json_str(set, "decision");
	if (json_get(set, "type"))
		v.type = json_str(set, "type");
	if (json_get(set, "date"))
		v.date = json_str(set, "date");
	return v;
}

json *row_values(const struct supabase_row *row)
{
	json *v = json_object();

	json_put_str(v, "decision", row->decision);
	json_put_str(v, "type", row->type);
	json_put_str(v, "date", row->date);
	json_put_str(v, "link", *row->page_id ? row->page_id : NULL);
	json_put_bool(v, "deleted", row->deleted);
	json_put_str(v, "stored_checksum", row->checksum);
	return v;
}

json *page_values(const struct notion_page *page)
{
	json *v = json_object();

	json_put_str(v, "decision", page->decision);
	json_put_str(v, "type", page->type);
	json_put_str(v, "date", page->date);
	json_put_bool(v, "deleted", page->in_trash);
	json_put_str(v, "stored_checksum", page->checksum);
	return v;
}

/* NULL and "" are the same value. */
static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

bool row_is_as_seen(const struct supabase_row *row, const json *seen)
{
	struct values v = values_of(seen);

	return same(row->decision, v.decision) && same(row->type, v.type) &&
	       same(row->date, v.date) &&
	       same(row->page_id, json_str(seen, "link")) &&
	       row->deleted == json_true(seen, "deleted");
}

bool page_is_as_seen(const struct notion_page *page, const json *seen)
{
	struct values v = values_of(seen);

	return same(page->decision, v.decision) && same(page->type, v.type) &&
	       same(page->date, v.date) &&
	       page->in_trash == json_true(seen, "deleted");
}

void tell_values(
	struct buf *text, const struct values *sent, const struct values *kept)
{
	if (!text_equal(sent->decision, kept->decision))
		tell_kept(text, "decision", sent->decision, kept->decision);
	if (!text_equal_folded(sent->type, kept->type))
		tell_kept(text, "type", sent->type, kept->type);
	if (!same(sent->date, kept->date))
		tell_kept(text, "date", sent->date, kept->date);
}

bool row_holds(const struct supabase_row *row, const struct values *v)
{
	return text_equal(row->decision, v->decision) &&
	       text_equal_folded(row->type, v->type) &&
	       same(row->date, v->date);
}

/* The spelling of an option is Notion's: compared as the sync compares. */
bool page_holds(const struct notion_page *page, const struct values *v)
{
	return text_equal(page->decision, v->decision) &&
	       text_equal_folded(page->type, v->type) &&
	       same(page->date, v->date);
}

bool recheck_read_row(struct worker *r, const char *row_id,
	struct supabase_row *row, json **object, struct outcome *o)
{
	struct api_error a;
	struct problem p;
	json *found;
	bool ok = false;

	if (supabase_row_get(&r->supabase, row_id, &found, &a) < 0)
		return give_up(o, STATUS_FAILED, &a);
	if (!found)
		return skip(o, "changed", "the row is gone since the plan");
	if (supabase_row_parse(row, found, &p) < 0)
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
	struct worker *r, const char *page_id, json **object, struct outcome *o)
{
	enum notion_place place;
	struct api_error a;

	if (notion_page_get(&r->notion, page_id, r->data_source, &r->schema,
		    &place, object, &a) < 0)
		return give_up(o, STATUS_FAILED, &a);
	if (place == NOTION_MOVED)
		return skip(
			o, "changed", "the page was moved out since the plan");
	if (place == NOTION_UNREACHABLE)
		return skip(o, "changed",
			"the page can't be reached any more: it was erased, "
			"or is no longer shared with the connection");
	if (notion_complete_title(&r->notion, *object, &r->schema, &a) < 0) {
		json_free(*object);
		return give_up(o, STATUS_FAILED, &a);
	}
	return true;
}

bool recheck_read_page(struct worker *r, const char *page_id,
	struct notion_page *page, struct outcome *o)
{
	struct problem p;
	json *object;
	bool ok = true;

	if (!get_page(r, page_id, &object, o))
		return false;
	if (notion_page_parse(page, object, &r->schema, &p) < 0)
		ok = skip(o, "changed", "the page can't be read any more: %s",
			p.detail);
	json_free(object);
	return ok;
}

int page_has_other_row(struct worker *r, const char *page_id,
	const char *row_id, struct outcome *o)
{
	char id[UUID_SIZE] = "";
	struct api_error a;
	json *row;
	bool other;

	if (supabase_row_by_page(&r->supabase, page_id, &row, &a) < 0) {
		give_up(o, STATUS_FAILED, &a);
		return -1;
	}
	other = row && (uuid_normalize(json_str(row, "id"), id) < 0 ||
			       strcmp(id, row_id) != 0);
	json_free(row);
	return other;
}

bool recheck_row(struct worker *r, const struct op *op, struct outcome *o)
{
	struct supabase_row row;
	bool same_still;

	if (!op->row)
		return true;
	if (!recheck_read_row(r, op->row_id, &row, NULL, o))
		return false;
	same_still = row_is_as_seen(&row, op->row);
	supabase_row_fini(&row);
	return same_still ? true
			  : skip(o, "changed",
				    "the row was edited since the plan");
}

bool recheck_page(struct worker *r, const struct op *op,
	struct notion_page *page, struct outcome *o)
{
	if (!recheck_read_page(r, op->page_id, page, o))
		return false;
	if (!op->page || page_is_as_seen(page, op->page))
		return true;
	notion_page_fini(page);
	return skip(o, "changed", "the page was edited since the plan");
}
