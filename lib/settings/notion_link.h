/*
 * The id of a Notion database in what people paste.
 */
#ifndef SETTINGS_NOTION_LINK_H
#define SETTINGS_NOTION_LINK_H

#include "util/uuid.h"

/*
 * A database's id in what people paste: the id with or without dashes, or a
 * page URL of www.notion.so, app.notion.com or *.notion.site whose path ends
 * in it. -1 where there is none.
 */
int notion_link_id(const char *text, char out[UUID_SIZE]);

#endif
