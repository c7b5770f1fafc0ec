/* fields.json, and the settings beside it: settings/field_names.h. */
#include "settings/field_names.h"

#include <stdlib.h>
#include <unistd.h>

#include "settings/settings.h"
#include "test.h"
#include "util/alloc.h"
#include "util/file.h"

static int parse(struct field_names *n, const char *text, struct error *e)
{
	*n = (struct field_names){ 0 };
	return field_names_parse(n, "f.json", text, strlen(text), e);
}

static void test_usual(void)
{
	struct field_names n;
	struct error e;

	check_str(column_name(NULL, "notion_page_id"), "notion_page_id");
	check_str(property_name(NULL, "Type"), "Type");
	check_int(parse(&n, "{}", &e), 0);
	check_str(column_name(&n, "decision"), "decision");
	check(!own_columns(&n) && !own_properties(&n));
	check_int(parse(&n, "{\"supabase\":{},\"notion\":{}}", &e), 0);
	field_names_fini(&n);
}

static void test_names(void)
{
	struct field_names n;
	struct error e = { 0 };
	char place[200];
	json *own;

	check_int(
		parse(&n,
			"{\"supabase\":{\"id\":\"uid\",\"decision\":\"title\","
			"\"type\":\"type\",\"date\":\"decided_on\","
			"\"link\":\"page\",\"checksum\":\"sum\","
			"\"synced\":\"seen\",\"created\":\"made\","
			"\"updated\":\"changed\",\"deleted\":\"gone\"},"
			"\"notion\":{\"decision\":\"Name\",\"type\":\"Art, "
			"Ä\",\"date\":\"When\",\"checksum\":\"Sum\","
			"\"synced\":\"Seen\"}}",
			&e),
		0);
	check_str(column_name(&n, "id"), "uid");
	check_str(column_name(&n, "decision"), "title");
	check_str(column_name(&n, "notion_page_id"), "page");
	check_str(column_name(&n, "deleted_at"), "gone");
	check_str(column_name(&n, "else"), "else");
	check_str(property_name(&n, "Type"), "Art, Ä");
	check_str(property_name(&n, "Synced"), "Seen");
	check(column_is_named(&n, "type") && property_is_named(&n, "Date"));
	own = own_columns(&n);
	check_int(json_count(own), 9); /* type is as usual */
	json_free(own);
	own = own_properties(&n);
	check_int(json_count(own), 5);
	json_free(own);
	field_names_place(&n, true, "notion_page_id", place, sizeof place);
	check_str(place, "fields.json, supabase.link");
	field_names_fini(&n);
}

/* Two that swap their places are two names, and not one. */
static void test_swapped(void)
{
	struct field_names n;
	struct error e = { 0 };

	check_int(parse(&n,
			  "{\"supabase\":{\"decision\":\"type\",\"type\":"
			  "\"decision\"}}",
			  &e),
		0);
	check_str(column_name(&n, "decision"), "type");
	check_str(column_name(&n, "type"), "decision");
	field_names_fini(&n);
}

static void refused(const char *text, const char *why)
{
	struct field_names n;
	struct error e = { 0 };

	if (!check_int(parse(&n, text, &e), -1))
		printf("\tfor %s\n", text);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "f.json:");
	check_has(e.text, why);
	field_names_fini(&n);
}

static void test_refused(void)
{
	struct buf long_name = BUF_INIT(4096);

	refused("", "f.json:1: not valid JSON");
	refused("{\n\"supabase\":{\n\"type\":}}", "f.json:3: not valid JSON");
	refused("{\"supabase\":{\"type\":\"a\",\"type\":\"b\"}}", "JSON");
	refused("[]", "not an object");
	refused("{\"Supabase\":{}}", "no key \"Supabase\"; the keys are "
				     "supabase and notion");
	refused("{\"supabase\":7}", "\"supabase\" is not an object");
	refused("{\"notion\":\"Kind\"}", "\"notion\" is not an object");
	refused("{\"supabase\":{\"decison\":\"x\"}}",
		"supabase has no key \"decison\"; its keys are id, decision, "
		"type, date, created, updated, link, synced, checksum, "
		"deleted");
	refused("{\"notion\":{\"link\":\"x\"}}",
		"notion has no key \"link\"; its keys are decision, type, "
		"date, checksum, synced");
	refused("{\"supabase\":{\"type\":7}}", "supabase.type is not a text");
	refused("{\"supabase\":{\"type\":null}}", "leave the key out");
	refused("{\"supabase\":{\"type\":\"\"}}", "supabase.type is empty");
	refused("{\"notion\":{\"type\":\"  \"}}", "notion.type is empty");
	refused("{\"supabase\":{\"type\":\"my type\"}}",
		"not a valid column name: use letters, digits and _");
	refused("{\"supabase\":{\"type\":\"a\\\"b\"}}", "not a valid column");
	refused("{\"supabase\":{\"type\":\"7a\"}}", "not a valid column name");
	refused("{\"supabase\":{\"type\":\"order\"}}",
		"can't be \"order\", which means something else");
	refused("{\"supabase\":{\"type\":\"a\",\"date\":\"a\"}}",
		"supabase.type and supabase.date are both in \"a\": give each "
		"a column of its own");
	refused("{\"supabase\":{\"decision\":\"type\"}}",
		"are both in \"type\", which one of them usually has");
	refused("{\"notion\":{\"checksum\":\"Synced\"}}",
		"give each a property of its own");

	buf_adds(&long_name, "{\"supabase\":{\"type\":\"");
	for (int i = 0; i < 64; i++)
		buf_addc(&long_name, 'a');
	buf_adds(&long_name, "\"}}");
	refused(buf_str(&long_name), "longer than the 63 characters");
	buf_reset(&long_name);
	buf_adds(&long_name, "{\"notion\":{\"type\":\"");
	for (int i = 0; i < 501; i++)
		buf_addc(&long_name, 'a');
	buf_adds(&long_name, "\"}}");
	refused(buf_str(&long_name), "longer than 500 bytes");
	buf_fini(&long_name);
}

/* --- where the file is, and the settings beside it ------------------------ */

static char folder[] = "/tmp/field_names_test.XXXXXX";

#define KEYS \
	"NOTION_API_KEY=ntn_x\nNOTION_DATABASE_ID=" \
	"38c9ce7b-60a4-8128-8d53-d5d4642a0a6f\n"

static void write_file(const char *name, const char *text)
{
	char *path = path_join(folder, name);
	struct error e;

	if (file_replace_with(path, text, strlen(text), &e) < 0)
		abort();
	free(path);
}

static int load(struct settings *s, const char *env, struct error *e)
{
	write_file(".env", env);
	return settings_load(s, NEED_NOTION, e);
}

static void test_file(void)
{
	struct settings s;
	struct error e = { 0 };
	char *env;

	write_file("fields.json", "\xEF\xBB\xBF{\"notion\":{\"type\":\"K\"}}");
	write_file("else.json", "{\"notion\":{\"type\":\"Else\"}}");
	check_int(load(&s, KEYS, &e), 0);
	check_str(property_name(&s.names, "Type"), "K");
	settings_fini(&s);
	env = xasprintf(KEYS "SYNC_FIELDS=%s/else.json\n", folder);
	check_int(load(&s, env, &e), 0);
	check_str(property_name(&s.names, "Type"), "Else");
	settings_fini(&s);
	free(env);
	check_int(load(&s, KEYS "SYNC_FIELDS=/nowhere.json\n", &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "SYNC_FIELDS: /nowhere.json: No such file");
	write_file("fields.json", "{");
	check_int(load(&s, KEYS, &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "fields.json:1: not valid JSON");
	write_file("fields.json", "{}");
}

static void setting_is_refused(const char *lines, const char *why)
{
	struct settings s;
	struct error e = { 0 };
	char *env = xasprintf(KEYS "%s", lines);

	if (!check_int(load(&s, env, &e), -1)) {
		printf("\tfor %s\n", lines);
		settings_fini(&s);
	}
	check_int(e.code, RC_CONFIG);
	check_has(e.text, why);
	free(env);
}

static void setting_is_taken(const char *lines)
{
	struct settings s;
	struct error e = { 0 };
	char *env = xasprintf(KEYS "%s", lines);

	if (check_int(load(&s, env, &e), 0))
		settings_fini(&s);
	free(env);
}

static void test_settings(void)
{
	struct settings s;
	struct error e = { 0 };
	bool given;

	check_int(load(&s, KEYS, &e), 0);
	check_str(paused_property(&s.names, &given), "Paused");
	check(!given && !s.names.link);
	settings_fini(&s);
	check_int(load(&s, KEYS "SYNC_PAUSED_PROPERTY=-\n", &e), 0);
	check(!paused_property(&s.names, &given));
	settings_fini(&s);
	check_int(load(&s,
			  KEYS "SYNC_PAUSED_PROPERTY=\"On hold\"\n"
			       "SYNC_LINK_PROPERTY=Row\n"
			       "SYNC_LINK_TEMPLATE=https://a.example/{id}\n",
			  &e),
		0);
	check_str(paused_property(&s.names, &given), "On hold");
	check(given);
	check_str(s.names.link, "Row");
	check_str(s.names.link_template, "https://a.example/{id}");
	settings_fini(&s);

	setting_is_refused("SYNC_PAUSED_PROPERTY=Synced\n",
		"\"Synced\", which is that of Synced");
	setting_is_refused(
		"SYNC_LINK_PROPERTY=Type\n", "\"Type\", which is that of Type");
	setting_is_refused(
		"SYNC_LINK_PROPERTY=Hold\nSYNC_PAUSED_PROPERTY=Hold\n",
		"both name the property \"Hold\"");
	setting_is_refused("SYNC_LINK_PROPERTY=Row\n"
			   "SYNC_LINK_TEMPLATE=https://a.example\n",
		"must be a link with {id}");
	setting_is_refused("SYNC_LINK_PROPERTY=Row\n"
			   "SYNC_LINK_TEMPLATE=\"a b {id}\"\n",
		"must be a link with {id}");
	setting_is_refused("SYNC_LINK_TEMPLATE=https://a.example/{id}\n",
		"needs SYNC_LINK_PROPERTY");
}

/* What counts is the link, not the template. */
static void test_long_template(void)
{
	char ids[4 * 60 + 1] = "";

	for (size_t i = 0; i < 60; i++)
		memcpy(ids + 4 * i, "{id}", 5);
	for (size_t n = 55; n <= 56; n++) {
		char *line = xasprintf("SYNC_LINK_PROPERTY=Row\n"
				       "SYNC_LINK_TEMPLATE=https://a.example/"
				       "%.*s\n",
			(int)(4 * n), ids);

		if (n == 56)
			setting_is_refused(line, "Notion holds 2000");
		else
			setting_is_taken(line);
		free(line);
	}
}

/* A field that is called Paused pauses nothing. */
static void test_paused_is_taken(void)
{
	struct settings s;
	struct error e = { 0 };
	bool given;

	write_file("fields.json", "{\"notion\":{\"synced\":\"Paused\"}}");
	check_int(load(&s, KEYS, &e), 0);
	check(!paused_property(&s.names, &given) && !given);
	settings_fini(&s);
	setting_is_refused(
		"SYNC_PAUSED_PROPERTY=Paused\n", "is that of Synced");
	write_file("fields.json", "{}");
	check_int(load(&s, KEYS "SYNC_LINK_PROPERTY=Paused\n", &e), 0);
	check(!paused_property(&s.names, &given) && !given);
	settings_fini(&s);
}

int main(void)
{
	char *env;

	if (!mkdtemp(folder))
		return 1;
	env = path_join(folder, ".env");
	setenv("SYNC_ENV_FILE", env, 1);
	unsetenv("SYNC_FIELDS");
	unsetenv("SYNC_PAUSED_PROPERTY");
	unsetenv("SYNC_LINK_PROPERTY");
	unsetenv("SYNC_LINK_TEMPLATE");
	unsetenv("NOTION_API_KEY");
	unsetenv("NOTION_DATABASE_ID");
	run(test_usual);
	run(test_names);
	run(test_swapped);
	run(test_refused);
	run(test_file);
	run(test_settings);
	run(test_long_template);
	run(test_paused_is_taken);
	for (size_t i = 0; i < 3; i++) {
		char *path = path_join(
			folder, (const char *const[]){ ".env", "fields.json",
					"else.json" }[i]);

		unlink(path);
		free(path);
	}
	rmdir(folder);
	free(env);
	return test_end();
}
