/*
 * Small pieces of Notion's JSON that several objects share.
 */
#ifndef SANDBOX_NOTION_JSON_H
#define SANDBOX_NOTION_JSON_H

#include "sandbox/db.h"
#include "util/json.h"
#include "util/times.h"
#include "util/uuid.h"

/* JSON as it is stored in a column; NULL stays NULL, and null becomes NULL. */
json *json_kept(const char *text);
void db_bind_json(sqlite3_stmt *s, int at, const json *v);
void copy_id(char out[UUID_SIZE], const char *id); /* NULL: "" */

/* "2026-06-27T16:57:00.000Z", for pages and data sources. */
void put_minute(json *out, const char *key, usec t);
/* "2026-06-27T17:00:33.445+00:00", for databases. */
void put_millis(json *out, const char *key, usec t);
void put_url(json *out, const char *id);
json *page_parent(const char *page_id);

/* A user as a reference, and as shown in people and mentions. */
json *notion_user_ref(const char *id);
json *notion_user(const char *id);

#endif
