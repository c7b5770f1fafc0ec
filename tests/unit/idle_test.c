/* What a plan without ops was made from: cmd/plan/idle.h. */
#include "../../cmd/plan/idle.h"

#include "test.h"

#include "scratch.h"
#include "util/version.h"

static const struct policy policy;
static const struct guards guards;
static struct op_list ops;
static struct sides sides;

static json *parse(const char *text)
{
	struct error e;
	json *v = json_parse(text, strlen(text), JSON_STRICT, &e);

	if (!v)
		abort();
	return v;
}

/* The inputs of such a plan, its base being changed to `then` meanwhile. */
static json *inputs_after(const char *then)
{
	const char *base = in_scratch("base");
	const struct plan p = { .sides = &sides,
		.policy = &policy,
		.guards = &guards,
		.ops = &ops };
	char sum[SHA256_TEXT_SIZE] = "some";

	idle_sum_base(&sides, base, sum);
	check_int(strlen(sum),
		json_get(sides.end, "inputs") && access(base, R_OK) == 0
			? SHA256_TEXT_SIZE - 1
			: 0);
	if (then)
		base = put_file("base", then);
	return idle_inputs(&p, base, sum);
}

static void check_none(json *take_inputs)
{
	check(take_inputs == NULL);
	json_free(take_inputs);
}

/* Such a plan gives no inputs. */
static void gives_none(struct plan p)
{
	const char *base = in_scratch("base");
	char sum[SHA256_TEXT_SIZE];

	p.sides = &sides;
	if (!p.policy)
		p.policy = &policy;
	if (!p.guards)
		p.guards = &guards;
	if (!p.ops)
		p.ops = &ops;
	idle_sum_base(&sides, base, sum);
	check(*sum != '\0');
	check_none(idle_inputs(&p, base, sum));
	*sum = '\0';
	check_none(idle_inputs(&p, base, sum));
}

/* What has an op, or waits for a person or for time, is to be made again. */
static void none_of_a_plan(void)
{
	static const struct op_list one = { .n = 1 };
	static const struct guards empty = { .seen = { [GUARD_EMPTY_SIDE] =
							       "seen" } };
	static const struct guards blocks = { .tripped = { [GUARD_MASS_DELETE] =
								   true } };
	static const struct approvals approved = { .n = 1 };
	static const struct settling settles = { .n = 1 };
	const struct policy approves = { .waits.approvals = &approved };
	const struct policy waits = { .waits.settling = &settles };
	json *rules = parse("{}");

	gives_none((struct plan){ .ops = &one });
	gives_none((struct plan){ .undo = "run" });
	gives_none((struct plan){ .last_rules = rules });
	gives_none((struct plan){ .guards = &empty });
	gives_none((struct plan){ .guards = &blocks });
	gives_none((struct plan){ .policy = &approves });
	gives_none((struct plan){ .policy = &waits });
	json_free(rules);
}

static void test_base(void)
{
	json *inputs;

	sides.end = parse("{\"inputs\":{\"rows\":\"r\",\"snapshot\":\"s\"},"
			  "\"counts\":{\"supabase\":{\"live\":1}}}");
	check_none(inputs_after(NULL));
	put_file("base", "abc");
	inputs = inputs_after(NULL);
	check_str(json_str(inputs, "rows"), "r");
	check_str(json_str(inputs, "snapshot"), "s");
	check_str(json_str(inputs, "base"), "ba7816bf8f01cfea414140de5dae2223"
					    "b00361a396177a9cb410ff61f20015ad");
	check_str(json_str(inputs, "by"), version_text());
	check_int(json_int(json_get(json_get(inputs, "counts"), "supabase"),
			  "live"),
		1);
	json_free(inputs);
	/* The plan was made from one, and this is another. */
	check_none(inputs_after("abd"));
	/* An empty journal is none; any other may say more than the base. */
	put_file("base.journal", "");
	inputs = inputs_after(NULL);
	check(inputs != NULL);
	json_free(inputs);
	put_file("base.journal", "{}\n");
	check_none(inputs_after(NULL));
	unlink(in_scratch("base.journal"));
	check_int(symlink("/nowhere/journal", in_scratch("base.journal")), 0);
	check_none(inputs_after(NULL));
	unlink(in_scratch("base.journal"));
	none_of_a_plan();
	/* Records that don't say what they were made from. */
	json_remove(sides.end, "inputs");
	check_none(inputs_after(NULL));
	json_free(sides.end);
	unlink(in_scratch("base"));
}

/* --- again ---------------------------------------------------------------- */

#define END(n) "{\"kind\":\"end\",\"count\":" #n ",\"complete\":true}\n"
#define ROW "{\"kind\":\"row\",\"id\":\"1\"}"
#define ROWS_ARE "\"source\":\"supabase\",\"scope\":\"t\",\"soft_delete\":true"
#define PAGES_ARE \
	"\"source\":\"notion\",\"scope\":\"d\",\"properties\":{\"Link\":\"l\"}"
#define ROWS \
	"{\"kind\":\"head\",\"stream\":\"fetch\",\"v\":1," ROWS_ARE \
	",\"mode\":\"full\",\"at\":\"2026-01-02T00:00:00Z\"}\n" ROW \
	"\n" END(1)
#define PAGES \
	"{\"kind\":\"head\",\"stream\":\"fetch\",\"v\":1," PAGES_ARE \
	",\"mode\":\"since\",\"since\":\"2026-01-02T00:00:00Z\"," \
	"\"at\":\"2026-01-02T00:00:00Z\"," \
	"\"reading\":{\"snapshot\":\"s\",\"why\":\"few\"}}\n" END(0)
#define THEN \
	"{\"supabase\":{\"kind\":\"head\",\"stream\":\"fetch\",\"v\":1," ROWS_ARE \
	",\"mode\":\"full\",\"at\":\"2026-01-01T00:00:00Z\"}," \
	"\"notion\":{\"kind\":\"head\",\"stream\":\"fetch\",\"v\":1," PAGES_ARE \
	",\"mode\":\"snapshot\",\"at\":\"2026-01-01T00:00:00Z\"," \
	"\"reading\":{\"snapshot\":\"r\"}}}"
#define OF_BASE \
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define TOTALS ",\"totals\":{\"live_pairs\":7}"

static const char *sum_of(const char *line)
{
	static char sum[SHA256_TEXT_SIZE];
	struct sha256 *of = sha256_begin();

	sha256_add_line(of, line, strlen(line));
	sha256_end(of, sum);
	return sum;
}

/* The plan that was kept, with what stands for these in it. */
static const char *kept(char text[4096], const char *by, const char *policy_is)
{
	snprintf(text, 4096,
		"{\"kind\":\"head\",\"stream\":\"plan\",\"v\":1,\"policy\":%s,"
		"\"inputs\":{\"rows\":\"%s\",\"snapshot\":\"s\",\"base\":"
		"\"" OF_BASE "\",\"by\":\"%s\"},\"sources\":" THEN "}\n"
		"{\"kind\":\"end\"" TOTALS ",\"count\":0,\"complete\":true}\n",
		policy_is, sum_of(ROW), by);
	return text;
}

/* The text with `from` replaced by `to`, as the file "kept": why it is none. */
static void kept_is_none(
	const char *text, const char *from, const char *to, const char *why)
{
	char other[5000];
	const char *at = strstr(text, from);
	struct error e = { 0 };
	struct idle was;

	if (!check(at != NULL))
		return;
	snprintf(other, sizeof other, "%.*s%s%s", (int)(at - text), text, to,
		at + strlen(from));
	check_int(idle_load(&was, put_file("kept", other), &e), -1);
	check_has(e.text, why);
	idle_fini(&was);
}

/* The number that the next file would get, to see that none stays open. */
static int next_file(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

static void test_kept(void)
{
	int next = next_file();
	char text[4096], longer[5000];
	const char *end =
		"{\"kind\":\"end\"" TOTALS ",\"count\":0,\"complete\":true}\n";
	struct error e = { 0 };
	struct idle was;

	kept(text, version_text(), "{}");
	check_int(idle_load(&was, put_file("kept", text), &e), 0);
	check(json_get(was.head, "inputs") != NULL);
	check_int(json_int(json_get(was.end, "totals"), "live_pairs"), 7);
	idle_fini(&was);
	kept_is_none(text, text, "", "no plan");
	kept_is_none(text, end, "", "no end line");
	kept_is_none(
		text, end, "{\"kind\":\"op\"}\n" END(1), "a plan with ops");
	kept_is_none(text, "\"plan\"", "\"results\"", "kept:1: ");
	snprintf(longer, sizeof longer, "%s{}\n", text);
	kept_is_none(longer, "{}\n", "{\"more\":1}\n", "kept:3: ");
	kept_is_none(text, "\"by\":\"", "\"by\":\"x", "new: the version");
	kept_is_none(text, "\"by\":", "\"of\":", "new: the version");
	kept_is_none(text, "\"inputs\"", "\"other\"", "new: the version");
	unlink(in_scratch("kept"));
	check_int(idle_load(&was, in_scratch("kept"), &e), -1);
	check_has(e.text, "No such file");
	idle_fini(&was);
	check_int(next_file(), next);
}

static struct idle idle_of(const char *policy_is)
{
	char text[4096];
	struct error e;
	struct idle was;

	kept(text, version_text(), policy_is);
	check_int(idle_load(&was, put_file("kept", text), &e), 0);
	unlink(in_scratch("kept"));
	return was;
}

/* What idle_check() says of these three files; `why` is left alone by 0. */
static int checked(const char *rows, const char *pages, const char *base,
	struct sides *w, struct error *why)
{
	struct idle was = idle_of("{}");
	char paths[3][200];
	int rc;

	snprintf(paths[0], sizeof paths[0], "%s", put_file("rows", rows));
	snprintf(paths[1], sizeof paths[1], "%s", put_file("pages", pages));
	snprintf(paths[2], sizeof paths[2], "%s", put_file("base", base));
	*w = (struct sides){ 0 };
	rc = idle_check(&was, paths[0], paths[1], paths[2], w, why);
	idle_fini(&was);
	return rc;
}

static void is_new(
	const char *rows, const char *pages, const char *base, const char *what)
{
	struct error why = { 0 };
	struct sides w;

	check_int(checked(rows, pages, base, &w, &why), -1);
	check_has(why.text, what);
	sides_fini(&w);
}

/* The text with `from` replaced by `to`; until the next call. */
static const char *with(const char *text, const char *from, const char *to)
{
	static char other[2000];
	const char *at = strstr(text, from);

	if (check(at != NULL))
		snprintf(other, sizeof other, "%.*s%s%s", (int)(at - text),
			text, to, at + strlen(from));
	return other;
}

static void test_same(void)
{
	struct error why = { 0 };
	struct sides w;

	check_int(checked(ROWS, PAGES, "abc", &w, &why), 0);
	/* As normalize would tell them. */
	check(w.from_snapshot && w.old_schema && w.soft_delete && w.has_link);
	check_str(json_str(json_get(w.sources, "notion"), "mode"), "snapshot");
	check_str(json_str(json_get(w.sources, "supabase"), "at"),
		"2026-01-02T00:00:00Z");
	check_str(json_str(w.scope, "supabase"), "t");
	check_str(json_str(w.scope, "notion"), "d");
	sides_fini(&w);
	/* When and how it was read is no news. */
	check_int(checked(with(ROWS, "2026-01-02", "2026-01-03"), PAGES, "abc",
			  &w, &why),
		0);
	sides_fini(&w);
}

static void test_news(void)
{
	const char *head = "new: the head of a side";

	is_new(with(ROWS, "\"id\":\"1\"", "\"id\":\"2\""), PAGES, "abc",
		"new: a row");
	is_new(with(ROWS, ROW "\n" END(1), ROW "\n" ROW "\n" END(2)), PAGES,
		"abc", "new: a row");
	is_new(with(ROWS, ROW "\n" END(1), END(0)), PAGES, "abc", "new: a row");
	is_new(with(ROWS, "\"t\"", "\"u\""), PAGES, "abc", head);
	is_new(ROWS, with(PAGES, "\"d\"", "\"e\""), "abc", head);
	is_new(ROWS, with(PAGES, "\"l\"", "\"m\""), "abc", head);
	is_new(ROWS, with(PAGES, END(0), "{\"kind\":\"page\"}\n" END(1)), "abc",
		"new: a page");
	is_new(ROWS, with(PAGES, "\"s\"", "\"t\""), "abc", "new: the snapshot");
	is_new(ROWS, with(PAGES, "\"snapshot\"", "\"x\""), "abc",
		"new: the snapshot");
	is_new(ROWS, PAGES, "abd", "new: the base");
	put_file("base.journal", "{}\n");
	is_new(ROWS, PAGES, "abc", "new: the base");
	unlink(in_scratch("base.journal"));
}

/* A stream that is not whole proves nothing. */
static void test_broken(void)
{
	const char *more = "{\"kind\":\"more\"}\n";
	char text[2000];

	is_new("", PAGES, "abc", "no stream");
	is_new(ROWS, "", "abc", "no stream");
	is_new(with(ROWS, END(1), ""), PAGES, "abc", "no end line");
	is_new(with(ROWS, END(1), END(2)), PAGES, "abc", "rows:3: ");
	is_new(ROWS, with(PAGES, "\"complete\":true", "\"complete\":false"),
		"abc", "not complete");
	is_new(with(ROWS, "\"fetch\"", "\"plan\""), PAGES, "abc", "rows:1: ");
	snprintf(text, sizeof text, "%s%s", ROWS, more);
	is_new(text, PAGES, "abc", "rows:4: ");
	snprintf(text, sizeof text, "%s%s", PAGES, more);
	is_new(ROWS, text, "abc", "pages:3: ");
}

/* Of files that are not there, the one that is read first is told. */
static void test_missing(void)
{
	struct idle was = idle_of("{}");
	char rows[200], pages[200], base[200];
	struct error why = { 0 };
	struct sides w = { 0 };

	snprintf(rows, sizeof rows, "%s", in_scratch("rows"));
	snprintf(pages, sizeof pages, "%s", in_scratch("pages"));
	snprintf(base, sizeof base, "%s", in_scratch("base"));
	unlink(rows);
	check_int(idle_check(&was, rows, pages, base, &w, &why), -1);
	check_has(why.text, "pages:");
	put_file("pages", PAGES);
	unlink(base);
	check_int(idle_check(&was, rows, pages, base, &w, &why), -1);
	check_has(why.text, "new: the base");
	put_file("base", "abc");
	check_int(idle_check(&was, rows, pages, base, &w, &why), -1);
	check_has(why.text, "rows: No such file");
	unlink(pages);
	unlink(base);
	sides_fini(&w);
	idle_fini(&was);
}

static int by_rules(const struct idle *was, const struct policy *rules)
{
	const struct plan p = { .policy = rules };
	struct error why = { 0 };
	int rc = idle_check_rules(was, &p, &why);

	if (rc < 0)
		check_has(why.text, "new: an option");
	return rc;
}

static void test_rules(void)
{
	struct approvals approved = { 0 };
	struct settling settles = { 0 };
	struct policy rules = { .waits.approvals = &approved,
		.waits.settling = &settles };
	struct plan p = { .policy = &rules };
	struct buf text = BUF_INIT(2000);
	json *is = plan_policy(&p);
	struct idle was;

	check_int(json_print(is, &text), 0);
	was = idle_of(buf_str(&text));
	check_int(by_rules(&was, &rules), 0);
	check_int(by_rules(&was, &policy), 0);
	approved.n = 1;
	check_int(by_rules(&was, &rules), -1);
	approved.n = 0;
	settles.n = 1;
	check_int(by_rules(&was, &rules), -1);
	settles.n = 0;
	rules.waits.settle = USEC_MINUTE;
	check_int(by_rules(&was, &rules), -1);
	idle_repeat(&was, &p);
	check(json_equal(p.inputs, json_get(was.head, "inputs")));
	check_int(p.live_pairs, 7);
	json_free(p.inputs);
	json_free(is);
	buf_fini(&text);
	idle_fini(&was);
}

int main(void)
{
	if (!begin_scratch())
		return test_end();
	run(test_base);
	run(test_kept);
	run(test_same);
	run(test_news);
	run(test_broken);
	run(test_missing);
	run(test_rules);
	end_scratch();
	return test_end();
}
