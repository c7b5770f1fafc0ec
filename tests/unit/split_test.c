/* Splitting a listing that Notion cuts: notion/split.h. */
#include "notion/split.h"

#include "test.h"

/* Pages that only the type distinguishes. */
static struct sample_page pages[] = {
	{ .title = (char *)"a", .type = (char *)"Policy" },
	{ .title = (char *)"a", .type = (char *)"Ops" },
	{ .title = (char *)"a", .type = (char *)"Policy" },
	{ .title = (char *)"a", .type = (char *)"UX" },
};

static const struct sample sample = { .pages = pages,
	.n = sizeof pages / sizeof pages[0] };

static void check_kind(enum type_kind kind, const char *parts)
{
	const struct notion_schema schema = {
		.field = { [FIELD_DECISION] = (char *)"title",
			[FIELD_TYPE] = (char *)"t",
			[FIELD_DATE] = (char *)"d" },
		.type_kind = kind
	};
	json *is = split_choose(&sample, &schema, NULL, true);
	struct buf text = BUF_INIT(4096);

	json_print(is, &text);
	check_str(buf_str(&text), parts);
	buf_fini(&text);
	json_free(is);
}

/* Notion refuses a filter of another kind than the property's. */
static void test_type_kinds(void)
{
	check_kind(TYPE_MULTI_SELECT,
		"[{\"property\":\"t\",\"multi_select\":{\"contains\":"
		"\"Policy\"}},"
		"{\"property\":\"t\",\"multi_select\":{\"does_not_contain\":"
		"\"Policy\"}},"
		"{\"property\":\"t\",\"multi_select\":{\"is_empty\":true}}]");
	check_kind(TYPE_SELECT,
		"[{\"property\":\"t\",\"select\":{\"equals\":\"Policy\"}},"
		"{\"property\":\"t\",\"select\":{\"does_not_equal\":"
		"\"Policy\"}},"
		"{\"property\":\"t\",\"select\":{\"is_empty\":true}}]");
	check_kind(TYPE_STATUS,
		"[{\"property\":\"t\",\"status\":{\"equals\":\"Policy\"}},"
		"{\"property\":\"t\",\"status\":{\"does_not_equal\":"
		"\"Policy\"}},"
		"{\"property\":\"t\",\"status\":{\"is_empty\":true}}]");
	check_kind(TYPE_TEXT,
		"[{\"property\":\"t\",\"rich_text\":{\"contains\":"
		"\"Policy\"}},"
		"{\"property\":\"t\",\"rich_text\":{\"does_not_contain\":"
		"\"Policy\"}},"
		"{\"property\":\"t\",\"rich_text\":{\"is_empty\":true}}]");
}

int main(void)
{
	run(test_type_kinds);
	return test_end();
}
