/* How the properties are bound to a data source: notion/limits.h. */
#include "notion_texts.h"

#include "notion/schema.h"

#define TITLE "\"Name\":{\"id\":\"title\",\"name\":\"Name\",\"type\":\"title\"}"
#define TYPE \
	"\"Type\":{\"id\":\"%3Aa\",\"type\":\"multi_select\"," \
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

	check_int(notion_schema_bind(&s, source, NULL, &e), 0);
	check_str(s.field[FIELD_DECISION], "title");
	check_str(s.field[FIELD_TYPE], "%3Aa");
	check_str(s.field[FIELD_DATE], "d");
	check_str(s.checksum, "c");
	check_str(s.synced, "s");
	s.bot_user = malloc(sizeof BOT);
	strcpy(s.bot_user, BOT);
	notion_schema_to_head(&s, head);
	check_int(notion_schema_from_head(&again, head, &e), 0);
	check_str(again.field[FIELD_TYPE], "%3Aa");
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

	check_int(notion_schema_bind(&s, source, NULL, &e), 0);
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

	check_int(notion_schema_bind(&s, source, NULL, &e), -1);
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
			",\"Type\":{\"id\":\"x\",\"type\":\"people\"}," DATE),
		"\"Type\" has type people and should have type multi_select "
		"(or select, status, rich_text)");
	check_unbound(
		SOURCE(TITLE "," DATE), "it has: Name (title), Date (date)");
	check_unbound(
		SOURCE(TITLE "," TYPE "," DATE
			     ",\"Synced\":{\"id\":\"x\",\"type\":\"formula\"}"),
		"\"Synced\" has type formula and should have type checkbox");
}

/* What fields.json and its settings name. */
/* An empty one would stand for the property in each answer, and in the head. */
static void test_bind_no_id(void)
{
	static const char *const ids[] = { "\"id\":\"\",", "\"id\":null,", "" };
	struct notion_schema s;
	struct error e;

	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		char text[400];
		json *source;

		snprintf(text, sizeof text,
			"{\"properties\":{%s,%s,\"Date\":{%s\"type\":"
			"\"date\"}}}",
			TYPE, TITLE, ids[i]);
		source = parse(text);
		check_int(notion_schema_bind(&s, source, NULL, &e), -1);
		check_int(e.code, RC_TEMPORARY);
		check_has(e.text, "no id for the property \"Date\"");
		json_free(source);
	}
}

static void test_bind_names(void)
{
	struct field_names names = { .file = (char *)"f.json",
		.property = { NULL, (char *)"Kind", NULL, (char *)"Sum" },
		.paused = (char *)"Hold",
		.link = (char *)"Row",
		.link_template = (char *)"x/{id}" };
	json *source = parse(SOURCE(
		TITLE "," DATE
		      ",\"Kind\":{\"id\":\"k\",\"type\":\"status\",\"status\":{"
		      "\"options\":[{\"name\":\"Done\"}]}}"
		      ",\"Sum\":{\"id\":\"s\",\"type\":\"rich_text\"}"
		      ",\"Hold\":{\"id\":\"h\",\"type\":\"checkbox\"}"
		      ",\"Row\":{\"id\":\"r\",\"type\":\"url\"}"));
	json *head = json_object();
	struct notion_schema s;
	struct error e = { 0 };

	check_int(notion_schema_bind(&s, source, &names, &e), 0);
	notion_schema_to_head(&s, head);
	notion_schema_fini(&s);
	check_int(notion_schema_from_head(&s, head, &e), 0);
	check_str(s.field[FIELD_TYPE], "k");
	check_int(s.type_kind, TYPE_STATUS);
	check_str(json_text(json_first(s.type_options)), "Done");
	check_str(s.checksum, "s");
	check_str(s.paused, "h");
	check_str(s.link, "r");
	check(s.link_is_url && !s.synced);
	check_str(s.link_template, "x/{id}");
	check_str(json_str(s.own_names, "Type"), "Kind");
	notion_schema_fini(&s);
	json_free(head);

	/* What is named must be there, and hold what it is named for. */
	names.property[4] = (char *)"Mark";
	check_int(notion_schema_bind(&s, source, &names, &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "no property \"Mark\" of type checkbox (f.json, "
			  "notion.synced)");
	check_has(e.text, "Hold (checkbox)");
	names.property[4] = (char *)"Row";
	check_int(notion_schema_bind(&s, source, &names, &e), -1);
	check_has(e.text, "f.json, notion.synced: the Notion property \"Row\" "
			  "has type url and should have type checkbox");
	names.property[4] = NULL;
	names.property[0] = (char *)"Title";
	check_int(notion_schema_bind(&s, source, &names, &e), -1);
	check_has(e.text, "no property \"Title\" of type title");
	names.property[0] = NULL;
	names.paused = (char *)"Row";
	check_int(notion_schema_bind(&s, source, &names, &e), -1);
	check_has(e.text, "SYNC_PAUSED_PROPERTY");
	names.paused = (char *)"-";
	names.link = (char *)"Hold";
	check_int(notion_schema_bind(&s, source, &names, &e), -1);
	check_has(e.text, "should have type url or rich_text");
	check_has(e.text, "SYNC_LINK_PROPERTY: ");
	check_has(e.text, "; it has: ");
	json_free(source);
}

/* A property is written by its id, which a service may take for a name. */
static void test_bind_namesake(void)
{
	json *source = parse(SOURCE(
		TITLE ",\"Type\":{\"id\":\"abc\",\"type\":\"select\"}," DATE
		      ",\"title\":{\"id\":\"n\",\"type\":\"number\"}"
		      ",\"abc\":{\"id\":\"m\",\"type\":\"select\"}"));
	struct notion_schema s;
	struct error e = { 0 };

	check_int(notion_schema_bind(&s, source, NULL, &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "\"abc\" has the id of the property \"Type\"");
	json_free(source);
}

/* A checkbox Paused is one that pauses; anything else of that name is not. */
static void test_bind_paused(void)
{
	json *box = parse(SOURCE(
		TITLE "," TYPE "," DATE
		      ",\"Paused\":{\"id\":\"p\",\"type\":\"checkbox\"}"));
	json *other = parse(
		SOURCE(TITLE "," TYPE "," DATE
			     ",\"Paused\":{\"id\":\"p\",\"type\":\"date\"}"));
	struct field_names none = { .paused = (char *)"-" };
	struct notion_schema s;
	struct error e;

	check_int(notion_schema_bind(&s, box, NULL, &e), 0);
	check_str(s.paused, "p");
	notion_schema_fini(&s);
	check_int(notion_schema_bind(&s, box, &none, &e), 0);
	check(!s.paused);
	notion_schema_fini(&s);
	check_int(notion_schema_bind(&s, other, NULL, &e), 0);
	check(!s.paused);
	notion_schema_fini(&s);
	json_free(box);
	json_free(other);
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

int main(void)
{
	run(test_bind);
	run(test_bind_optional);
	run(test_bind_refused);
	run(test_bind_no_id);
	run(test_bind_names);
	run(test_bind_namesake);
	run(test_bind_paused);
	run(test_bad_heads);
	return test_end();
}
