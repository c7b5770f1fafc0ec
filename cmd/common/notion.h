/*
 * What this project knows of Notion: the shapes of its JSON, its limits, its
 * error codes. Pure: no network, no clock; notion_client.h does the talking.
 *
 * Facts: https://developers.notion.com/reference (change log read up to
 * 30 September 2026) and recorded traffic; each is named where it is used.
 */
#ifndef COMMON_NOTION_H
#define COMMON_NOTION_H

#include <stdbool.h>

#include "json.h"
#include "problem.h"
#include "times.h"
#include "uuid.h"

#define NOTION_VERSION "2026-03-11"
#define NOTION_URL "https://api.notion.com"

/* https://developers.notion.com/reference/request-limits */
#define NOTION_PAGE_SIZE 100	  /* rows of a query answer, the maximum */
#define NOTION_TEXT_UNITS 2000	  /* UTF-16 units of one text element */
#define NOTION_TEXT_ELEMENTS 100  /* elements of one title or rich text */
#define NOTION_BODY_BYTES 500000  /* of a request */
#define NOTION_OPTION_UNITS 100	  /* of an option's name */
#define NOTION_MENTIONS_INLINE 25 /* a title with more is cut in answers */

/*
 * The five properties, bound to their ids once a run, so that a rename by a
 * person between two requests changes nothing. An id is kept as the API gives
 * it: short and percent-encoded ("%5Ckxk"), "title" for the title.
 */
struct notion_schema {
	char *decision, *type, *date;
	char *checksum, *synced; /* NULL where the database has none */
	json *type_options;	 /* array of option names, in their order */
	char *bot_user; /* our connection's user id, NULL: none of its own */
};

/*
 * From a data source object. RC_CONFIG, with the name of the property, what it
 * is and what it should be, where one of the needed three is missing or one of
 * the five has another type. The title property is found by its type: its name
 * is free. The others are found by name.
 */
int notion_schema_bind(
	struct notion_schema *s, const json *data_source, struct error *e);
/* From the head of a fetch stream: "properties", "type_options", "bot_user". */
int notion_schema_from_head(
	struct notion_schema *s, const json *head, struct error *e);
/* The other way: adds those three keys to a head. */
void notion_schema_to_head(const struct notion_schema *s, json *head);
void notion_schema_fini(struct notion_schema *s);
/* RC_CONFIG for a property that is there and of another type; returns -1. */
int notion_wrong_type(struct error *e, const char *name, const char *is,
	const char *should_be);

/* The content of a page as a record. Every text is exactly as in Notion. */
struct notion_page {
	char id[UUID_SIZE];
	char *decision;	   /* the joined plain_text; NULL: empty */
	char *type;	   /* name of the first option; NULL: none */
	json *extra_types; /* array of the names of the further options */
	json *type_value; /* the multi_select array as it is: [{id,name,...}] */
	char *date;	  /* YYYY-MM-DD as written in start; NULL: none */
	json *date_detail; /* {"start","end"} where there is more than a day */
	char *checksum;	   /* property Checksum; NULL: empty or absent */
	bool synced;	   /* property Synced; false where absent */
	bool own;	   /* created by our connection */
	bool in_trash;
	bool archived;	/* there, and only out of the default listing */
	bool title_cut; /* maybe cut after 25 mentions: see title item */
	usec created, edited;
};

/*
 * Reads a page object. -1 with p filled, and `id` filled as far as it could be
 * read ("" otherwise), for what can't be understood; codes: "id", "text" (an
 * unreadable string), "date", "time", "type" (a property of another type),
 * "shape" (title, Type or Date not there at all: that is not the same as
 * empty), "poison" (over the limits of what could be written back).
 *
 * A Checksum or Synced that isn't there or can't be read is like an empty one:
 * they are no content. `title_cut` says that the array in this object can't be
 * told from one cut by the API; whoever completes it (property item endpoint)
 * puts the whole array into the object and parses that.
 */
int notion_page_parse(struct notion_page *page, const json *object,
	const struct notion_schema *s, struct problem *p);
void notion_page_fini(struct notion_page *page);

/*
 * Whether a user object is a connection's own user. A person's access token
 * acts as that person, and the pages of that user are no sign of a program.
 */
bool notion_is_bot(const json *user);

/* The data source that a page object lies in, "" for any other parent. */
void notion_page_parent(const json *object, char out[UUID_SIZE]);

/*
 * Property values for a write, each to be put into "properties" under the
 * property's id. Text is split into elements of NOTION_TEXT_UNITS, never
 * within a character. notion_multi_select_value() replaces the first option of
 * `was` (the whole multi_select array as read; NULL: none) by the type and
 * keeps the further ones behind it, by their ids; one of them that equals the
 * type in folded form is left out. A type of white space is none: Notion has
 * no such option.
 */
json *notion_title_value(const char *text);
json *notion_rich_text_value(const char *text);
json *notion_multi_select_value(const char *type, const json *was);
json *notion_date_value(const char *date, const char *end);
json *notion_checkbox_value(bool on);

/*
 * Whether these values can be written to a page at all: -1 with p filled for a
 * comma in the type, a type over NOTION_OPTION_UNITS, a text over 100 elements
 * of 2,000 units. Code "poison".
 */
int notion_can_hold(const char *decision, const char *type, struct problem *p);

/* The spelling of the option that equals `type` in folded form, or NULL. */
const char *notion_option_spelling(const json *type_options, const char *type);

/*
 * A database's id in what people paste: the id with or without dashes, or a
 * page URL of www.notion.so, app.notion.com or *.notion.site whose path ends
 * in it. -1 where there is none.
 */
int notion_id_from_text(const char *text, char out[UUID_SIZE]);

#endif
