/*
 * Notion's date values: a day stays a day; a time is truncated to the minute
 * and read back as "2026-06-27T17:57:00.000+01:00" (recorded, dozens of times).
 */
#ifndef SANDBOX_NOTION_DATE_H
#define SANDBOX_NOTION_DATE_H

#include "sandbox/notion/error.h"
#include "util/times.h"

/* {"start","end","time_zone"} as it is stored. */
int date_value_parse(const json *given, const char *path, json **out,
	struct notion_error *e);

/*
 * The span that a date or time covers: a date is a whole day in UTC, a time is
 * one millisecond. -1: it is neither.
 */
int date_span(const char *text, usec *from, usec *to);

#endif
