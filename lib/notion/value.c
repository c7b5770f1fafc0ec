#include "notion/value.h"

#include <stdlib.h>
#include <string.h>

#include "notion/limits.h"
#include "util/alloc.h"
#include "util/text.h"

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
	return value_of("title", text_elements(text));
}

json *notion_rich_text_value(const char *text)
{
	return value_of("rich_text", text_elements(text));
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
	return value_of("multi_select", options);
}

json *notion_date_value(const char *date, const char *end)
{
	json *v;

	if (!date || !*date)
		return value_of("date", json_string(NULL));
	v = json_object();
	json_put_str(v, "start", date);
	if (end)
		json_put_str(v, "end", end);
	return value_of("date", v);
}

json *notion_checkbox_value(bool on)
{
	return value_of("checkbox", json_bool(on));
}

static size_t count_elements(const char *text)
{
	size_t n = 0;

	for (; text && *text; n++)
		text += element_len(text);
	return n;
}

/* Whether a create with this title stays within the size limit of a request. */
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

int notion_can_hold(const struct decision *d, struct problem *p)
{
	const char *decision = d->value[FIELD_DECISION];
	const char *type = d->value[FIELD_TYPE];

	if (type && strchr(type, ','))
		return problem(p, "poison",
			"the type has a comma, which a Notion option can't "
			"have");
	if (text_utf16_len(type) > NOTION_OPTION_UNITS)
		return problem(p, "poison",
			"the type is longer than the %d UTF-16 units of a "
			"Notion option",
			NOTION_OPTION_UNITS);
	if (count_elements(decision) > NOTION_TEXT_ELEMENTS)
		return problem(p, "poison",
			"the decision is longer than the %d UTF-16 units of a "
			"Notion title",
			NOTION_TEXT_ELEMENTS * NOTION_TEXT_UNITS);
	if (!fits_a_request(decision))
		return problem(p, "poison",
			"the decision is larger than the %d bytes of a "
			"request to Notion",
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
