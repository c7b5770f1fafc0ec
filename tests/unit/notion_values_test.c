/* What is written to a page, and ids as people paste them: notion/limits.h. */
#include "notion/limits.h"
#include "notion/value.h"
#include "notion_texts.h"
#include "settings/notion_link.h"
#include "sync/problem.h"
#include "util/text.h"
#include "util/uuid.h"

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
	struct decision d = {
		{ [FIELD_DECISION] = text, [FIELD_TYPE] = type }
	};
	struct problem p = { 0 };

	check_int(
		notion_can_hold(&d, TYPE_MULTI_SELECT, NULL, &p), can ? 0 : -1);
	if (!can)
		check_str(p.code, "poison");
	free(text);
}

static void test_can_hold(void)
{
	const struct decision empty = { { NULL } };
	struct problem p;
	char *type = repeat("\U0001F600", 50), *longer = repeat("x", 101);

	check_int(notion_can_hold(&empty, TYPE_MULTI_SELECT, NULL, &p), 0);
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
		if (!check_int(notion_link_id(good[i], out), 0) ||
			!check_str(out, ID))
			printf("\tfor %s\n", good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!check_int(notion_link_id(bad[i], out), -1))
			printf("\tfor %s\n", bad[i]);
}

int main(void)
{
	run(test_values);
	run(test_options);
	run(test_split);
	run(test_can_hold);
	run(test_spelling);
	run(test_ids);
	return test_end();
}
