#include "content.h"

#include <string.h>

#include "util/text.h"

const char *side_name(enum side s)
{
	return s == SUPABASE ? "supabase" : "notion";
}

const char *side_title(enum side s)
{
	return s == SUPABASE ? "Supabase" : "Notion";
}

const char *field_name(enum field f)
{
	static const char *const names[FIELDS] = {
		[DECISION] = "decision",
		[TYPE] = "type",
		[DATE] = "date",
	};

	return names[f];
}

bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

bool value_equal(enum field f, const char *a, const char *b)
{
	switch (f) {
	case DECISION:
		return text_equal(a, b);
	case TYPE:
		return text_equal_folded(a, b);
	default:
		return same_text(a, b);
	}
}

unsigned content_diff(const struct content *a, const struct content *b)
{
	unsigned differ = 0;

	for (enum field f = 0; f < FIELDS; f++)
		if (!value_equal(f, a->value[f], b->value[f]))
			differ |= BIT(f);
	return differ;
}

void content_checksum(const struct content *c, char out[CHECKSUM_SIZE])
{
	checksum_of(c->value[DECISION], c->value[TYPE], c->value[DATE], out);
}

void content_put(json *object, const struct content *c, unsigned fields)
{
	for (enum field f = 0; f < FIELDS; f++) {
		const char *value = c->value[f];

		if (fields & BIT(f))
			json_put_str(object, field_name(f),
				value && *value ? value : NULL);
	}
}

json *content_json(const struct content *c, unsigned fields)
{
	json *object = json_object();

	content_put(object, c, fields);
	return object;
}

json *fields_json(unsigned fields)
{
	json *names = json_array();

	for (enum field f = 0; f < FIELDS; f++)
		if (fields & BIT(f))
			json_add(names, json_string(field_name(f)));
	return names;
}
