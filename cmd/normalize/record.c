#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/page.h"
#include "supabase/row.h"
#include "util/alloc.h"

static json *line_of(const char *kind, const char *source)
{
	json *line = json_object();

	json_put_str(line, "kind", kind);
	json_put_str(line, "source", source);
	return line;
}

/* "" and NULL are null. */
static void put_id(json *line, const char *key, const char *id)
{
	json_put_str(line, key, id && *id ? id : NULL);
}

static void put_time(json *line, const char *key, usec t)
{
	char text[TIME_SIZE];

	json_put_str(line, key, t == USEC_NONE ? NULL : time_format(t, text));
}

/* A text that is not a checksum was not written by us and says nothing: null.
 */
static void put_checksums(
	json *line, const struct decision *d, const char *stored)
{
	char now[CHECKSUM_SIZE];

	decision_checksum(d, now);
	json_put_str(line, "checksum", now);
	json_put_str(line, "stored_checksum",
		checksum_is_valid(stored) ? stored : NULL);
}

static json *problem_line(const char *source, const char *row_id,
	const char *page_id, const struct problem *p)
{
	json *line = line_of("problem", source);

	put_id(line, "row_id", row_id);
	put_id(line, "page_id", page_id);
	json_put_str(line, "code", p->code);
	json_put_str(line, "detail", p->detail);
	return line;
}

/* A problem of a row names its column first, by the usual name. */
static void name_column(struct problem *p, const json *columns)
{
	size_t n = strcspn(p->detail, " ");
	char *usual = xstrndup(p->detail, n);
	const char *own = json_str(columns, usual);
	struct buf text = BUF_INIT(sizeof p->detail - 1);

	if (own && buf_adds(&text, own) == 0 &&
		buf_adds(&text, p->detail + n) == 0)
		snprintf(p->detail, sizeof p->detail, "%s", buf_str(&text));
	buf_fini(&text);
	free(usual);
}

json *record_of_row(const json *object, const json *head)
{
	struct supabase_row row;
	struct decision content;
	struct problem p;
	json *line;

	if (supabase_row_parse(
		    &row, object, json_true(head, "soft_delete"), &p) < 0) {
		name_column(&p, json_get(head, "columns"));
		return problem_line("supabase", row.id, row.page_id, &p);
	}
	line = line_of("record", "supabase");
	put_id(line, "row_id", row.id);
	put_id(line, "page_id", row.page_id);
	content = supabase_row_decision(&row);
	decision_put(line, &content, ALL_FIELDS);
	put_checksums(line, &content, row.checksum);
	json_put_bool(line, "synced", row.synced);
	json_put_bool(line, "deleted", row.deleted);
	put_time(line, "created_at", row.created);
	put_time(line, "edited_at", row.updated);
	supabase_row_fini(&row);
	return line;
}

/* What the page no longer needs; null for none. */
static json *detach(json **from)
{
	json *v = *from;

	*from = NULL;
	return v ? v : json_string(NULL);
}

json *record_of_page(const json *object, const struct notion_schema *s)
{
	struct notion_page page;
	struct decision content;
	struct problem p;
	json *line;

	if (notion_page_parse(&page, object, s, &p) < 0)
		return problem_line("notion", NULL, page.id, &p);
	line = line_of("record", "notion");
	put_id(line, "page_id", page.id);
	content = notion_page_decision(&page);
	for (enum field f = 0; f < FIELDS; f++) {
		decision_put(line, &content, FIELD_BIT(f));
		if (f == FIELD_TYPE)
			json_put(
				line, "extra_types", detach(&page.extra_types));
		if (f == FIELD_DATE)
			json_put(
				line, "date_detail", detach(&page.date_detail));
	}
	put_checksums(line, &content, page.checksum);
	json_put_bool(line, "synced", page.synced);
	json_put_bool(line, "own", page.own);
	json_put_bool(line, "deleted", page.in_trash);
	if (page.archived)
		json_put_bool(line, "archived", true);
	if (page.paused)
		json_put_bool(line, "paused", true);
	if (s->link)
		json_put_str(line, "shows", page.link);
	put_time(line, "created_at", page.created);
	put_time(line, "edited_at", page.edited);
	notion_page_fini(&page);
	return line;
}

json *record_of_missing(const json *object)
{
	const char *state = json_str(object, "state");
	char id[UUID_SIZE] = "";
	struct problem p;
	json *line;

	if (uuid_normalize(json_str(object, "page_id"), id) < 0) {
		problem(&p, "id", "the id of a missing page is not a UUID");
		return problem_line("notion", NULL, NULL, &p);
	}
	if (!state || (strcmp(state, "moved") != 0 &&
			      strcmp(state, "unreachable") != 0)) {
		problem(&p, "shape",
			"a missing page is neither moved nor unreachable");
		return problem_line("notion", NULL, id, &p);
	}
	line = line_of("record", "notion");
	put_id(line, "page_id", id);
	json_put_str(line, "state", state);
	return line;
}

/* Its own code and detail, as far as they are texts. */
json *record_of_problem(const json *object)
{
	const char *code = json_str(object, "code");
	const char *detail = json_str(object, "detail");
	char id[UUID_SIZE] = "";
	struct problem p;

	uuid_normalize(json_str(object, "page_id"), id);
	problem(&p, "unread", "%.250s",
		detail ? detail : "the page can't be read");
	if (code && strcmp(code, "poison") == 0)
		p.code = "poison";
	return problem_line("notion", NULL, id, &p);
}

json *record_to_problem(json *take_record, const struct problem *p)
{
	json *line = problem_line(json_str(take_record, "source"),
		json_str(take_record, "row_id"),
		json_str(take_record, "page_id"), p);

	json_free(take_record);
	return line;
}
