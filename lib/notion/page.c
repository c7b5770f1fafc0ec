#include "notion/page.h"
#include "notion/limits.h"
#include "notion/schema.h"
#include "notion/value.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/buf.h"
#include "util/hex.h"

/* Far more than one page may hold; a stream line is shorter. */
#define JOINED_MAX (16u << 20)

/* The next byte of an id, its percent-encoding undone. */
static int id_byte(const char **s)
{
	const char *c = *s;
	int high, low;

	if (c[0] == '%' && (high = hex_value(c[1])) >= 0 &&
		(low = hex_value(c[2])) >= 0) {
		*s += 3;
		return high << 4 | low;
	}
	*s += *c != '\0';
	return (unsigned char)*c;
}

/* Ids are the same whether one or both are percent-encoded. */
static bool same_id(const char *a, const char *b)
{
	int byte;

	if (!a || !b)
		return false;
	do {
		byte = id_byte(&a);
		if (byte != id_byte(&b))
			return false;
	} while (byte);
	return true;
}

/*
 * The value of the property with that id, if it has that type. A page's
 * property holds its id and type; its key is a name, which may be changed at
 * any time. An empty one has its value, too: null, or an empty array. One
 * without a value may hold anything.
 */
static int property_value(const json *object, const char *id, const char *type,
	const json **value, struct problem *p)
{
	const json *v = json_first(json_get(object, "properties"));
	const char *is;

	*value = NULL;
	while (v && !same_id(json_str(v, "id"), id))
		v = json_next(v);
	if (!v)
		return problem(p, "shape",
			"the page has no property with the id %.40s", id);
	is = json_str(v, "type");
	if (is && strcmp(is, type) != 0)
		return problem(p, "type",
			"the property %.40s is of type %.40s, not %s", id, is,
			type);
	*value = json_get(v, type);
	return *value ? 0
		      : problem(p, "shape",
				"the property %.40s has no %s, not even an "
				"empty one",
				id, type);
}

/*
 * The joined plain_text of a rich text array; *out is NULL where it is empty.
 */
static int join_text(const json *array, char **out, struct problem *p)
{
	struct buf text = BUF_INIT(JOINED_MAX);
	int rc = 0;

	*out = NULL;
	if (!json_is_array(array))
		return problem(p, "shape", "a text is not an array");
	for (const json *r = json_first(array); r && !rc; r = json_next(r)) {
		const json *plain = json_get(r, "plain_text");

		if (json_unreadable(plain))
			rc = problem(p, "text", "a text holds %s",
				json_unreadable(plain));
		else if (!json_text(plain))
			rc = problem(p, "shape",
				"an element of a text has no plain_text");
		else if (buf_adds(&text, json_text(plain)) < 0)
			rc = problem(p, "poison", "a text is too long");
	}
	if (!rc && text.len)
		*out = buf_take(&text);
	buf_fini(&text);
	return rc;
}

static size_t count_mentions(const json *array)
{
	size_t n = 0;

	for (const json *r = json_first(array); r; r = json_next(r)) {
		const char *type = json_str(r, "type");

		n += type && strcmp(type, "mention") == 0;
	}
	return n;
}

bool notion_title_may_be_cut(const json *title)
{
	return count_mentions(title) >= NOTION_MENTIONS_INLINE;
}

static int read_title(struct notion_page *page, const json *object,
	const struct notion_schema *s, struct problem *p)
{
	const json *title;

	if (property_value(
		    object, s->field[FIELD_DECISION], "title", &title, p) < 0)
		return -1;
	page->title_cut = notion_title_may_be_cut(title);
	return join_text(title, &page->decision, p);
}

/* As the property is called here. */
static const char *shown(const struct notion_schema *s, const char *usual)
{
	const char *own = json_str(s->own_names, usual);

	return own ? own : usual;
}

static int read_option(const struct notion_schema *s, const json *option,
	const char **name, struct problem *p)
{
	const json *v = json_get(option, "name");

	*name = json_text(v);
	if (json_unreadable(v))
		return problem(p, "text", "an option of %.60s holds %s",
			shown(s, "Type"), json_unreadable(v));
	if (!*name || !**name)
		return problem(p, "shape", "an option of %.60s has no name",
			shown(s, "Type"));
	return 0;
}

/* The first option is the type; the others are kept for their owner. */
static int read_options(struct notion_page *page, const json *options,
	const struct notion_schema *s, struct problem *p)
{
	const char *name;

	if (!json_is_array(options))
		return problem(p, "shape", "%.60s is not an array of options",
			shown(s, "Type"));
	for (const json *o = json_first(options); o; o = json_next(o)) {
		if (read_option(s, o, &name, p) < 0)
			return -1;
		if (o == json_first(options))
			page->type = xstrdup(name);
		else
			json_add(page->extra_types, json_string(name));
	}
	if (json_first(page->extra_types))
		page->type_value = json_copy(options);
	return 0;
}

static int read_one_option(struct notion_page *page, const json *option,
	const struct notion_schema *s, struct problem *p)
{
	const char *name;

	if (json_is_null(option))
		return 0;
	if (read_option(s, option, &name, p) < 0)
		return -1;
	page->type = xstrdup(name);
	return 0;
}

/* Only the title is asked for to its end where the API may have cut it. */
static int read_type_text(struct notion_page *page, const json *text,
	const struct notion_schema *s, struct problem *p)
{
	if (notion_title_may_be_cut(text))
		return problem(p, "text",
			"%.60s holds %d mentions or more, of which Notion shows "
			"no more",
			shown(s, "Type"), NOTION_MENTIONS_INLINE);
	return join_text(text, &page->type, p);
}

static int read_type(struct notion_page *page, const json *object,
	const struct notion_schema *s, struct problem *p)
{
	const json *value;

	if (property_value(object, s->field[FIELD_TYPE],
		    type_kind_name(s->type_kind), &value, p) < 0)
		return -1;
	page->extra_types = json_array();
	switch (s->type_kind) {
	case TYPE_SELECT:
	case TYPE_STATUS:
		return read_one_option(page, value, s, p);
	case TYPE_TEXT:
		return read_type_text(page, value, s, p);
	default:
		return read_options(page, value, s, p);
	}
}

/*
 * The day is the one written in `start`, whatever its offset, because that is
 * the day people see. A start with a time, or a date with an end, is kept as
 * well.
 */
static int read_date(struct notion_page *page, const json *object,
	const struct notion_schema *s, struct problem *p)
{
	const json *date;
	const char *start, *end;

	if (property_value(object, s->field[FIELD_DATE], "date", &date, p) < 0)
		return -1;
	if (json_is_null(date))
		return 0;
	start = json_str(date, "start");
	end = json_str(date, "end");
	if (!start || !date_leads(start) ||
		(start[DATE_LEN] && start[DATE_LEN] != 'T') ||
		(!end && !json_is_null(json_get(date, "end"))))
		return problem(p, "date",
			"%.60s is not a valid day in the years 0001 to 9999",
			shown(s, "Date"));
	page->date = xstrndup(start, DATE_LEN);
	if (start[DATE_LEN] || end) {
		page->date_detail = json_object();
		json_put_str(page->date_detail, "start", start);
		json_put_str(page->date_detail, "end", end);
	}
	return 0;
}

/*
 * Checksum and Synced are not content: one that can't be read counts as absent.
 */
static void read_marks(struct notion_page *page, const json *object,
	const struct notion_schema *s)
{
	struct problem ignored;
	const json *v;

	if (s->checksum && property_value(object, s->checksum, "rich_text", &v,
				   &ignored) == 0)
		join_text(v, &page->checksum, &ignored);
	if (s->synced && property_value(object, s->synced, "checkbox", &v,
				 &ignored) == 0)
		page->synced = json_is_true(v);
	if (s->paused && property_value(object, s->paused, "checkbox", &v,
				 &ignored) == 0)
		page->paused = json_is_true(v);
	if (s->link && property_value(object, s->link,
			       s->link_is_url ? "url" : "rich_text", &v,
			       &ignored) == 0) {
		if (s->link_is_url)
			page->link = xstrdup(json_text(v));
		else
			join_text(v, &page->link, &ignored);
	}
}

static int read_time(
	const json *object, const char *key, usec *out, struct problem *p)
{
	const json *v = json_get(object, key);

	if (!v)
		return problem(p, "shape", "the page has no %s", key);
	if (!json_is_null(v) && time_parse(json_text(v), out) < 0)
		return problem(p, "time", "%s is not a valid time", key);
	return 0;
}

static int read_id(
	struct notion_page *page, const json *object, struct problem *p)
{
	const char *kind = json_str(object, "object");

	if (!json_is_object(object))
		return problem(p, "shape", "the page is not an object");
	if (uuid_normalize(json_str(object, "id"), page->id) < 0)
		return problem(p, "id", "the page's id is not a UUID");
	if (kind && strcmp(kind, "page") != 0)
		return problem(p, "shape", "this is a %.40s, not a page", kind);
	return 0;
}

int notion_page_in_trash(const json *object)
{
	const json *v = json_get(object, "in_trash");

	if (!json_is_bool(v))
		v = json_get(object, "archived");
	return json_is_bool(v) ? json_is_true(v) : -1;
}

static int read_trash(
	struct notion_page *page, const json *object, struct problem *p)
{
	int in_trash = notion_page_in_trash(object);

	if (in_trash < 0)
		return problem(p, "shape",
			"the page doesn't say whether it is in the trash");
	page->in_trash = in_trash;
	return 0;
}

static bool created_by(const json *object, const char *user)
{
	const char *id = json_str(json_get(object, "created_by"), "id");
	char a[UUID_SIZE], b[UUID_SIZE];

	return uuid_normalize(id, a) == 0 && uuid_normalize(user, b) == 0 &&
	       strcmp(a, b) == 0;
}

int notion_page_parse(struct notion_page *page, const json *object,
	const struct notion_schema *s, struct problem *p)
{
	struct decision content;

	*page = (struct notion_page){ .created = USEC_NONE,
		.edited = USEC_NONE };
	if (read_id(page, object, p) < 0 ||
		read_title(page, object, s, p) < 0 ||
		read_type(page, object, s, p) < 0 ||
		read_date(page, object, s, p) < 0 ||
		read_trash(page, object, p) < 0 ||
		read_time(object, "created_time", &page->created, p) < 0 ||
		read_time(object, "last_edited_time", &page->edited, p) < 0) {
		notion_page_fini(page);
		return -1;
	}
	content = notion_page_decision(page);
	if (notion_can_hold(&content, s->type_kind, NULL, p) < 0) {
		notion_page_fini(page);
		return -1;
	}
	read_marks(page, object, s);
	page->archived = json_true(object, "is_archived");
	page->own = created_by(object, s->bot_user);
	return 0;
}

struct decision notion_page_decision(const struct notion_page *page)
{
	return (struct decision){ {
		[FIELD_DECISION] = page->decision,
		[FIELD_TYPE] = page->type,
		[FIELD_DATE] = page->date,
	} };
}

void notion_page_fini(struct notion_page *page)
{
	free(page->decision);
	free(page->type);
	free(page->date);
	free(page->checksum);
	free(page->link);
	json_free(page->extra_types);
	json_free(page->type_value);
	json_free(page->date_detail);
	page->decision = page->type = page->date = NULL;
	page->checksum = page->link = NULL;
	page->extra_types = page->type_value = page->date_detail = NULL;
}

bool notion_is_bot(const json *user)
{
	const char *type = json_str(user, "type"), *id = json_str(user, "id");
	const json *owner = json_get(json_get(user, "bot"), "owner");
	const char *person = json_str(json_get(owner, "user"), "id");

	return type && strcmp(type, "bot") == 0 && id &&
	       !(person && strcmp(person, id) == 0);
}

void notion_page_parent(const json *object, char out[UUID_SIZE])
{
	const json *parent = json_get(object, "parent");

	if (uuid_normalize(json_str(parent, "data_source_id"), out) < 0)
		out[0] = '\0';
}

int notion_page_is_in(const json *object, const char *data_source)
{
	static const char *const elsewhere[] = { "page_id", "block_id",
		"workspace" };
	const char *type = json_str(json_get(object, "parent"), "type");
	char parent[UUID_SIZE];

	notion_page_parent(object, parent);
	if (parent[0])
		return strcmp(parent, data_source) == 0;
	for (size_t i = 0; type && i < sizeof elsewhere / sizeof elsewhere[0];
		i++)
		if (strcmp(type, elsewhere[i]) == 0)
			return 0;
	return -1;
}
