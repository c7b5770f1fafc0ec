/*
 * Talks to Notion. One client for one connection and thread, one request at a
 * time, all within the rate budget. The API's version and limits are in
 * notion/limits.h.
 *
 * Calls about the whole run fill in a `struct error`, ready to be reported;
 * calls about one record fill in a `struct api_error`, and the caller decides
 * what to do.
 */
#ifndef NOTION_CLIENT_H
#define NOTION_CLIENT_H

#include "net/api.h"
#include "notion/schema.h"
#include "settings/settings.h"

struct notion_client {
	struct api api;
	struct rate rate; /* shared by file: see SYNC_RATE_DIR */
	struct inflight flight;
};

int notion_client_init(struct notion_client *c, const struct settings *s,
	const atomic_int *stop, struct error *e);
void notion_client_fini(struct notion_client *c);
/*
 * For a thread with a client of its own: its requests count towards the budget
 * of `first`, which lives longer, and towards the requests it has under way.
 */
void notion_client_join(struct notion_client *c, struct notion_client *first);

/*
 * Tells keys apart in names and files: a part of the key's SHA-256, which does
 * not reveal it.
 */
#define NOTION_KEY_MARK_SIZE 17
void notion_key_mark(const struct settings *s, char out[NOTION_KEY_MARK_SIZE]);

/*
 * The data source to work on, from NOTION_DATABASE_ID (a data source's id is
 * understood too) and NOTION_DATA_SOURCE_ID. RC_CONFIG where there are several
 * and none was chosen (the message names each, with the setting to add), where
 * the database isn't shared with the connection, and where it is a linked view.
 */
int notion_find_data_source(struct notion_client *c, const struct settings *s,
	char id[UUID_SIZE], struct error *e);
/* The data source object, for notion_schema_bind(). */
int notion_data_source_get(struct notion_client *c, const char *id,
	json **object, struct error *e);
/*
 * Our connection's user id, allocated; NULL where the token belongs to a
 * person, because then pages that this user created may have been created by
 * hand. Also proves that the key is accepted.
 */
int notion_bot_user(struct notion_client *c, char **id, struct error *e);
/* The whole user object: *user is the caller's. */
int notion_me(struct notion_client *c, json **user, struct api_error *a);

/*
 * For the set-up: changes the properties of a data source. Whole values may
 * safely be sent again, but a person may have changed the same ones meanwhile:
 * recheck(arg) is called before (see net/api.h).
 */
int notion_data_source_patch(struct notion_client *c, const char *id,
	const json *body, int (*recheck)(void *arg), void *arg,
	struct api_error *a);
/*
 * Whether a page contains a database with exactly this title, among its first
 * two thousand blocks: 1 with its id, 0, or -1.
 */
int notion_child_database(struct notion_client *c, const char *page_id,
	const char *title, char id[UUID_SIZE], struct error *e);
/* Creates a database in a page. Not repeated where the outcome is unknown. */
int notion_database_create(struct notion_client *c, const char *page_id,
	const char *title, const json *properties, char id[UUID_SIZE],
	struct api_error *a);

/*
 * Whether the connection may insert or update pages: it is tried on a parent or
 * page with a random id, which doesn't exist, so that the request can't change
 * anything. The endpoint refuses a connection without the capability (403,
 * "Insufficient permissions for this endpoint"); 404 is the good answer.
 */
int notion_probe_insert(struct notion_client *c, struct error *e);
int notion_probe_update(struct notion_client *c, struct error *e);

/* Which rows, and which of their properties. */
struct notion_query {
	const char *data_source;
	const struct notion_schema *schema; /* NULL: the title alone */
	usec edited_since; /* USEC_NONE: all; cut to the minute */
	int page_size;	   /* 0: NOTION_PAGE_SIZE */
	/*
	 * To open further clients: up to four parts of a large listing are read
	 * at once then, by threads, and kept in temporary files until it is
	 * their turn. NULL: one request at a time.
	 */
	const struct settings *settings;
};

/* Takes one page object; -1 ends the query with e. */
typedef int notion_each(void *arg, json *take_page, struct error *e);

/*
 * Every page of the listing, each once, by ascending created_time (where Notion
 * doesn't keep to its own order or filters, in any order); then the archived
 * ones, which Notion lists separately. A service that doesn't know of
 * archived pages, refuses the question or ignores it is asked only once.
 * Trashed pages are not in a listing; data sources among the rows (of a wiki)
 * are skipped. A cursor that became invalid restarts the listing (three times
 * at most); a server that is too slow is asked for fewer rows, down to ten.
 * Notion cuts a listing at 10,000 rows: it is then continued from the last
 * created_time, within one minute in parts, and never taken as complete:
 * RC_CONFIG where nothing distinguishes the pages of a part. RC_TEMPORARY where
 * the answers make no progress.
 */
int notion_query_each(struct notion_client *c, const struct notion_query *q,
	notion_each *each, void *arg, struct error *e);

/*
 * All pages (an array) whose Checksum property is exactly this and that were
 * created since then, cut to the minute. Where they can't be listed to the end,
 * it fails.
 */
int notion_pages_by_checksum(struct notion_client *c, const char *data_source,
	const struct notion_schema *schema, const char *checksum,
	usec created_since, json **pages, struct api_error *a);

enum notion_place {
	NOTION_LIVE,	    /* in the data source */
	NOTION_IN_TRASH,    /* in the data source, in the trash */
	NOTION_MOVED,	    /* elsewhere; *page is NULL */
	NOTION_UNREACHABLE, /* 404: gone or not shared; *page is NULL */
};

/*
 * One page with our properties only. A 404 counts as UNREACHABLE only when it
 * comes from Notion itself; every other failure is an error and never means
 * that the page is absent. So is an answer about another page, and one that
 * doesn't say where the page is, or whether it is in the trash (API_RETRY).
 */
int notion_page_get(struct notion_client *c, const char *page_id,
	const char *data_source, const struct notion_schema *schema,
	enum notion_place *place, json **page, struct api_error *a);

/*
 * Replaces the title in a page object by the whole one where it may have been
 * cut (NOTION_MENTIONS_INLINE mentions or more); otherwise does nothing. One
 * that doesn't come whole is an API_BAD_RECORD.
 */
int notion_complete_title(struct notion_client *c, json *page,
	const struct notion_schema *schema, struct api_error *a);

/*
 * The answers of both writes have our properties only: to answer with all of
 * them, Notion may have to compute a hundred formulas, and fails over that at
 * times.
 */

/*
 * Not repeated where the outcome is unknown: then a->outcome_unknown is set,
 * and a->committed_id where Notion named the page it created. last_look, NULL
 * for none, is called each time right before it is sent.
 */
int notion_page_create(struct notion_client *c, const char *data_source,
	const struct notion_schema *schema, const json *properties,
	int (*last_look)(void *arg), void *arg, json **page,
	struct api_error *a);

/*
 * body: {"properties":{…},"in_trash":…}, whole values. Before a repeat,
 * recheck(arg) is called (see net/api.h), because a person may have edited the
 * page; without recheck (NULL), an unknown outcome isn't repeated. last_look,
 * NULL for none, is called right before the page is written. An answer about
 * another page leaves the outcome unknown.
 */
int notion_page_patch(struct notion_client *c, const char *page_id,
	const struct notion_schema *schema, const json *body,
	int (*recheck)(void *arg), int (*last_look)(void *arg), void *arg,
	json **page, struct api_error *a);

#endif
