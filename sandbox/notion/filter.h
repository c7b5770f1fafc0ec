/*
 * The filters of a query.
 *
 * Supported: and/or in two levels; created_time and last_edited_time; the types
 * title, rich_text, url, email, phone_number, number, checkbox, select, status,
 * multi_select, date, people, relation, files and the two computed times. Text
 * is compared exactly: how Notion treats case isn't known.
 */
#ifndef SANDBOX_NOTION_FILTER_H
#define SANDBOX_NOTION_FILTER_H

#include "sandbox/notion/page.h"

enum filter_class {
	FILTER_NONE, /* a type that can't be used in a filter */
	FILTER_TEXT,
	FILTER_TIME,
	FILTER_LIST,
	FILTER_NUMBER,
	FILTER_FLAG,
	FILTER_OPTION,
};

enum filter_class filter_class_of(const char *type);
/* The member that is neither the property nor the timestamp; may be NULL. */
const json *filter_condition(const json *filter);
/* The array of an `and` or `or`; NULL for other filters. */
const json *filter_branches(const json *filter);

/* Whether a query with this filter is valid; -1 with the error. */
int filter_check(
	const json *filter, const json *schema, struct notion_error *e);
/* Whether it looks at values, or only at the page's times. */
bool filter_needs_values(const json *filter);
bool filter_match(
	const json *filter, const json *schema, const struct page *p, usec now);

#endif
