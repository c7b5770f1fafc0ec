/* A page object from Notion, read into the content of a record. */
#ifndef NOTION_PAGE_H
#define NOTION_PAGE_H

#include <stdbool.h>

#include "notion/schema.h"
#include "sync/decision.h"
#include "sync/problem.h"
#include "util/times.h"
#include "util/uuid.h"

/* The content of a page as a record. Every text is exactly as in Notion. */
struct notion_page {
	char id[UUID_SIZE];
	char *decision;	   /* the joined plain_text; NULL: empty */
	char *type;	   /* name of the first option; NULL: none */
	json *extra_types; /* array of the names of the further options */
	/* The multi_select array as it is, [{id,name,...}], where it has
	 * further options; else NULL. */
	json *type_value;
	char *date;	   /* YYYY-MM-DD as written in start; NULL: none */
	json *date_detail; /* {"start","end"} where there is more than a day */
	char *checksum;	   /* property Checksum; NULL: empty or absent */
	bool synced;	   /* property Synced; false where absent */
	bool paused;	   /* property Paused; false where absent */
	char *link;	   /* what the page shows of its row; NULL: nothing */
	bool own;	   /* created by our connection */
	bool in_trash;
	bool archived;	/* exists, but isn't in the default listing */
	bool title_cut; /* may be cut after 25 mentions: see title.c */
	usec created, edited;
};

/*
 * Reads a page object. -1 with p filled in, and `id` as far as it could be read
 * ("" otherwise), where something can't be understood; codes: "id", "text" (an
 * unreadable string), "date", "time", "type" (a property of another type),
 * "shape" (title, Type or Date, the value of one, a time, or whether the page
 * is in the trash is missing, which is not the same as empty), "poison" (over
 * the limits of what could be written back).
 *
 * A Checksum or Synced that is missing or can't be read counts as empty: they
 * are not content. `title_cut` says that the array in this object may have been
 * cut by the API; a caller that completes it (property item endpoint) puts the
 * whole array into the object and parses that.
 */
int notion_page_parse(struct notion_page *page, const json *object,
	const struct notion_schema *s, struct problem *p);
/* What `title_cut` says, of the array alone. */
bool notion_title_may_be_cut(const json *title);
void notion_page_fini(struct notion_page *page);
/* Its content; borrowed. */
struct decision notion_page_decision(const struct notion_page *page);

/*
 * Whether a user object is a connection's own user. A personal access token
 * acts as that person, and pages by that user don't show that a program created
 * them.
 */
bool notion_is_bot(const json *user);

/* The data source that a page object is in, "" for any other parent. */
void notion_page_parent(const json *object, char out[UUID_SIZE]);
/*
 * Whether a page object is in that data source: 1, or 0 where it is in another
 * one, in a page, a block or the workspace. -1 where it doesn't say, as before
 * version 2025-09-03, which named the database alone: that is no move.
 */
int notion_page_is_in(const json *object, const char *data_source);
/* Whether it is in the trash: 1 or 0; -1 where it doesn't say. Versions before
 * 2026-03-11 call that `archived`; those in between have both. */
int notion_page_in_trash(const json *object);

#endif
