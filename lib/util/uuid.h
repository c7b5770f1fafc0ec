/*
 * UUIDs (RFC 9562). The text form used everywhere is lower case with dashes;
 * input may have upper case or no dashes.
 */
#ifndef UTIL_UUID_H
#define UTIL_UUID_H

#include <stdbool.h>

#define UUID_SIZE 37 /* text and its NUL */

/* -1 unless s is 32 hex digits, alone or as 8-4-4-4-12. */
int uuid_normalize(const char *s, char out[UUID_SIZE]);
/* Whether s is in the form that uuid_normalize() gives. */
bool uuid_is_normal(const char *s);
/* Version 4, for ids of our own runs and plans. */
void uuid_random(char out[UUID_SIZE]);

/*
 * The id of the row that is inserted for a Notion page: version 5 (SHA-1) of
 * the dashed page id in the name space UUID5(URL, "https://app.notion.com/").
 * attempt 0 is the page id alone; attempt n > 0 appends "/<n+1>", for the case
 * where the previous id belongs to a row that is linked elsewhere. So a
 * repeated insert finds the row of the first try instead of creating a second
 * one.
 */
void uuid_row_for_page(
	const char *page_id, unsigned attempt, char out[UUID_SIZE]);

#endif
