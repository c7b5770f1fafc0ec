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

static json *option_value(const char *key, const char *type)
{
	json *option = NULL;

	if (!text_is_empty(type)) {
		option = json_object();
		json_put_str(option, "name", type);
	}
	return value_of(key, option ? option : json_string(NULL));
}

json *notion_type_value(enum type_kind kind, const char *type, const json *was)
{
	switch (kind) {
	case TYPE_TEXT:
		return notion_rich_text_value(type);
	case TYPE_SELECT:
	case TYPE_STATUS:
		return option_value(type_kind_name(kind), type);
	default:
		return notion_multi_select_value(type, was);
	}
}

json *notion_url_value(const char *url)
{
	return value_of("url", json_string(url));
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

static int type_can_be(const char *type, enum type_kind kind,
	const json *options, struct problem *p)
{
	if (kind == TYPE_TEXT)
		return count_elements(type) <= NOTION_TEXT_ELEMENTS
			       ? 0
			       : problem(p, "poison",
					 "the type is longer than the %d "
					 "UTF-16 units of a Notion text",
					 NOTION_TEXT_ELEMENTS *
						 NOTION_TEXT_UNITS);
	if (type && strchr(type, ','))
		return problem(p, "poison",
			"the type has a comma, which a Notion option can't "
			"have");
	if (text_utf16_len(type) > NOTION_OPTION_UNITS)
		return problem(p, "poison",
			"the type is longer than the %d UTF-16 units of a "
			"Notion option",
			NOTION_OPTION_UNITS);
	if (kind == TYPE_STATUS && options && !text_is_empty(type) &&
		!notion_option_spelling(options, type))
		return problem(p, "poison",
			"the status has no option \"%.60s\" (only a person "
			"can add it, in Notion; then sync with --full)",
			type);
	return 0;
}

int notion_can_hold(const struct decision *d, enum type_kind kind,
	const json *options, struct problem *p)
{
	const char *decision = d->value[FIELD_DECISION];

	if (type_can_be(d->value[FIELD_TYPE], kind, options, p) < 0)
		return -1;
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
