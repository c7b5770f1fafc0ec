/*
 * The values of page properties: checked as a write gives them, kept, and
 * shown as a page shows them.
 *
 * Kept are: rich text in full; of selects the ids of options; of people and
 * relations ids; the rest as it is. What isn't kept is empty.
 */
#ifndef SANDBOX_NOTION_VALUE_H
#define SANDBOX_NOTION_VALUE_H

#include "sandbox/notion/error.h"
#include "sandbox/notion/schema.h"
#include "sandbox/world.h"

/*
 * From what stands under a property's name in a write. An option that isn't
 * there yet is added to `property`, and *grown set.
 */
int value_parse(struct world *w, json *property, const json *given,
	const char *path, bool limited, json **out, bool *grown,
	struct notion_error *e);

/* What a page is for the computed properties. */
struct value_times {
	usec created, edited;
	const char *created_by, *edited_by;
};

/* The typed value alone: what stands under "title", "date" and so on. */
json *value_show(
	const json *property, const json *kept, const struct value_times *t);

#endif
