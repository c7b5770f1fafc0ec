#include "sandbox/notion/schema.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/notion/text.h"
#include "util/alloc.h"
#include "util/text.h"
#include "util/uuid.h"

char *property_id(const json *property)
{
	struct buf out = BUF_INIT(400);

	for (const char *s = json_str(property, "id"); *s; s++)
		if (isalnum((unsigned char)*s) || strchr("-_.~!*'()", *s))
			buf_addc(&out, *s);
		else
			buf_addf(&out, "%%%02X", (unsigned char)*s);
	return buf_take(&out);
}

const char *property_type(const json *property)
{
	return json_str(property, "type");
}

json *property_find(const json *properties, const char *key)
{
	char *decoded = percent_decode(key, strlen(key), false);
	json *found = NULL;

	for (json *p = json_first(properties); p && !found; p = json_next(p))
		if (strcmp(json_str(p, "id"), key) == 0 ||
			(decoded && strcmp(json_str(p, "id"), decoded) == 0))
			found = p;
	for (json *p = json_first(properties); p && !found; p = json_next(p))
		if (strcmp(json_str(p, "name"), key) == 0)
			found = p;
	free(decoded);
	return found;
}

json *property_options(const json *property)
{
	return json_get(json_get(property, property_type(property)), "options");
}

json *option_by_id(const json *property, const char *id)
{
	for (json *o = json_first(property_options(property)); o && id;
		o = json_next(o))
		if (strcmp(json_str(o, "id"), id) == 0)
			return o;
	return NULL;
}

json *option_by_name(const json *property, const char *name)
{
	for (json *o = json_first(property_options(property)); o;
		o = json_next(o))
		if (strcmp(json_str(o, "name"), name) == 0)
			return o;
	for (json *o = json_first(property_options(property)); o;
		o = json_next(o))
		if (text_equal_folded(json_str(o, "name"), name))
			return o;
	return NULL;
}

json *option_make(const char *name, const char *color)
{
	char id[UUID_SIZE];
	json *o = json_object();

	uuid_random(id);
	json_put_str(o, "id", id);
	json_put_str(o, "name", name);
	json_put_str(o, "color", color ? color : "default");
	json_put_str(o, "description", NULL);
	return o;
}

json *option_add(json *property, const char *name, const char *color)
{
	return json_add(property_options(property), option_make(name, color));
}

int option_name_check(
	const char *name, const char *path, struct notion_error *e)
{
	char at[PATH_MAX_LEN];
	size_t n = text_utf16_len(name);

	snprintf(at, sizeof at, "%.400s.name", path);
	if (strchr(name, ','))
		return notion_invalid(e,
			"Invalid select option, commas not allowed: %.400s",
			name);
	if (n > OPTION_UNITS_MAX)
		return notion_too_long(e, at, OPTION_UNITS_MAX, n);
	if (n == 0)
		return notion_invalid(e,
			"body failed validation: %s.length should be ≥ `1`, "
			"instead was `0`.",
			at);
	return 0;
}
