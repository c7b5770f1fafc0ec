/*
 * Where a listing came from, as its head says: with which key from which
 * address, and for which database. What was found out then holds as long as the
 * settings are the same.
 */
#ifndef NOTION_ORIGIN_H
#define NOTION_ORIGIN_H

#include <stdbool.h>

#include "settings/settings.h"
#include "util/json.h"

/* Adds "connection", which tells keys apart and reveals none, and "database".
 */
void notion_origin_put(json *to, const struct settings *s);
bool notion_origin_has_connection(const json *from, const struct settings *s);
/* NOTION_DATABASE_ID and NOTION_DATA_SOURCE_ID, which name the data source, and
 * the names of its properties. */
bool notion_origin_has_database(const json *from, const struct settings *s);

#endif
