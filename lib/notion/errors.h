/*
 * What Notion's errors mean for a caller, as one table: matched by `code`,
 * which is meant to be stable, before the status.
 * https://developers.notion.com/reference/status-codes and
 * https://developers.notion.com/reference/request-limits
 */
#ifndef NOTION_ERRORS_H
#define NOTION_ERRORS_H

#include "net/api.h"

api_judge notion_judge;

#endif
