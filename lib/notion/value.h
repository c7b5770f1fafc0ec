/* Values for a write to Notion, and what a Notion page can hold. */
#ifndef NOTION_VALUE_H
#define NOTION_VALUE_H

#include "notion/schema.h"
#include "sync/decision.h"
#include "sync/problem.h"
#include "util/json.h"

/*
 * Property values for a write, each to be put into "properties" under the
 * property's id. Text is split into elements of NOTION_TEXT_UNITS, never within
 * a character. notion_multi_select_value() replaces the first option of `was`
 * (the whole multi_select array as read; NULL: none) by the type and keeps the
 * others after it, by their ids; one that equals the type in folded form is
 * left out. A type of only white space counts as none: Notion has no such
 * option.
 */
json *notion_title_value(const char *text);
json *notion_rich_text_value(const char *text);
json *notion_multi_select_value(const char *type, const json *was);
/* The same for a type of any kind; `was` only where it is a multi-select. */
json *notion_type_value(enum type_kind kind, const char *type, const json *was);
json *notion_url_value(const char *url);
json *notion_date_value(const char *date, const char *end);
json *notion_checkbox_value(bool on);

/*
 * Whether these values can be written to a page at all: -1 with p filled for a
 * comma in the type, a type over NOTION_OPTION_UNITS (unless it is a text), a
 * status that is not one of the options (NULL: any may be), a text over 100
 * elements of 2,000 units. Code "poison".
 */
int notion_can_hold(const struct decision *d, enum type_kind kind,
	const json *options, struct problem *p);

/* The spelling of the option that equals `type` in folded form, or NULL. */
const char *notion_option_spelling(const json *type_options, const char *type);

#endif
