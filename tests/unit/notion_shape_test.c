/* How far a data source has the shape the sync needs, and what fixes it. */
#include <stdlib.h>

#include "notion/shape.h"
#include "test.h"

static json *parse(const char *text)
{
	struct error e = { 0 };
	json *v = json_parse(text, strlen(text), JSON_STRICT, &e);

	if (!v)
		printf("not JSON: %s: %s\n", e.text, text);
	return v;
}

static bool equals(const json *seen, const char *text)
{
	json *want = parse(text);
	struct buf b = BUF_INIT(65536);
	bool same = json_equal(seen, want);

	if (!same && json_print(seen, &b) == 0)
		printf("\tseen:   %s\n\twanted: %s\n", buf_str(&b), text);
	json_free(want);
	buf_fini(&b);
	return same;
}

#define TITLE "\"Decision\":{\"id\":\"title\",\"type\":\"title\",\"title\":{}}"
#define DATE "\"Date\":{\"id\":\"d\",\"type\":\"date\",\"date\":{}}"
#define CHECKSUM \
	"\"Checksum\":{\"id\":\"c\",\"type\":\"rich_text\",\"rich_text\":{}}"
#define SYNCED "\"Synced\":{\"id\":\"s\",\"type\":\"checkbox\",\"checkbox\":{}}"
#define TYPE(options) \
	"\"Type\":{\"id\":\"t\",\"type\":\"multi_select\",\"multi_select\":" \
	"{\"options\":[" options "]}}"
#define OPTION(id, name, color) \
	"{\"id\":\"" id "\",\"name\":\"" name "\",\"color\":\"" color "\"}"
#define ALL_OPTIONS \
	OPTION("1", "Policy", "red") \
	"," OPTION("2", "Architecture", "blue") "," OPTION( \
		"3", "Ops", "default") "," OPTION("4", "UX", \
		"pink") "," OPTION("5", "Other", "gray")
#define SOURCE(properties) "{\"properties\":{" properties "}}"
#define WHOLE \
	SOURCE(TITLE "," TYPE(ALL_OPTIONS) "," DATE "," CHECKSUM "," SYNCED)

/* The states of the five in order, as letters: r l m n o w. */
static const char *states(const struct notion_shape *s)
{
	static char out[SHAPE_PROPERTIES + 1];

	out[s->n] = '\0';
	for (size_t i = 0; i < s->n; i++)
		out[i] = "rlmnow"[s->properties[i].state];
	return out;
}

/* Of a source with these properties: the states, and the change, or NULL. */
static void shape_is(
	const char *text, bool synced, const char *want, const char *change)
{
	json *source = parse(text), *body;
	struct notion_shape s;

	notion_shape_read(&s, source, &(struct shape_wish){ .synced = synced });
	check_str(states(&s), want);
	if (change) {
		body = notion_shape_change(&s, source);
		check(equals(body, change));
		json_free(body);
	}
	notion_shape_fini(&s);
	json_free(source);
}

static void test_states(void)
{
	shape_is(WHOLE, true, "rrrrr", "{\"properties\":{}}");
	shape_is("{}", true, "wmmmm", NULL);
	shape_is(SOURCE(TITLE "," TYPE(ALL_OPTIONS) "," DATE "," CHECKSUM),
		true, "rrrrm",
		"{\"properties\":{\"Synced\":{\"checkbox\":{}}}}");
	shape_is(SOURCE(TITLE "," TYPE(ALL_OPTIONS) "," DATE "," CHECKSUM),
		false, "rrrrl", "{\"properties\":{}}");
}

static void test_missing(void)
{
	shape_is(SOURCE(TITLE), true, "rmmmm",
		"{\"properties\":{\"Type\":{\"multi_select\":{\"options\":["
		"{\"name\":\"Policy\"},{\"name\":\"Architecture\"},"
		"{\"name\":\"Ops\"},{\"name\":\"UX\"},{\"name\":\"Other\"}]}},"
		"\"Date\":{\"date\":{}},\"Checksum\":{\"rich_text\":{}},"
		"\"Synced\":{\"checkbox\":{}}}}");
}

static void test_title(void)
{
	/* By its id, whatever it is called. */
	shape_is(SOURCE("\"Name\":{\"id\":\"title\",\"type\":\"title\"}," TYPE(
			 ALL_OPTIONS) "," DATE "," CHECKSUM "," SYNCED),
		true, "nrrrr",
		"{\"properties\":{\"title\":{\"name\":\"Decision\"}}}");
	/* Another property is called as the title's id: by its name then. */
	shape_is(SOURCE("\"Name\":{\"id\":\"title\",\"type\":\"title\"},"
			"\"title\":{\"id\":\"x\",\"type\":\"url\"}," TYPE(
				ALL_OPTIONS) "," DATE "," CHECKSUM "," SYNCED),
		true, "nrrrr",
		"{\"properties\":{\"Name\":{\"name\":\"Decision\"}}}");
	/* Something else has the name. */
	shape_is(
		SOURCE("\"Name\":{\"id\":\"title\",\"type\":\"title\"},"
		       "\"Decision\":{\"id\":\"x\",\"type\":\"rich_text\"}," TYPE(
			       ALL_OPTIONS) "," DATE "," CHECKSUM "," SYNCED),
		true, "wrrrr", NULL);
}

static void test_options_are_kept(void)
{
	/* Those there go along, whole and first; case makes no other. */
	shape_is(SOURCE(TITLE "," TYPE(OPTION("1", "policy", "red") "," OPTION(
			 "9", "Mine", "brown")) "," DATE "," CHECKSUM
						"," SYNCED),
		true, "rorrr",
		"{\"properties\":{\"t\":{\"multi_select\":{\"options\":["
		"{\"id\":\"1\",\"name\":\"policy\",\"color\":\"red\"},"
		"{\"id\":\"9\",\"name\":\"Mine\",\"color\":\"brown\"},"
		"{\"name\":\"Architecture\"},{\"name\":\"Ops\"},"
		"{\"name\":\"UX\"},{\"name\":\"Other\"}]}}}}");
}

/* A source whose Type has n options of no use to us. */
static json *crowded(int n)
{
	struct buf b = BUF_INIT(65536);
	json *source;

	buf_adds(&b, "{\"properties\":{" TITLE "," DATE "," CHECKSUM "," SYNCED
		     ",\"Type\":{\"id\":\"t\",\"type\":\"multi_select\","
		     "\"multi_select\":{\"options\":[");
	for (int i = 0; i < n; i++)
		buf_addf(&b, "%s{\"id\":\"i%d\",\"name\":\"n%d\"}",
			i > 0 ? "," : "", i, i);
	buf_adds(&b, "]}}}}");
	source = parse(buf_str(&b));
	buf_fini(&b);
	return source;
}

static void test_too_many_options(void)
{
	static const struct {
		int n;
		enum shape_state state;
	} cases[] = { { 95, SHAPE_OPTIONS }, { 96, SHAPE_READY },
		{ 100, SHAPE_READY }, { 300, SHAPE_READY } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json *source = crowded(cases[i].n);
		struct notion_shape s;

		notion_shape_read(
			&s, source, &(struct shape_wish){ .synced = true });
		check_int(s.properties[1].state, cases[i].state);
		check_int(s.properties[1].full, cases[i].state == SHAPE_READY);
		check_int(json_count(s.properties[1].add), 5);
		notion_shape_fini(&s);
		json_free(source);
	}
}

static void test_option_without_a_name(void)
{
	/* Sending the list without it would delete it. */
	json *source = parse(SOURCE(TITLE "," TYPE(
		"{\"color\":\"red\"}") "," DATE "," CHECKSUM "," SYNCED));
	struct notion_shape s;

	notion_shape_read(&s, source, &(struct shape_wish){ .synced = true });
	check_int(s.due, 0);
	check(s.properties[1].full);
	notion_shape_fini(&s);
	json_free(source);
}

static void test_wrong_types(void)
{
	static const char *const types[] = { "people", "formula", "number" };

	for (size_t i = 0; i < 3; i++) {
		struct buf b = BUF_INIT(4096);
		struct notion_shape s;
		struct error e = { 0 };
		json *source;

		buf_addf(&b,
			"{\"properties\":{" TITLE "," DATE "," CHECKSUM
			"," SYNCED ",\"Type\":{\"id\":\"t\",\"type\":\"%s\"}}}",
			types[i]);
		source = parse(buf_str(&b));
		notion_shape_read(
			&s, source, &(struct shape_wish){ .synced = true });
		check_str(states(&s), "rwrrr");
		check_int(notion_shape_fault(&s, source, &e), -1);
		check_int(e.code, RC_CONFIG);
		check_has(e.text, types[i]);
		check_has(e.text, "multi_select");
		check_has(e.text, "run notion-setup");
		notion_shape_fini(&s);
		json_free(source);
		buf_fini(&b);
	}
}

/* A name that is set may be a slip: what there is to choose from is listed. */
static void test_wrong_type_of_named(void)
{
	json *source = parse(SOURCE(TITLE "," DATE));
	struct field_names names = { 0 };
	struct notion_shape s;
	struct error e = { 0 };
	static const char text[] = "{\"notion\":{\"type\":\"Date\","
				   "\"date\":\"When\"}}";

	check_int(
		field_names_parse(&names, "f.json", text, strlen(text), &e), 0);
	notion_shape_read(&s, source, &(struct shape_wish){ .names = &names });
	check_int(notion_shape_fault(&s, source, &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "fields.json, notion.type: the Notion property "
			  "\"Date\" has type date");
	check_has(e.text, "correct the name there");
	check_has(e.text, "it has: Decision (title), Date (date)");
	notion_shape_fini(&s);
	field_names_fini(&names);
	json_free(source);
}

/* The usual options are none of a property with a name and options of its own.
 */
static void test_own_options(void)
{
	json *own = parse(SOURCE(
		TITLE "," DATE "," CHECKSUM ",\"Kind\":{\"id\":\"k\",\"type\":"
		      "\"select\",\"select\":{\"options\":["
		      "{\"name\":\"Legal\"}]}}"));
	json *empty = parse(SOURCE(
		TITLE "," DATE "," CHECKSUM ",\"Kind\":{\"id\":\"k\",\"type\":"
		      "\"select\",\"select\":{\"options\":["
		      "]}}"));
	struct field_names names = { .property[1] = (char *)"Kind" };
	const struct shape_wish wish = { .names = &names };
	struct notion_shape s;

	notion_shape_read(&s, own, &wish);
	check_int(s.due, 0);
	check_int(s.properties[1].state, SHAPE_READY);
	notion_shape_fini(&s);
	notion_shape_read(&s, empty, &wish);
	check_int(s.properties[1].state, SHAPE_OPTIONS);
	notion_shape_fini(&s);
	json_free(own);
	json_free(empty);
}

/* No title at all: nothing can be changed from here, and it is said so. */
static void test_no_title(void)
{
	static const char *const properties[] = { "{" DATE "}", "{}",
		"{\"\":{}}", "null" };

	for (size_t i = 0; i < 4; i++) {
		struct buf b = BUF_INIT(4096);
		struct notion_shape s;
		struct error e = { 0 };
		json *source, *body;

		buf_addf(&b, "{\"properties\":%s}", properties[i]);
		source = parse(buf_str(&b));
		notion_shape_read(
			&s, source, &(struct shape_wish){ .synced = true });
		check_int(s.properties[0].state, SHAPE_WRONG_TYPE);
		check_int(notion_shape_fault(&s, source, &e), -1);
		check_int(e.code, RC_CONFIG);
		check_has(e.text, "no title property");
		/* Nor is anything lost on the way: for valgrind. */
		body = notion_shape_change(&s, source);
		json_free(body);
		notion_shape_fini(&s);
		json_free(source);
		buf_fini(&b);
	}
}

static void test_twin(void)
{
	json *source = parse(SOURCE(TITLE "," DATE "," CHECKSUM "," SYNCED
					  ",\"type \":{\"id\":\"t\",\"type\":"
					  "\"multi_select\"}"));
	struct notion_shape s;

	notion_shape_read(&s, source, &(struct shape_wish){ .synced = true });
	check_str(states(&s), "rmrrr");
	check_str(s.properties[1].twin, "type ");
	notion_shape_fini(&s);
	json_free(source);
}

static void kept(const char *before, const char *after, const char *lost)
{
	json *a = parse(before), *b = parse(after);
	struct error e = { 0 };
	int rc = notion_shape_kept(a, b, &e);

	check_int(rc, lost ? -1 : 0);
	if (lost) {
		check_int(e.code, RC_ATTENTION);
		check_has(e.text, lost);
	}
	json_free(a);
	json_free(b);
}

/* Names of their own, and what is there besides the five. */
static void test_names(void)
{
	struct field_names names = { .property = { (char *)"Name",
					     (char *)"Kind" },
		.link = (char *)"Row" };
	const struct shape_wish wish = { &names, false, true };
	json *source = parse(SOURCE(
		     "\"Name\":{\"id\":\"title\",\"type\":\"title\"},"
		     "\"Kind\":{\"id\":\"k\",\"type\":\"status\"},"
		     "\"Row\":{\"id\":\"r\",\"type\":\"rich_text\"}," DATE)),
	     *body;
	struct notion_shape s;

	notion_shape_read(&s, source, &wish);
	check_str(states(&s), "rrrmlmr");
	body = notion_shape_change(&s, source);
	check(equals(body, "{\"properties\":{\"Checksum\":{\"rich_text\":{}},"
			   "\"Paused\":{\"checkbox\":{}}}}"));
	json_free(body);
	notion_shape_fini(&s);
	json_free(source);

	body = notion_shape_new(&wish);
	check(json_get(json_get(body, "Name"), "title") != NULL);
	check(json_get(json_get(body, "Kind"), "multi_select") != NULL);
	check(json_get(json_get(body, "Row"), "url") != NULL);
	check(json_get(json_get(body, "Paused"), "checkbox") != NULL);
	json_free(body);
}

/* A property Paused that is something else is left alone, unless asked for. */
static void test_paused(void)
{
	static const char text[] = SOURCE(TITLE "," TYPE(
		ALL_OPTIONS) "," DATE "," CHECKSUM "," SYNCED
			     ",\"Paused\":{\"id\":\"p\",\"type\":\"date\"}");
	json *source = parse(text);
	struct notion_shape s;

	notion_shape_read(&s, source, &(struct shape_wish){ .synced = true });
	check_str(states(&s), "rrrrr");
	notion_shape_fini(&s);
	notion_shape_read(&s, source,
		&(struct shape_wish){ .synced = true, .paused = true });
	check_str(states(&s), "rrrrrw");
	notion_shape_fini(&s);
	json_free(source);
}

static void test_kept(void)
{
	kept(WHOLE, WHOLE, NULL);
	/* Additions are not a loss, and the title may get its name. */
	kept(SOURCE("\"Name\":{\"id\":\"title\",\"type\":\"title\"}"), WHOLE,
		NULL);
	kept(WHOLE, SOURCE(TITLE "," TYPE(ALL_OPTIONS) "," CHECKSUM "," SYNCED),
		"\"Date\"");
	kept(SOURCE("\"Mine\":{\"id\":\"m\",\"type\":\"url\"}"),
		SOURCE("\"Other\":{\"id\":\"m\",\"type\":\"url\"}"), "Mine");
	kept(SOURCE("\"Mine\":{\"id\":\"m\",\"type\":\"url\"}"),
		SOURCE("\"Mine\":{\"id\":\"m\",\"type\":\"email\"}"), "Mine");
	kept(SOURCE(TYPE(OPTION("1", "A", "red") "," OPTION("2", "B", "red"))),
		SOURCE(TYPE(OPTION("1", "A", "red"))), "\"B\"");
	kept(SOURCE(TYPE(OPTION("1", "A", "red"))),
		SOURCE(TYPE(OPTION("1", "A", "blue"))), "\"A\"");
	kept(SOURCE(TYPE(OPTION("1", "A", "red"))),
		SOURCE(TYPE(OPTION("2", "A", "red"))), "\"A\"");
}

static void test_new(void)
{
	const struct shape_wish all = { .synced = true }, few = { 0 };
	json *with = notion_shape_new(&all), *without = notion_shape_new(&few);

	check_int(json_count(with), 5);
	check_int(json_count(without), 4);
	check(json_get(json_get(with, "Decision"), "title") != NULL);
	check(json_get(without, "Synced") == NULL);
	json_free(with);
	json_free(without);
}

int main(void)
{
	run(test_states);
	run(test_missing);
	run(test_title);
	run(test_options_are_kept);
	run(test_too_many_options);
	run(test_option_without_a_name);
	run(test_wrong_types);
	run(test_wrong_type_of_named);
	run(test_own_options);
	run(test_no_title);
	run(test_twin);
	run(test_names);
	run(test_paused);
	run(test_kept);
	run(test_new);
	return test_end();
}
