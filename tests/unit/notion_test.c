/* What is known of Notion: notion.h. */
#include "notion.h"

#include <stdlib.h>

#include "test.h"
#include "text.h"

#define ID "38c9ce7b-60a4-8128-8d53-d5d4642a0a6f"
#define BOT "00000000-0000-4000-8000-0000000000b0"

static json *parse(const char *text)
{
	struct error e;
	json *v = json_parse(text, strlen(text), JSON_MARK_UNREADABLE, &e);

	if (!v) {
		printf("bad test: %s in %s\n", e.text, text);
		abort();
	}
	return v;
}

static void check_prints(json *take, const char *wanted)
{
	struct buf out = BUF_INIT(100000);

	json_print(take, &out);
	check_str(buf_str(&out), wanted);
	buf_fini(&out);
	json_free(take);
}

/* --- the schema ---------------------------------------------------------- */

#define TITLE "\"Name\":{\"id\":\"title\",\"name\":\"Name\",\"type\":\"title\"}"
#define TYPE                                                              \
	"\"Type\":{\"id\":\"%3Aa\",\"type\":\"multi_select\","            \
	"\"multi_select\":{\"options\":[{\"id\":\"1\",\"name\":\"Ops\"}," \
	"{\"id\":\"2\",\"name\":\"UX\"}]}}"
#define DATE "\"Date\":{\"id\":\"d\",\"type\":\"date\"}"
#define CHECKSUM "\"Checksum\":{\"id\":\"c\",\"type\":\"rich_text\"}"
#define SYNCED "\"Synced\":{\"id\":\"s\",\"type\":\"checkbox\"}"
#define SOURCE(properties) "{\"properties\":{" properties "}}"

static void test_bind(void)
{
	json *source =
		parse(SOURCE(SYNCED "," TYPE "," TITLE "," CHECKSUM "," DATE));
	json *head = json_object();
	struct notion_schema s, again;
	struct error e;

	check_int(notion_schema_bind(&s, source, &e), 0);
	check_str(s.decision, "title");
	check_str(s.type, "%3Aa");
	check_str(s.date, "d");
	check_str(s.checksum, "c");
	check_str(s.synced, "s");
	s.bot_user = malloc(sizeof BOT);
	strcpy(s.bot_user, BOT);
	notion_schema_to_head(&s, head);
	check_int(notion_schema_from_head(&again, head, &e), 0);
	check_str(again.type, "%3Aa");
	check_str(again.synced, "s");
	check_str(again.bot_user, BOT);
	check(json_equal(again.type_options, s.type_options));
	check_prints(head,
		"{\"properties\":{\"Decision\":\"title\",\"Type\":\"%3Aa\","
		"\"Date\":\"d\",\"Checksum\":\"c\",\"Synced\":\"s\"},"
		"\"type_options\":[\"Ops\",\"UX\"],\"bot_user\":\"" BOT "\"}");
	notion_schema_fini(&s);
	notion_schema_fini(&again);
	json_free(source);
}

static void test_bind_optional(void)
{
	json *source = parse(SOURCE(TYPE "," TITLE "," DATE));
	json *head = json_object();
	struct notion_schema s;
	struct error e;

	check_int(notion_schema_bind(&s, source, &e), 0);
	check(!s.checksum && !s.synced && !s.bot_user);
	notion_schema_to_head(&s, head);
	notion_schema_fini(&s);
	check_int(notion_schema_from_head(&s, head, &e), 0);
	check(!s.checksum && !s.synced && !s.bot_user);
	notion_schema_fini(&s);
	json_free(head);
	json_free(source);
}

static void check_unbound(const char *text, const char *why)
{
	json *source = parse(text);
	struct notion_schema s;
	struct error e = { 0 };

	check_int(notion_schema_bind(&s, source, &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, why);
	json_free(source);
}

static void test_bind_refused(void)
{
	check_unbound("{}", "\"Decision\"");
	check_unbound(SOURCE(TYPE "," DATE), "\"Decision\" of type title");
	check_unbound(SOURCE(TITLE "," DATE), "\"Type\" of type multi_select");
	check_unbound(SOURCE(TITLE "," TYPE), "\"Date\" of type date");
	check_unbound(
		SOURCE(TITLE
			",\"Type\":{\"id\":\"x\",\"type\":\"select\"}," DATE),
		"\"Type\" is of type select and should be multi_select");
	check_unbound(
		SOURCE(TITLE "," TYPE "," DATE
			     ",\"Synced\":{\"id\":\"x\",\"type\":\"formula\"}"),
		"\"Synced\" is of type formula and should be checkbox");
}

static void check_bad_head(const char *text, const char *why)
{
	json *head = parse(text);
	struct notion_schema s;
	struct error e = { 0 };

	check_int(notion_schema_from_head(&s, head, &e), -1);
	check_int(e.code, RC_STREAM);
	check_has(e.text, why);
	json_free(head);
}

static void test_bad_heads(void)
{
	check_bad_head("{}", "\"Decision\"");
	check_bad_head("{\"properties\":{\"Decision\":\"title\",\"Type\":null,"
		       "\"Date\":\"d\"}}",
		"\"Type\"");
	check_bad_head("{\"properties\":{\"Decision\":\"title\",\"Type\":\"t\","
		       "\"Date\":\"d\",\"Synced\":7}}",
		"\"Synced\"");
	check_bad_head("{\"properties\":{\"Decision\":\"title\",\"Type\":\"t\","
		       "\"Date\":\"d\"},\"type_options\":{}}",
		"type_options");
	check_bad_head("{\"properties\":{\"Decision\":\"title\",\"Type\":\"t\","
		       "\"Date\":\"d\"},\"type_options\":[7]}",
		"type_options");
}

/* --- pages --------------------------------------------------------------- */

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
	json_put_bool(object, "archived", true);
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

/* --- values -------------------------------------------------------------- */

static void test_values(void)
{
	check_prints(notion_title_value("a"),
		"{\"title\":[{\"type\":\"text\",\"text\":{\"content\":\"a\"}}]"
		"}");
	check_prints(notion_title_value(NULL), "{\"title\":[]}");
	check_prints(notion_rich_text_value(""), "{\"rich_text\":[]}");
	check_prints(notion_rich_text_value(" "),
		"{\"rich_text\":[{\"type\":\"text\",\"text\":{\"content\":\" "
		"\"}}]}");
	check_prints(notion_date_value("2026-01-02", NULL),
		"{\"date\":{\"start\":\"2026-01-02\"}}");
	check_prints(notion_date_value("2026-01-02", "2026-01-05"),
		"{\"date\":{\"start\":\"2026-01-02\",\"end\":\"2026-01-05\"}}");
	check_prints(notion_date_value(NULL, NULL), "{\"date\":null}");
	check_prints(notion_checkbox_value(true), "{\"checkbox\":true}");
	check_prints(notion_checkbox_value(false), "{\"checkbox\":false}");
}

static void check_options(const char *type, const char *was, const char *wanted)
{
	json *v = was ? parse(was) : NULL;
	struct buf all = BUF_INIT(1000);

	buf_addf(&all, "{\"multi_select\":%s}", wanted);
	check_prints(notion_multi_select_value(type, v), buf_str(&all));
	buf_fini(&all);
	json_free(v);
}

static void test_options(void)
{
	static const char was[] = "[{\"id\":\"1\",\"name\":\"Policy\"},"
				  "{\"id\":\"2\",\"name\":\"UX\"},"
				  "{\"id\":\"3\",\"name\":\"Ops\"}]";

	check_options("Ops", NULL, "[{\"name\":\"Ops\"}]");
	check_options(NULL, NULL, "[]");
	check_options(" \xC2\xA0", NULL, "[]");
	check_options("New", was,
		"[{\"name\":\"New\"},{\"id\":\"2\"},{\"id\":\"3\"}]");
	check_options("ops", was, "[{\"name\":\"ops\"},{\"id\":\"2\"}]");
	check_options("New", "[]", "[{\"name\":\"New\"}]");
}

/* Elements of a text: each within the limit, joined again the same text. */
static void check_split(const char *text, size_t elements)
{
	json *v = notion_title_value(text);
	struct buf joined = BUF_INIT(1 << 20);

	check_int(json_count(json_get(v, "title")), elements);
	for (json *t = json_first(json_get(v, "title")); t; t = json_next(t)) {
		const char *content = json_str(json_get(t, "text"), "content");

		check(text_utf16_len(content) <= NOTION_TEXT_UNITS);
		check(utf8_valid(content, strlen(content)));
		buf_adds(&joined, content);
	}
	check(strcmp(buf_str(&joined), text) == 0);
	buf_fini(&joined);
	json_free(v);
}

static char *repeat(const char *s, size_t n)
{
	struct buf b = BUF_INIT(1 << 20);

	for (size_t i = 0; i < n; i++)
		buf_adds(&b, s);
	return buf_take(&b);
}

static void test_split(void)
{
	char *text = repeat("x", 2000), *again;

	check_split(text, 1);
	again = repeat("x", 2001);
	check_split(again, 2);
	free(text);
	free(again);
	/* A pair across the border makes an element of 1999 units. */
	text = repeat("\U0001F600", 2000);
	again = malloc(strlen(text) + 2);
	snprintf(again, strlen(text) + 2, "x%s", text);
	check_split(text, 2);
	check_split(again, 3);
	free(text);
	free(again);
}

static void check_holds(const char *unit, size_t n, const char *type, bool can)
{
	char *text = repeat(unit, n);
	struct problem p = { 0 };

	check_int(notion_can_hold(text, type, &p), can ? 0 : -1);
	if (!can)
		check_str(p.code, "poison");
	free(text);
}

static void test_can_hold(void)
{
	struct problem p;
	char *type = repeat("\U0001F600", 50), *longer = repeat("x", 101);

	check_int(notion_can_hold(NULL, NULL, &p), 0);
	check_holds("x", 200000, "Ops", true);
	check_holds("x", 200001, "Ops", false);
	check_holds("x", 1, "a,b", false);
	check_holds("x", 1, type, true);
	check_holds("x", 1, longer, false);
	free(type);
	free(longer);
}

static void test_spelling(void)
{
	json *options = parse("[\"OPS\",\"Ops\",\"Stra\u00DFe\"]");

	check_str(notion_option_spelling(options, "Ops"), "Ops");
	check_str(notion_option_spelling(options, "ops"), "OPS");
	check_str(notion_option_spelling(options, " STRASSE "), "Stra\u00DFe");
	check_str(notion_option_spelling(options, "UX"), NULL);
	check_str(notion_option_spelling(options, NULL), NULL);
	check_str(notion_option_spelling(NULL, "Ops"), NULL);
	json_free(options);
}

static void test_ids(void)
{
#define HEX "38c9ce7b60a481288d53d5d4642a0a6f"
#define VIEW "?v=11111111111111111111111111111111"
	static const char *const good[] = { ID, HEX, " " HEX "\n",
		"38C9CE7B60A481288D53D5D4642A0A6F",
		"https://www.notion.so/" HEX,
		"https://www.notion.so/team/Decision-log-" HEX VIEW "&pvs=4",
		"https://app.notion.com/p/team/" HEX VIEW,
		"https://app.notion.com/p/Log-" ID,
		"https://team.notion.site/Log-" HEX "#part",
		"www.notion.so/team/" HEX, "HTTPS://WWW.NOTION.SO/" HEX "/" };
	static const char *const bad[] = { NULL, "", "Decision log",
		"https://www.notion.so/", "https://www.notion.so/team/Log",
		"https://www.notion.so/Log" VIEW, "https://evil.example/" HEX,
		"https://www.notion.so.evil.example/" HEX,
		"https://notion.site/" HEX, "https://www.notion.so/a" HEX,
		HEX "0", "https://x.notion.site@evil.example/" HEX };
	char out[UUID_SIZE];

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		out[0] = '\0';
		if (!check_int(notion_id_from_text(good[i], out), 0) ||
			!check_str(out, ID))
			printf("\tfor %s\n", good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!check_int(notion_id_from_text(bad[i], out), -1))
			printf("\tfor %s\n", bad[i]);
}

int main(void)
{
	run(test_bind);
	run(test_bind_optional);
	run(test_bind_refused);
	run(test_bad_heads);
	run(test_page);
	run(test_empty_page);
	run(test_dates);
	run(test_problems);
	run(test_marks);
	run(test_title_cut);
	run(test_values);
	run(test_options);
	run(test_split);
	run(test_can_hold);
	run(test_spelling);
	run(test_ids);
	return test_end();
}
