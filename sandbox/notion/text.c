#include "sandbox/notion/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/notion/json.h"
#include "sandbox/notion/page.h"
#include "util/alloc.h"
#include "util/text.h"

static const char *const flags[] = { "bold", "italic", "strikethrough",
	"underline", "code" };
#define N_FLAGS (sizeof flags / sizeof flags[0])

static json *annotations_of(const json *given)
{
	json *out = json_object();
	const char *color = json_str(given, "color");

	for (size_t i = 0; i < N_FLAGS; i++)
		json_put_bool(out, flags[i], json_true(given, flags[i]));
	json_put_str(out, "color", color ? color : "default");
	return out;
}

static int check_annotations(
	const json *given, const char *path, struct notion_error *e)
{
	static const char *const keys[] = { "bold", "italic", "strikethrough",
		"underline", "code", "color", NULL };
	char at[PATH_MAX_LEN];

	if (!given)
		return 0;
	if (!json_is_object(given))
		return notion_should_be(
			e, path, "an object or `undefined`", given);
	for (size_t i = 0; i < N_FLAGS; i++) {
		const json *v = json_get(given, flags[i]);

		snprintf(at, sizeof at, "%.400s.%s", path, flags[i]);
		if (v && !json_is_bool(v))
			return notion_should_be(
				e, at, "a boolean or `undefined`", v);
	}
	return notion_only_keys(e, path, given, keys);
}

/* What an element has in addition to its kind. */
static json *element_of(const char *type, const json *given)
{
	json *out = json_object();

	json_put_str(out, "type", type);
	json_put(out, type, json_object());
	json_put(out, "annotations",
		annotations_of(json_get(given, "annotations")));
	json_put_str(out, "plain_text", "");
	json_put_str(out, "href", NULL);
	return out;
}

static int parse_link(
	const json *link, const char *path, json *out, struct notion_error *e)
{
	const char *url = json_str(link, "url");
	char at[PATH_MAX_LEN];
	json *kept;

	json_put_str(json_get(out, "text"), "link", NULL);
	if (json_is_null(link))
		return 0;
	snprintf(at, sizeof at, "%.400s.link.url", path);
	if (!url)
		return notion_should_be(
			e, at, "a string", json_get(link, "url"));
	if (text_utf16_len(url) > TEXT_UNITS_MAX)
		return notion_too_long(
			e, at, TEXT_UNITS_MAX, text_utf16_len(url));
	kept = json_put(json_get(out, "text"), "link", json_object());
	json_put_str(kept, "url", url);
	json_put_str(out, "href", url);
	return 0;
}

static int parse_text(const json *given, const char *path, bool limited,
	json **out, struct notion_error *e)
{
	static const char *const keys[] = { "content", "link", NULL };
	const json *text = json_get(given, "text");
	const char *content = json_str(text, "content");
	char at[PATH_MAX_LEN];

	snprintf(at, sizeof at, "%.400s.text", path);
	if (!json_is_object(text))
		return notion_should_be(e, at, "an object", text);
	if (notion_only_keys(e, at, text, keys) < 0)
		return -1;
	snprintf(at, sizeof at, "%.400s.text.content", path);
	if (!content)
		return notion_should_be(
			e, at, "a string", json_get(text, "content"));
	if (limited && text_utf16_len(content) > TEXT_UNITS_MAX)
		return notion_too_long(
			e, at, TEXT_UNITS_MAX, text_utf16_len(content));
	*out = element_of("text", given);
	json_put_str(json_get(*out, "text"), "content", content);
	json_put_str(*out, "plain_text", content);
	snprintf(at, sizeof at, "%.400s.text", path);
	return parse_link(json_get(text, "link"), at, *out, e);
}

/* A mention is stored as it was given, together with what is read back. */
static void complete_mention(struct world *w, json *out, const json *mention)
{
	const char *type = json_str(mention, "type");
	const json *what = NULL;
	char *plain = NULL;

	for (const json *v = json_first(mention); v && !what; v = json_next(v))
		if (json_is_object(v)) {
			type = json_key(v);
			what = v;
		}
	json_put_str(json_get(out, "mention"), "type", type);
	if (type && strcmp(type, "user") == 0) {
		json *user = notion_user(
			json_str(what, "id") ? json_str(what, "id") : "");
		const char *name = json_str(user, "name");

		plain = xasprintf("@%s", name ? name : "Anonymous");
		json_put(json_get(out, "mention"), "user", user);
	} else {
		json_put(json_get(out, "mention"), type ? type : "page",
			json_copy(what));
		if (type && strcmp(type, "page") == 0)
			plain = page_title(w, json_str(what, "id"));
		else if (type && strcmp(type, "date") == 0)
			plain = xstrdup(json_str(what, "start"));
	}
	json_put_str(out, "plain_text", plain ? plain : "Untitled");
	free(plain);
}

static int parse_mention(struct world *w, const json *given, const char *path,
	json **out, struct notion_error *e)
{
	const json *mention = json_get(given, "mention");
	char at[PATH_MAX_LEN];

	snprintf(at, sizeof at, "%.400s.mention", path);
	if (!json_is_object(mention))
		return notion_should_be(e, at, "an object", mention);
	*out = element_of("mention", given);
	complete_mention(w, *out, mention);
	return 0;
}

static int parse_equation(
	const json *given, const char *path, json **out, struct notion_error *e)
{
	const char *expression =
		json_str(json_get(given, "equation"), "expression");
	char at[PATH_MAX_LEN];

	snprintf(at, sizeof at, "%.400s.equation.expression", path);
	if (!expression)
		return notion_should_be(e, at, "a string",
			json_get(json_get(given, "equation"), "expression"));
	if (text_utf16_len(expression) > 1000)
		return notion_too_long(e, at, 1000, text_utf16_len(expression));
	*out = element_of("equation", given);
	json_put_str(json_get(*out, "equation"), "expression", expression);
	json_put_str(*out, "plain_text", expression);
	return 0;
}

static int parse_element(struct world *w, const json *given, const char *path,
	bool limited, json **out, struct notion_error *e)
{
	static const char *const keys[] = { "type", "text", "mention",
		"equation", "annotations", "plain_text", "href", NULL };
	const char *type = json_str(given, "type");
	char at[PATH_MAX_LEN];

	if (!json_is_object(given))
		return notion_should_be(e, path, "an object", given);
	if (notion_only_keys(e, path, given, keys) < 0)
		return -1;
	snprintf(at, sizeof at, "%.400s.annotations", path);
	if (check_annotations(json_get(given, "annotations"), at, e) < 0)
		return -1;
	if (!type)
		type = json_get(given, "mention")    ? "mention"
		       : json_get(given, "equation") ? "equation"
						     : "text";
	if (strcmp(type, "mention") == 0)
		return parse_mention(w, given, path, out, e);
	if (strcmp(type, "equation") == 0)
		return parse_equation(given, path, out, e);
	return parse_text(given, path, limited, out, e);
}

static bool same_style(const json *a, const json *b)
{
	return a && strcmp(json_str(a, "type"), "text") == 0 &&
	       strcmp(json_str(b, "type"), "text") == 0 &&
	       json_equal(json_get(a, "annotations"),
		       json_get(b, "annotations")) &&
	       json_equal(json_get(json_get(a, "text"), "link"),
		       json_get(json_get(b, "text"), "link"));
}

/* Appends to the last element where both have the same style. */
static json *join(json *array, json *last, json *take_element)
{
	char *both;

	if (!*json_str(take_element, "plain_text")) {
		json_free(take_element);
		return last;
	}
	if (!same_style(last, take_element))
		return json_add(array, take_element);
	both = xasprintf("%s%s", json_str(last, "plain_text"),
		json_str(take_element, "plain_text"));
	json_put_str(last, "plain_text", both);
	json_put_str(json_get(last, "text"), "content", both);
	free(both);
	json_free(take_element);
	return last;
}

int rich_text_parse(struct world *w, const json *array, const char *path,
	bool limited, json **out, struct notion_error *e)
{
	json *kept, *last = NULL;
	size_t i = 0;

	*out = NULL;
	if (!json_is_array(array))
		return notion_should_be(e, path, "an array", array);
	if (limited && json_count(array) > TEXT_ELEMENTS_MAX)
		return notion_too_long(
			e, path, TEXT_ELEMENTS_MAX, json_count(array));
	kept = json_array();
	for (const json *v = json_first(array); v; v = json_next(v)) {
		char at[PATH_MAX_LEN];
		json *element = NULL;

		snprintf(at, sizeof at, "%.400s[%zu]", path, i++);
		if (parse_element(w, v, at, limited, &element, e) < 0) {
			json_free(element);
			json_free(kept);
			return -1;
		}
		last = join(kept, last, element);
	}
	*out = kept;
	return 0;
}

json *rich_text_from(const char *plain)
{
	json *array = json_array(), *element;

	if (!plain || !*plain)
		return array;
	element = json_add(array, element_of("text", NULL));
	json_put_str(json_get(element, "text"), "content", plain);
	json_put_str(json_get(element, "text"), "link", NULL);
	json_put_str(element, "plain_text", plain);
	return array;
}

char *rich_text_plain(const json *array)
{
	struct buf text = BUF_INIT(CONTROL_BODY_MAX);

	for (const json *v = json_first(array); v; v = json_next(v))
		buf_adds(&text, json_str(v, "plain_text"));
	return text.data ? buf_take(&text) : xstrdup("");
}

static bool counts_as_mention(const json *element)
{
	const char *type = json_str(json_get(element, "mention"), "type");

	return type && (strcmp(type, "user") == 0 || strcmp(type, "page") == 0);
}

json *rich_text_inline(const json *array, bool *cut)
{
	json *out = json_array();
	int mentions = 0;

	*cut = false;
	for (const json *v = json_first(array); v; v = json_next(v)) {
		if (counts_as_mention(v) && ++mentions > MENTIONS_INLINE) {
			*cut = true;
			break;
		}
		json_add(out, json_copy(v));
	}
	return out;
}

static void trim_element(json *element, bool start, bool end)
{
	const char *plain = json_str(element, "plain_text");
	size_t from = start ? strspn(plain, " \t\r\n") : 0;
	size_t len = strlen(plain + from);
	char *left;

	if (strcmp(json_str(element, "type"), "text") != 0)
		return;
	while (end && len && strchr(" \t\r\n", plain[from + len - 1]))
		len--;
	left = xstrndup(plain + from, len);
	json_put_str(element, "plain_text", left);
	json_put_str(json_get(element, "text"), "content", left);
	free(left);
}

void rich_text_trim(json *array)
{
	for (json *v = json_first(array); v; v = json_next(v))
		trim_element(v, v == json_first(array), !json_next(v));
}
