/*
 * Notion's rich text: checked on arrival, stored as it is read back.
 *
 * It is stored as an array of elements in the full form of recorded answers. An
 * element without text is dropped, and neighbours of the same style become one
 * (recorded: 2000 + 1 characters come back as one element of 2001).
 */
#ifndef SANDBOX_NOTION_TEXT_H
#define SANDBOX_NOTION_TEXT_H

#include "sandbox/notion/error.h"
#include "sandbox/world.h"

#define TEXT_UNITS_MAX 2000   /* UTF-16 units of text.content */
#define TEXT_ELEMENTS_MAX 100 /* of an array in a request */
#define MENTIONS_INLINE 25    /* page and person mentions in an answer */
#define PATH_MAX_LEN 512

/* `limited`: whether the API's limits apply, which don't hold for a person. */
int rich_text_parse(struct world *w, const json *array, const char *path,
	bool limited, json **out, struct notion_error *e);
json *rich_text_from(const char *plain);
/* The joined plain texts, allocated. */
char *rich_text_plain(const json *array);
/*
 * A copy that ends before the 26th mention; *cut says whether anything was cut.
 */
json *rich_text_inline(const json *array, bool *cut);
/* Without white space at both ends. */
void rich_text_trim(json *array);

#endif
