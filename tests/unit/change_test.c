/* A line as a change, and a plan's text: views/change.h, views/run_view.h. */
#include "views/change.h"

#include "test.h"
#include "util/humanize.h"
#include "views/run_view.h"

#define ROW "\"row_id\":\"00000000-0000-4000-8000-000000000001\""
#define PAGE "\"page_id\":\"00000000-0000-4000-8000-000000001001\""

/* The change as text, in a buffer of the test's. */
static const char *told(const char *line)
{
	static struct buf text = BUF_INIT(1 << 20);
	struct error e;
	json *parsed = json_parse(line, strlen(line), JSON_MARK_UNREADABLE, &e);
	json *change;

	check(parsed);
	change = change_json(parsed, "20261129T091400Z-12", 0);
	buf_reset(&text);
	check_int(json_print(change, &text), 0);
	json_free(change);
	json_free(parsed);
	return buf_str(&text);
}

static void test_whole(void)
{
	check_str(
		told("{\"kind\":\"result\",\"n\":3,\"op\":\"update\","
		     "\"target\":\"supabase\"," ROW "," PAGE
		     ",\"set\":{\"type\":\"Policy\"},\"was\":{\"type\":\"Ops\"},"
		     "\"agreed\":{\"decision\":\"Adopt PostgreSQL\"},"
		     "\"reason\":\"Notion changed\",\"status\":\"done\"}"),
		"{\"run_id\":\"20261129T091400Z-12\",\"n\":3,"
		"\"at\":\"1970-01-01T00:00:00Z\",\"op\":\"update\","
		"\"target\":\"supabase\",\"status\":\"done\",\"code\":null,"
		"\"title\":\"Adopt PostgreSQL\"," ROW "," PAGE
		",\"url\":\"https://app.notion.com/p/"
		"00000000000040008000000000001001\","
		"\"fields\":[{\"name\":\"type\",\"was\":\"Ops\","
		"\"now\":\"Policy\"}],\"reason\":\"Notion changed\"}");
}

/* What is empty is null, and what isn't known isn't there. */
static void test_fields(void)
{
	check_has(told("{\"kind\":\"op\",\"set\":{\"date\":null,"
		       "\"decision\":\"a\"},\"was\":{\"decision\":null}}"),
		"\"fields\":[{\"name\":\"decision\",\"was\":null,\"now\":\"a\"}"
		",{\"name\":\"date\",\"now\":null}]");
	check_has(told("{\"kind\":\"op\",\"set\":{\"type\":\"a\\u0000b\"},"
		       "\"was\":{\"type\":7}}"),
		"{\"name\":\"type\",\"was\":\"(unreadable)\","
		"\"now\":\"(unreadable)\"}");
	check_has(told("{\"kind\":\"op\",\"set\":[1],\"was\":\"x\"}"),
		"\"fields\":[]");
}

static void check_date(const char *detail, const char *wanted)
{
	char line[512], part[256];

	snprintf(line, sizeof line,
		"{\"kind\":\"op\",\"set\":{\"date\":\"2026-01-02\","
		"\"date_detail\":%s}}",
		detail);
	snprintf(part, sizeof part, "\"now\":\"%s\"}", wanted);
	check_has(told(line), part);
}

static void test_dates(void)
{
	check_date("{\"start\":\"2026-01-02T09:00:00.000+01:00\",\"end\":null}",
		"2026-01-02 09:00 +01:00");
	check_date("{\"start\":\"2026-01-02T09:00:30.500Z\","
		   "\"end\":\"2026-01-03T10:00:00-05:30\"}",
		"2026-01-02 09:00:30 UTC to 2026-01-03 10:00 -05:30");
	check_date("{\"start\":\"2026-01-02\",\"end\":\"2026-01-03\"}",
		"2026-01-02 to 2026-01-03");
	check_date(
		"{\"start\":\"tomorrow\",\"end\":\"<b>\"}", "tomorrow to <b>");
	/* Without a detail that says more, the day. */
	check_date("{}", "2026-01-02");
	check_date("null", "2026-01-02");
	check_date("\"x\"", "2026-01-02");
}

static void test_outcomes(void)
{
	const char *line;

	line = told("{\"kind\":\"op\",\"op\":\"trash\",\"target\":\"notion\"}");
	check_has(line, "\"status\":\"planned\",\"code\":null,\"title\":null,"
			"\"row_id\":null,\"page_id\":null,\"url\":null");
	check_has(line, "\"reason\":null}");
	line = told("{\"kind\":\"result\",\"op\":\"update\","
		    "\"status\":\"failed\",\"reason\":\"Supabase changed\","
		    "\"error\":{\"code\":\"validation_error\",\"http\":400,"
		    "\"message\":\"body failed\"}}");
	check_has(line, "\"status\":\"failed\",\"code\":\"validation_error\"");
	check_has(line, "\"reason\":\"Supabase changed; validation_error, HTTP "
			"400: body failed\"");
	line = told("{\"kind\":\"result\",\"op\":\"skip\",\"code\":\"held\","
		    "\"status\":\"skipped\",\"reason\":\"deleted\","
		    "\"why\":\"held back\",\"would\":{\"op\":\"trash\","
		    "\"target\":\"notion\"}}");
	check_has(line, "\"code\":\"held\"");
	check_has(line, "\"would\":{\"op\":\"trash\",\"target\":\"notion\"},"
			"\"reason\":\"held back\"");
	check_has(told("{\"kind\":\"op\",\"page_id\":\"../x\"}"),
		"\"page_id\":\"../x\",\"url\":null");
}

#define RETITLED(status) \
	"{\"kind\":\"result\",\"status\":\"" status "\",\"set\":{" \
	"\"decision\":\"new\"},\"expect\":{\"row\":{\"decision\":\"old\"}}}"

/* What the record is called after the op, or was before it. */
static void test_titles(void)
{
	check_has(told(RETITLED("done")), "\"title\":\"new\"");
	check_has(told(RETITLED("failed")), "\"title\":\"old\"");
}

static void test_conflicts(void)
{
	/* Decided: what lost, and what was set instead. */
	check_has(told("{\"kind\":\"result\",\"op\":\"update\","
		       "\"target\":\"supabase\",\"set\":{\"type\":\"Ops\"},"
		       "\"conflict\":{\"fields\":[\"type\"],"
		       "\"winner\":\"notion\",\"lost\":{\"type\":\"UX\"},"
		       "\"supabase_at\":\"s\",\"notion_at\":null},"
		       "\"status\":\"done\"}"),
		"\"conflict\":{\"winner\":\"notion\",\"fields\":[{"
		"\"name\":\"type\",\"supabase\":\"UX\",\"notion\":\"Ops\"}],"
		"\"supabase_at\":\"s\",\"notion_at\":null}");
	/* What was set isn't there: of the agreed content, or not known. */
	check_has(told("{\"kind\":\"result\",\"agreed\":{\"type\":\"Ops\"},"
		       "\"conflict\":{\"fields\":[\"type\",\"date\",7],"
		       "\"winner\":\"supabase\",\"resolved\":true,"
		       "\"lost\":{\"type\":null}}}"),
		"{\"winner\":\"supabase\",\"resolved\":true,\"fields\":[{"
		"\"name\":\"type\",\"supabase\":\"Ops\",\"notion\":null},"
		"{\"name\":\"date\"}]");
	/* Open: both are there. */
	check_has(told("{\"kind\":\"op\",\"op\":\"skip\",\"conflict\":{"
		       "\"fields\":[\"decision\"],\"supabase\":{"
		       "\"decision\":\"left\"},\"notion\":{"
		       "\"decision\":\"right\"}}}"),
		"\"conflict\":{\"winner\":null,\"fields\":[{"
		"\"name\":\"decision\",\"supabase\":\"left\","
		"\"notion\":\"right\"}]");
	/* A line of conflicts.ndjson is the conflict itself. */
	check_has(told("{\"run_id\":\"x\",\"set\":{\"type\":\"Ops\"},"
		       "\"fields\":[\"type\"],\"winner\":\"supabase\","
		       "\"lost\":{\"type\":\"UX\"}}"),
		"\"op\":\"update\",\"target\":\"notion\",\"status\":\"done\"");
	check(!strstr(
		told("{\"kind\":\"op\",\"conflict\":\"x\"}"), "\"conflict\""));
}

/* --- a plan's text -------------------------------------------------------- */

static const char plan[] =
	"{\"kind\":\"head\",\"stream\":\"plan\",\"plan_id\":\"p\","
	"\"at\":\"2026-11-29T09:14:00.123456Z\",\"blocked\":[\"mass-delete\","
	"\"scope\"],\"guards\":{\"mass-delete\":\"6 of 7\"},\"counted\":[{"
	"\"guard\":\"mass-delete\",\"op\":\"trash\",\"target\":\"notion\"}]}\n"
	"{\"kind\":\"op\",\"n\":1,\"op\":\"trash\",\"target\":\"notion\"}\n"
	"not a line\n"
	"{\"kind\":\"op\",\"n\":2,\"op\":\"skip\",\"target\":\"none\"}\n"
	"{\"kind\":\"end\",\"count\":2,\"complete\":true}\n";

static const char *viewed(const char *text, size_t len)
{
	static struct buf out = BUF_INIT(1 << 20);
	json *v = plan_view(text, len);

	buf_reset(&out);
	check_int(json_print(v, &out), 0);
	json_free(v);
	return buf_str(&out);
}

static void test_plan(void)
{
	const char *seen = viewed(plan, sizeof plan - 1);

	check_has(seen,
		"{\"plan_id\":\"p\",\"at\":\"2026-11-29T09:14:00Z\","
		"\"blocked\":[{\"guard\":\"mass-delete\",\"reason\":\"6 of 7\","
		"\"op\":\"trash\",\"target\":\"notion\"},{\"guard\":\"scope\","
		"\"reason\":null,\"op\":null,\"target\":null}],"
		"\"total\":{\"trash\":{\"notion\":1}},"
		"\"complete\":true,\"results\":[{\"run_id\":null,\"n\":1,"
		"\"at\":\"2026-11-29T09:14:00Z\",\"op\":\"trash\"");
	check_has(seen, "\"n\":2");
	check_has(seen, "\"left_out\":0}");
	/* Cut within its last line, or within an op. */
	seen = viewed(plan, sizeof plan - 10);
	check_has(seen, "\"complete\":false");
	check_has(seen, "\"n\":2");
	check(!strstr(viewed(plan, strlen(plan) / 2 + 100), "\"n\":2"));
	check_str(viewed("plan: no plan\n", 14),
		"{\"plan_id\":null,\"at\":null,\"blocked\":[],"
		"\"total\":{},\"complete\":false,\"results\":[],"
		"\"left_out\":0}");
	check_has(viewed("", 0), "\"results\":[]");
}

/* Beyond the limit, they are counted. */
static void test_long_plan(void)
{
	struct buf text = BUF_INIT(1 << 24);
	size_t n;
	json *v;

	for (int i = 0; i < RESULTS_MAX + 7; i++)
		buf_addf(&text, "{\"kind\":\"op\",\"n\":%d,\"op\":\"stamp\"}\n",
			i);
	buf_adds(&text, "{\"kind\":\"end\",\"complete\":true}\n");
	check_has(viewed(buf_str(&text), text.len), "\"left_out\":7}");
	check_has(viewed(buf_str(&text), text.len), "\"complete\":true");
	v = plan_view_limited(buf_str(&text), text.len,
		(struct run_limits){ .bytes = 20000 });
	n = json_count(json_get(v, "results"));
	check(n > 10 && n < 100);
	check_int((int64_t)n + json_int(v, "left_out"), RESULTS_MAX + 7);
	json_free(v);
	buf_fini(&text);
}

int main(void)
{
	run(test_whole);
	run(test_fields);
	run(test_dates);
	run(test_outcomes);
	run(test_titles);
	run(test_conflicts);
	run(test_plan);
	run(test_long_plan);
	return test_end();
}
