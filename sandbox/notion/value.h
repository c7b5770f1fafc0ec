/*
 * The values of page properties: checked as a write gives them, stored, and
 * shown as in a page.
 *
 * Stored are: rich text in full; for selects the ids of options; for people and
 * relations ids; everything else as it is. A value that isn't stored is empty.
 */
#ifndef SANDBOX_NOTION_VALUE_H
#define SANDBOX_NOTION_VALUE_H

#include "sandbox/notion/error.h"
#include "sandbox/notion/schema.h"
#include "sandbox/world.h"

/*
 * From the value under a property's name in a write. An option that doesn't
 * exist yet is added to `property`, and *grown is set.
 */
int value_parse(struct world *w, json *property, const json *given,
	const char *path, bool limited, json **out, bool *grown,
	struct notion_error *e);

/* What the computed properties need to know about a page. */
struct value_times {
	usec created, edited;
	const char *created_by, *edited_by;
};

/* The typed value alone: what is under "title", "date" and so on. */
json *value_show(
	const json *property, const json *kept, const struct value_times *t);

#endif
