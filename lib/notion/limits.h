/*
 * The version of Notion's API that this project speaks, and its limits.
 *
 * Facts: https://developers.notion.com/reference (change log read up to 30
 * September 2026) and recorded traffic; each source is named where it is used.
 */
#ifndef NOTION_LIMITS_H
#define NOTION_LIMITS_H

#define NOTION_VERSION "2026-03-11"

/* https://developers.notion.com/reference/request-limits */
#define NOTION_PAGE_SIZE 100	  /* rows of a query answer, the maximum */
#define NOTION_TEXT_UNITS 2000	  /* UTF-16 units of one text element */
#define NOTION_TEXT_ELEMENTS 100  /* elements of one title or rich text */
#define NOTION_BODY_BYTES 500000  /* of a request */
#define NOTION_OPTION_UNITS 100	  /* of an option's name */
#define NOTION_MENTIONS_INLINE 25 /* a title with more is cut in answers */

#endif
