#include "notion.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alloc.h"
#include "text.h"

/* Property types, as the API names them. */
#define TITLE "title"
#define MULTI_SELECT "multi_select"
#define DATE "date"
#define RICH_TEXT "rich_text"
#define CHECKBOX "checkbox"

/* A property by its name, or by its type where there is just one of it. */
static const json *find_property(
	const json *data_source, const char *name, const char *type)
{
	const json *all = json_get(data_source, "properties");

	if (strcmp(type, TITLE) != 0)
		return json_get(all, name);
	for (const json *p = json_first(all); p; p = json_next(p)) {
		const char *is = json_str(p, "type");

		if (is && strcmp(is, TITLE) == 0)
			return p;
	}
	return NULL;
}

int notion_wrong_type(struct error *e, const char *name, const char *is,
	const char *should_be)
{
	return fail(e, RC_CONFIG,
		"the Notion property \"%s\" is of type %s and should be %s; "
		"change its type in Notion, or rename it and run notion-setup",
		name, is, should_be);
}

/* The id of one property into *id; NULL where an optional one isn't there. */
static int bind(char **id, const json *data_source, const char *name,
	const char *type, bool needed, struct error *e)
{
	const json *p = find_property(data_source, name, type);
	const char *is = json_str(p, "type");

	if (!p && !needed)
		return 0;
	if (!p)
		return fail(e, RC_CONFIG,
			"the Notion database has no property \"%s\" of type"
			" %s; run notion-setup, or add it in Notion",
			name, type);
	if (!is || strcmp(is, type) != 0)
		return notion_wrong_type(e, name, is ? is : "unknown", type);
	*id = xstrdup(json_str(p, "id"));
	if (!*id)
		return fail(e, RC_TEMPORARY,
			"Notion gave no id for the property \"%s\"", name);
	return 0;
}

static json *option_names(const json *type_property)
{
	const json *type = json_get(type_property, MULTI_SELECT);
	const json *options = json_get(type, "options");
	json *names = json_array();

	for (const json *o = json_first(options); o; o = json_next(o))
		if (json_str(o, "name"))
			json_add(names, json_string(json_str(o, "name")));
	return names;
}

int notion_schema_bind(
	struct notion_schema *s, const json *data_source, struct error *e)
{
	*s = (struct notion_schema){ 0 };
	if (bind(&s->decision, data_source, "Decision", TITLE, true, e) < 0 ||
		bind(&s->type, data_source, "Type", MULTI_SELECT, true, e) <
			0 ||
		bind(&s->date, data_source, "Date", DATE, true, e) < 0 ||
		bind(&s->checksum, data_source, "Checksum", RICH_TEXT, false,
			e) < 0 ||
		bind(&s->synced, data_source, "Synced", CHECKBOX, false, e) <
			0) {
		notion_schema_fini(s);
		return -1;
	}
	s->type_options =
		option_names(find_property(data_source, "Type", MULTI_SELECT));
	return 0;
}

static int id_from_head(char **id, const json *head, const char *name,
	bool needed, struct error *e)
{
	const json *v = json_get(json_get(head, "properties"), name);

	if (json_text(v) ? !*json_text(v) : !json_is_null(v) || needed)
		return fail(e, RC_STREAM,
			"the head of a notion stream needs \"properties\" with"
			" the id of \"%s\"",
			name);
	*id = xstrdup(json_text(v));
	return 0;
}

static int options_from_head(
	struct notion_schema *s, const json *head, struct error *e)
{
	const json *options = json_get(head, "type_options");

	s->type_options = json_array();
	if (!json_is_null(options) && !json_is_array(options))
		return fail(e, RC_STREAM, "\"type_options\" is no array");
	for (const json *o = json_first(options); o; o = json_next(o)) {
		if (!json_text(o))
			return fail(e, RC_STREAM,
				"\"type_options\" holds something else than"
				" texts");
		json_add(s->type_options, json_string(json_text(o)));
	}
	return 0;
}

int notion_schema_from_head(
	struct notion_schema *s, const json *head, struct error *e)
{
	*s = (struct notion_schema){ 0 };
	if (id_from_head(&s->decision, head, "Decision", true, e) < 0 ||
		id_from_head(&s->type, head, "Type", true, e) < 0 ||
		id_from_head(&s->date, head, "Date", true, e) < 0 ||
		id_from_head(&s->checksum, head, "Checksum", false, e) < 0 ||
		id_from_head(&s->synced, head, "Synced", false, e) < 0 ||
		options_from_head(s, head, e) < 0) {
		notion_schema_fini(s);
		return -1;
	}
	s->bot_user = xstrdup(json_str(head, "bot_user"));
	return 0;
}

void notion_schema_to_head(const struct notion_schema *s, json *head)
{
	json *properties = json_put(head, "properties", json_object());

	json_put_str(properties, "Decision", s->decision);
	json_put_str(properties, "Type", s->type);
	json_put_str(properties, "Date", s->date);
	json_put_str(properties, "Checksum", s->checksum);
	json_put_str(properties, "Synced", s->synced);
	json_put(head, "type_options",
		s->type_options ? json_copy(s->type_options) : json_array());
	json_put_str(head, "bot_user", s->bot_user);
}

void notion_schema_fini(struct notion_schema *s)
{
	free(s->decision);
	free(s->type);
	free(s->date);
	free(s->checksum);
	free(s->synced);
	free(s->bot_user);
	json_free(s->type_options);
	*s = (struct notion_schema){ 0 };
}

/* How much of the text goes into the next element, in bytes. */
static size_t element_len(const char *text)
{
	return text_utf16_prefix(text, NOTION_TEXT_UNITS);
}

static json *text_elements(const char *text)
{
	json *elements = json_array();

	while (text && *text) {
		size_t len = element_len(text);
		char *content = xstrndup(text, len);
		json *element = json_add(elements, json_object());

		json_put_str(element, "type", "text");
		json_put_str(json_put(element, "text", json_object()),
			"content", content);
		free(content);
		text += len;
	}
	return elements;
}

static json *value_of(const char *type, json *take_value)
{
	json *v = json_object();

	json_put(v, type, take_value);
	return v;
}

json *notion_title_value(const char *text)
{
	return value_of(TITLE, text_elements(text));
}

json *notion_rich_text_value(const char *text)
{
	return value_of(RICH_TEXT, text_elements(text));
}

static void add_option(json *options, const char *key, const char *value)
{
	json_put_str(json_add(options, json_object()), key, value);
}

json *notion_multi_select_value(const char *type, const json *was)
{
	json *options = json_array();

	if (!text_is_empty(type))
		add_option(options, "name", type);
	for (const json *o = json_next(json_first(was)); o; o = json_next(o)) {
		const char *id = json_str(o, "id"), *name = json_str(o, "name");

		if (name && text_equal_folded(name, type))
			continue;
		if (id || name)
			add_option(options, id ? "id" : "name", id ? id : name);
	}
	return value_of(MULTI_SELECT, options);
}

json *notion_date_value(const char *date, const char *end)
{
	json *v;

	if (!date || !*date)
		return value_of(DATE, json_string(NULL));
	v = json_object();
	json_put_str(v, "start", date);
	if (end)
		json_put_str(v, "end", end);
	return value_of(DATE, v);
}

json *notion_checkbox_value(bool on)
{
	return value_of(CHECKBOX, json_bool(on));
}

static size_t count_elements(const char *text)
{
	size_t n = 0;

	for (; text && *text; n++)
		text += element_len(text);
	return n;
}

/* Whether a create with this title stays within the size of a request. */
static bool fits_a_request(const char *decision)
{
	struct buf text = BUF_INIT(NOTION_BODY_BYTES - 4096);
	json *title;
	bool fits;

	if (!decision || strlen(decision) < NOTION_BODY_BYTES / 6)
		return true;
	title = notion_title_value(decision);
	fits = json_print(title, &text) == 0;
	buf_fini(&text);
	json_free(title);
	return fits;
}

int notion_can_hold(const char *decision, const char *type, struct problem *p)
{
	if (type && strchr(type, ','))
		return problem(p, "poison",
			"the type has a comma, which no option of Notion may"
			" have");
	if (text_utf16_len(type) > NOTION_OPTION_UNITS)
		return problem(p, "poison",
			"the type is longer than the %d UTF-16 units of an"
			" option in Notion",
			NOTION_OPTION_UNITS);
	if (count_elements(decision) > NOTION_TEXT_ELEMENTS)
		return problem(p, "poison",
			"the decision is longer than the %d UTF-16 units of a"
			" title in Notion",
			NOTION_TEXT_ELEMENTS * NOTION_TEXT_UNITS);
	if (!fits_a_request(decision))
		return problem(p, "poison",
			"the decision is larger than a request to Notion may"
			" be, %d bytes",
			NOTION_BODY_BYTES);
	return 0;
}

const char *notion_option_spelling(const json *type_options, const char *type)
{
	const char *found = NULL;

	for (const json *o = json_first(type_options); o; o = json_next(o)) {
		const char *name = json_text(o);

		if (name && type && strcmp(name, type) == 0)
			return name;
		if (name && !found && text_equal_folded(name, type))
			found = name;
	}
	return found;
}

/* The host of a URL whose scheme is left out or http(s), and its path. */
static bool is_notion_host(const char *host, size_t len)
{
	static const char *const hosts[] = { "www.notion.so", "notion.so",
		"app.notion.com", "www.notion.com" };
	static const char site[] = ".notion.site";

	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		if (strlen(hosts[i]) == len &&
			strncasecmp(hosts[i], host, len) == 0)
			return true;
	return len > strlen(site) &&
	       strncasecmp(host + len - strlen(site), site, strlen(site)) == 0;
}

/* The id at the end of a path's last part: "Title-<32 hex>", or dashed. */
static int id_at_end(const char *path, size_t len, char out[UUID_SIZE])
{
	static const size_t lengths[] = { 36, 32 };

	while (len > 0 && path[len - 1] == '/')
		len--;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		size_t n = lengths[i];
		char id[UUID_SIZE];

		if (len < n || (len > n && !strchr("-/", path[len - n - 1])))
			continue;
		memcpy(id, path + len - n, n);
		id[n] = '\0';
		if (uuid_normalize(id, out) == 0)
			return 0;
	}
	return -1;
}

int notion_id_from_text(const char *text, char out[UUID_SIZE])
{
	size_t len, host;

	if (!text)
		return -1;
	while (isspace((unsigned char)*text))
		text++;
	for (len = strlen(text); len > 0; len--)
		if (!isspace((unsigned char)text[len - 1]))
			break;
	if (strncasecmp(text, "https://", 8) == 0)
		text += 8, len -= 8;
	else if (strchr(text, '/') == NULL)
		return len <= 36 ? id_at_end(text, len, out) : -1;
	host = strcspn(text, "/?#");
	if (host > len || !is_notion_host(text, host))
		return -1;
	text += host;
	len = len - host;
	if (strcspn(text, "?#") < len)
		len = strcspn(text, "?#");
	return id_at_end(text, len, out);
}
