/* What a page says: notion/limits.h. */
#include "notion_texts.h"

#include "notion/limits.h"
#include "notion/page.h"
#include "notion/schema.h"
#include "sync/problem.h"
#include "util/uuid.h"

static char *const no_text = NULL;

/* A page with these values in the place of the properties' own. */
static json *page_of(const char *title, const char *type, const char *date)
{
	struct buf text = BUF_INIT(1 << 20);
	json *page;

	buf_addf(&text,
		"{\"object\":\"page\",\"id\":\"" ID "\",\"in_trash\":false,"
		"\"created_time\":\"2026-01-02T03:04:00.000Z\","
		"\"last_edited_time\":\"2026-01-03T03:04:00.000Z\","
		"\"created_by\":{\"object\":\"user\",\"id\":\"" BOT "\"},"
		"\"parent\":{\"type\":\"data_source_id\","
		"\"data_source_id\":\"" ID "\"},\"properties\":{"
		"\"x\":{\"id\":\"d\",\"type\":\"date\",\"date\":%s},"
		"\"Other\":{\"id\":\"o\",\"type\":\"number\",\"number\":1},"
		"\"y\":{\"id\":\":a\",\"type\":\"multi_select\","
		"\"multi_select\":%s},"
		"\"z\":{\"id\":\"title\",\"type\":\"title\",\"title\":%s}}}",
		date, type, title);
	page = parse(buf_str(&text));
	buf_fini(&text);
	return page;
}

static struct notion_schema schema_of(const char *checksum, const char *synced)
{
	json *head =
		parse("{\"properties\":{\"Decision\":\"title\",\"Type\":"
		      "\"%3Aa\",\"Date\":\"d\"},\"bot_user\":\"" BOT "\"}");
	struct notion_schema s;
	struct error e;

	if (checksum)
		json_put_str(
			json_get(head, "properties"), "Checksum", checksum);
	if (synced)
		json_put_str(json_get(head, "properties"), "Synced", synced);
	if (notion_schema_from_head(&s, head, &e) < 0)
		abort();
	json_free(head);
	return s;
}

#define A "[{\"type\":\"text\",\"plain_text\":\"A\"}]"

static void test_page(void)
{
	json *object = page_of("[{\"plain_text\":\"Adopt \"},{\"type\":"
			       "\"mention\",\"plain_text\":\"@Ann\"}]",
		"[{\"id\":\"1\",\"name\":\"Ops\"},{\"id\":\"2\",\"name\":"
		"\"UX\"}]",
		"{\"start\":\"2026-01-02\",\"end\":null,\"time_zone\":null}");
	struct notion_schema s = schema_of(NULL, NULL);
	struct notion_page page;
	struct problem p;
	char parent[UUID_SIZE], time[TIME_SIZE];

	check_int(notion_page_parse(&page, object, &s, &p), 0);
	check_str(page.id, ID);
	check_str(page.decision, "Adopt @Ann");
	check_str(page.type, "Ops");
	check_str(page.date, "2026-01-02");
	check(page.date_detail == NULL);
	check(page.own && !page.in_trash && !page.synced && !page.title_cut);
	check_str(page.checksum, no_text);
	check_str(
		time_format(page.edited, time), "2026-01-03T03:04:00.000000Z");
	check_prints(json_copy(page.extra_types), "[\"UX\"]");
	check_prints(json_copy(page.type_value),
		"[{\"id\":\"1\",\"name\":\"Ops\"},{\"id\":\"2\",\"name\":"
		"\"UX\"}]");
	notion_page_parent(object, parent);
	check_str(parent, ID);
	notion_page_parent(NULL, parent);
	check_str(parent, "");
	notion_page_fini(&page);
	notion_schema_fini(&s);
	json_free(object);
}

static void test_empty_page(void)
{
	json *object = page_of("[]", "[]", "null");
	struct notion_schema s = schema_of("c", "s");
	struct notion_page page;
	struct problem p;

	json_remove(object, "created_by");
	json_remove(object, "in_trash");
	json_put_bool(object, "archived", true); /* as versions before did */
	check_int(notion_page_parse(&page, object, &s, &p), 0);
	check(!page.decision && !page.type && !page.date && !page.checksum);
	check(!page.own && page.in_trash && !page.synced);
	check_prints(json_copy(page.extra_types), "[]");
	notion_page_fini(&page);
	notion_schema_fini(&s);
	json_free(object);
}

static void check_date(const char *date, const char *day, const char *detail)
{
	json *object = page_of(A, "[]", date);
	struct notion_schema s = schema_of(NULL, NULL);
	struct notion_page page;
	struct problem p = { 0 };

	if (!day) {
		check_int(notion_page_parse(&page, object, &s, &p), -1);
		check_str(p.code, "date");
		check_str(page.id, ID);
	} else if (check_int(notion_page_parse(&page, object, &s, &p), 0)) {
		check_str(page.date, day);
		check_prints(json_copy(page.date_detail), detail);
	}
	notion_page_fini(&page);
	notion_schema_fini(&s);
	json_free(object);
}

/* The day as written, whatever the offset says of UTC. */
static void test_dates(void)
{
	check_date("{\"start\":\"2026-01-02\"}", "2026-01-02", "null");
	check_date("{\"start\":\"2026-01-02T00:30:00.000+14:00\",\"end\":null}",
		"2026-01-02",
		"{\"start\":\"2026-01-02T00:30:00.000+14:00\",\"end\":null}");
	check_date("{\"start\":\"2026-01-02\",\"end\":\"2026-01-05\"}",
		"2026-01-02",
		"{\"start\":\"2026-01-02\",\"end\":\"2026-01-05\"}");
	check_date("{\"start\":\"2026-02-30\"}", NULL, NULL);
	check_date("{\"start\":\"10000-01-01\"}", NULL, NULL);
	check_date("{\"start\":\"2026-01-02x\"}", NULL, NULL);
	check_date("{\"start\":null}", NULL, NULL);
	check_date("{\"start\":\"\"}", NULL, NULL);
	check_date("\"2026-01-02\"", NULL, NULL);
	check_date("{\"start\":\"2026-01-02\",\"end\":7}", NULL, NULL);
}

/* A problem calls a property as the database does. */
static void test_own_names(void)
{
	json *bad_date = page_of(A, "[]", "{\"start\":null}");
	json *bad_type = page_of(A, "[{}]", "null");
	struct notion_schema s = schema_of(NULL, NULL);
	struct notion_page page;
	struct problem p = { 0 };

	s.own_names = parse("{\"Type\":\"Kind\",\"Date\":\"When\"}");
	check_int(notion_page_parse(&page, bad_date, &s, &p), -1);
	check_has(p.detail, "When is not a valid day");
	notion_page_fini(&page);
	check_int(notion_page_parse(&page, bad_type, &s, &p), -1);
	check_has(p.detail, "an option of Kind has no name");
	notion_page_fini(&page);
	notion_schema_fini(&s);
	json_free(bad_date);
	json_free(bad_type);
}

static void check_problem(json *take_object, const char *code, const char *id)
{
	struct notion_schema s = schema_of("c", "s");
	struct notion_page page;
	struct problem p = { 0 };

	check_int(notion_page_parse(&page, take_object, &s, &p), -1);
	check_str(p.code, code);
	check_str(page.id, id);
	check(p.detail[0] != '\0');
	notion_page_fini(&page);
	notion_schema_fini(&s);
	json_free(take_object);
}

static json *page_with(const char *key, const char *value)
{
	json *page = page_of(A, "[]", "null");

	json_put(page, key, parse(value));
	return page;
}

static void test_problems(void)
{
	check_problem(NULL, "shape", "");
	check_problem(parse("[]"), "shape", "");
	check_problem(parse("{}"), "id", "");
	check_problem(page_with("id", "\"12\""), "id", "");
	check_problem(page_with("object", "\"data_source\""), "shape", ID);
	check_problem(page_with("properties", "{}"), "shape", ID);
	check_problem(page_with("properties", "null"), "shape", ID);
	check_problem(page_with("created_time", "\"yesterday\""), "time", ID);
	check_problem(page_with("last_edited_time", "7"), "time", ID);
	check_problem(page_of("[{\"plain_text\":\"a\\u0000b\"}]", "[]", "null"),
		"text", ID);
	check_problem(page_of("[{\"text\":{}}]", "[]", "null"), "shape", ID);
	check_problem(page_of("\"A\"", "[]", "null"), "shape", ID);
	check_problem(page_of("null", "[]", "null"), "shape", ID);
	check_problem(page_of(A, "{}", "null"), "shape", ID);
	check_problem(page_of(A, "null", "null"), "shape", ID);
	check_problem(page_of(A, "[{\"id\":\"1\"}]", "null"), "shape", ID);
	check_problem(
		page_of(A, "[{\"name\":\"\\ud800\"}]", "null"), "text", ID);
	check_problem(page_of(A, "[{\"name\":\"a,b\"}]", "null"), "poison", ID);
	check_problem(
		page_with("properties",
			"{\"T\":{\"id\":\"title\",\"type\":\"title\",\"title\":"
			"[]},\"x\":{\"id\":\"d\",\"type\":\"date\",\"date\":"
			"null},\"y\":{\"id\":\"%3aa\",\"type\":\"select\","
			"\"select\":null}}"),
		"type", ID);
}

/* A Type of that type, without its value. */
static void check_no_type(const char *type)
{
	json *object = page_of(A, "[]", "null");
	json *y = json_get(json_get(object, "properties"), "y");
	struct notion_schema s = schema_of(NULL, NULL);
	struct notion_page page;
	struct problem p = { 0 };

	check_int(type_kind_parse(type, &s.type_kind), 0);
	json_put_str(y, "type", type);
	json_remove(y, "multi_select");
	check_int(notion_page_parse(&page, object, &s, &p), -1);
	check_str(p.code, "shape");
	check_has(p.detail, type);
	notion_page_fini(&page);
	notion_schema_fini(&s);
	json_free(object);
}

static json *page_without(const char *key)
{
	json *page = page_of(A, "[]", "null");

	json_remove(page, key);
	return page;
}

/* Something on the way has left out what is never left out: that is no null. */
static void test_missing_values(void)
{
	static const char *const types[] = { "select", "status", "rich_text",
		"multi_select" };

	check_problem(page_without("in_trash"), "shape", ID);
	check_problem(page_without("created_time"), "shape", ID);
	check_problem(page_without("last_edited_time"), "shape", ID);
	check_problem(page_with("properties",
			      "{\"T\":{\"id\":\"title\",\"type\":\"title\","
			      "\"title\":[]},\"x\":{\"id\":\"d\",\"type\":"
			      "\"date\"},\"y\":{\"id\":\"%3aa\",\"type\":"
			      "\"multi_select\",\"multi_select\":[]}}"),
		"shape", ID);
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		check_no_type(types[i]);
}

static void check_marks(const char *properties, const char *checksum, bool on)
{
	json *object = page_of(A, "[]", "null"), *more = parse(properties);
	struct notion_schema s = schema_of("c", "s");
	struct notion_page page;
	struct problem p;

	for (json *m = json_first(more); m; m = json_next(m))
		json_put(json_get(object, "properties"), json_key(m),
			json_copy(m));
	if (check_int(notion_page_parse(&page, object, &s, &p), 0)) {
		check_str(page.checksum, checksum);
		check(page.synced == on);
	}
	notion_page_fini(&page);
	notion_schema_fini(&s);
	json_free(more);
	json_free(object);
}

/* Checksum and Synced never stop a record. */
static void test_marks(void)
{
	check_marks("{\"C\":{\"id\":\"c\",\"type\":\"rich_text\",\"rich_text\":"
		    "[{\"plain_text\":\"ab\"},{\"plain_text\":\"cd\"}]},"
		    "\"S\":{\"id\":\"s\",\"type\":\"checkbox\",\"checkbox\":"
		    "true}}",
		"abcd", true);
	check_marks("{}", NULL, false);
	check_marks("{\"C\":{\"id\":\"c\",\"type\":\"number\",\"number\":7},"
		    "\"S\":{\"id\":\"s\",\"type\":\"formula\",\"formula\":{}}}",
		NULL, false);
	check_marks("{\"C\":{\"id\":\"c\",\"type\":\"rich_text\",\"rich_text\":"
		    "[{\"plain_text\":\"ab\"},{\"plain_text\":\"\\u0000\"}]}}",
		NULL, false);
}

static void check_mentions(int n, bool cut)
{
	struct buf title = BUF_INIT(1 << 16);
	struct notion_schema s = schema_of(NULL, NULL);
	struct notion_page page;
	struct problem p;
	json *object;

	buf_addc(&title, '[');
	for (int i = 0; i < n; i++)
		buf_addf(&title,
			"%s{\"type\":\"mention\",\"plain_text\":\"@%d\"}",
			i ? "," : "", i);
	buf_addc(&title, ']');
	object = page_of(buf_str(&title), "[]", "null");
	check_int(notion_page_parse(&page, object, &s, &p), 0);
	check(page.title_cut == cut);
	notion_page_fini(&page);
	notion_schema_fini(&s);
	json_free(object);
	buf_fini(&title);
}

static void test_title_cut(void)
{
	check_mentions(NOTION_MENTIONS_INLINE - 1, false);
	check_mentions(NOTION_MENTIONS_INLINE, true);
}

static void test_whose_token(void)
{
	static const struct {
		const char *user;
		bool bot;
	} users[] = {
		{ "{\"id\":\"u\",\"type\":\"bot\",\"bot\":{\"owner\":{"
		  "\"type\":\"workspace\",\"workspace\":true}}}",
			true },
		/* A connection that a person has authorized is not the person.
		 */
		{ "{\"id\":\"u\",\"type\":\"bot\",\"bot\":{\"owner\":{"
		  "\"type\":\"user\",\"user\":{\"id\":\"p\"}}}}",
			true },
		{ "{\"id\":\"p\",\"type\":\"bot\",\"bot\":{\"owner\":{"
		  "\"type\":\"user\",\"user\":{\"id\":\"p\"}}}}",
			false },
		{ "{\"id\":\"p\",\"type\":\"person\",\"person\":{}}", false },
		{ "{\"id\":\"u\",\"type\":\"bot\",\"bot\":{}}", true },
		{ "{\"id\":\"u\"}", false },
		{ "{\"type\":\"bot\"}", false },
		{ "[]", false },
	};

	for (size_t i = 0; i < sizeof users / sizeof users[0]; i++) {
		json *user = parse(users[i].user);

		check_int(notion_is_bot(user), users[i].bot);
		json_free(user);
	}
}

int main(void)
{
	run(test_whose_token);
	run(test_page);
	run(test_empty_page);
	run(test_dates);
	run(test_own_names);
	run(test_problems);
	run(test_missing_values);
	run(test_marks);
	run(test_title_cut);
	return test_end();
}
